/**
 * Security test 1: a pre-signed URL does what its signer may do at the moment it is used. Whatever is taken away (a policy, a group, an access
 * key, the user, a role, a session's beginning) ends it at the very next request, in every process that serves the data.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { SigningCredentials } from '../support/independent-signer.ts';
import { allow, credentialsOf, deny, done, newKey, newRole, newUser, type Parameters, policyOf } from '../support/query-client.ts';
import { type ServerProcess, serverProcesses, stopAll } from '../support/several-servers.ts';
import { presigned, presignedV2, send, signed, type WireRequest, xmlTexts } from '../support/wire-client.ts';

const PROCESSES = 3;
/** A name that all processes are asked by, so that one URL goes to each of them. */
const host = 'files.example.com';
const READ = policyOf(allow('s3:GetObject', 'arn:aws:s3:::box/*'));
const TRUST = policyOf({ Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:AssumeRole' });
let directory = '';
let servers: readonly ServerProcess[] = [];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'latchkey-security-'));
  servers = await serverProcesses(directory, PROCESSES);
  await send(at(0), signed(at(0), 'PUT', '/box'));
  await send(at(1), signed(at(1), 'PUT', '/box/key', { body: 'content' }));
});
afterAll(async () => {
  await stopAll(servers);
  await rm(directory, { recursive: true, force: true });
});

function at(index: number): ServerProcess {
  const server = servers[index % PROCESSES];
  if (server === undefined) throw new Error('no process is running');
  return server;
}

/** What each process answers to the same bytes, asked one after the other from `first` on. */
async function statuses(request: WireRequest, first: number): Promise<number[]> {
  const found: number[] = [];
  for (let i = 0; i < PROCESSES; i++) found.push((await send(at(first + i), request)).status);
  return found;
}
const everywhere = (status: number) => new Array<number>(PROCESSES).fill(status);
const url = (credentials: SigningCredentials) => presigned(at(0), 'GET', '/box/key', { credentials, host });
const iam = (action: string, parameters: Parameters) => (process: number) => done(at(process), 'iam', action, parameters);

type Way = {
  /** Makes what signs, in process 0. */
  begin(name: string): Promise<SigningCredentials>;
  /** What ends it, in that process. */
  end(name: string, credentials: SigningCredentials): (process: number) => Promise<unknown>;
  readonly status: number;
  /** What gives it back, where something does. */
  again?(name: string, credentials: SigningCredentials): (process: number) => Promise<unknown>;
};

const inline = (name: string) => ({ UserName: name, PolicyName: 'own' });
const withPolicy = (name: string) => newUser(at(0), name, READ);
const session = async (name: string, more: Parameters = {}) => {
  const starter = await newUser(at(0), name);
  const role = await newRole(at(0), name, TRUST, READ);
  return credentialsOf(await done(at(1), 'sts', 'AssumeRole', { RoleArn: role, RoleSessionName: 'test', ...more }, starter));
};
const managed = async (name: string) => {
  const made = await done(at(0), 'iam', 'CreatePolicy', { PolicyName: name, PolicyDocument: JSON.stringify(READ) });
  return xmlTexts(made.text, 'Arn')[0] ?? '';
};
const arnOf = async (name: string) =>
  xmlTexts((await done(at(0), 'iam', 'ListPolicies', { MaxItems: '1000' })).text, 'Arn').find((arn) => arn.endsWith(`/${name}`)) ?? '';

let limits = 0;

