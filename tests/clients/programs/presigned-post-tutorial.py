"""The programs people copy from the boto3 guide for pre-signed POST, unchanged but for the endpoint of the client."""
import json
import logging
import os

import boto3
import urllib3
from botocore.config import Config
from botocore.exceptions import ClientError

ENDPOINT = os.environ['ENDPOINT']


def create_presigned_post(s3_client, bucket_name, object_name, fields=None, conditions=None, expiration=3600):
    """Generate a presigned URL S3 POST request to upload a file"""
    try:
        response = s3_client.generate_presigned_post(
            bucket_name, object_name, Fields=fields, Conditions=conditions, ExpiresIn=expiration
        )
    except ClientError as e:
        logging.error(e)
        return None
    return response


def post(form, content, **more):
    fields = {**form['fields'], **more, 'file': ('note.txt', content)}
    return urllib3.PoolManager().request('POST', form['url'], fields=fields)


bucket = 'forms'
forms = {}
for name, config in {'default': None, 's3v4': Config(signature_version='s3v4')}.items():
    s3_client = boto3.client('s3', endpoint_url=ENDPOINT, config=config)
    s3_client.create_bucket(Bucket=bucket)

    form = create_presigned_post(s3_client, bucket, f'{name}/plain.txt')
    assert post(form, b'a plain form').status == 204
    assert s3_client.get_object(Bucket=bucket, Key=f'{name}/plain.txt')['Body'].read() == b'a plain form'

    form = create_presigned_post(
        s3_client,
        bucket,
        f'{name}/' + '${filename}',
        fields={'acl': 'private', 'success_action_status': '201'},
        conditions=[
            {'acl': 'private'},
            {'success_action_status': '201'},
            ['content-length-range', 5, 20],
            ['starts-with', '$Content-Type', 'text/'],
            ['starts-with', '$x-amz-meta-author', ''],
        ],
    )
    more = {'Content-Type': 'text/plain', 'x-amz-meta-author': 'Ada'}
    reply = post(form, b'within limits', **more)
    assert reply.status == 201 and b'<PostResponse>' in reply.data, reply.data
    stored = s3_client.head_object(Bucket=bucket, Key=f'{name}/note.txt')
    assert (stored['ContentType'], stored['Metadata']) == ('text/plain', {'author': 'Ada'}), stored

    for content, fields, status, code in [
        (b'far beyond the limit', {}, 201, b'<PostResponse>'),
        (b'far beyond the limit!', {}, 400, b'<Code>EntityTooLarge</Code>'),
        (b'tiny', {}, 400, b'<Code>EntityTooSmall</Code>'),
        (b'typed otherwise', {'Content-Type': 'image/png'}, 403, b'<Code>AccessDenied</Code>'),
        (b'one field more', {'x-amz-meta-other': 'x'}, 403, b'Extra input fields: x-amz-meta-other'),
    ]:
        reply = post(form, content, **{**more, **fields})
        assert reply.status == status and code in reply.data, (content, reply.status, reply.data)

    broken = {**form, 'fields': {**form['fields'], 'policy': form['fields']['policy'][:-4] + 'AAA='}}
    assert post(broken, b'within limits', **more).status == 403
    forms[name] = form
print(json.dumps(forms))
