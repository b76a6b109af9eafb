/** A link is a credential of its own: it is what its maker may do now, narrowed by its terms, until somebody takes it back. */

import { createSealer } from '@latchkey/server/identity/sealing';
import { openMemoryObjectStore } from '@latchkey/storage/memory-object-store';
import { openMemoryRecordStore } from '@latchkey/storage/memory-record-store';
import { openMemoryUseStore } from '@latchkey/storage/memory-use-store';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { api, done as doneByApi, expectProblem } from '../support/json-api.ts';
import { newLink, requestOf, type Use, uploadForm, use } from '../support/links.ts';
import { allow, call, credentialsOf, deny, done, newRole, newUser, policyOf, putPolicy } from '../support/query-client.ts';
import { MASTER_KEY, testServer } from '../support/test-server.ts';
import { expectError, presigned, presignedV2, send, signed, withHeader } from '../support/wire-client.ts';

const records = openMemoryRecordStore();
const stores = { objects: openMemoryObjectStore(), records, uses: openMemoryUseStore() };
const server = await testServer(stores);
/** Another process on the same stores. */
const other = await testServer(stores);
afterAll(() => Promise.all([server.close(), other.close()]));

const DENIED = { status: 403, code: 'AccessDenied', message: 'Access Denied' } as const;
const UNKNOWN = { status: 403, code: 'InvalidAccessKeyId' } as const;
const ALL = ['arn:aws:s3:::box', 'arn:aws:s3:::box/*'];
const MAKER = policyOf(allow(['s3:GetObject', 's3:PutObject', 'latchkey:CreateLink'], ALL));
const iam = (action: string, parameters: Record<string, string>) => done(server, 'iam', action, parameters);
const atOther = (url: string) => send(other, { ...requestOf(url) });

beforeAll(async () => {
  await send(server, signed(server, 'PUT', '/box'));
  await send(server, signed(server, 'PUT', '/box/file', { body: 'gold' }));
});

describe('a link', () => {
  test('fetches the object without an account, and says nothing of who made it', async () => {
    const link = await newLink(server, '/box/file');
    expect(link.id).toMatch(/^LKLN[A-Z2-7]{16}$/);
    expect(link.url).toContain(encodeURIComponent(`${link.id}/`));
    expect(link.url).not.toContain('LKROOT');
    expect((await use(server, link)).text).toBe('gold');
  });

  test('answers HEAD as well as GET, and nothing else', async () => {
    const link = await newLink(server, '/box/file');
    const head = await use(server, link, { method: 'HEAD' });
    expect([head.status, head.headers.get('content-length')]).toEqual([200, '4']);
    for (const method of ['PUT', 'DELETE', 'POST']) expect((await use(server, link, { method, body: 'x' })).status).not.toBe(200);
    expect((await send(server, signed(server, 'GET', '/box/file'))).text).toBe('gold');
  });

  test('for an upload takes one, and gives nothing back', async () => {
    const link = await newLink(server, '/box/inbox', { method: 'PUT' });
    expect((await use(server, link, { method: 'PUT', body: 'brought' })).status).toBe(200);
    expect((await send(server, signed(server, 'GET', '/box/inbox'))).text).toBe('brought');
    for (const method of ['GET', 'HEAD', 'DELETE']) expect((await use(server, link, { method })).status).toBe(403);
  });

  test('that is a form takes files under its prefix, and only there', async () => {
    const link = await newLink(server, '/box/', { method: 'POST', keyPrefix: 'in/' });
    expect((await uploadForm(server, link, { content: 'a file', filename: 'a.txt' })).status).toBe(204);
    expect((await send(server, signed(server, 'GET', '/box/in/a.txt'))).text).toBe('a file');
    const elsewhere = { ...link, fields: { ...link.fields, key: 'out/a.txt' } };
    expectError(await uploadForm(server, elsewhere, { content: 'x' }), { status: 403, code: 'AccessDenied' });
    expect((await send(server, signed(server, 'HEAD', '/box/out/a.txt'))).status).toBe(404);
  });

  test('of a prefix has a URL for each key under it, and none for others', async () => {
    const { id } = await newLink(server, '/box/', { keyPrefix: 'fi' });
    const { url } = await doneByApi(server, 'POST', `/links/${id}/url`, { json: { key: 'file' } });
    expect((await use(server, { url })).text).toBe('gold');
    expectProblem(await api(server, 'POST', `/links/${id}/url`, { json: { key: 'other' } }), { status: 400, code: 'InvalidArgument' });
    expect((await send(server, requestOf(url.replace('/file?', '/fig?')))).error.Code).toBe('SignatureDoesNotMatch');
  });

  test('to a key where nothing is yet finds what comes there later', async () => {
    const link = await newLink(server, '/box/later');
    expectError(await use(server, link), { status: 404, code: 'NoSuchKey' });
    await send(server, signed(server, 'PUT', '/box/later', { body: 'here' }));
    expect((await use(server, link)).text).toBe('here');
    await send(server, signed(server, 'PUT', '/box/later', { body: 'another' }));
    expect((await use(server, link)).text).toBe('another');
    await send(server, signed(server, 'DELETE', '/box/later'));
    expectError(await use(server, link), { status: 404, code: 'NoSuchKey' });
  });

  test('whose maker may not list tells a missing object from a forbidden one to nobody', async () => {
    const maker = await newUser(server, 'blind-maker', MAKER);
    expectError(await use(server, await newLink(server, '/box/nothing', {}, { credentials: maker })), DENIED);
  });
});

