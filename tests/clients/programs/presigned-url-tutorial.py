"""The programs people copy from the boto3 guide for pre-signed URLs, unchanged but for the endpoint of the client."""
import json
import logging
import os

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

ENDPOINT = os.environ['ENDPOINT']


def create_presigned_url(s3_client, bucket_name, object_name, expiration=3600):
    """Generate a presigned URL to share an S3 object"""
    try:
        response = s3_client.generate_presigned_url(
            'get_object',
            Params={'Bucket': bucket_name, 'Key': object_name},
            ExpiresIn=expiration,
        )
    except ClientError as e:
        logging.error(e)
        return None
    return response


def create_presigned_url_expanded(
    s3_client, client_method_name, method_parameters=None, expiration=3600, http_method=None
):
    """Generate a presigned URL to invoke an S3.Client method"""
    try:
        response = s3_client.generate_presigned_url(
            ClientMethod=client_method_name,
            Params=method_parameters,
            ExpiresIn=expiration,
            HttpMethod=http_method,
        )
    except ClientError as e:
        logging.error(e)
        return None
    return response


bucket = 'tutorial'
urls = {}
for name, config in {'default': None, 's3v4': Config(signature_version='s3v4')}.items():
    s3_client = boto3.client('s3', endpoint_url=ENDPOINT, config=config)
    key = f'{name}/report ü+&.txt'
    s3_client.create_bucket(Bucket=bucket)
    s3_client.put_object(Bucket=bucket, Key=key, Body=b'from ' + name.encode())
    urls[name] = {
        'get': create_presigned_url(s3_client, bucket, key),
        'named': create_presigned_url_expanded(
            s3_client,
            'get_object',
            {
                'Bucket': bucket,
                'Key': key,
                'ResponseContentDisposition': 'attachment; filename="my report.txt"',
                'ResponseContentType': 'text/csv',
            },
        ),
        'put': create_presigned_url_expanded(s3_client, 'put_object', {'Bucket': bucket, 'Key': f'{name}/uploaded'}),
        'head': create_presigned_url_expanded(s3_client, 'head_object', {'Bucket': bucket, 'Key': key}),
        'list': create_presigned_url_expanded(s3_client, 'list_objects', {'Bucket': bucket, 'Prefix': name}),
        'delete': create_presigned_url_expanded(s3_client, 'delete_object', {'Bucket': bucket, 'Key': key}),
        'brief': create_presigned_url(s3_client, bucket, key, expiration=1),
    }
print(json.dumps(urls))
