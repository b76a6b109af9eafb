/**
 * What Terraform's AWS provider asks when it makes, refreshes and destroys a bucket, a user, an access key and a policy, replayed with the AWS SDK
 * it is built like: a configuration that nobody has set has to answer with S3's own code, or the provider gives up.
 */
import * as Iam from '@aws-sdk/client-iam';
import * as S3 from '@aws-sdk/client-s3';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { beforeAll, describe, expect, test } from 'vitest';
import { serveForThisFile } from '../support/served.ts';

const store = await serveForThisFile();
const { endpoint, region, credentials } = store;
const iam = new Iam.IAMClient({ endpoint, region, credentials });
const s3 = new S3.S3Client({ endpoint, region, credentials, forcePathStyle: true });
const Bucket = 'tf-bucket';
const refused = (name: string) => ({ name });
const allow = (Action: string) => JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action, Resource: '*' }] });

test('the provider finds out whose account it works in', async () => {
  const sts = new STSClient({ endpoint, region, credentials });
  expect((await sts.send(new GetCallerIdentityCommand({}))).Account).toMatch(/^\d{12}$/);
});

describe('aws_s3_bucket', () => {
  beforeAll(() => s3.send(new S3.CreateBucketCommand({ Bucket })));

  test('is there, in its region, and its owner’s', async () => {
    await s3.send(new S3.HeadBucketCommand({ Bucket }));
    expect((await s3.send(new S3.GetBucketLocationCommand({ Bucket }))).LocationConstraint ?? 'us-east-1').toBe(region);
    const { Owner, Grants } = await s3.send(new S3.GetBucketAclCommand({ Bucket }));
    expect(Grants?.map(({ Grantee, Permission }) => [Grantee?.ID, Permission])).toEqual([[Owner?.ID, 'FULL_CONTROL']]);
    await expect(s3.send(new S3.HeadBucketCommand({ Bucket: 'tf-nobody' }))).rejects.toMatchObject({ $metadata: { httpStatusCode: 404 } });
  });

  test.each([
    ['NoSuchBucketPolicy', new S3.GetBucketPolicyCommand({ Bucket })],
    ['NoSuchTagSet', new S3.GetBucketTaggingCommand({ Bucket })],
    ['NoSuchCORSConfiguration', new S3.GetBucketCorsCommand({ Bucket })],
    ['NoSuchWebsiteConfiguration', new S3.GetBucketWebsiteCommand({ Bucket })],
    ['NoSuchLifecycleConfiguration', new S3.GetBucketLifecycleConfigurationCommand({ Bucket })],
    ['ReplicationConfigurationNotFoundError', new S3.GetBucketReplicationCommand({ Bucket })],
    ['ServerSideEncryptionConfigurationNotFoundError', new S3.GetBucketEncryptionCommand({ Bucket })],
    ['ObjectLockConfigurationNotFoundError', new S3.GetObjectLockConfigurationCommand({ Bucket })],
  ])('of which nothing was set answers %s', async (code, command) => {
    await expect(s3.send(command as S3.GetBucketPolicyCommand)).rejects.toMatchObject(refused(code));
  });

  test('answers the rest as a new bucket of S3 does', async () => {
    expect((await s3.send(new S3.GetBucketVersioningCommand({ Bucket }))).Status).toBeUndefined();
    expect((await s3.send(new S3.GetBucketLoggingCommand({ Bucket }))).LoggingEnabled).toBeUndefined();
    expect((await s3.send(new S3.GetBucketAccelerateConfigurationCommand({ Bucket }))).Status).toBeUndefined();
    expect((await s3.send(new S3.GetBucketRequestPaymentCommand({ Bucket }))).Payer).toBe('BucketOwner');
  });

  test('takes a policy, a public access block and ownership controls, and gives them up again', async () => {
    const Policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Deny', Principal: '*', Action: 's3:PutObject', Resource: `arn:aws:s3:::${Bucket}/locked/*` }],
    });
    await s3.send(new S3.PutBucketPolicyCommand({ Bucket, Policy }));
    expect(JSON.parse((await s3.send(new S3.GetBucketPolicyCommand({ Bucket }))).Policy ?? '')).toEqual(JSON.parse(Policy));
    const PublicAccessBlockConfiguration = {
      BlockPublicAcls: true,
      IgnorePublicAcls: false,
      BlockPublicPolicy: true,
      RestrictPublicBuckets: false,
    };
    await s3.send(new S3.PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration }));
    expect((await s3.send(new S3.GetPublicAccessBlockCommand({ Bucket }))).PublicAccessBlockConfiguration).toEqual(
      PublicAccessBlockConfiguration,
    );
    const OwnershipControls = { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' as const }] };
    await s3.send(new S3.PutBucketOwnershipControlsCommand({ Bucket, OwnershipControls }));
    expect((await s3.send(new S3.GetBucketOwnershipControlsCommand({ Bucket }))).OwnershipControls).toEqual(OwnershipControls);
    await s3.send(new S3.DeleteBucketOwnershipControlsCommand({ Bucket }));
    await s3.send(new S3.DeletePublicAccessBlockCommand({ Bucket }));
    await s3.send(new S3.DeleteBucketPolicyCommand({ Bucket }));
    await expect(s3.send(new S3.GetPublicAccessBlockCommand({ Bucket }))).rejects.toMatchObject(
      refused('NoSuchPublicAccessBlockConfiguration'),
    );
  });

  test('holds the state of a configuration, and the lock that only one run gets', async () => {
    const lock = () => new S3.PutObjectCommand({ Bucket, Key: 'env/terraform.tfstate.tflock', Body: '{}', IfNoneMatch: '*' });
    await s3.send(lock());
    await expect(s3.send(lock())).rejects.toMatchObject(refused('PreconditionFailed'));
    await s3.send(new S3.DeleteObjectCommand({ Bucket, Key: 'env/terraform.tfstate.tflock' }));
    await s3.send(lock());
    await s3.send(new S3.DeleteObjectCommand({ Bucket, Key: 'env/terraform.tfstate.tflock' }));
  });

  test('goes when it is destroyed, which may be asked twice', async () => {
    await s3.send(new S3.DeleteBucketCommand({ Bucket }));
    await expect(s3.send(new S3.DeleteBucketCommand({ Bucket }))).rejects.toMatchObject(refused('NoSuchBucket'));
  });
});

