/** IAM and STS with the AWS SDK for JavaScript as it comes, errors as its own classes. */
import {
  AttachUserPolicyCommand,
  CreateAccessKeyCommand,
  CreatePolicyCommand,
  CreateUserCommand,
  GetUserCommand,
  IAMClient,
  NoSuchEntityException,
  paginateListUsers,
} from '@aws-sdk/client-iam';
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { expect, test } from 'vitest';
import { serveForThisFile } from '../support/served.ts';

const store = await serveForThisFile();
const { endpoint, region, credentials } = store;
const iam = new IAMClient({ endpoint, region, credentials });

test('a user with a managed policy and a key is who GetCallerIdentity says', async () => {
  const { User: user } = await iam.send(new CreateUserCommand({ UserName: 'sdk', Path: '/apps/', Tags: [{ Key: 'team', Value: 'a' }] }));
  const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 's3:*', Resource: '*' }] });
  const { Policy: policy } = await iam.send(new CreatePolicyCommand({ PolicyName: 'sdk', PolicyDocument }));
  await iam.send(new AttachUserPolicyCommand({ UserName: 'sdk', PolicyArn: policy?.Arn }));
  const { AccessKey: key } = await iam.send(new CreateAccessKeyCommand({ UserName: 'sdk' }));
  const own = { accessKeyId: key?.AccessKeyId ?? '', secretAccessKey: key?.SecretAccessKey ?? '' };
  const sts = new STSClient({ endpoint, region, credentials: own });
  const identity = await sts.send(new GetCallerIdentityCommand({}));
  expect(identity).toMatchObject({ Arn: user?.Arn, UserId: user?.UserId, Account: expect.stringMatching(/^\d{12}$/) });
  expect(user?.Arn).toMatch(/:user\/apps\/sdk$/);
  const RoleArn = `arn:aws:iam::${identity.Account}:role/nothing-there`;
  await expect(sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'sdk' }))).rejects.toMatchObject({ name: 'AccessDenied' });
});

test('what is not there is the class the SDK has for it, and pages are followed to their end', async () => {
  await expect(iam.send(new GetUserCommand({ UserName: 'nobody' }))).rejects.toBeInstanceOf(NoSuchEntityException);
  for (const name of ['p1', 'p2', 'p3', 'p4', 'p5']) await iam.send(new CreateUserCommand({ UserName: name, Path: '/pages/' }));
  const names: (string | undefined)[] = [];
  for await (const page of paginateListUsers({ client: iam, pageSize: 2 }, { PathPrefix: '/pages/' })) {
    names.push(...(page.Users ?? []).map(({ UserName }) => UserName));
  }
  expect(names).toEqual(['p1', 'p2', 'p3', 'p4', 'p5']);
});