const ways: Readonly<Record<string, Way>> = {
  'its inline policy is deleted': {
    begin: withPolicy,
    end: (name) => iam('DeleteUserPolicy', inline(name)),
    again: (name) => iam('PutUserPolicy', { ...inline(name), PolicyDocument: JSON.stringify(READ) }),
    status: 403,
  },
  'its inline policy says something else': {
    begin: withPolicy,
    end: (name) => iam('PutUserPolicy', { ...inline(name), PolicyDocument: JSON.stringify(policyOf(allow('s3:PutObject', '*'))) }),
    again: (name) => iam('PutUserPolicy', { ...inline(name), PolicyDocument: JSON.stringify(READ) }),
    status: 403,
  },
  'another policy denies it': {
    begin: withPolicy,
    end: (name) => iam('PutUserPolicy', { UserName: name, PolicyName: 'no', PolicyDocument: JSON.stringify(policyOf(deny('*', '*'))) }),
    again: (name) => iam('DeleteUserPolicy', { UserName: name, PolicyName: 'no' }),
    status: 403,
  },
  'its managed policy is detached': {
    async begin(name) {
      const user = await newUser(at(0), name);
      await done(at(0), 'iam', 'AttachUserPolicy', { UserName: name, PolicyArn: await managed(name) });
      return user;
    },
    end: (name) => async (process) => iam('DetachUserPolicy', { UserName: name, PolicyArn: await arnOf(name) })(process),
    again: (name) => async (process) => iam('AttachUserPolicy', { UserName: name, PolicyArn: await arnOf(name) })(process),
    status: 403,
  },
  'its managed policy has another version': {
    async begin(name) {
      const user = await newUser(at(0), name);
      await done(at(0), 'iam', 'AttachUserPolicy', { UserName: name, PolicyArn: await managed(name) });
      return user;
    },
    end: (name) => async (process) => {
      const PolicyDocument = JSON.stringify(policyOf(allow('s3:PutObject', '*')));
      return iam('CreatePolicyVersion', { PolicyArn: await arnOf(name), PolicyDocument, SetAsDefault: 'true' })(process);
    },
    again: (name) => async (process) => {
      const PolicyArn = await arnOf(name);
      await iam('SetDefaultPolicyVersion', { PolicyArn, VersionId: 'v1' })(process);
      // Five versions are the most.
      const versions = xmlTexts((await done(at(process), 'iam', 'ListPolicyVersions', { PolicyArn })).text, 'VersionId');
      for (const VersionId of versions) if (VersionId !== 'v1') await iam('DeletePolicyVersion', { PolicyArn, VersionId })(process);
    },
    status: 403,
  },
  'it leaves the group that may': {
    async begin(name) {
      const user = await newUser(at(0), name);
      await done(at(0), 'iam', 'CreateGroup', { GroupName: name });
      await done(at(0), 'iam', 'PutGroupPolicy', { GroupName: name, PolicyName: 'own', PolicyDocument: JSON.stringify(READ) });
      await done(at(0), 'iam', 'AddUserToGroup', { GroupName: name, UserName: name });
      return user;
    },
    end: (name) => iam('RemoveUserFromGroup', { GroupName: name, UserName: name }),
    again: (name) => iam('AddUserToGroup', { GroupName: name, UserName: name }),
    status: 403,
  },
  'a boundary is drawn': {
    begin: withPolicy,
    end: (name) => async (process) => {
      const PolicyDocument = JSON.stringify(policyOf(allow('s3:PutObject', '*')));
      const made = await done(at(process), 'iam', 'CreatePolicy', { PolicyName: `${name}-limit-${++limits}`, PolicyDocument });
      return iam('PutUserPermissionsBoundary', { UserName: name, PermissionsBoundary: xmlTexts(made.text, 'Arn')[0] ?? '' })(process);
    },
    again: (name) => iam('DeleteUserPermissionsBoundary', { UserName: name }),
    status: 403,
  },
  'its access key is deactivated': {
    begin: withPolicy,
    end: (name, { accessKeyId }) => iam('UpdateAccessKey', { UserName: name, AccessKeyId: accessKeyId, Status: 'Inactive' }),
    again: (name, { accessKeyId }) => iam('UpdateAccessKey', { UserName: name, AccessKeyId: accessKeyId, Status: 'Active' }),
    status: 403,
  },
  'its access key is deleted': {
    begin: withPolicy,
    end: (name, { accessKeyId }) => iam('DeleteAccessKey', { UserName: name, AccessKeyId: accessKeyId }),
    status: 403,
  },
  'its user is deleted': {
    begin: withPolicy,
    end:
      (name, { accessKeyId }) =>
      async (process) => {
        await iam('DeleteUserPolicy', inline(name))(process);
        await iam('DeleteAccessKey', { UserName: name, AccessKeyId: accessKeyId })(process);
        await iam('DeleteUser', { UserName: name })(process);
        // Who comes later under the same name is somebody else.
        await newUser(at(process), name, READ);
      },
    status: 403,
  },
  'its role loses its policy': {
    begin: (name) => session(name),
    end: (name) => iam('DeleteRolePolicy', { RoleName: name, PolicyName: 'own' }),
    again: (name) => iam('PutRolePolicy', { RoleName: name, PolicyName: 'own', PolicyDocument: JSON.stringify(READ) }),
    status: 403,
  },
  'its role is deleted': {
    begin: (name) => session(name),
    end: (name) => async (process) => {
      await iam('DeleteRolePolicy', { RoleName: name, PolicyName: 'own' })(process);
      await iam('DeleteRole', { RoleName: name })(process);
      await newRole(at(process), name, TRUST, READ);
    },
    status: 403,
  },
  'the access key that began its session is deactivated': {
    begin: (name) => session(name),
    end: (name) => async (process) => {
      const [AccessKeyId = ''] = xmlTexts((await done(at(process), 'iam', 'ListAccessKeys', { UserName: name })).text, 'AccessKeyId');
      return iam('UpdateAccessKey', { UserName: name, AccessKeyId, Status: 'Inactive' })(process);
    },
    again: (name) => async (process) => {
      const [AccessKeyId = ''] = xmlTexts((await done(at(process), 'iam', 'ListAccessKeys', { UserName: name })).text, 'AccessKeyId');
      return iam('UpdateAccessKey', { UserName: name, AccessKeyId, Status: 'Active' })(process);
    },
    status: 403,
  },
  'sessions that began before are ended': {
    begin: (name) => session(name),
    end: (name) => {
      const Condition = { DateLessThan: { 'aws:TokenIssueTime': new Date(Date.now() + 60_000).toISOString() } };
      const PolicyDocument = JSON.stringify(policyOf(deny('*', '*', { Condition })));
      return iam('PutRolePolicy', { RoleName: name, PolicyName: 'older', PolicyDocument });
    },
    again: (name) => iam('DeleteRolePolicy', { RoleName: name, PolicyName: 'older' }),
    status: 403,
  },
  'the bucket’s policy denies it': {
    begin: withPolicy,
    end: (name) => async (process) => {
      const [arn = ''] = xmlTexts((await done(at(process), 'iam', 'GetUser', { UserName: name })).text, 'Arn');
      const body = JSON.stringify(policyOf(deny('s3:*', 'arn:aws:s3:::box/*', { Principal: { AWS: arn } })));
      return send(at(process), signed(at(process), 'PUT', '/box', { query: { policy: '' }, body }));
    },
    again: () => (process) => send(at(process), signed(at(process), 'DELETE', '/box', { query: { policy: '' } })),
    status: 403,
  },
  'a guardrail ends it': {
    begin: withPolicy,
    end: () => (process) => done(at(process), 'latchkey', 'PutGuardrails', { Guardrails: '{"presignedUrls":false}', Bucket: 'box' }),
    again: () => (process) => done(at(process), 'latchkey', 'DeleteGuardrails', { Bucket: 'box' }),
    status: 403,
  },
};

