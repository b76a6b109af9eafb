"""Users, roles and sessions made with boto3, and what becomes of the URLs that they sign."""
import json
import os
import time

import boto3
import urllib3
from botocore.config import Config
from botocore.exceptions import ClientError

ENDPOINT = os.environ['ENDPOINT']
BUCKET = 'permissions'
http = urllib3.PoolManager()
s3 = boto3.client('s3', endpoint_url=ENDPOINT)
iam = boto3.client('iam', endpoint_url=ENDPOINT)
sts = boto3.client('sts', endpoint_url=ENDPOINT)


def policy(*statements):
    return json.dumps({'Version': '2012-10-17', 'Statement': list(statements)})


def statement(effect, action, **more):
    return {'Effect': effect, 'Action': action, 'Resource': [f'arn:aws:s3:::{BUCKET}', f'arn:aws:s3:::{BUCKET}/*'], **more}


def user(name, *statements):
    """A user with a policy called own, if any, as a client and the key's id."""
    iam.create_user(UserName=name)
    if statements:
        iam.put_user_policy(UserName=name, PolicyName='own', PolicyDocument=policy(*statements))
    key = iam.create_access_key(UserName=name)['AccessKey']
    return client(key['AccessKeyId'], key['SecretAccessKey']), key['AccessKeyId']


def client(key_id, secret, token=None, version='s3v4', service='s3'):
    return boto3.client(
        service,
        endpoint_url=ENDPOINT,
        aws_access_key_id=key_id,
        aws_secret_access_key=secret,
        aws_session_token=token,
        config=Config(signature_version=version) if service == 's3' else None,
    )


def url(signer, method='get_object', key='file'):
    return signer.generate_presigned_url(method, Params={'Bucket': BUCKET, 'Key': key}, ExpiresIn=600)


def status(link, method='GET', body=None):
    return http.request(method, link, body=body).status


def refusal(action):
    try:
        action()
    except ClientError as error:
        return error.response['Error']['Code']
    raise AssertionError('this should have been refused')


s3.create_bucket(Bucket=BUCKET)
s3.put_object(Bucket=BUCKET, Key='file', Body=b'content')
READ = statement('Allow', 's3:GetObject')
ALL = statement('Allow', 's3:*')

# A read-only user's pre-signed PUT is refused, and so is the user's own.
reader, _ = user('reader', READ)
assert status(url(reader)) == 200
assert status(url(reader, 'put_object', 'new'), 'PUT', b'x') == 403
assert status(url(reader, 'delete_object'), 'DELETE') == 403
assert refusal(lambda: reader.put_object(Bucket=BUCKET, Key='new', Body=b'x')) == 'AccessDenied'
assert refusal(lambda: s3.head_object(Bucket=BUCKET, Key='new')) == '404'

# A user without access signs a URL that fails; it starts to work when a policy grants it, and stops when that is taken away.
late, _ = user('late')
link = url(late)
assert status(link) == 403
arn = iam.get_user(UserName='late')['User']['Arn']
simulated = lambda: iam.simulate_principal_policy(
    PolicySourceArn=arn, ActionNames=['s3:GetObject'], ResourceArns=[f'arn:aws:s3:::{BUCKET}/file']
)['EvaluationResults'][0]
assert simulated()['EvalDecision'] == 'implicitDeny'
iam.put_user_policy(UserName='late', PolicyName='own', PolicyDocument=policy(READ))
assert (status(link), simulated()['EvalDecision']) == (200, 'allowed')
assert simulated()['MatchedStatements'][0]['SourcePolicyId'] == 'late/own#1'
assert iam.get_user_policy(UserName='late', PolicyName='own')['PolicyDocument'] == json.loads(policy(READ))
iam.delete_user_policy(UserName='late', PolicyName='own')
assert status(link) == 403

# A deactivated access key, a deleted one, a deleted user and a deleted object each end the URL.
switched, key_id = user('switched', READ)
link = url(switched)
iam.update_access_key(UserName='switched', AccessKeyId=key_id, Status='Inactive')
assert status(link) == 403
iam.update_access_key(UserName='switched', AccessKeyId=key_id, Status='Active')
assert status(link) == 200
iam.delete_access_key(UserName='switched', AccessKeyId=key_id)
assert status(link) == 403
leaver, key_id = user('leaver', READ)
link = url(leaver)
assert status(link) == 200
assert refusal(lambda: iam.delete_user(UserName='leaver')) == 'DeleteConflict'
iam.delete_user_policy(UserName='leaver', PolicyName='own')
iam.delete_access_key(UserName='leaver', AccessKeyId=key_id)
iam.delete_user(UserName='leaver')
assert status(link) == 403
assert refusal(lambda: iam.get_user(UserName='leaver')) == 'NoSuchEntity'
lister, _ = user('lister', ALL)
s3.put_object(Bucket=BUCKET, Key='short-lived', Body=b'x')
link = url(lister, key='short-lived')
assert status(link) == 200
s3.delete_object(Bucket=BUCKET, Key='short-lived')
assert status(link) == 404