describe('a link of a user', () => {
  test('lives on when the access key is deactivated or deleted that it was made with', async () => {
    const maker = await newUser(server, 'rotating', MAKER);
    const link = await newLink(server, '/box/file', {}, { credentials: maker });
    await iam('UpdateAccessKey', { UserName: 'rotating', AccessKeyId: maker.accessKeyId, Status: 'Inactive' });
    expect((await use(server, link)).text).toBe('gold');
    await iam('DeleteAccessKey', { UserName: 'rotating', AccessKeyId: maker.accessKeyId });
    expect((await use(server, link)).text).toBe('gold');
  });

  test('stops with the permission of its maker, in every process, and works again with it', async () => {
    const maker = await newUser(server, 'demoted', MAKER);
    const link = await newLink(server, '/box/file', {}, { credentials: maker });
    expect((await atOther(link.url)).text).toBe('gold');
    await putPolicy(server, 'demoted', policyOf(allow('s3:PutObject', ALL)));
    expectError(await use(server, link), DENIED);
    expectError(await atOther(link.url), DENIED);
    await putPolicy(server, 'demoted', MAKER);
    expect((await atOther(link.url)).text).toBe('gold');
  });

  test('of one who may only read is no way to write', async () => {
    const reader = await newUser(server, 'reading-maker', policyOf(allow(['s3:GetObject', 'latchkey:CreateLink'], ALL)));
    const link = await newLink(server, '/box/written', { method: 'PUT' }, { credentials: reader });
    expectError(await use(server, link, { method: 'PUT', body: 'x' }), DENIED);
    expect((await send(server, signed(server, 'HEAD', '/box/written'))).status).toBe(404);
  });

  test('dies with its maker, and a later user of the same name does not bring it back', async () => {
    const maker = await newUser(server, 'gone', MAKER);
    const link = await newLink(server, '/box/file', {}, { credentials: maker });
    await iam('DeleteUserPolicy', { UserName: 'gone', PolicyName: 'own' });
    await iam('DeleteAccessKey', { UserName: 'gone', AccessKeyId: maker.accessKeyId });
    await iam('DeleteUser', { UserName: 'gone' });
    expectError(await use(server, link), UNKNOWN);
    expectError(await atOther(link.url), UNKNOWN);
    await newUser(server, 'gone', MAKER);
    expectError(await use(server, link), UNKNOWN);
  });

  test('is refused where a bucket policy denies its maker', async () => {
    const maker = await newUser(server, 'denied', MAKER);
    const link = await newLink(server, '/box/file', {}, { credentials: maker });
    const policy = policyOf(deny('s3:GetObject', ALL, { Principal: { AWS: maker.arn } }));
    await send(server, signed(server, 'PUT', '/box', { query: { policy: '' }, body: JSON.stringify(policy) }));
    expectError(await use(server, link), DENIED);
    await send(server, signed(server, 'DELETE', '/box', { query: { policy: '' } }));
    expect((await use(server, link)).text).toBe('gold');
  });

  test('needs latchkey:CreateLink on the object', async () => {
    const user = await newUser(server, 'no-maker', policyOf(allow('s3:*', ALL), allow('latchkey:CreateLink', 'arn:aws:s3:::box/public/*')));
    const credentials = { credentials: user };
    const link = (json: unknown) => api(server, 'POST', '/links', { json, ...credentials });
    expectProblem(await link({ bucket: 'box', key: 'file' }), { status: 403, code: 'AccessDenied' });
    expectProblem(await link({ bucket: 'box', keyPrefix: 'pub', method: 'POST' }), { status: 403, code: 'AccessDenied' });
    expect((await link({ bucket: 'box', key: 'public/file' })).status).toBe(201);
    expect((await link({ bucket: 'box', keyPrefix: 'public/a', method: 'POST' })).status).toBe(201);
  });
});