test.each(Object.entries(ways))('Security test 1: a URL ends in every process when %s', async (what, way) => {
  const index = Object.keys(ways).indexOf(what);
  const name = `user-${index}`;
  const credentials = await way.begin(name);
  const request = url(credentials);
  expect(await statuses(request, index), 'before').toEqual(everywhere(200));
  // Every process knows the signer by now; whichever the change is made in, no other may go on with what it remembers.
  for (let round = 0; round < (way.again === undefined ? 1 : 2 * PROCESSES); round++) {
    await way.end(name, credentials)(round);
    expect(await statuses(request, round + 1), 'once it is taken away').toEqual(everywhere(way.status));
    await way.again?.(name, credentials)(round + 2);
    if (way.again !== undefined) expect(await statuses(request, round), 'once it is given back').toEqual(everywhere(200));
  }
});

test('Security test 1: a SigV2 URL and an upload in the same way', async () => {
  const user = await newUser(at(0), 'old', policyOf(allow(['s3:GetObject', 's3:PutObject'], 'arn:aws:s3:::box/*')));
  const requests = [
    presignedV2(at(0), 'GET', '/box/key', { credentials: user, host }),
    presigned(at(0), 'PUT', '/box/upload', { credentials: user, host, body: 'x' }),
  ];
  for (const request of requests) expect(await statuses(request, 0)).toEqual(everywhere(200));
  await iam('DeleteUserPolicy', inline('old'))(1);
  for (const request of requests) expect(await statuses(request, 2)).toEqual(everywhere(403));
});

test('Security test 1: one of two access keys ends alone', async () => {
  const user = await newUser(at(0), 'two', READ);
  const second = await newKey(at(1), 'two');
  await iam('DeleteAccessKey', { UserName: 'two', AccessKeyId: user.accessKeyId })(2);
  expect(await statuses(url(user), 0)).toEqual(everywhere(403));
  expect(await statuses(url(second), 0)).toEqual(everywhere(200));
});