# A role session's URL carries its token, and ends with the session.
TRUST = json.dumps(
    {'Version': '2012-10-17', 'Statement': {'Effect': 'Allow', 'Principal': {'AWS': '*'}, 'Action': 'sts:AssumeRole'}}
)
role = iam.create_role(RoleName='photographer', AssumeRolePolicyDocument=TRUST)['Role']['Arn']
iam.put_role_policy(RoleName='photographer', PolicyName='own', PolicyDocument=policy(READ))
iam.create_user(UserName='assumer')
assumer_key = iam.create_access_key(UserName='assumer')['AccessKey']
assumer = client(assumer_key['AccessKeyId'], assumer_key['SecretAccessKey'], service='sts')


def session(**more):
    given = assumer.assume_role(RoleArn=role, RoleSessionName='boto', **more)
    assert given['AssumedRoleUser']['Arn'].endswith(':assumed-role/photographer/boto')
    credentials = given['Credentials']
    return client(credentials['AccessKeyId'], credentials['SecretAccessKey'], credentials['SessionToken'])


link = url(session(DurationSeconds=900))
assert 'X-Amz-Security-Token=' in link
assert status(link) == 200
assert status(link.split('&X-Amz-Security-Token=')[0]) >= 400
iam.update_access_key(UserName='assumer', AccessKeyId=assumer_key['AccessKeyId'], Status='Inactive')
assert status(link) == 403
iam.update_access_key(UserName='assumer', AccessKeyId=assumer_key['AccessKeyId'], Status='Active')
assert status(link) == 200

# A session policy never widens, it only narrows.
wide = session(Policy=policy({'Effect': 'Allow', 'Action': '*', 'Resource': '*'}))
assert status(url(wide)) == 200
assert status(url(wide, 'put_object', 'new'), 'PUT', b'x') == 403
assert status(url(session(Policy=policy(statement('Allow', 's3:PutObject'))))) == 403
assert status(url(session(Policy=policy(statement('Allow', 's3:*'), statement('Deny', 's3:GetObject'))))) == 403
iam.delete_role_policy(RoleName='photographer', PolicyName='own')
iam.delete_role(RoleName='photographer')
assert status(link) == 403

# A Deny on how a request was signed bites what is pre-signed, and nothing else.
PRESIGNED = {'StringEquals': {'s3:authType': 'REST-QUERY-STRING'}}
DENIED = {
    'typed': PRESIGNED,
    'versioned': {'StringEquals': {**PRESIGNED['StringEquals'], 's3:signatureversion': 'AWS4-HMAC-SHA256'}},
    'elsewhere': {**PRESIGNED, 'NotIpAddress': {'aws:SourceIp': '198.51.100.0/24'}},
    'aged': {'NumericGreaterThan': {'s3:signatureAge': '1500'}},
}
for name, condition in DENIED.items():
    limited, _ = user(name, ALL, statement('Deny', 's3:*', Condition=condition))
    link = url(limited)
    if name == 'aged':
        assert status(link) == 200
        while status(link) == 200:
            time.sleep(0.2)
    assert status(link) == 403, name
    assert limited.get_object(Bucket=BUCKET, Key='file')['Body'].read() == b'content', name
old_key = iam.create_access_key(UserName='versioned')['AccessKey']
assert status(url(client(old_key['AccessKeyId'], old_key['SecretAccessKey'], version='s3'))) == 200

# A bucket's policy says whether it is public, and a public access block keeps it from becoming so.
s3.delete_public_access_block(Bucket=BUCKET)
everybody = statement('Allow', 's3:GetObject', Principal='*')
everybody['Resource'] = f'arn:aws:s3:::{BUCKET}/*'
s3.put_bucket_policy(Bucket=BUCKET, Policy=policy(everybody))
assert s3.get_bucket_policy_status(Bucket=BUCKET)['PolicyStatus']['IsPublic'] is True
assert status(f'{ENDPOINT}/{BUCKET}/file') == 200
s3.put_public_access_block(Bucket=BUCKET, PublicAccessBlockConfiguration={'RestrictPublicBuckets': True, 'BlockPublicPolicy': True})
assert status(f'{ENDPOINT}/{BUCKET}/file') == 403
assert refusal(lambda: s3.put_bucket_policy(Bucket=BUCKET, Policy=policy(everybody))) == 'AccessDenied'
s3.put_bucket_policy(Bucket=BUCKET, Policy=policy({**everybody, 'Principal': {'AWS': arn}}))
assert s3.get_bucket_policy_status(Bucket=BUCKET)['PolicyStatus']['IsPublic'] is False

print(json.dumps({'account': sts.get_caller_identity()['Account']}))
