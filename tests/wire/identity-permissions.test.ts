/** Permissions are those of the signer at the moment a URL is used: nothing is frozen into it. */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { postForm, signedFields } from '../support/post-form.ts';
import { allow, call, credentialsOf, deny, done, newKey, newRole, newUser, policyOf, putPolicy } from '../support/query-client.ts';
import { testServer } from '../support/test-server.ts';
import { anonymous, expectError, presigned, presignedV2, send, signed, type Wanted } from '../support/wire-client.ts';

const server = await testServer();
afterAll(() => server.close());
const s3 = (method: string, path: string, wanted?: Wanted) => send(server, signed(server, method, path, wanted));
const iam = (action: string, parameters: Record<string, string>) => done(server, 'iam', action, parameters);
const READ = policyOf(allow('s3:GetObject', 'arn:aws:s3:::photos/*'));
const DENIED = { status: 403, code: 'AccessDenied', message: 'Access Denied' } as const;

beforeAll(async () => {
  await s3('PUT', '/photos');
  await s3('PUT', '/other');
  await s3('PUT', '/photos/cat.jpg', { body: 'meow' });
});

describe('a URL', () => {
  test('of a read-only user gets and does not put', async () => {
    const reader = await newUser(server, 'reader', READ);
    expect((await send(server, presigned(server, 'GET', '/photos/cat.jpg', { credentials: reader }))).text).toBe('meow');
    expectError(await send(server, presigned(server, 'PUT', '/photos/dog.jpg', { credentials: reader, body: 'woof' })), DENIED);
    expectError(await send(server, presigned(server, 'DELETE', '/photos/cat.jpg', { credentials: reader })), DENIED);
    expectError(await s3('GET', '/photos/dog.jpg'), { status: 404, code: 'NoSuchKey' });
  });

  test('signed by a user without access begins to work when a policy grants it, and stops when it is taken away', async () => {
    const late = await newUser(server, 'late');
    const url = presigned(server, 'GET', '/photos/cat.jpg', { credentials: late });
    expectError(await send(server, url), DENIED);
    await putPolicy(server, 'late', READ);
    expect((await send(server, url)).text).toBe('meow');
    await iam('DeleteUserPolicy', { UserName: 'late', PolicyName: 'own' });
    expectError(await send(server, url), DENIED);
  });

  test('dies when its access key is deactivated, lives again when it is activated, dies for good when it is deleted', async () => {
    const user = await newUser(server, 'switched', READ);
    const url = presigned(server, 'GET', '/photos/cat.jpg', { credentials: user });
    expect((await send(server, url)).status).toBe(200);
    const key = { UserName: 'switched', AccessKeyId: user.accessKeyId };
    await iam('UpdateAccessKey', { ...key, Status: 'Inactive' });
    expectError(await send(server, url), { status: 403, code: 'InvalidAccessKeyId' });
    await iam('UpdateAccessKey', { ...key, Status: 'Active' });
    expect((await send(server, url)).status).toBe(200);
    await iam('DeleteAccessKey', key);
    expectError(await send(server, url), { status: 403, code: 'InvalidAccessKeyId' });
  });

  test('dies with its user, and a later user of the same name does not bring it back', async () => {
    const user = await newUser(server, 'gone', READ);
    const url = presigned(server, 'GET', '/photos/cat.jpg', { credentials: user });
    await iam('DeleteUserPolicy', { UserName: 'gone', PolicyName: 'own' });
    await iam('DeleteAccessKey', { UserName: 'gone', AccessKeyId: user.accessKeyId });
    await iam('DeleteUser', { UserName: 'gone' });
    expectError(await send(server, url), { status: 403, code: 'InvalidAccessKeyId' });
    await newUser(server, 'gone', READ);
    expectError(await send(server, url), { status: 403, code: 'InvalidAccessKeyId' });
  });

  test('of an object that was deleted finds nothing', async () => {
    const user = await newUser(server, 'lister', policyOf(allow('s3:*', ['arn:aws:s3:::photos', 'arn:aws:s3:::photos/*'])));
    await s3('PUT', '/photos/short-lived', { body: 'x' });
    const url = presigned(server, 'GET', '/photos/short-lived', { credentials: user });
    expect((await send(server, url)).status).toBe(200);
    await s3('DELETE', '/photos/short-lived');
    expectError(await send(server, url), { status: 404, code: 'NoSuchKey' });
  });

  test('of a user who may not list can not be told from a forbidden one where nothing is', async () => {
    const user = await newUser(server, 'blind', READ);
    expectError(await send(server, presigned(server, 'GET', '/photos/nothing', { credentials: user })), DENIED);
  });
});

