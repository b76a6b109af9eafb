"""Event notifications set and read with boto3."""
import io
import json
import os
import sys

import boto3
from botocore.exceptions import ClientError

ARN = sys.argv[1]
s3 = boto3.client('s3', endpoint_url=os.environ['ENDPOINT'])
s3.create_bucket(Bucket='told')
configuration = {
    'QueueConfigurations': [
        {
            'Id': 'pictures',
            'QueueArn': ARN,
            'Events': ['s3:ObjectCreated:*', 's3:ObjectRemoved:Delete'],
            'Filter': {'Key': {'FilterRules': [{'Name': 'prefix', 'Value': 'in/'}, {'Name': 'suffix', 'Value': '.jpg'}]}},
        }
    ]
}
s3.put_bucket_notification_configuration(Bucket='told', NotificationConfiguration=configuration)
found = s3.get_bucket_notification_configuration(Bucket='told')
found.pop('ResponseMetadata')

s3.put_object(Bucket='told', Key='out/a.jpg', Body=b'not told')
s3.put_object(Bucket='told', Key='in/größe 1.jpg', Body=b'told')
s3.upload_fileobj(io.BytesIO(bytes(9 * 1024 * 1024)), 'told', 'in/large.jpg')
s3.copy_object(Bucket='told', Key='in/copy.jpg', CopySource='told/in/größe 1.jpg')
s3.delete_objects(Bucket='told', Delete={'Objects': [{'Key': 'in/copy.jpg'}]})

configuration['QueueConfigurations'][0]['QueueArn'] = ARN[:-4] + 'AAAA'
try:
    s3.put_bucket_notification_configuration(Bucket='told', NotificationConfiguration=configuration)
    refused = None
except ClientError as error:
    refused = error.response['Error']['Code']

resource = boto3.resource('s3', endpoint_url=os.environ['ENDPOINT'])
arns = [queue['QueueArn'] for queue in resource.BucketNotification('told').queue_configurations]
s3.put_bucket_notification_configuration(Bucket='told', NotificationConfiguration={})
empty = s3.get_bucket_notification_configuration(Bucket='told')
empty.pop('ResponseMetadata')
print(json.dumps({'found': found, 'refused': refused, 'arns': arns, 'empty': empty}))
