/** `x-amz-expected-bucket-owner`: nothing is done to a bucket that is not the one the client means. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { done } from '../support/query-client.ts';
import { testServer } from '../support/test-server.ts';
import { expectError, presigned, presignedV2, send, signed, type Wanted, withHeader, withQuery, xmlTexts } from '../support/wire-client.ts';

const server = await testServer();
afterAll(() => server.close());
const OWNER = 'x-amz-expected-bucket-owner';
const SOURCE_OWNER = 'x-amz-source-expected-bucket-owner';
const s3 = (method: string, path: string, wanted?: Wanted) => send(server, signed(server, method, path, wanted));
const DENIED = { status: 403, code: 'AccessDenied', message: 'Access Denied' } as const;
let account = '';
let stranger = '';
beforeAll(async () => {
  account = xmlTexts((await done(server, 'sts', 'GetCallerIdentity', {})).text, 'Account')[0] ?? '';
  stranger = account.replace(/.$/, (digit) => String((Number(digit) + 1) % 10));
  await s3('PUT', '/box');
  await s3('PUT', '/box/key', { body: 'content' });
});

const OPERATIONS: readonly (readonly [method: string, path: string, wanted: Wanted, status: number])[] = [
  ['GET', '/box/key', {}, 200],
  ['HEAD', '/box/key', {}, 200],
  ['PUT', '/box/new', { body: 'x' }, 200],
  ['DELETE', '/box/new', {}, 204],
  ['GET', '/box', { query: { 'list-type': '2' } }, 200],
  ['HEAD', '/box', {}, 200],
  ['GET', '/box', { query: { location: '' } }, 200],
  ['GET', '/box', { query: { uploads: '' } }, 200],
  ['GET', '/box/key', { query: { tagging: '' } }, 200],
  ['POST', '/box/part', { query: { uploads: '' } }, 200],
];

describe('x-amz-expected-bucket-owner', () => {
  test.each(OPERATIONS)('%s %s is done for the owner and refused for others', async (method, path, wanted, status) => {
    const other = await s3(method, path, { ...wanted, headers: { [OWNER]: stranger } });
    if (method === 'HEAD') expect(other.status).toBe(403);
    else expectError(other, DENIED);
    expect((await s3(method, path, { ...wanted, headers: { [OWNER]: account } })).status).toBe(status);
  });
  test('that is no account id is said to be none', async () => {
    for (const expected of ['', '12345', `${account}0`, 'owner', account.slice(0, 11)])
      expectError(await s3('GET', '/box/key', { headers: { [OWNER]: expected } }), {
        status: 400,
        code: 'InvalidBucketOwnerAWSAccountID',
        message: `The value of the expected bucket owner parameter must be an AWS Account ID... [${expected}]`,
      });
  });
  test('holds in a pre-signed URL, as a signed header or as a parameter in its place', async () => {
    expect((await send(server, presigned(server, 'GET', '/box/key', { query: { [OWNER]: account } }))).text).toBe('content');
    expectError(await send(server, presigned(server, 'GET', '/box/key', { query: { [OWNER]: stranger } })), DENIED);
    expectError(await send(server, presigned(server, 'GET', '/box/key', { query: { 'X-Amz-Expected-Bucket-Owner': stranger } })), DENIED);
    expectError(await send(server, presigned(server, 'GET', '/box/key', { headers: { [OWNER]: stranger } })), DENIED);
    expectError(await send(server, presignedV2(server, 'GET', '/box/key', { headers: { [OWNER]: stranger } })), DENIED);
  });
  test('that the signature does not cover is refused, also where it is right', async () => {
    const url = presigned(server, 'GET', '/box/key');
    for (const expected of [account, stranger]) {
      expectError(await send(server, withHeader(url, OWNER, expected)), {
        status: 403,
        code: 'AccessDenied',
        message: 'There were headers present in the request which were not signed',
        fields: { HeadersNotSigned: OWNER },
      });
      const added = withQuery(url, (pairs) => [...pairs, [OWNER, expected]]);
      expectError(await send(server, added), { status: 403, code: 'SignatureDoesNotMatch' });
    }
  });
  test('of a write that is refused leaves what was there', async () => {
    await s3('PUT', '/box/key', { body: 'other', headers: { [OWNER]: stranger } });
    await s3('DELETE', '/box/key', { headers: { [OWNER]: stranger } });
    expect((await s3('GET', '/box/key')).text).toBe('content');
  });
});

test('x-amz-source-expected-bucket-owner is asked of a copy’s source', async () => {
  const copy = (owner: string, more = {}) =>
    s3('PUT', '/box/copy', { headers: { 'x-amz-copy-source': '/box/key', [SOURCE_OWNER]: owner, ...more } });
  expectError(await copy(stranger), DENIED);
  expectError(await copy(account, { [OWNER]: stranger }), DENIED);
  expectError(await s3('GET', '/box/copy'), { status: 404, code: 'NoSuchKey' });
  expect((await copy(account, { [OWNER]: account })).status).toBe(200);
});
