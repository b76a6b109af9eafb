/** Whom bucket and trust policies mean by a name: whoever had it when the policy was set, and nobody who gets it later. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { allow, call, credentialsOf, deny, done, newRole, newUser, policyOf } from '../support/query-client.ts';
import { testServer } from '../support/test-server.ts';
import { expectError, send, signed, type Wanted, xmlTexts } from '../support/wire-client.ts';

const server = await testServer();
afterAll(() => server.close());
const s3 = (method: string, path: string, wanted?: Wanted) => send(server, signed(server, method, path, wanted));
const iam = (action: string, parameters: Record<string, string>) => done(server, 'iam', action, parameters);
const setPolicy = (statement: object) => s3('PUT', '/box', { query: { policy: '' }, body: JSON.stringify(policyOf({ ...statement })) });
const shown = async () => (await s3('GET', '/box', { query: { policy: '' } })).text;
const READ = 'arn:aws:s3:::box/*';
const trustOf = (principal: unknown) => policyOf({ Effect: 'Allow', Principal: principal, Action: 'sts:AssumeRole' });

let account = '';
beforeAll(async () => {
  [account = ''] = xmlTexts((await done(server, 'sts', 'GetCallerIdentity', {})).text, 'Account');
  await s3('PUT', '/box');
  await s3('PUT', '/box/file', { body: 'content' });
});

async function remove(name: string, accessKeyId: string): Promise<void> {
  await iam('DeleteAccessKey', { UserName: name, AccessKeyId: accessKeyId });
  await iam('DeleteUser', { UserName: name });
}

describe('a bucket policy', () => {
  test('lets in the user it names, and not another one of that name', async () => {
    const first = await newUser(server, 'ann');
    expect((await setPolicy(allow('s3:GetObject', READ, { Principal: { AWS: first.arn } }))).status).toBe(204);
    expect((await s3('GET', '/box/file', { credentials: first })).text).toBe('content');
    expect(await shown()).toContain(`"${first.arn}"`);

    const id = xmlTexts((await iam('GetUser', { UserName: 'ann' })).text, 'UserId')[0] ?? '';
    await remove('ann', first.accessKeyId);
    expect(await shown()).toContain(`"${id}"`);
    const second = await newUser(server, 'ann');
    expect(second.arn).toBe(first.arn);
    expectError(await s3('GET', '/box/file', { credentials: second }), { status: 403, code: 'AccessDenied' });
    expect(await shown()).toContain(`"${id}"`);
    expect(await shown()).not.toContain(first.arn);

    // What is shown may be put again, and means the same.
    expect((await s3('PUT', '/box', { query: { policy: '' }, body: await shown() })).status).toBe(204);
    expectError(await s3('GET', '/box/file', { credentials: second }), { status: 403, code: 'AccessDenied' });
    expect((await setPolicy(allow('s3:GetObject', READ, { Principal: { AWS: second.arn } }))).status).toBe(204);
    expect((await s3('GET', '/box/file', { credentials: second })).text).toBe('content');
  });

  test('shows a unique id for a principal only, however the name is written, and means by it what it meant', async () => {
    const first = await newUser(server, 'eve');
    const escaped = first.arn.replace('/', String.raw`\/`);
    const statements = [
      `{"Effect":"Allow","Principal":{"AWS":["${escaped}"]},"Action":"s3:GetObject","Resource":"${READ}"}`,
      `{"Effect":"Deny","Principal":"*","Action":"s3:PutObject","Resource":"${READ}","Condition":{"ArnEquals":{"aws:PrincipalArn":"${first.arn}"}}}`,
    ];
    const body = `{"Version":"2012-10-17","Statement":[${statements.join(',')}]}`;
    expect((await s3('PUT', '/box', { query: { policy: '' }, body })).status).toBe(204);
    expect(await shown()).toBe(body);
    await remove('eve', first.accessKeyId);
    const second = await newUser(server, 'eve');
    const [allowed, denied] = JSON.parse(await shown()).Statement;
    expect([allowed.Principal.AWS, denied.Condition.ArnEquals['aws:PrincipalArn']]).toEqual([expect.stringMatching(/^AIDA/), second.arn]);
    expect((await s3('PUT', '/box', { query: { policy: '' }, body: await shown() })).status).toBe(204);
    expectError(await s3('GET', '/box/file', { credentials: second }), { status: 403, code: 'AccessDenied' });
  });

  test('refuses the user it names, and not another one of that name', async () => {
    const reads = policyOf(allow('s3:GetObject', READ));
    const first = await newUser(server, 'bob', reads);
    await setPolicy(deny('s3:GetObject', READ, { Principal: { AWS: [first.arn] } }));
    expectError(await s3('GET', '/box/file', { credentials: first }), { status: 403, code: 'AccessDenied' });
    await iam('DeleteUserPolicy', { UserName: 'bob', PolicyName: 'own' });
    await remove('bob', first.accessKeyId);
    const second = await newUser(server, 'bob', reads);
    expect((await s3('GET', '/box/file', { credentials: second })).text).toBe('content');
  });

  test('lets in the sessions of the role it names, and not those of another one of that name', async () => {
    const user = await newUser(server, 'carl', policyOf(allow('sts:AssumeRole', '*')));
    const trust = trustOf({ AWS: user.arn });
    const assume = async (role: string) =>
      credentialsOf(await done(server, 'sts', 'AssumeRole', { RoleArn: role, RoleSessionName: 'test' }, user));
    const first = await newRole(server, 'porter', trust);
    expect((await setPolicy(allow('s3:GetObject', READ, { Principal: { AWS: first } }))).status).toBe(204);
    expect((await s3('GET', '/box/file', { credentials: await assume(first) })).text).toBe('content');
    await iam('DeleteRole', { RoleName: 'porter' });
    const second = await newRole(server, 'porter', trust);
    expect(second).toBe(first);
    expectError(await s3('GET', '/box/file', { credentials: await assume(second) }), { status: 403, code: 'AccessDenied' });
  });

  test.each(['user/nobody', 'role/nobody', 'user/elsewhere/ann'])('that names %j, who is not there, is refused', async (name) => {
    const before = await shown();
    const arn = `arn:aws:iam::${account}:${name}`;
    expectError(await setPolicy(allow('s3:GetObject', READ, { Principal: { AWS: arn } })), {
      status: 400,
      code: 'MalformedPolicy',
      message: 'Invalid principal in policy',
      fields: { Detail: `There is no ${arn}.` },
    });
    expect(await shown()).toBe(before);
  });

  test.each([`user/${'x'.repeat(5000)}`, 'user/\0', 'role/a"b'])('that names what nobody can be called is refused: %j', async (name) => {
    const reply = await setPolicy(allow('s3:GetObject', READ, { Principal: { AWS: `arn:aws:iam::${account}:${name}` } }));
    expect([reply.status, reply.error.Code]).toEqual([400, 'MalformedPolicy']);
  });

  test('may name the account, a session, somebody of another account and a unique id', async () => {
    const AWS = [
      account,
      `arn:aws:iam::${account}:root`,
      `arn:aws:sts::${account}:assumed-role/porter/test`,
      'arn:aws:iam::999999999999:user/far',
      'AIDAAAAAAAAAAAAAAAAA2',
    ];
    expect((await setPolicy(allow('s3:GetObject', READ, { Principal: { AWS } }))).status).toBe(204);
    for (const name of AWS) expect(await shown()).toContain(`"${name}"`);
  });
});

describe('a trust policy', () => {
  const assume = (role: string, credentials: Parameters<typeof call>[4]) =>
    call(server, 'sts', 'AssumeRole', { RoleArn: role, RoleSessionName: 'test' }, credentials);

  test('trusts the user it names, and not another one of that name', async () => {
    const first = await newUser(server, 'dora');
    const role = await newRole(server, 'trusting', trustOf({ AWS: first.arn }));
    expect((await assume(role, first)).status).toBe(200);
    const id = xmlTexts((await iam('GetUser', { UserName: 'dora' })).text, 'UserId')[0] ?? '';
    await remove('dora', first.accessKeyId);
    const second = await newUser(server, 'dora');
    const refused = await assume(role, second);
    expect([refused.status, refused.error.Code]).toEqual([403, 'AccessDenied']);
    for (const [action, parameters] of [
      ['GetRole', { RoleName: 'trusting' }],
      ['ListRoles', {}],
    ] as const)
      expect(decodeURIComponent((await iam(action, parameters)).text)).toContain(`"${id}"`);

    await iam('UpdateAssumeRolePolicy', { RoleName: 'trusting', PolicyDocument: JSON.stringify(trustOf({ AWS: second.arn })) });
    expect((await assume(role, second)).status).toBe(200);
  });

  test('that names somebody who is not there is refused, when the role is made and later', async () => {
    const arn = `arn:aws:iam::${account}:user/nobody`;
    const document = JSON.stringify(trustOf({ AWS: arn }));
    const refusal = { status: 400, code: 'MalformedPolicyDocument', message: `Invalid principal in policy: "AWS":"${arn}"` };
    const made = await call(server, 'iam', 'CreateRole', { RoleName: 'untrusting', AssumeRolePolicyDocument: document });
    expect([made.status, made.error.Code, made.error.Message]).toEqual(Object.values(refusal));
    const changed = await call(server, 'iam', 'UpdateAssumeRolePolicy', { RoleName: 'trusting', PolicyDocument: document });
    expect([changed.status, changed.error.Code, changed.error.Message]).toEqual(Object.values(refusal));
  });
});
