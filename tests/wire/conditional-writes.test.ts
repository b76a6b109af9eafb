/** If-Match and If-None-Match on writes: of many who try, one wins. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { md5Hex } from '../support/independent-signer.ts';
import { testServer } from '../support/test-server.ts';
import { expectError, presigned, send, signed, type Wanted, withHeader, xmlTexts } from '../support/wire-client.ts';

const server = await testServer();
afterAll(() => server.close());
const s3 = (method: string, path: string, wanted?: Wanted) => send(server, signed(server, method, path, wanted));
const ETAG = `"${md5Hex('before')}"`;
const OTHER = `"${md5Hex('other')}"`;
const failed = (condition: string) => ({
  status: 412,
  code: 'PreconditionFailed',
  message: 'At least one of the pre-conditions you specified did not hold',
  fields: { Condition: condition },
});

beforeAll(async () => {
  await s3('PUT', '/box');
});
beforeEach(async () => {
  await s3('PUT', '/box/there', { body: 'before' });
  await s3('DELETE', '/box/absent');
});
const there = async () => (await s3('GET', '/box/there')).text;

/** A write by PUT, by completing an upload, by copying. */
const writes: Readonly<Record<string, (key: string, headers: Record<string, string>) => ReturnType<typeof send>>> = {
  PutObject: (key, headers) => s3('PUT', `/box/${key}`, { headers, body: 'after' }),
  CompleteMultipartUpload: async (key, headers) => {
    const uploadId = xmlTexts((await s3('POST', `/box/${key}`, { query: { uploads: '' } })).text, 'UploadId')[0] ?? '';
    const etag = (await s3('PUT', `/box/${key}`, { query: { partNumber: '1', uploadId }, body: 'after' })).headers.get('etag');
    return s3('POST', `/box/${key}`, {
      query: { uploadId },
      headers,
      body: `<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>${etag}</ETag></Part></CompleteMultipartUpload>`,
    });
  },
  CopyObject: async (key, headers) => {
    await s3('PUT', '/box/source', { body: 'after' });
    return s3('PUT', `/box/${key}`, { headers: { 'x-amz-copy-source': '/box/source', ...headers } });
  },
};

describe.each(Object.entries(writes))('%s', (_, write) => {
  test('If-None-Match: * makes what is not there', async () => {
    expect((await write('absent', { 'if-none-match': '*' })).status).toBe(200);
    expect((await s3('GET', '/box/absent')).text).toBe('after');
  });
  test('If-None-Match: * never overwrites', async () => {
    expectError(await write('there', { 'if-none-match': '*' }), failed('If-None-Match'));
    expect(await there()).toBe('before');
  });
  test('If-Match of the ETag overwrites', async () => {
    expect((await write('there', { 'if-match': ETAG })).status).toBe(200);
    expect(await there()).toBe('after');
  });
  test('If-Match of the ETag without quotes overwrites', async () => {
    expect((await write('there', { 'if-match': md5Hex('before') })).status).toBe(200);
  });
  test('If-Match of another ETag does not', async () => {
    expectError(await write('there', { 'if-match': OTHER }), failed('If-Match'));
    expect(await there()).toBe('before');
  });
  test('If-Match of what is not there is NoSuchKey', async () => {
    expectError(await write('absent', { 'if-match': ETAG }), { status: 404, code: 'NoSuchKey' });
    expect((await s3('HEAD', '/box/absent')).status).toBe(404);
  });
  test('If-None-Match of an ETag is not implemented, on S3 either', async () => {
    expectError(await write('there', { 'if-none-match': OTHER }), {
      status: 501,
      code: 'NotImplemented',
      message: 'A header you provided implies functionality that is not implemented',
    });
    expect(await there()).toBe('before');
  });
  test('If-Match and If-None-Match at once are not implemented', async () => {
    expectError(await write('there', { 'if-match': ETAG, 'if-none-match': '*' }), { status: 501, code: 'NotImplemented' });
    expect(await there()).toBe('before');
  });
});

test('of twenty who make the same key at once, one does', async () => {
  const replies = await Promise.all(
    Array.from({ length: 20 }, (_, i) => s3('PUT', '/box/absent', { headers: { 'if-none-match': '*' }, body: String(i) })),
  );
  const winners = replies.map(({ status }, i) => ({ status, i })).filter(({ status }) => status === 200);
  expect(winners).toHaveLength(1);
  for (const { status } of replies) expect([200, 409, 412]).toContain(status);
  expect((await s3('GET', '/box/absent')).text).toBe(String(winners[0]?.i));
});
test('of twenty who change the same state at once, one does', async () => {
  const replies = await Promise.all(
    Array.from({ length: 20 }, (_, i) => s3('PUT', '/box/there', { headers: { 'if-match': ETAG }, body: `changed ${i}` })),
  );
  expect(replies.filter(({ status }) => status === 200)).toHaveLength(1);
});
test('a condition in a pre-signed URL counts, as header or as signed query', async () => {
  const header = presigned(server, 'PUT', '/box/there', { headers: { 'if-none-match': '*' }, body: 'after' });
  expectError(await send(server, header), failed('If-None-Match'));
  const query = presigned(server, 'PUT', '/box/there', { query: { 'If-None-Match': '*' }, body: 'after' });
  expectError(await send(server, query), failed('If-None-Match'));
  expect(await there()).toBe('before');
});
test('a signed condition cannot be left out', async () => {
  const header = presigned(server, 'PUT', '/box/there', { headers: { 'if-none-match': '*' }, body: 'after' });
  expectError(await send(server, { ...header, headers: header.headers.filter(([name]) => name !== 'if-none-match') }), {
    status: 403,
    code: 'SignatureDoesNotMatch',
  });
  expect(await there()).toBe('before');
});
test('an unsigned condition beside a URL counts too', async () => {
  expectError(
    await send(server, withHeader(presigned(server, 'PUT', '/box/there', { body: 'after' }), 'If-None-Match', '*')),
    failed('If-None-Match'),
  );
});