describe('a link of a session', () => {
  const trust = (arn: string) => policyOf({ Effect: 'Allow', Principal: { AWS: arn }, Action: 'sts:AssumeRole' });

  test('outlives it, and has its role’s permissions as they are then', async () => {
    const user = await newUser(server, 'assuming', policyOf(allow('sts:AssumeRole', '*')));
    const arn = await newRole(server, 'deputy', trust(user.arn), MAKER);
    const session = credentialsOf(
      await call(server, 'sts', 'AssumeRole', { RoleArn: arn, RoleSessionName: 'one', DurationSeconds: '900' }, user),
    );
    const link = await newLink(server, '/box/file', { expiresIn: '1d' }, { credentials: session });
    await iam('UpdateAccessKey', { UserName: 'assuming', AccessKeyId: user.accessKeyId, Status: 'Inactive' });
    server.clock.now = () => Date.now() + 3 * 3600_000;
    try {
      expectError(await send(server, presigned(server, 'GET', '/box/file', { credentials: session })), UNKNOWN);
      expect((await use(server, link)).text).toBe('gold');
    } finally {
      server.clock.now = undefined;
    }
    await iam('DeleteRolePolicy', { RoleName: 'deputy', PolicyName: 'own' });
    expectError(await use(server, link), DENIED);
  });

  test('is no wider than the session was', async () => {
    const user = await newUser(server, 'narrowing', policyOf(allow('sts:AssumeRole', '*')));
    const arn = await newRole(server, 'narrowed', trust(user.arn), MAKER);
    const Policy = JSON.stringify(policyOf(allow(['s3:PutObject', 'latchkey:CreateLink'], ALL)));
    const session = credentialsOf(await call(server, 'sts', 'AssumeRole', { RoleArn: arn, RoleSessionName: 'two', Policy }, user));
    const link = await newLink(server, '/box/file', {}, { credentials: session });
    expectError(await use(server, link), DENIED);
    expect((await use(server, await newLink(server, '/box/file', {}))).text).toBe('gold');
  });

  test('is as old as the session, for policies that revoke sessions by their age', async () => {
    const user = await newUser(server, 'aged', policyOf(allow('sts:AssumeRole', '*')));
    const arn = await newRole(server, 'revoking', trust(user.arn), MAKER);
    const session = credentialsOf(await call(server, 'sts', 'AssumeRole', { RoleArn: arn, RoleSessionName: 'three' }, user));
    const link = await newLink(server, '/box/file', {}, { credentials: session });
    expect((await use(server, link)).text).toBe('gold');
    const old = { DateLessThan: { 'aws:TokenIssueTime': new Date(Date.now() + 60_000).toISOString() } };
    const PolicyDocument = JSON.stringify(policyOf(deny('*', '*', { Condition: old })));
    await iam('PutRolePolicy', { RoleName: 'revoking', PolicyName: 'revoke-older', PolicyDocument });
    expectError(await use(server, link), DENIED);
  });
});

