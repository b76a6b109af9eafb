"""Every signature version a Config can name, and what is said of the ones S3 no longer takes."""
import os

import boto3
import urllib3
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

endpoint = os.environ['ENDPOINT']
boto3.client('s3', endpoint_url=endpoint).create_bucket(Bucket='signatures')


def client(**settings):
    return boto3.client('s3', endpoint_url=endpoint, config=Config(retries={'max_attempts': 0}, **settings))


def refusal(action):
    try:
        action()
    except ClientError as error:
        return error.response['Error']['Code']
    raise AssertionError('this should have been refused')


for settings in [
    {},
    {'signature_version': 's3v4'},
    {'signature_version': 's3v4', 's3': {'addressing_style': 'path'}},
    {'signature_version': 's3v4', 's3': {'payload_signing_enabled': True}},
    {'signature_version': 's3v4', 's3': {'payload_signing_enabled': False}},
    {'s3': {'use_accelerate_endpoint': False, 'addressing_style': 'auto'}},
]:
    s3 = client(**settings)
    s3.put_object(Bucket='signatures', Key='a b', Body=b'signed', ContentType='text/plain')
    assert s3.get_object(Bucket='signatures', Key='a b')['Body'].read() == b'signed', settings

# A signature over the whole header set that S3 stopped taking, and none at all.
assert refusal(lambda: client(signature_version='s3').list_objects_v2(Bucket='signatures')) == 'InvalidRequest'
assert refusal(lambda: client(signature_version=UNSIGNED).list_objects_v2(Bucket='signatures')) == 'AccessDenied'

# Pre-signed with either, and with the URL of the one not taken for the other.
http = urllib3.PoolManager()
for version in ['s3', 's3v4', 's3-query', 's3v4-query']:
    s3 = client(signature_version=version)
    target = {'Bucket': 'signatures', 'Key': 'by ' + version}
    put = s3.generate_presigned_url('put_object', Params={**target, 'ContentType': 'text/css', 'Metadata': {'v': version}})
    sent = {'Content-Type': 'text/css', 'x-amz-meta-v': version} if 'X-Amz-SignedHeaders' in put else {'Content-Type': 'text/css'}
    reply = http.request('PUT', put, body=b'pre-signed', headers=sent)
    assert reply.status == 200, (version, put, reply.data)
    assert http.request('PUT', put, body=b'pre-signed', headers={**sent, 'Content-Type': 'text/html'}).status == 403, version
    got = http.request('GET', s3.generate_presigned_url('get_object', Params=target))
    assert (got.status, got.data, got.headers['x-amz-meta-v']) == (200, b'pre-signed', version), (version, got.headers)


def stranger(**settings):
    known = {'aws_access_key_id': os.environ['AWS_ACCESS_KEY_ID'], 'aws_secret_access_key': os.environ['AWS_SECRET_ACCESS_KEY']}
    return boto3.client('s3', endpoint_url=endpoint, config=Config(retries={'max_attempts': 0}), **{**known, **settings})


assert refusal(lambda: stranger(aws_secret_access_key='wrong').list_buckets()) == 'SignatureDoesNotMatch'
assert refusal(lambda: stranger(aws_access_key_id='AKIANOBODY').list_buckets()) == 'InvalidAccessKeyId'
assert refusal(lambda: stranger(region_name='eu-west-1').list_buckets()) == 'AuthorizationHeaderMalformed'
assert refusal(lambda: stranger(aws_session_token='bogus').list_buckets()) == 'InvalidToken'