describe('groups, managed policies and boundaries', () => {
  test('a group’s policy counts for its members as long as they are', async () => {
    const user = await newUser(server, 'member');
    const url = presigned(server, 'GET', '/photos/cat.jpg', { credentials: user });
    await iam('CreateGroup', { GroupName: 'readers' });
    await iam('PutGroupPolicy', { GroupName: 'readers', PolicyName: 'read', PolicyDocument: JSON.stringify(READ) });
    await iam('AddUserToGroup', { GroupName: 'readers', UserName: 'member' });
    expect((await send(server, url)).status).toBe(200);
    await iam('RemoveUserFromGroup', { GroupName: 'readers', UserName: 'member' });
    expectError(await send(server, url), DENIED);
  });

  test('another default version of a managed policy counts at once', async () => {
    const user = await newUser(server, 'managed');
    const url = presigned(server, 'GET', '/photos/cat.jpg', { credentials: user });
    const made = await iam('CreatePolicy', { PolicyName: 'read-photos', PolicyDocument: JSON.stringify(READ) });
    const arn = /<Arn>(.*?)<\/Arn>/.exec(made.text)?.[1] ?? '';
    await iam('AttachUserPolicy', { UserName: 'managed', PolicyArn: arn });
    expect((await send(server, url)).status).toBe(200);
    const none = JSON.stringify(policyOf(deny('s3:*', '*')));
    await iam('CreatePolicyVersion', { PolicyArn: arn, PolicyDocument: none, SetAsDefault: 'true' });
    expectError(await send(server, url), DENIED);
    await iam('SetDefaultPolicyVersion', { PolicyArn: arn, VersionId: 'v1' });
    expect((await send(server, url)).status).toBe(200);
    await iam('DetachUserPolicy', { UserName: 'managed', PolicyArn: arn });
    expectError(await send(server, url), DENIED);
  });

  test('a boundary limits what a user’s policies grant', async () => {
    const user = await newUser(server, 'bounded', policyOf(allow('s3:*', '*')));
    const made = await iam('CreatePolicy', { PolicyName: 'limit', PolicyDocument: JSON.stringify(READ) });
    const arn = /<Arn>(.*?)<\/Arn>/.exec(made.text)?.[1] ?? '';
    await iam('PutUserPermissionsBoundary', { UserName: 'bounded', PermissionsBoundary: arn });
    expect((await send(server, presigned(server, 'GET', '/photos/cat.jpg', { credentials: user }))).status).toBe(200);
    expectError(await send(server, presigned(server, 'PUT', '/photos/x', { credentials: user, body: 'x' })), DENIED);
    await iam('DeleteUserPermissionsBoundary', { UserName: 'bounded' });
    expect((await send(server, presigned(server, 'PUT', '/photos/x', { credentials: user, body: 'x' }))).status).toBe(200);
  });
});

