"""Multipart uploads by hand, pre-signed parts, conditions, errors by their codes."""
import os

import boto3
import urllib3
from botocore.exceptions import ClientError

s3 = boto3.client('s3', endpoint_url=os.environ['ENDPOINT'])
bucket = 'multipart'
s3.create_bucket(Bucket=bucket)
http = urllib3.PoolManager()


def refusal(action):
    try:
        action()
    except ClientError as error:
        return error.response['Error']['Code']
    raise AssertionError('this should have been refused')


key = 'big ü'
upload_id = s3.create_multipart_upload(Bucket=bucket, Key=key, ContentType='video/mp4')['UploadId']
target = {'Bucket': bucket, 'Key': key, 'UploadId': upload_id}
contents = [os.urandom(5 * 1024 * 1024), os.urandom(5 * 1024 * 1024), b'the end']
parts = []
for number, content in enumerate(contents, 1):
    url = s3.generate_presigned_url('upload_part', Params={**target, 'PartNumber': number}, ExpiresIn=600)
    reply = http.request('PUT', url, body=content)
    assert reply.status == 200, reply.data
    parts.append({'PartNumber': number, 'ETag': reply.headers['ETag']})
assert refusal(lambda: s3.complete_multipart_upload(**target, MultipartUpload={'Parts': parts[::-1]})) == 'InvalidPartOrder'
wrong = [*parts[:2], {'PartNumber': 4, 'ETag': parts[2]['ETag']}]
assert refusal(lambda: s3.complete_multipart_upload(**target, MultipartUpload={'Parts': wrong})) == 'InvalidPart'
done = s3.complete_multipart_upload(**target, MultipartUpload={'Parts': parts})
assert done['ETag'].endswith('-3"')
assert s3.get_object(Bucket=bucket, Key=key)['Body'].read() == b''.join(contents)
assert refusal(lambda: s3.list_parts(**target)) == 'NoSuchUpload'

checked = {'Bucket': bucket, 'Key': 'checked'}
if 'ObjectParts' in getattr(s3.meta.service_model.shape_for('ObjectAttributes'), 'enum', []):
    upload_id = s3.create_multipart_upload(**checked, ChecksumAlgorithm='SHA256')['UploadId']
    parts = []
    for number, content in enumerate(contents, 1):
        part = s3.upload_part(**checked, UploadId=upload_id, PartNumber=number, Body=content, ChecksumAlgorithm='SHA256')
        parts.append({'PartNumber': number, 'ETag': part['ETag'], 'ChecksumSHA256': part['ChecksumSHA256']})
    s3.complete_multipart_upload(**checked, UploadId=upload_id, MultipartUpload={'Parts': parts})
    known = []
    marker, is_truncated = 0, True
    while is_truncated:
        page = s3.get_object_attributes(**checked, ObjectAttributes=['ObjectParts'], MaxParts=2, PartNumberMarker=marker)['ObjectParts']
        assert page['TotalPartsCount'] == 3, page
        known += page['Parts']
        marker, is_truncated = page['NextPartNumberMarker'], page['IsTruncated']
    sums = [part['ChecksumSHA256'] for part in parts]
    assert [(part['PartNumber'], part['Size'], part['ChecksumSHA256']) for part in known] == [
        (number, len(content), sums[number - 1]) for number, content in enumerate(contents, 1)
    ], known
    # The library compares the bytes with the checksum that comes with them.
    for number, content in enumerate(contents, 1):
        part = s3.get_object(**checked, PartNumber=number, ChecksumMode='ENABLED')
        assert part['Body'].read() == content
        assert (part['ChecksumSHA256'], part.get('ChecksumType', 'COMPOSITE')) == (sums[number - 1], 'COMPOSITE'), part

pages = s3.get_paginator('list_multipart_uploads')
ids = [s3.create_multipart_upload(Bucket=bucket, Key=f'open/{number}')['UploadId'] for number in range(5)]
listed = [upload for page in pages.paginate(Bucket=bucket, PaginationConfig={'PageSize': 2}) for upload in page.get('Uploads', [])]
assert [(upload['Key'], upload['UploadId']) for upload in listed] == [(f'open/{number}', ids[number]) for number in range(5)], listed
for number, upload_id in enumerate(ids):
    s3.abort_multipart_upload(Bucket=bucket, Key=f'open/{number}', UploadId=upload_id)
assert 'Uploads' not in s3.list_multipart_uploads(Bucket=bucket)

etag = s3.put_object(Bucket=bucket, Key='conditional', Body=b'one')['ETag']
assert s3.get_object(Bucket=bucket, Key='conditional', IfMatch=etag)['ETag'] == etag
assert refusal(lambda: s3.get_object(Bucket=bucket, Key='conditional', IfMatch='"other"')) == 'PreconditionFailed'
assert refusal(lambda: s3.get_object(Bucket=bucket, Key='conditional', IfNoneMatch=etag)) == '304'
assert refusal(lambda: s3.get_object(Bucket=bucket, Key='conditional', Range='bytes=3-')) == 'InvalidRange'
if 'IfNoneMatch' in s3.meta.service_model.operation_model('PutObject').input_shape.members:
    assert refusal(lambda: s3.put_object(Bucket=bucket, Key='conditional', Body=b'two', IfNoneMatch='*')) == 'PreconditionFailed'
    s3.put_object(Bucket=bucket, Key='new', Body=b'two', IfNoneMatch='*')

assert refusal(lambda: s3.get_object(Bucket=bucket, Key='absent')) == 'NoSuchKey'
assert refusal(lambda: s3.list_objects_v2(Bucket='nobody-made-this')) == 'NoSuchBucket'
assert refusal(lambda: s3.head_object(Bucket=bucket, Key='absent')) == '404'
assert refusal(lambda: s3.delete_bucket(Bucket=bucket)) == 'BucketNotEmpty'
assert refusal(lambda: s3.put_object(Bucket=bucket, Key='metadata', Body=b'', Metadata={'m': 'x' * 2048})) == 'MetadataTooLarge'

for algorithm in ['CRC32', 'SHA1', 'SHA256']:
    s3.put_object(Bucket=bucket, Key=algorithm, Body=b'123456789', ChecksumAlgorithm=algorithm)
    assert s3.head_object(Bucket=bucket, Key=algorithm, ChecksumMode='ENABLED')['Checksum' + algorithm]
    assert s3.get_object(Bucket=bucket, Key=algorithm, ChecksumMode='ENABLED')['Body'].read() == b'123456789'