describe('a link that is taken back', () => {
  const change = (id: string, json: unknown) => doneByApi(server, 'PATCH', `/links/${id}`, { json });

  test('is refused from the next request on, in every process, for good', async () => {
    const link = await newLink(server, '/box/file');
    expect((await atOther(link.url)).status).toBe(200);
    expect((await doneByApi(server, 'DELETE', `/links/${link.id}`)).status).toBe('revoked');
    const refused = { status: 403, code: 'AccessDenied', message: 'The link has been revoked.' } as const;
    expectError(await use(server, link), refused);
    expectError(await atOther(link.url), refused);
    const again = await api(server, 'PATCH', `/links/${link.id}`, { json: { status: 'active' } });
    expectProblem(again, { status: 400, code: 'UnmodifiableEntity' });
    expectError(await use(server, link), refused);
  });

  test('for a while works again when it is resumed', async () => {
    const link = await newLink(server, '/box/file');
    await change(link.id, { status: 'paused' });
    expectError(await atOther(link.url), { status: 403, code: 'AccessDenied', message: 'The link is paused.' });
    await change(link.id, { status: 'active' });
    expect((await atOther(link.url)).text).toBe('gold');
  });

  test('does not say so to whoever only knows its id', async () => {
    const link = await newLink(server, '/box/file');
    await doneByApi(server, 'DELETE', `/links/${link.id}`);
    const guessed = presigned(server, 'GET', '/box/file', { credentials: { accessKeyId: link.id, secretAccessKey: 'guessed' } });
    expectError(await send(server, guessed), { status: 403, code: 'SignatureDoesNotMatch' });
  });
});