describe('sessions', () => {
  const trust = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:AssumeRole' }] };
  const assume = async (role: string, credentials: Parameters<typeof call>[4], more: Record<string, string> = {}) =>
    call(server, 'sts', 'AssumeRole', { RoleArn: role, RoleSessionName: 'test', ...more }, credentials);

  test('a role session’s URL carries its token and dies with the session', async () => {
    const user = await newUser(server, 'assumer');
    const role = await newRole(server, 'photographer', trust, READ);
    const session = credentialsOf(await assume(role, user, { DurationSeconds: '900' }));
    expect(session.accessKeyId).toMatch(/^LKSA[A-Z2-7]{16}$/);
    const url = presigned(server, 'GET', '/photos/cat.jpg', { credentials: session });
    expect(url.target).toContain('X-Amz-Security-Token=');
    expect((await send(server, url)).text).toBe('meow');
    const { sessionToken: _token, ...bare } = session;
    expectError(await send(server, presigned(server, 'GET', '/photos/cat.jpg', { credentials: bare })), {
      status: 403,
      code: 'InvalidAccessKeyId',
    });
    const start = Date.now();
    server.clock.now = () => start + 901_000;
    expectError(await send(server, url), { status: 400, code: 'ExpiredToken' });
    server.clock.now = undefined;
  });

  test('a session policy narrows and never widens', async () => {
    const user = await newUser(server, 'narrower');
    const role = await newRole(server, 'narrowed', trust, READ);
    const all = JSON.stringify(policyOf(allow('s3:*', '*')));
    const wide = credentialsOf(await assume(role, user, { Policy: all }));
    expect((await send(server, presigned(server, 'GET', '/photos/cat.jpg', { credentials: wide }))).status).toBe(200);
    expectError(await send(server, presigned(server, 'PUT', '/photos/y', { credentials: wide, body: 'x' })), DENIED);
    const other = JSON.stringify(policyOf(allow('s3:GetObject', 'arn:aws:s3:::other/*')));
    const narrow = credentialsOf(await assume(role, user, { Policy: other }));
    expectError(await send(server, presigned(server, 'GET', '/photos/cat.jpg', { credentials: narrow })), DENIED);
  });

  test('a session dies at once when the access key that began it is deactivated', async () => {
    const user = await newUser(server, 'starter');
    const role = await newRole(server, 'started', trust, READ);
    const url = presigned(server, 'GET', '/photos/cat.jpg', { credentials: credentialsOf(await assume(role, user)) });
    expect((await send(server, url)).status).toBe(200);
    await iam('UpdateAccessKey', { UserName: 'starter', AccessKeyId: user.accessKeyId, Status: 'Inactive' });
    expectError(await send(server, url), { status: 403, code: 'InvalidAccessKeyId' });
  });

  test('aws:TokenIssueTime ends the sessions that began before', async () => {
    const user = await newUser(server, 'issuer');
    const role = await newRole(server, 'revoked', trust, READ);
    const url = presigned(server, 'GET', '/photos/cat.jpg', { credentials: credentialsOf(await assume(role, user)) });
    const condition = { DateLessThan: { 'aws:TokenIssueTime': new Date(Date.now() + 60_000).toISOString() } };
    const document = JSON.stringify(policyOf(deny('*', '*', { Condition: condition })));
    await iam('PutRolePolicy', { RoleName: 'revoked', PolicyName: 'revoke-older-sessions', PolicyDocument: document });
    expectError(await send(server, url), DENIED);
  });

  test('GetSessionToken gives a user’s own permissions, and sessions do not beget sessions', async () => {
    const user = await newUser(server, 'token-user', READ);
    const session = credentialsOf(await done(server, 'sts', 'GetSessionToken', {}, user));
    expect((await send(server, presigned(server, 'GET', '/photos/cat.jpg', { credentials: session }))).status).toBe(200);
    expect((await call(server, 'sts', 'GetSessionToken', {}, session)).error.Code).toBe('AccessDenied');
  });

  test('a role that trusts somebody else is refused like one that is not there', async () => {
    const user = await newUser(server, 'stranger', policyOf(allow('sts:AssumeRole', '*')));
    const friend = await newUser(server, 'friend');
    const closed = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: { AWS: friend.arn }, Action: 'sts:AssumeRole' }] };
    const role = await newRole(server, 'closed', closed);
    expect((await assume(role, friend)).status).toBe(200);
    for (const arn of [role, `${role}-that-is-not-there`]) expect((await assume(arn, user)).error.Code).toBe('AccessDenied');
  });
});