describe('aws_iam_user, aws_iam_access_key, aws_iam_user_policy and aws_iam_policy', () => {
  const UserName = 'tf-user';
  const gone = refused('NoSuchEntityException');

  test('are made, read back as they were made, and destroyed', async () => {
    await expect(iam.send(new Iam.GetUserCommand({ UserName }))).rejects.toMatchObject(gone);
    await iam.send(new Iam.CreateUserCommand({ UserName, Path: '/', Tags: [{ Key: 'team', Value: 'a' }] }));
    expect((await iam.send(new Iam.GetUserCommand({ UserName }))).User).toMatchObject({ UserName, Tags: [{ Key: 'team', Value: 'a' }] });
    expect((await iam.send(new Iam.ListUserTagsCommand({ UserName }))).Tags).toEqual([{ Key: 'team', Value: 'a' }]);

    const { AccessKey } = await iam.send(new Iam.CreateAccessKeyCommand({ UserName }));
    const listed = (await iam.send(new Iam.ListAccessKeysCommand({ UserName }))).AccessKeyMetadata;
    expect(listed?.map(({ AccessKeyId, Status }) => [AccessKeyId, Status])).toEqual([[AccessKey?.AccessKeyId, 'Active']]);

    const PolicyName = 'inline';
    await iam.send(new Iam.PutUserPolicyCommand({ UserName, PolicyName, PolicyDocument: allow('s3:*') }));
    const inline = await iam.send(new Iam.GetUserPolicyCommand({ UserName, PolicyName }));
    expect(JSON.parse(decodeURIComponent(inline.PolicyDocument ?? ''))).toEqual(JSON.parse(allow('s3:*')));

    const { Policy } = await iam.send(new Iam.CreatePolicyCommand({ PolicyName: 'managed', PolicyDocument: allow('s3:GetObject') }));
    const PolicyArn = Policy?.Arn ?? '';
    const { Policy: read } = await iam.send(new Iam.GetPolicyCommand({ PolicyArn }));
    const version = await iam.send(new Iam.GetPolicyVersionCommand({ PolicyArn, VersionId: read?.DefaultVersionId }));
    expect(JSON.parse(decodeURIComponent(version.PolicyVersion?.Document ?? ''))).toEqual(JSON.parse(allow('s3:GetObject')));
    await iam.send(new Iam.AttachUserPolicyCommand({ UserName, PolicyArn }));
    const attached = await iam.send(new Iam.ListAttachedUserPoliciesCommand({ UserName }));
    expect(attached.AttachedPolicies).toEqual([{ PolicyName: 'managed', PolicyArn }]);

    await iam.send(new Iam.DetachUserPolicyCommand({ UserName, PolicyArn }));
    for (const { VersionId, IsDefaultVersion } of (await iam.send(new Iam.ListPolicyVersionsCommand({ PolicyArn }))).Versions ?? [])
      if (IsDefaultVersion === false) await iam.send(new Iam.DeletePolicyVersionCommand({ PolicyArn, VersionId }));
    await iam.send(new Iam.DeletePolicyCommand({ PolicyArn }));
    await expect(iam.send(new Iam.GetPolicyCommand({ PolicyArn }))).rejects.toMatchObject(gone);
    await iam.send(new Iam.DeleteUserPolicyCommand({ UserName, PolicyName }));
    await expect(iam.send(new Iam.GetUserPolicyCommand({ UserName, PolicyName }))).rejects.toMatchObject(gone);
    await iam.send(new Iam.DeleteAccessKeyCommand({ UserName, AccessKeyId: AccessKey?.AccessKeyId }));
    expect((await iam.send(new Iam.ListGroupsForUserCommand({ UserName }))).Groups).toEqual([]);
    await iam.send(new Iam.DeleteUserCommand({ UserName }));
    await expect(iam.send(new Iam.GetUserCommand({ UserName }))).rejects.toMatchObject(gone);
  });
});
