/** UploadPartCopy. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { md5Hex } from '../support/independent-signer.ts';
import { testServer } from '../support/test-server.ts';
import { expectError, presigned, send, signed, type Wanted, xmlTexts } from '../support/wire-client.ts';

const server = await testServer();
afterAll(() => server.close());

const SOURCE = 'The quick brown fox';
const s3 = (method: string, path: string, wanted?: Wanted) => send(server, signed(server, method, path, wanted));
let uploadId = '';
beforeAll(async () => {
  await s3('PUT', '/box');
  await s3('PUT', '/box/source', { body: SOURCE });
  await s3('PUT', '/box/é a+b', { body: 'odd' });
  uploadId = xmlTexts((await s3('POST', '/box/made', { query: { uploads: '' } })).text, 'UploadId')[0] ?? '';
});

const copy = (headers: Record<string, string>, query: Record<string, string> = {}) =>
  s3('PUT', '/box/made', { query: { partNumber: '1', uploadId, ...query }, headers: { 'x-amz-copy-source': '/box/source', ...headers } });
const etags = async () => xmlTexts((await s3('GET', '/box/made', { query: { uploadId } })).text, 'ETag');

test('answers with the ETag and date of the part', async () => {
  const reply = await copy({});
  expect([reply.status, xmlTexts(reply.text, 'ETag')]).toEqual([200, [`"${md5Hex(SOURCE)}"`]]);
  expect(reply.text).toContain('<CopyPartResult');
  expect(xmlTexts(reply.text, 'LastModified')[0]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
});

test('of a key with characters of every kind is decoded once', async () => {
  const reply = await copy({ 'x-amz-copy-source': '/box/%C3%A9%20a%2Bb' });
  expect([reply.status, xmlTexts(reply.text, 'ETag')]).toEqual([200, [`"${md5Hex('odd')}"`]]);
});

test('of two ranges makes the object again', async () => {
  const big = Buffer.from(Array.from({ length: 5 * 1024 * 1024 + 100 }, (_, i) => (i * 13) & 0xff));
  await s3('PUT', '/box/big', { body: big, payloadHash: 'UNSIGNED-PAYLOAD' });
  const id = xmlTexts((await s3('POST', '/box/again', { query: { uploads: '' } })).text, 'UploadId')[0] ?? '';
  const ranges = [`bytes=0-${5 * 1024 * 1024 - 1}`, `bytes=${5 * 1024 * 1024}-${big.length - 1}`];
  const listed: string[] = [];
  for (const [i, range] of ranges.entries()) {
    const reply = await s3('PUT', '/box/again', {
      query: { partNumber: String(i + 1), uploadId: id },
      headers: { 'x-amz-copy-source': '/box/big', 'x-amz-copy-source-range': range },
    });
    expect(reply.status, reply.text).toBe(200);
    listed.push(`<Part><PartNumber>${i + 1}</PartNumber><ETag>${xmlTexts(reply.text, 'ETag')[0]}</ETag></Part>`);
  }
  const done = await s3('POST', '/box/again', {
    query: { uploadId: id },
    body: `<CompleteMultipartUpload>${listed.join('')}</CompleteMultipartUpload>`,
  });
  expect(done.status, done.text).toBe(200);
  expect((await s3('GET', '/box/again')).body.equals(big)).toBe(true);
});

describe('x-amz-copy-source-range', () => {
  test('names bytes of the source', async () => {
    const reply = await copy({ 'x-amz-copy-source-range': 'bytes=4-8' });
    expect(xmlTexts(reply.text, 'ETag')).toEqual([`"${md5Hex('quick')}"`]);
  });
  test.each(['bytes=0-100', 'bytes=19-20', 'bytes=50-60'])('%s reaches behind the end', async (range) => {
    const before = await etags();
    const reply = await copy({ 'x-amz-copy-source-range': range });
    expect([400, 416], reply.text).toContain(reply.status);
    expect(['InvalidArgument', 'InvalidRange', 'InvalidRequest']).toContain(reply.error.Code);
    expect(await etags()).toEqual(before);
  });
  test.each(['0-2', 'bytes=0', 'bytes=0-', 'bytes=-5', 'bytes=hello-world', 'bytes=0-bar', 'bytes=2-1', 'bytes=0-2,3-5', 'items=0-2', ''])(
    '%j has the wrong form',
    async (range) => {
      const before = await etags();
      const reply = await copy({ 'x-amz-copy-source-range': range });
      expectError(reply, {
        status: 400,
        code: 'InvalidArgument',
        message:
          'The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy',
        fields: { ArgumentName: 'x-amz-copy-source-range', ArgumentValue: range },
      });
      expect(await etags()).toEqual(before);
    },
  );
});

describe('refuses', () => {
  test('a source that is not there', async () => {
    expectError(await copy({ 'x-amz-copy-source': '/box/none' }), { status: 404, code: 'NoSuchKey' });
    expectError(await copy({ 'x-amz-copy-source': '/not-there/source' }), { status: 404, code: 'NoSuchBucket' });
  });
  test('an upload that is not there', async () => {
    expectError(await copy({}, { uploadId: 'none' }), { status: 404, code: 'NoSuchUpload' });
  });
  test('a part number that cannot be', async () => {
    expectError(await copy({}, { partNumber: '10001' }), { status: 400, code: 'InvalidArgument' });
  });
  test('a source whose condition fails', async () => {
    const before = await etags();
    expectError(await copy({ 'x-amz-copy-source-if-match': '"x"' }), { status: 412, code: 'PreconditionFailed' });
    expectError(await copy({ 'x-amz-copy-source-if-none-match': `"${md5Hex(SOURCE)}"` }), { status: 412, code: 'PreconditionFailed' });
    expect(await etags()).toEqual(before);
    expect((await copy({ 'x-amz-copy-source-if-match': `"${md5Hex(SOURCE)}"` })).status).toBe(200);
  });
});

test('by pre-signed URL reads what the signer named, and no other bytes', async () => {
  const headers = { 'x-amz-copy-source': '/box/source', 'x-amz-copy-source-range': 'bytes=4-8' };
  const request = presigned(server, 'PUT', '/box/made', { query: { partNumber: '3', uploadId }, headers });
  const widened = {
    ...request,
    headers: request.headers.map(([name, value]) => [name, name === 'x-amz-copy-source-range' ? 'bytes=0-18' : value] as const),
  };
  expectError(await send(server, widened), { status: 403, code: 'SignatureDoesNotMatch' });
  const without = { ...request, headers: request.headers.filter(([name]) => name !== 'x-amz-copy-source-range') };
  expectError(await send(server, without), { status: 403, code: 'SignatureDoesNotMatch' });
  expect((await send(server, request)).status).toBe(200);
});