describe('a Deny on how a request was signed', () => {
  const get = (credentials: Parameters<typeof call>[4], make: typeof presigned, wanted: Wanted = {}) =>
    send(server, make(server, 'GET', '/photos/cat.jpg', { ...wanted, ...(credentials && { credentials }) }));
  const denying = (condition: unknown) => policyOf(allow('s3:*', '*'), deny('s3:*', '*', { Condition: condition }));

  test('s3:signatureAge bites a URL once it is older than that, and no other request', async () => {
    const user = await newUser(server, 'aged', denying({ NumericGreaterThan: { 's3:signatureAge': '60000' } }));
    expect((await get(user, presigned)).status).toBe(200);
    const old = { date: new Date(Date.now() - 120_000) };
    expectError(await get(user, presigned, old), DENIED);
    expect((await get(user, signed, old)).status).toBe(200);
  });
  test('s3:authType bites URLs and not signed headers', async () => {
    const user = await newUser(server, 'typed', denying({ StringEquals: { 's3:authType': 'REST-QUERY-STRING' } }));
    expectError(await get(user, presigned), DENIED);
    expect((await get(user, signed)).status).toBe(200);
  });
  test('s3:signatureversion bites SigV2 and not SigV4', async () => {
    const user = await newUser(server, 'versioned', denying({ StringEquals: { 's3:signatureversion': 'AWS' } }));
    expectError(await get(user, presignedV2), DENIED);
    expect((await get(user, presigned)).status).toBe(200);
  });
  test('aws:SourceIp bites where the request comes from', async () => {
    const user = await newUser(server, 'elsewhere', denying({ NotIpAddress: { 'aws:SourceIp': '198.51.100.0/24' } }));
    expectError(await get(user, presigned), DENIED);
    await putPolicy(server, 'elsewhere', denying({ NotIpAddress: { 'aws:SourceIp': '127.0.0.0/8' } }));
    expect((await get(user, presigned)).status).toBe(200);
  });
  const PRESIGNED = { 's3:authType': 'REST-QUERY-STRING' };
  test.each<[string, unknown]>([
    ['s3:authType', { StringEquals: PRESIGNED }],
    ['s3:signatureversion', { StringEquals: { ...PRESIGNED, 's3:signatureversion': 'AWS4-HMAC-SHA256' } }],
    ['aws:SourceIp', { StringEquals: PRESIGNED, NotIpAddress: { 'aws:SourceIp': '198.51.100.0/24' } }],
    ['s3:signatureAge', { NumericGreaterThanEquals: { 's3:signatureAge': '0' } }],
  ])('%s bites what is pre-signed, to read, to write and as a form, and no other request', async (key, condition) => {
    const user = await newUser(server, `only-presigned-${key.split(':')[1]}`, denying(condition));
    const form = { StringEquals: { 's3:authType': 'POST' } };
    expectError(await get(user, presigned), DENIED);
    expectError(await send(server, presigned(server, 'PUT', '/photos/new', { credentials: user, body: 'x' })), DENIED);
    expect((await get(user, signed)).status).toBe(200);
    expect((await s3('PUT', '/photos/by-header', { credentials: user, body: 'x' })).status).toBe(200);
    const conditions = [{ bucket: 'photos' }, { key: 'form' }];
    const upload = () => postForm(server, '/photos', [['key', 'form'], ...signedFields({ conditions, credentials: user })]);
    // A form is pre-signed too, and says so in its own word.
    expect((await upload()).status).toBe(key === 's3:signatureAge' ? 403 : 204);
    await putPolicy(server, `only-presigned-${key.split(':')[1]}`, denying(form));
    expectError(await upload(), DENIED);
    expect((await get(user, presigned)).status).toBe(200);
    await s3('DELETE', '/photos/by-header');
    await s3('DELETE', '/photos/form');
  });
  test('a header never becomes a condition key', async () => {
    const user = await newUser(
      server,
      'forger',
      policyOf(allow('s3:GetObject', '*', { Condition: { StringEquals: { 'aws:PrincipalTag/team': 'a' } } })),
    );
    const query = { 'aws:PrincipalTag/team': 'a' };
    expectError(await get(user, signed, { headers: { 'aws-principaltag-team': 'a', 'principaltag-team': 'a' }, query }), DENIED);
  });
});

describe('tags', () => {
  test('s3:ExistingObjectTag is asked of the object as it is', async () => {
    const condition = { StringEquals: { 's3:ExistingObjectTag/class': 'public' } };
    const user = await newUser(server, 'tag-reader', policyOf(allow('s3:GetObject', '*', { Condition: condition })));
    await s3('PUT', '/photos/tagged', { body: 'x', headers: { 'x-amz-tagging': 'class=public' } });
    const url = presigned(server, 'GET', '/photos/tagged', { credentials: user });
    expect((await send(server, url)).status).toBe(200);
    await s3('PUT', '/photos/tagged', { body: 'x', headers: { 'x-amz-tagging': 'class=secret' } });
    expectError(await send(server, url), DENIED);
  });
  test('s3:RequestObjectTag is asked of the header and of the body of PutObjectTagging', async () => {
    const condition = { StringEquals: { 's3:RequestObjectTag/class': 'public' } };
    const user = await newUser(server, 'tagger', policyOf(allow(['s3:PutObject', 's3:PutObjectTagging'], '*', { Condition: condition })));
    const put = (tagging: string) =>
      s3('PUT', '/photos/by-tagger', { credentials: user, body: 'x', headers: { 'x-amz-tagging': tagging } });
    expect((await put('class=public')).status).toBe(200);
    expectError(await put('class=secret'), DENIED);
    const tag = (value: string) => {
      const body = `<Tagging><TagSet><Tag><Key>class</Key><Value>${value}</Value></Tag></TagSet></Tagging>`;
      const md5 = createHash('md5').update(body).digest('base64');
      return s3('PUT', '/photos/by-tagger', { credentials: user, query: { tagging: '' }, body, headers: { 'Content-MD5': md5 } });
    };
    expect((await tag('public')).status).toBe(200);
    expectError(await tag('secret'), DENIED);
  });
});