describe('the time of a link', () => {
  const at = async (moment: number, url: string, how: Use = {}) => {
    server.clock.now = () => moment;
    try {
      return await use(server, { url }, how);
    } finally {
      server.clock.now = undefined;
    }
  };

  test('is over at its end, which is said as S3 says it of a URL', async () => {
    const start = Math.ceil(Date.now() / 1000) * 1000;
    const expiresAt = new Date(start + 60_000).toISOString();
    const link = await newLink(server, '/box/file', { expiresAt });
    expect((await at(start + 59_999, link.url)).text).toBe('gold');
    const reply = await at(start + 60_000, link.url);
    expectError(reply, { status: 403, code: 'AccessDenied', message: 'Request has expired' });
    expect(reply.error).toMatchObject({
      'X-Amz-Expires': expect.stringMatching(/^(?:60|61)$/),
      Expires: expiresAt.replace('.000', ''),
      ServerTime: expiresAt.replace('.000', ''),
    });
  });

  test('may begin later', async () => {
    const start = Date.now();
    const link = await newLink(server, '/box/file', { expiresIn: '2h', notBefore: new Date(start + 3600_000).toISOString() });
    expectError(await at(start + 3599_000, link.url), { status: 403, code: 'AccessDenied', message: 'Request is not valid yet' });
    expect((await at(start + 3601_000, link.url)).text).toBe('gold');
  });

  test('that has not begun gives nothing, however it is asked for, and loses no use by it', async () => {
    const start = Date.now();
    const link = await newLink(server, '/box/file', { expiresIn: '2h', notBefore: new Date(start + 3600_000).toISOString(), maxUses: 1 });
    const early = start + 3599_000;
    expect((await at(early, link.url, { method: 'HEAD' })).status).toBe(403);
    for (const headers of [
      { Range: 'bytes=0-0' },
      { Range: 'bytes=0-' },
      { 'If-None-Match': '*' },
      { Date: new Date(start + 7000_000).toUTCString() },
    ]) {
      const reply = await at(early, link.url, { headers });
      expectError(reply, { status: 403, code: 'AccessDenied', message: 'Request is not valid yet' });
      expect(reply.text).not.toContain('gold');
    }
    const later = start + 3600_000;
    expect((await at(later, link.url, { method: 'HEAD' })).status).toBe(200);
    expect((await at(later, link.url, { headers: { Range: 'bytes=1-' } })).text).toBe('old');
  });

  test('that has not begun stores nothing', async () => {
    const start = Date.now();
    const terms = { expiresIn: '2h', notBefore: new Date(start + 3600_000).toISOString() };
    const put = await newLink(server, '/box/early', { ...terms, method: 'PUT' });
    expectError(await at(start, put.url, { method: 'PUT', body: 'x' }), { status: 403, code: 'AccessDenied' });
    const form = await newLink(server, '/box/early', { ...terms, method: 'POST' });
    expectError(await uploadForm(server, form, { content: 'x' }), { status: 403, code: 'AccessDenied' });
    expect((await send(server, signed(server, 'HEAD', '/box/early'))).status).toBe(404);
    expect((await at(start + 3600_000, put.url, { method: 'PUT', body: 'x' })).status).toBe(200);
  });

  test('does not begin once it was revoked, by itself or by a rule', async () => {
    const start = Date.now();
    const terms = { expiresIn: '2h', notBefore: new Date(start + 3600_000).toISOString() };
    const [one, ruled] = [await newLink(server, '/box/file', terms), await newLink(server, '/box/file', { ...terms, label: 'not begun' })];
    await doneByApi(server, 'DELETE', `/links/${one.id}`);
    await doneByApi(server, 'POST', '/revocations', { json: { by: 'label', label: 'not begun' } });
    for (const { url } of [one, ruled]) expectError(await at(start + 3601_000, url), { status: 403, code: 'AccessDenied' });
  });

  test('begins before it ends, and may be moved while it has not begun', async () => {
    const start = Date.now();
    const inSeconds = (seconds: number) => new Date(start + seconds * 1000).toISOString();
    const never = { json: { bucket: 'box', key: 'file', expiresAt: inSeconds(3600), notBefore: inSeconds(3600) } };
    expectProblem(await api(server, 'POST', '/links', never), { status: 400, code: 'InvalidArgument' });
    const link = await newLink(server, '/box/file', { expiresAt: inSeconds(7200), notBefore: inSeconds(3600) });
    await doneByApi(server, 'PATCH', `/links/${link.id}`, { json: { notBefore: inSeconds(1800) } });
    expect((await at(start + 1801_000, link.url)).text).toBe('gold');
    await doneByApi(server, 'PATCH', `/links/${link.id}`, { json: { notBefore: null } });
    expect((await use(server, link)).text).toBe('gold');
  });

  test('can be extended without another URL, for as long as a URL works at all', async () => {
    const start = Date.now();
    const link = await newLink(server, '/box/file', { expiresIn: '1h' });
    expectError(await at(start + 2 * 3600_000, link.url), { status: 403, code: 'AccessDenied' });
    const DAY = 24 * 3600_000;
    await doneByApi(server, 'PATCH', `/links/${link.id}`, { json: { expiresAt: new Date(start + 6 * DAY).toISOString() } });
    expect((await at(start + 5 * DAY, link.url)).text).toBe('gold');
    const tooFar = { json: { expiresAt: new Date(start + 8 * DAY).toISOString() } };
    expectProblem(await api(server, 'PATCH', `/links/${link.id}`, tooFar), { status: 400, code: 'InvalidArgument' });
  });

  test('beyond that needs another URL, and the former ends as it was signed to', async () => {
    const start = Date.now();
    const DAY = 24 * 3600_000;
    const link = await newLink(server, '/box/file', { expiresIn: '7d' });
    server.clock.now = () => start + 6 * DAY;
    const extended = { expiresAt: new Date(start + 12 * DAY).toISOString(), newUrl: true };
    const { url } = await doneByApi(server, 'PATCH', `/links/${link.id}`, { json: extended, date: new Date(start + 6 * DAY) });
    server.clock.now = undefined;
    expect((await at(start + 8 * DAY, url)).text).toBe('gold');
    expectError(await at(start + 8 * DAY, link.url), { status: 403, code: 'AccessDenied', message: 'Request has expired' });
    expectError(await at(start + 12 * DAY, url), { status: 403, code: 'AccessDenied', message: 'Request has expired' });
  });

  test('can not be longer than a signature lasts', async () => {
    const reply = await api(server, 'POST', '/links', { json: { bucket: 'box', key: 'file', expiresIn: '8d' } });
    expectProblem(reply, { status: 400, code: 'InvalidArgument' });
  });
});

