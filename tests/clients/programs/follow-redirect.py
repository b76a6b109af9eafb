"""Downloads an object by a URL that boto3 pre-signed, with requests, as its documentation shows it; and with boto3 itself."""
import hashlib
import json
import os

import boto3
import requests
from botocore.config import Config

BUCKET, KEY = 'films', 'film.mp4'
s3 = boto3.client('s3', endpoint_url=os.environ['ENDPOINT'], config=Config(signature_version='s3v4'))
url = s3.generate_presigned_url('get_object', Params={'Bucket': BUCKET, 'Key': KEY}, ExpiresIn=600)


def fetched(**how):
    with requests.get(url, stream=True, **how) as response:
        digest = hashlib.sha256()
        for chunk in response.iter_content(1 << 20):
            digest.update(chunk)
        return {'via': [each.status_code for each in response.history], 'status': response.status_code, 'sha256': digest.hexdigest()}


direct = hashlib.sha256()
for chunk in s3.get_object(Bucket=BUCKET, Key=KEY)['Body'].iter_chunks(1 << 20):
    direct.update(chunk)
print(json.dumps({
    'whole': fetched(),
    'part': fetched(headers={'Range': 'bytes=1000000-'}),
    'boto3': direct.hexdigest(),
}))
