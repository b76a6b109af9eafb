"""Keys of every kind, paginators, batch deletion."""
import os

import boto3

s3 = boto3.client('s3', endpoint_url=os.environ['ENDPOINT'])
bucket = 'listings'
s3.create_bucket(Bucket=bucket)

keys = sorted(
    [
        'plain', 'with space', ' leading', 'trailing ', 'plus+plus', 'per%20cent', '100%', 'a//b', '/root', 'dir/', 'dir/../up', 'dir/./here',
        'quote"s\'', '<tag>&amp;', 'semi;colon', 'a=b&c=d', '?query#fragment', 'ünïcödé', '日本語/ファイル', '😀', 'back\\slash', 'tilde~',
        '(brackets)[]{}', 'tab\there', 'new\nline', 'star*', 'pipe|', 'caret^', 'back`tick', 'comma,', 'colon:', 'at@', 'dollar$', '\u00a0', 'k' * 1024,
    ],
    key=lambda key: key.encode(),
)
for key in keys:
    s3.put_object(Bucket=bucket, Key=key, Body=key.encode())
for key in keys:
    assert s3.get_object(Bucket=bucket, Key=key)['Body'].read() == key.encode(), key
    copied = s3.copy_object(Bucket=bucket, Key='copies/' + key[:1000], CopySource={'Bucket': bucket, 'Key': key})
    assert copied['CopyObjectResult']['ETag'], key
s3.delete_objects(Bucket=bucket, Delete={'Objects': [{'Key': 'copies/' + key[:1000]} for key in keys]})

for name in ['list_objects', 'list_objects_v2']:
    pages = list(s3.get_paginator(name).paginate(Bucket=bucket, PaginationConfig={'PageSize': 7}))
    assert len(pages) == 5, len(pages)
    listed = [entry['Key'] for page in pages for entry in page['Contents']]
    assert listed == keys, (name, set(keys) ^ set(listed))

    grouped = list(s3.get_paginator(name).paginate(Bucket=bucket, Delimiter='/', PaginationConfig={'PageSize': 3}))
    prefixes = [entry['Prefix'] for page in grouped for entry in page.get('CommonPrefixes', [])]
    assert prefixes == ['/', 'a/', 'dir/', '日本語/'], prefixes
    flat = [entry['Key'] for page in grouped for entry in page.get('Contents', [])]
    assert flat == [key for key in keys if '/' not in key], flat

found = s3.get_paginator('list_objects_v2').paginate(Bucket=bucket).search('Contents[?Size > `1000`].Key')
assert list(found) == ['k' * 1024]

deleted = s3.delete_objects(Bucket=bucket, Delete={'Objects': [{'Key': key} for key in keys] + [{'Key': 'never there'}]})
assert sorted(entry['Key'] for entry in deleted['Deleted']) == sorted(keys + ['never there']), deleted
assert s3.list_objects_v2(Bucket=bucket)['KeyCount'] == 0

for number in range(1005):
    s3.put_object(Bucket=bucket, Key=f'{number:04}')
first = s3.list_objects_v2(Bucket=bucket)
assert (first['KeyCount'], first['IsTruncated']) == (1000, True)
rest = s3.list_objects_v2(Bucket=bucket, ContinuationToken=first['NextContinuationToken'])
assert [entry['Key'] for entry in rest['Contents']] == ['1000', '1001', '1002', '1003', '1004']
s3.delete_objects(Bucket=bucket, Delete={'Quiet': True, 'Objects': [{'Key': f'{number:04}'} for number in range(1000)]})
assert s3.list_objects_v2(Bucket=bucket)['KeyCount'] == 5
