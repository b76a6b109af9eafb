"""Files up and down as people do it: upload_file, download_file, fileobj variants, callbacks, extra arguments."""
import hashlib
import io
import os
import sys

import boto3
from boto3.s3.transfer import TransferConfig

folder = sys.argv[1]
s3 = boto3.client('s3', endpoint_url=os.environ['ENDPOINT'])
bucket = 'files'
s3.create_bucket(Bucket=bucket)


def digest(path):
    with open(path, 'rb') as file:
        return hashlib.sha256(file.read()).hexdigest()


large, back = os.path.join(folder, 'large'), os.path.join(folder, 'back')
with open(large, 'wb') as file:
    file.write(os.urandom(60 * 1024 * 1024 + 1))

seen = []
s3.upload_file(
    large,
    bucket,
    'large ü.bin',
    ExtraArgs={'Metadata': {'author': 'Ada'}, 'ContentType': 'video/mp4', 'StorageClass': 'STANDARD'},
    Callback=seen.append,
)
assert sum(seen) == os.path.getsize(large), seen
head = s3.head_object(Bucket=bucket, Key='large ü.bin')
assert (head['ContentType'], head['Metadata'], head['ContentLength']) == ('video/mp4', {'author': 'Ada'}, 60 * 1024 * 1024 + 1)
assert head['ETag'].endswith('-8"'), head['ETag']
s3.download_file(bucket, 'large ü.bin', back)
assert digest(back) == digest(large)

config = TransferConfig(multipart_threshold=1024 * 1024, max_concurrency=10, multipart_chunksize=6 * 1024 * 1024, use_threads=True)
s3.upload_file(large, bucket, 'parts', Config=config)
assert s3.head_object(Bucket=bucket, Key='parts', PartNumber=2)['PartsCount'] == 11
s3.download_file(bucket, 'parts', back, Config=config)
assert digest(back) == digest(large)

s3.copy({'Bucket': bucket, 'Key': 'large ü.bin'}, bucket, 'copied', Config=config)
with open(back, 'wb') as file:
    s3.download_fileobj(bucket, 'copied', file)
assert digest(back) == digest(large)


class Pipe(io.RawIOBase):
    """Can not seek and does not say how long it is."""

    def __init__(self, content):
        self.content = io.BytesIO(content)

    def readable(self):
        return True

    def read(self, size=-1):
        return self.content.read(size)


s3.upload_fileobj(Pipe(b'streamed ' * 2_000_000), bucket, 'streamed')
assert s3.get_object(Bucket=bucket, Key='streamed')['Body'].read() == b'streamed ' * 2_000_000

body = s3.get_object(Bucket=bucket, Key='large ü.bin', Range='bytes=10-1000009')['Body']
with open(large, 'rb') as file:
    file.seek(10)
    for chunk in body.iter_chunks(100_000):
        assert chunk == file.read(len(chunk))

with open(large, 'rb') as file:
    s3.put_object(Bucket=bucket, Key='one request', Body=file)
assert s3.head_object(Bucket=bucket, Key='one request')['ContentLength'] == os.path.getsize(large)
