/** Users, access keys, policies and sessions managed with the AWS CLI as it comes. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect } from 'vitest';
import { AWS_PROGRAMS, awsCli } from '../support/aws-cli.ts';
import { installedVersions } from '../support/installed-versions.ts';
import { needs } from '../support/programs.ts';
import { serveForThisFile } from '../support/served.ts';

const store = await serveForThisFile();

describe.each(installedVersions(AWS_PROGRAMS, ['--version']))('aws iam and aws sts ($name)', ({ program, name }) => {
  const aws = awsCli(program, store);
  const test = needs(program);
  const suffix = name.replaceAll(/[^a-z0-9]/gi, '-');
  const bucket = `iam-${suffix}`.toLowerCase();
  const user = `user-${suffix}`;
  const iam = (command: string, ...parameters: readonly string[]) => aws.json(['iam', command, ...parameters]);
  const read = JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Action: ['s3:GetObject', 's3:ListBucket'], Resource: [`arn:aws:s3:::${bucket}`, `arn:aws:s3:::${bucket}/*`] },
    ],
  });

  beforeAll(async () => {
    await aws.json(['s3api', 'create-bucket', '--bucket', bucket]);
    const file = join(store.scratch, `${suffix}.txt`);
    await writeFile(file, 'content');
    await aws.json(['s3api', 'put-object', '--bucket', bucket, '--key', 'file', '--body', file]);
  });

  test('get-caller-identity names the account', async () => {
    expect(await aws.json(['sts', 'get-caller-identity'])).toMatchObject({
      Account: expect.stringMatching(/^\d{12}$/),
      Arn: expect.stringMatching(/:root$/),
    });
  });

  test('a user is made, gets a key and a policy, and its URL works as long as both do', async () => {
    const made = (await iam('create-user', '--user-name', user)) as { User: { Arn: string; UserId: string } };
    expect(made.User).toMatchObject({ Arn: expect.stringMatching(new RegExp(`user/${user}$`)), UserId: expect.stringMatching(/^AIDA/) });
    const { AccessKey: key } = (await iam('create-access-key', '--user-name', user)) as {
      AccessKey: { AccessKeyId: string; SecretAccessKey: string };
    };
    const credentials = { AWS_ACCESS_KEY_ID: key.AccessKeyId, AWS_SECRET_ACCESS_KEY: key.SecretAccessKey };
    const url = (await aws(['s3', 'presign', `s3://${bucket}/file`], undefined, credentials)).trim();
    expect((await fetch(url)).status).toBe(403);
    await aws(['iam', 'put-user-policy', '--user-name', user, '--policy-name', 'read', '--policy-document', read]);
    expect(await (await fetch(url)).text()).toBe('content');
    expect(await iam('get-user-policy', '--user-name', user, '--policy-name', 'read')).toMatchObject({ PolicyDocument: JSON.parse(read) });
    const simulated = (await iam(
      'simulate-principal-policy',
      '--policy-source-arn',
      made.User.Arn,
      '--action-names',
      's3:GetObject',
      's3:PutObject',
      '--resource-arns',
      `arn:aws:s3:::${bucket}/file`,
    )) as {
      EvaluationResults: { EvalActionName: string; EvalDecision: string }[];
    };
    expect(simulated.EvaluationResults.map(({ EvalActionName, EvalDecision }) => [EvalActionName, EvalDecision])).toEqual([
      ['s3:GetObject', 'allowed'],
      ['s3:PutObject', 'implicitDeny'],
    ]);
    await aws(['iam', 'update-access-key', '--user-name', user, '--access-key-id', key.AccessKeyId, '--status', 'Inactive']);
    expect((await fetch(url)).status).toBe(403);
    await aws(['iam', 'update-access-key', '--user-name', user, '--access-key-id', key.AccessKeyId, '--status', 'Active']);
    expect((await fetch(url)).status).toBe(200);
    expect(await aws.refused(['iam', 'delete-user', '--user-name', user])).toContain('(DeleteConflict)');
    await aws(['iam', 'delete-access-key', '--user-name', user, '--access-key-id', key.AccessKeyId]);
    expect((await fetch(url)).status).toBe(403);
    await aws(['iam', 'delete-user-policy', '--user-name', user, '--policy-name', 'read']);
    await aws(['iam', 'delete-user', '--user-name', user]);
    expect(await aws.refused(['iam', 'get-user', '--user-name', user])).toContain('(NoSuchEntity)');
  });

  test('a role is assumed, and its session signs URLs that carry its token', async () => {
    const role = `role-${suffix}`;
    const trust = JSON.stringify({
      Version: '2012-10-17',
      Statement: { Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:AssumeRole' },
    });
    const made = (await iam('create-role', '--role-name', role, '--assume-role-policy-document', trust)) as { Role: { Arn: string } };
    await aws(['iam', 'put-role-policy', '--role-name', role, '--policy-name', 'read', '--policy-document', read]);
    const { Credentials: session } = (await aws.json([
      'sts',
      'assume-role',
      '--role-arn',
      made.Role.Arn,
      '--role-session-name',
      'cli',
    ])) as {
      Credentials: { AccessKeyId: string; SecretAccessKey: string; SessionToken: string };
    };
    const environment = {
      AWS_ACCESS_KEY_ID: session.AccessKeyId,
      AWS_SECRET_ACCESS_KEY: session.SecretAccessKey,
      AWS_SESSION_TOKEN: session.SessionToken,
    };
    const url = (await aws(['s3', 'presign', `s3://${bucket}/file`], undefined, environment)).trim();
    expect(await (await fetch(url)).text()).toBe('content');
    await aws(['iam', 'delete-role-policy', '--role-name', role, '--policy-name', 'read']);
    expect((await fetch(url)).status).toBe(403);
    await aws(['iam', 'delete-role', '--role-name', role]);
  });

  test('groups, managed policies and their lists', async () => {
    const { Policy: policy } = (await iam('create-policy', '--policy-name', `p-${suffix}`, '--policy-document', read)) as {
      Policy: { Arn: string };
    };
    await iam('create-group', '--group-name', `g-${suffix}`);
    await iam('create-user', '--user-name', `m-${suffix}`, '--tags', 'Key=team,Value=a');
    await aws(['iam', 'add-user-to-group', '--group-name', `g-${suffix}`, '--user-name', `m-${suffix}`]);
    await aws(['iam', 'attach-group-policy', '--group-name', `g-${suffix}`, '--policy-arn', policy.Arn]);
    expect(await iam('list-attached-group-policies', '--group-name', `g-${suffix}`)).toEqual({
      AttachedPolicies: [{ PolicyName: `p-${suffix}`, PolicyArn: policy.Arn }],
    });
    expect(await iam('list-groups-for-user', '--user-name', `m-${suffix}`)).toMatchObject({ Groups: [{ GroupName: `g-${suffix}` }] });
    expect(await iam('get-policy-version', '--policy-arn', policy.Arn, '--version-id', 'v1')).toMatchObject({
      PolicyVersion: { Document: JSON.parse(read) },
    });
    expect(await aws.refused(['iam', 'delete-policy', '--policy-arn', policy.Arn])).toContain('(DeleteConflict)');
    expect(
      await aws.refused(['iam', 'put-user-policy', '--user-name', `m-${suffix}`, '--policy-name', 'x', '--policy-document', '{']),
    ).toContain('(MalformedPolicyDocument)');
    const { Users: users } = (await iam('list-users', '--max-items', '1')) as { Users: unknown[] };
    expect(users).toHaveLength(1);
  });
});