describe('bucket policies', () => {
  const put = (bucket: string, policy: unknown) => s3('PUT', `/${bucket}`, { query: { policy: '' }, body: JSON.stringify(policy) });
  const everyone = (bucket: string) => policyOf(allow('s3:GetObject', `arn:aws:s3:::${bucket}/*`, { Principal: '*' }));

  test('a new bucket refuses a public policy until its public access block is lifted; then everyone may read', async () => {
    await s3('PUT', '/open-box');
    await s3('PUT', '/open-box/file', { body: 'for all' });
    const get = () => send(server, anonymous(server, 'GET', '/open-box/file'));
    expectError(await get(), DENIED);
    expectError(await put('open-box', everyone('open-box')), DENIED);
    expect((await s3('DELETE', '/open-box', { query: { publicAccessBlock: '' } })).status).toBe(204);
    expect((await put('open-box', everyone('open-box'))).status).toBe(204);
    expect((await get()).text).toBe('for all');
    expect((await s3('GET', '/open-box', { query: { policyStatus: '' } })).text).toContain('<IsPublic>true</IsPublic>');
    expectError(await send(server, anonymous(server, 'PUT', '/open-box/file', { body: 'x' })), DENIED);
    expectError(await send(server, anonymous(server, 'GET', '/open-box')), DENIED);
    expect((await s3('DELETE', '/open-box', { query: { policy: '' } })).status).toBe(204);
    expectError(await get(), DENIED);
  });
  test('a policy of another bucket, or of all, is MalformedPolicy', async () => {
    for (const resource of ['arn:aws:s3:::photos/*', 'arn:aws:s3:::other*', '*'])
      expectError(await put('other', policyOf(deny('s3:GetObject', resource, { Principal: '*' }))), {
        status: 400,
        code: 'MalformedPolicy',
      });
    expectError(await s3('PUT', '/other', { query: { policy: '' }, body: 'not JSON' }), {
      status: 400,
      code: 'MalformedPolicy',
      message: "Policies must be valid JSON and the first byte must be '{'",
    });
  });
  test('a Deny in it counts for root too, who can still take it away', async () => {
    await s3('PUT', '/locked');
    await s3('PUT', '/locked/file', { body: 'x' });
    expect((await put('locked', policyOf(deny('s3:*', ['arn:aws:s3:::locked', 'arn:aws:s3:::locked/*'], { Principal: '*' })))).status).toBe(
      204,
    );
    expectError(await s3('GET', '/locked/file'), DENIED);
    expect((await s3('DELETE', '/locked', { query: { policy: '' } })).status).toBe(204);
    expect((await s3('GET', '/locked/file')).status).toBe(200);
  });
  test('a bucket made again does not have the policy of the one before', async () => {
    await s3('PUT', '/again');
    await put('again', policyOf(deny('s3:GetObject', 'arn:aws:s3:::again/*', { Principal: '*' })));
    await s3('DELETE', '/again');
    await s3('PUT', '/again');
    expectError(await s3('GET', '/again', { query: { policy: '' } }), { status: 404, code: 'NoSuchBucketPolicy' });
  });
});

test('CopyObject needs both ends', async () => {
  const user = await newUser(server, 'copier', policyOf(allow('s3:PutObject', 'arn:aws:s3:::other/*')));
  const copy = () => s3('PUT', '/other/copy', { credentials: user, headers: { 'x-amz-copy-source': '/photos/cat.jpg' } });
  expectError(await copy(), DENIED);
  await putPolicy(
    server,
    'copier',
    policyOf(allow('s3:PutObject', 'arn:aws:s3:::other/*'), allow('s3:GetObject', 'arn:aws:s3:::photos/*')),
  );
  expect((await copy()).status).toBe(200);
});

test('two access keys to a user, and no third', async () => {
  await newUser(server, 'two-keys');
  await newKey(server, 'two-keys');
  expect((await call(server, 'iam', 'CreateAccessKey', { UserName: 'two-keys' })).error.Code).toBe('LimitExceeded');
});
