"""What an application does with boto3 behind a proxy: odd keys, parts, pre-signed URLs and forms of both signature versions."""
import io
import os
import sys
import urllib.parse
import urllib.request
import uuid

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.config import Config

ENDPOINT = os.environ['ENDPOINT']
BUCKET = sys.argv[1]
KEYS = ['plain', 'two words + a plus', 'größe/日本語', '100%/a%2Fb', 'double//slash', '/leading', 'dots/../up', "quotes'()*!"]


def fetched(url, data=None, method=None, headers=()):
    request = urllib.request.Request(url, data=data, method=method, headers=dict(headers))
    with urllib.request.urlopen(request) as response:
        return response.status, response.read()


def form(fields, content):
    boundary = uuid.uuid4().hex
    parts = [f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in fields.items()]
    parts.append(f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n{content}\r\n--{boundary}--\r\n')
    return ''.join(parts).encode(), {'Content-Type': f'multipart/form-data; boundary={boundary}'}


for version in (None, 's3v4'):
    s3 = boto3.client('s3', endpoint_url=ENDPOINT, config=Config(signature_version=version))
    s3.create_bucket(Bucket=BUCKET)
    for key in KEYS:
        s3.put_object(Bucket=BUCKET, Key=key, Body=key.encode(), Metadata={'some_name': 'kept', 'some.name': 'kept'})
        got = s3.get_object(Bucket=BUCKET, Key=key)
        assert got['Body'].read() == key.encode(), key
        assert got['Metadata'] == {'some_name': 'kept', 'some.name': 'kept'}, got['Metadata']
        url = s3.generate_presigned_url('get_object', Params={'Bucket': BUCKET, 'Key': key}, ExpiresIn=60)
        assert url.startswith(ENDPOINT + '/'), url
        assert fetched(url) == (200, key.encode()), url
    assert sorted(item['Key'] for item in s3.list_objects_v2(Bucket=BUCKET)['Contents']) == sorted(KEYS)

    large = os.urandom(12 * 1024 * 1024)
    s3.upload_fileobj(io.BytesIO(large), BUCKET, 'large', Config=TransferConfig(multipart_threshold=5 * 1024 * 1024))
    back = io.BytesIO()
    s3.download_fileobj(BUCKET, 'large', back)
    assert back.getvalue() == large

    put = s3.generate_presigned_url('put_object', Params={'Bucket': BUCKET, 'Key': 'put', 'ContentType': 'text/plain'}, ExpiresIn=60)
    assert fetched(put, b'uploaded', 'PUT', {'Content-Type': 'text/plain'})[0] == 200
    post = s3.generate_presigned_post(BUCKET, 'posted', ExpiresIn=60)
    body, headers = form(post['fields'], 'posted too')
    assert fetched(post['url'], body, 'POST', headers)[0] == 204
    assert s3.get_object(Bucket=BUCKET, Key='posted')['Body'].read() == b'posted too'

    for item in s3.list_objects_v2(Bucket=BUCKET)['Contents']:
        s3.delete_object(Bucket=BUCKET, Key=item['Key'])
    s3.delete_bucket(Bucket=BUCKET)