describe('the secret of a link, if somebody had it,', () => {
  const stolen = async (path: string, terms: object = {}) => {
    const { id } = await newLink(server, path, terms);
    const link = (await records.get('link', id))?.value as { secret: Parameters<ReturnType<typeof createSealer>['open']>[0] };
    return { credentials: { accessKeyId: id, secretAccessKey: createSealer([MASTER_KEY]).open(link.secret, `link/${id}`) } };
  };

  test('is stored sealed', async () => {
    const { credentials } = await stolen('/box/file');
    const { value } = (await records.get('link', credentials.accessKeyId)) ?? {};
    expect(JSON.stringify(value)).not.toContain(credentials.secretAccessKey);
  });

  test('signs no header', async () => {
    expectError(await send(server, signed(server, 'GET', '/box/file', await stolen('/box/file'))), DENIED);
  });

  test('signs nothing in SigV2', async () => {
    expectError(await send(server, presignedV2(server, 'GET', '/box/file', await stolen('/box/file'))), DENIED);
  });

  test('gets at no other key, no other bucket and no list', async () => {
    const file = await stolen('/box/file');
    await send(server, signed(server, 'PUT', '/box/file2', { body: 'other' }));
    expect((await send(server, presigned(server, 'GET', '/box/file', file))).text).toBe('gold');
    for (const [method, path, query] of [
      ['GET', '/box/file2', {}],
      ['GET', '/box', { 'list-type': '2' }],
      ['GET', '/', {}],
      ['GET', '/box/file', { tagging: '' }],
      ['GET', '/box/file', { acl: '' }],
      ['DELETE', '/box/file', {}],
      ['PUT', '/box/file', {}],
    ] as const)
      expectError(await send(server, presigned(server, method, path, { ...file, query })), DENIED);
  });

  test('copies nothing, uploads no part and begins no upload', async () => {
    const inbox = await stolen('/box/copied', { method: 'PUT' });
    const copy = presigned(server, 'PUT', '/box/copied', { ...inbox, headers: { 'x-amz-copy-source': '/box/file' } });
    expectError(await send(server, copy), DENIED);
    const part = presigned(server, 'PUT', '/box/copied', { ...inbox, query: { uploadId: 'x', partNumber: '1' }, body: 'x' });
    expectError(await send(server, part), DENIED);
    expectError(await send(server, presigned(server, 'POST', '/box/copied', { ...inbox, query: { uploads: '' } })), DENIED);
    expect((await send(server, signed(server, 'HEAD', '/box/copied'))).status).toBe(404);
  });

  test('calls neither IAM nor STS nor the API, and makes no links', async () => {
    const { credentials } = await stolen('/box/file');
    for (const [service, action] of [
      ['iam', 'ListUsers'],
      ['sts', 'GetCallerIdentity'],
      ['sts', 'GetSessionToken'],
      ['latchkey', 'ListGuardrails'],
    ] as const)
      expect((await call(server, service, action, {}, credentials)).status).toBe(403);
    expectProblem(await api(server, 'POST', '/links', { json: { bucket: 'box', key: 'file' }, credentials }), {
      status: 403,
      code: 'AccessDenied',
    });
  });
});

test('an upload link can not be turned into a copy by a header that it did not sign', async () => {
  const link = await newLink(server, '/box/turned', { method: 'PUT' });
  const request = withHeader(requestOf(link.url, { method: 'PUT', body: '' }), 'x-amz-copy-source', '/box/file');
  expectError(await send(server, request), { status: 403, code: 'AccessDenied' });
  expect((await send(server, signed(server, 'HEAD', '/box/turned'))).status).toBe(404);
});

