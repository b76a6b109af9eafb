"""The resource interface, from bucket to object and back."""
import os

import boto3
from botocore.exceptions import ClientError

s3 = boto3.resource('s3', endpoint_url=os.environ['ENDPOINT'])
bucket = s3.create_bucket(Bucket='resources')
assert 'resources' in [each.name for each in s3.buckets.all()]
assert s3.Bucket('resources').creation_date is not None
bucket.wait_until_exists()

for number in range(12):
    bucket.put_object(Key=f'{"odd" if number % 2 else "even"}/{number:02}', Body=f'number {number}'.encode(), Metadata={'n': str(number)})
assert [each.key for each in bucket.objects.filter(Prefix='odd/')] == ['odd/01', 'odd/03', 'odd/05', 'odd/07', 'odd/09', 'odd/11']
assert len(list(bucket.objects.page_size(5))) == 12
assert len(list(bucket.objects.limit(7))) == 7

thing = s3.Object('resources', 'odd/03')
assert thing.get()['Body'].read() == b'number 3'
assert (thing.content_length, thing.metadata, thing.e_tag[0]) == (8, {'n': '3'}, '"')
thing.copy_from(CopySource='resources/even/04')
thing.reload()
assert thing.metadata == {'n': '4'}
thing.wait_until_exists()
assert thing.Acl().owner['ID'] == s3.BucketAcl('resources').owner['ID'] != ''

upload = s3.Object('resources', 'multipart').initiate_multipart_upload()
part = upload.Part(1)
etag = part.upload(Body=b'only part')['ETag']
assert [each.part_number for each in upload.parts.all()] == [1]
assert [each.id for each in bucket.multipart_uploads.all()] == [upload.id]
upload.complete(MultipartUpload={'Parts': [{'ETag': etag, 'PartNumber': 1}]})
assert s3.Object('resources', 'multipart').get()['Body'].read() == b'only part'

try:
    s3.Object('resources', 'absent').load()
    raise AssertionError('an absent object was found')
except ClientError as error:
    assert error.response['Error']['Code'] == '404'

thing.delete()
thing.wait_until_not_exists()
bucket.objects.all().delete()
assert list(bucket.objects.all()) == []
bucket.delete()
bucket.wait_until_not_exists()