describe('links of others', () => {
  test('can not be told from links that are not', async () => {
    const maker = await newUser(server, 'maker', MAKER);
    const stranger = await newUser(server, 'stranger', policyOf(allow('s3:*', ALL)));
    const { id } = await newLink(server, '/box/file', {}, { credentials: maker });
    const gone = { status: 404, code: 'NoSuchEntity' } as const;
    for (const name of [id, 'LKLNAAAAAAAAAAAAAAAA', id.slice(0, -1)]) {
      expectProblem(await api(server, 'GET', `/links/${name}`, { credentials: stranger }), gone);
      expectProblem(await api(server, 'DELETE', `/links/${name}`, { credentials: stranger }), gone);
      expectProblem(await api(server, 'PATCH', `/links/${name}`, { json: { status: 'paused' }, credentials: stranger }), gone);
    }
    expect((await doneByApi(server, 'GET', '/links', { credentials: stranger })).items).toEqual([]);
  });

  test('are for their maker to see and to revoke, not to extend, unless a policy says otherwise', async () => {
    const maker = await newUser(server, 'second-maker', MAKER);
    const { id } = await newLink(server, '/box/file', {}, { credentials: maker });
    const credentials = maker;
    expect((await doneByApi(server, 'GET', `/links/${id}`, { credentials, query: { withUrl: 'true' } })).url).toContain(id);
    expect((await doneByApi(server, 'GET', '/links', { credentials })).items.map((link: { id: string }) => link.id)).toEqual([id]);
    const extend = { json: { expiresIn: '2h' }, credentials };
    expectProblem(await api(server, 'PATCH', `/links/${id}`, extend), { status: 403, code: 'AccessDenied' });
    await putPolicy(server, 'second-maker', policyOf(...MAKER.Statement, deny('latchkey:RevokeLink', '*')));
    expectProblem(await api(server, 'DELETE', `/links/${id}`, { credentials }), { status: 403, code: 'AccessDenied' });
    await putPolicy(server, 'second-maker', MAKER);
    expect((await doneByApi(server, 'DELETE', `/links/${id}`, { credentials })).status).toBe('revoked');
  });

  test('are not to be had through a session that was narrowed', async () => {
    const user = await newUser(server, 'careful', policyOf(allow('sts:AssumeRole', '*')));
    const arn = await newRole(
      server,
      'careful',
      policyOf({ Effect: 'Allow', Principal: { AWS: user.arn }, Action: 'sts:AssumeRole' }),
      MAKER,
    );
    const assume = async (more: Record<string, string>) =>
      credentialsOf(await call(server, 'sts', 'AssumeRole', { RoleArn: arn, RoleSessionName: 'same', ...more }, user));
    const { id } = await newLink(server, '/box/file', {}, { credentials: await assume({}) });
    const wanted = { query: { withUrl: 'true' } };
    expect((await doneByApi(server, 'GET', `/links/${id}`, { ...wanted, credentials: await assume({}) })).url).toContain(id);
    const narrowed = await assume({ Policy: JSON.stringify(policyOf(allow('s3:PutObject', ALL))) });
    expectProblem(await api(server, 'GET', `/links/${id}`, { ...wanted, credentials: narrowed }), { status: 404, code: 'NoSuchEntity' });
  });

  test('are seen without their URL by who may only read about them', async () => {
    const { id } = await newLink(server, '/box/file');
    const auditor = await newUser(server, 'auditor', policyOf(allow('latchkey:ReadLink', ALL)));
    const shown = await doneByApi(server, 'GET', `/links/${id}`, { credentials: auditor });
    expect([shown.id, shown.url]).toEqual([id, undefined]);
    expectProblem(await api(server, 'GET', `/links/${id}`, { credentials: auditor, query: { withUrl: 'true' } }), {
      status: 403,
      code: 'AccessDenied',
    });
  });
});
