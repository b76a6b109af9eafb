/** Bodies in aws-chunked: signed, signed with trailer, unsigned with trailer. The framing is never part of the object. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ALGORITHMS, checksum, headerOf } from '../support/checksums.ts';
import { chunkedPut, SIGNED, SIGNED_TRAILER, UNSIGNED_TRAILER, unsignedBody } from '../support/chunked-body.ts';
import { openConnection } from '../support/connection.ts';
import { testServer } from '../support/test-server.ts';
import { anonymous, bytesOf, expectError, presigned, send, signed, type Wanted, withHeader } from '../support/wire-client.ts';

const server = await testServer();
afterAll(() => server.close());

const s3 = (method: string, path: string, wanted?: Wanted) => send(server, signed(server, method, path, wanted));

beforeAll(async () => {
  await s3('PUT', '/box');
});
beforeEach(async () => {
  await s3('PUT', '/box/key', { body: 'before' });
});
const stored = async () => (await s3('GET', '/box/key')).text;

const FORMS = [SIGNED, SIGNED_TRAILER, UNSIGNED_TRAILER];
const BIG = Buffer.from(Array.from({ length: 200_000 }, (_, i) => (i * 7) & 0xff));
const CHUNKS = [BIG.subarray(0, 65_536), BIG.subarray(65_536, 131_072), BIG.subarray(131_072)];

describe.each(FORMS)('%s', (form) => {
  test('stores the bytes without the framing', async () => {
    const reply = await send(server, chunkedPut(server, form, CHUNKS));
    expect(reply.status, reply.text).toBe(200);
    const got = await s3('GET', '/box/key');
    expect(got.body.equals(BIG)).toBe(true);
    expect([got.headers.get('content-length'), got.headers.has('content-encoding')]).toEqual([String(BIG.length), false]);
  });
  test('stores an empty object', async () => {
    expect((await send(server, chunkedPut(server, form, []))).status).toBe(200);
    expect(await stored()).toBe('');
  });
  test('keeps the content coding that is the object’s own', async () => {
    for (const [sent, kept] of [
      ['aws-chunked,gzip', 'gzip'],
      ['gzip,aws-chunked', 'gzip'],
      ['gzip', 'gzip'],
    ] as const) {
      expect((await send(server, chunkedPut(server, form, ['x'], { headers: { 'content-encoding': sent } }))).status).toBe(200);
      expect((await s3('HEAD', '/box/key')).headers.get('content-encoding')).toBe(kept);
    }
  });
  test('takes chunks that come byte by byte', async () => {
    const bytes = bytesOf(chunkedPut(server, form, ['slow']));
    const connection = await openConnection(server.s3);
    const start = bytes.indexOf('\r\n\r\n') + 4;
    connection.write(bytes.subarray(0, start));
    for (let i = start; i < bytes.length; i += 7) {
      connection.write(bytes.subarray(i, i + 7));
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    expect((await connection.reply()).status).toBe(200);
    connection.close();
    expect(await stored()).toBe('slow');
  });
  test('uploads a part', async () => {
    const uploadId = /<UploadId>(.*)<\/UploadId>/.exec((await s3('POST', '/box/parts', { query: { uploads: '' } })).text)?.[1] ?? '';
    const reply = await send(server, chunkedPut(server, form, CHUNKS, {}, 'CRC32', '/box/parts', { partNumber: '1', uploadId }));
    expect(reply.status, reply.text).toBe(200);
    expect((await s3('GET', '/box/parts', { query: { uploadId } })).text).toContain(`<Size>${BIG.length}</Size>`);
  });
  test('without x-amz-decoded-content-length is MissingContentLength', async () => {
    expectError(await send(server, chunkedPut(server, form, ['x'], { headers: { 'x-amz-decoded-content-length': undefined } })), {
      status: 411,
      code: 'MissingContentLength',
    });
    expect(await stored()).toBe('before');
  });
  test.each(['', '-1', 'x', '1e3'])('with the decoded length %j is refused', async (length) => {
    const reply = await send(server, chunkedPut(server, form, ['x'], { headers: { 'x-amz-decoded-content-length': length } }));
    expect([400, 411]).toContain(reply.status);
    expect(await stored()).toBe('before');
  });
  test.each([
    ['more', '150000'],
    ['less', '1000000'],
  ])('with %s bytes than the decoded length is IncompleteBody, and leaves the old object', async (_, length) => {
    const reply = await send(server, chunkedPut(server, form, CHUNKS, { headers: { 'x-amz-decoded-content-length': length } }));
    expectError(reply, { status: 400, code: 'IncompleteBody' });
    expect(await stored()).toBe('before');
  });
  test.each([
    ['before the last chunk', (framed: Buffer) => framed.subarray(0, framed.lastIndexOf('\r\n0') + 2)],
    ['in a chunk', (framed: Buffer) => framed.subarray(0, 100_000)],
    ['in the first line', (framed: Buffer) => framed.subarray(0, 2)],
    ['at the start', () => Buffer.alloc(0)],
  ])('cut off %s is IncompleteBody, and leaves the old object', async (_, cut) => {
    const reply = await send(server, chunkedPut(server, form, CHUNKS, { body: cut }));
    expectError(reply, { status: 400, code: 'IncompleteBody', message: 'The request body terminated unexpectedly' });
    expect(await stored()).toBe('before');
  });
  test.each([
    ['no framing', () => Buffer.from('plain bytes without any framing')],
    ['a size that is no number', (framed: Buffer) => Buffer.concat([Buffer.from('zz'), framed])],
    ['a size beyond all numbers', (framed: Buffer) => Buffer.concat([Buffer.from('ffffffffffffffffffff'), framed])],
    ['a negative size', (framed: Buffer) => Buffer.concat([Buffer.from('-'), framed])],
    ['a size line without end', () => Buffer.from('1'.repeat(100_000))],
    ['endless extensions', () => Buffer.from(`5;${'a=b;'.repeat(50_000)}\r\nhello\r\n0\r\n\r\n`)],
    ['no line end behind the data', (framed: Buffer) => Buffer.from(framed.toString('latin1').replace('\r\n0', 'XX0'), 'latin1')],
    ['bare line feeds', (framed: Buffer) => Buffer.from(framed.toString('latin1').replaceAll('\r\n', '\n'), 'latin1')],
  ])('with %s is refused, and leaves the old object', async (_, change) => {
    const reply = await send(server, chunkedPut(server, form, ['hello'], { body: change }));
    expect([400, 403], reply.text).toContain(reply.status);
    expect(await stored()).toBe('before');
  });
  test('whose sender hangs up leaves the old object', async () => {
    const bytes = bytesOf(chunkedPut(server, form, CHUNKS));
    const connection = await openConnection(server.s3);
    connection.write(bytes.subarray(0, bytes.length - 30_000));
    await new Promise((resolve) => setTimeout(resolve, 50));
    connection.close();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await stored()).toBe('before');
  });
  test('with a wrong header signature is refused before the body is asked for', async () => {
    const request = chunkedPut(server, form, ['hello']);
    const headers = request.headers.map(
      ([name, value]) => [name, name === 'Authorization' ? value.replace(/Signature=..../, 'Signature=0000') : value] as const,
    );
    const connection = await openConnection(server.s3);
    const bytes = bytesOf(withHeader({ ...request, headers }, 'Expect', '100-continue'));
    connection.write(bytes.subarray(0, bytes.indexOf('\r\n\r\n') + 4));
    expect((await connection.reply()).status).toBe(403);
    connection.close();
  });
});

describe.each([SIGNED, SIGNED_TRAILER])('%s: signatures of chunks', (form) => {
  test.each([0, 1, 2, 3])(
    'a wrong one of chunk %i is a mismatch, told by its own string to sign, and leaves the old object',
    async (index) => {
      const reply = await send(server, chunkedPut(server, form, CHUNKS, { signatureOf: index }));
      expectError(reply, { status: 403, code: 'SignatureDoesNotMatch' });
      expect(reply.error.StringToSign).toMatch(/^AWS4-HMAC-SHA256-PAYLOAD\n/);
      expect(await stored()).toBe('before');
    },
  );
  test('a changed byte of the data is a mismatch, and leaves the old object', async () => {
    const change = (framed: Buffer) => {
      const changed = Buffer.from(framed);
      changed[70_000] = (changed[70_000] ?? 0) ^ 1;
      return changed;
    };
    expectError(await send(server, chunkedPut(server, form, CHUNKS, { body: change })), { status: 403, code: 'SignatureDoesNotMatch' });
    expect(await stored()).toBe('before');
  });
  test('a chunk left out, or two swapped, is a mismatch or incomplete, and leaves the old object', async () => {
    for (const change of [
      (framed: Buffer) => Buffer.concat([framed.subarray(0, 0), framed.subarray(framed.indexOf('\r\n10000;') + 2)]),
      (framed: Buffer) => framed.subarray(framed.indexOf('\r\n0;') + 2),
    ]) {
      const reply = await send(server, chunkedPut(server, form, CHUNKS, { body: change }));
      expect([400, 403], reply.text).toContain(reply.status);
      expect(await stored()).toBe('before');
    }
  });
  test('a chunk without a signature is refused', async () => {
    const change = (framed: Buffer) => Buffer.from(framed.toString('latin1').replace(/;chunk-signature=[0-9a-f]{64}/, ''), 'latin1');
    const reply = await send(server, chunkedPut(server, form, ['hello'], { body: change }));
    expect([400, 403]).toContain(reply.status);
    expect(await stored()).toBe('before');
  });
  test('the last chunk, which is empty, must be signed too', async () => {
    const change = (framed: Buffer) =>
      Buffer.from(framed.toString('latin1').replace(/\r\n0;chunk-signature=[0-9a-f]{64}/, '\r\n0'), 'latin1');
    const reply = await send(server, chunkedPut(server, form, ['hello'], { body: change }));
    expect([400, 403]).toContain(reply.status);
    expect(await stored()).toBe('before');
  });
  test('a chunk under 8192 bytes that is not the last is named', async () => {
    const reply = await send(server, chunkedPut(server, form, ['small', 'and another']));
    expectError(reply, {
      status: 403,
      code: 'InvalidChunkSizeError',
      message: 'Only the last chunk is allowed to have a size less than 8192 bytes',
      fields: { Chunk: '2', BadChunkSize: '5' },
    });
    expect(await stored()).toBe('before');
  });
  test('chunks of exactly 8192 bytes are good', async () => {
    expect((await send(server, chunkedPut(server, form, [Buffer.alloc(8192, 'a'), Buffer.alloc(8192, 'b'), 'c']))).status).toBe(200);
  });
});

test('the transfer may be chunked too, as SDKs do with streams of unknown length', async () => {
  for (const form of FORMS) {
    const request = chunkedPut(server, form, CHUNKS);
    const framed = request.body ?? Buffer.alloc(0);
    const body = Buffer.concat([Buffer.from(`${framed.length.toString(16)}\r\n`), framed, Buffer.from('\r\n0\r\n\r\n')]);
    const reply = await send(server, { ...withHeader(request, 'Transfer-Encoding', 'chunked'), body });
    expect(reply.status, reply.text).toBe(200);
    expect((await s3('GET', '/box/key')).body.equals(BIG)).toBe(true);
  }
});

test('a trailer of the transfer itself, which nothing signed, is no header of the object', async () => {
  const request = chunkedPut(server, UNSIGNED_TRAILER, ['hello']);
  const framed = request.body ?? Buffer.alloc(0);
  const behind = '\r\n0\r\nx-amz-meta-evil: 1\r\nx-amz-copy-source: /box/key\r\nContent-Type: text/evil\r\n\r\n';
  const body = Buffer.concat([Buffer.from(`${framed.length.toString(16)}\r\n`), framed, Buffer.from(behind)]);
  const reply = await send(server, { ...withHeader(request, 'Transfer-Encoding', 'chunked'), body });
  expect([200, 400]).toContain(reply.status);
  const got = await s3('GET', '/box/key');
  expect([got.headers.has('x-amz-meta-evil'), got.headers.get('content-type')]).toEqual([false, 'binary/octet-stream']);
  expect(got.text).toBe(reply.status === 200 ? 'hello' : 'before');
});

test('small unsigned chunks are good', async () => {
  expect((await send(server, chunkedPut(server, UNSIGNED_TRAILER, ['a', 'b', 'c']))).status).toBe(200);
  expect(await stored()).toBe('abc');
});

describe.each([SIGNED_TRAILER, UNSIGNED_TRAILER])('%s: the trailer', (form) => {
  test.each(ALGORITHMS)('of %s is checked, and answered', async (algorithm) => {
    const reply = await send(server, chunkedPut(server, form, CHUNKS, {}, algorithm));
    expect([reply.status, reply.headers.get(headerOf(algorithm))], reply.text).toEqual([200, checksum(algorithm, BIG)]);
    const head = await s3('HEAD', '/box/key', { headers: { 'x-amz-checksum-mode': 'ENABLED' } });
    expect(head.headers.get(headerOf(algorithm))).toBe(checksum(algorithm, BIG));
  });
  test.each(ALGORITHMS)('of %s that is wrong is BadDigest, and leaves the old object', async (algorithm) => {
    const reply = await send(
      server,
      chunkedPut(server, form, CHUNKS, { trailer: `${headerOf(algorithm)}:${checksum(algorithm, 'other')}` }, algorithm),
    );
    expectError(reply, {
      status: 400,
      code: 'BadDigest',
      message: `The ${algorithm} you specified did not match the calculated checksum.`,
    });
    expect(await stored()).toBe('before');
  });
  test.each([
    ['another name', `x-amz-checksum-sha256:${checksum('SHA256', 'hello')}`],
    ['no colon', 'x-amz-checksum-crc32'],
    ['no name', ':NhCmhg=='],
    ['nothing', ''],
  ])('of %s is refused, and leaves the old object', async (_, trailer) => {
    const reply = await send(server, chunkedPut(server, form, ['hello'], { trailer }));
    expect(reply.status, reply.text).toBe(400);
    expect(['MalformedTrailerError', 'IncompleteBody', 'InvalidRequest']).toContain(reply.error.Code);
    expect(await stored()).toBe('before');
  });
  test('of a value that is no checksum is refused, and leaves the old object', async () => {
    const reply = await send(server, chunkedPut(server, form, ['hello'], { trailer: 'x-amz-checksum-crc32:nonsense' }));
    expectError(reply, { status: 400, code: 'InvalidRequest', message: 'Value for x-amz-checksum-crc32 trailing header is invalid.' });
    expect(await stored()).toBe('before');
  });
  test('that was not announced is refused, and leaves the old object', async () => {
    const reply = await send(server, chunkedPut(server, form, ['hello'], { headers: { 'x-amz-trailer': undefined } }));
    expectError(reply, { status: 400, code: 'MalformedTrailerError' });
    expect(await stored()).toBe('before');
  });
  test('besides a second one is refused, and leaves the old object', async () => {
    const trailer = `x-amz-checksum-crc32:${checksum('CRC32', 'hello')}\r\nx-amz-meta-a:evil`;
    const reply = await send(server, chunkedPut(server, form, ['hello'], { trailer }));
    expect([400, 403]).toContain(reply.status);
    expect(await stored()).toBe('before');
  });
  test('announced of another kind is refused', async () => {
    const reply = await send(server, chunkedPut(server, form, ['hello'], { headers: { 'x-amz-trailer': 'x-amz-meta-a' } }));
    expectError(reply, {
      status: 400,
      code: 'InvalidRequest',
      message: 'The value specified in the x-amz-trailer header is not supported',
    });
  });
  test('beside a checksum in the head is refused', async () => {
    const reply = await send(
      server,
      chunkedPut(server, form, ['hello'], { headers: { 'x-amz-checksum-sha1': checksum('SHA1', 'hello') } }),
    );
    expectError(reply, { status: 400, code: 'InvalidRequest' });
    expect(await stored()).toBe('before');
  });
});

describe('the signature of the trailer', () => {
  test('that is wrong is a mismatch, told by its own string to sign', async () => {
    const reply = await send(server, chunkedPut(server, SIGNED_TRAILER, CHUNKS, { trailerSignature: '0'.repeat(64) }));
    expectError(reply, { status: 403, code: 'SignatureDoesNotMatch' });
    expect(reply.error.StringToSign).toMatch(/^AWS4-HMAC-SHA256-TRAILER\n/);
    expect(await stored()).toBe('before');
  });
  test('that is missing is refused', async () => {
    const change = (framed: Buffer) =>
      Buffer.from(framed.toString('latin1').replace(/x-amz-trailer-signature:[0-9a-f]+\r\n/, ''), 'latin1');
    const reply = await send(server, chunkedPut(server, SIGNED_TRAILER, ['hello'], { body: change }));
    expect([400, 403]).toContain(reply.status);
    expect(await stored()).toBe('before');
  });
});

test('SigV4A streaming, which we cannot check, is refused', async () => {
  for (const word of ['STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD', 'STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER']) {
    const reply = await send(server, chunkedPut(server, SIGNED, ['hello'], {}));
    expect(reply.status).toBe(200);
    const request = signed(server, 'PUT', '/box/key', {
      headers: { 'content-encoding': 'aws-chunked', 'x-amz-decoded-content-length': '5' },
      payloadHash: word,
      body: '5\r\nhello\r\n0\r\n\r\n',
    });
    const refused = await send(server, request);
    expect(refused.status, refused.text).toBeGreaterThanOrEqual(400);
    expect(refused.status).toBeLessThanOrEqual(501);
    expect(await stored()).toBe('hello');
  }
});

test('a pre-signed PUT with the streaming word is no chunked upload: nothing is stored', async () => {
  const framed = Buffer.from(`5\r\nhello\r\n0\r\nx-amz-checksum-crc32:${checksum('CRC32', 'hello')}\r\n\r\n`);
  const request = withHeader(
    presigned(server, 'PUT', '/box/key', { body: framed, payloadHash: UNSIGNED_TRAILER }),
    'x-amz-content-sha256',
    UNSIGNED_TRAILER,
  );
  expectError(await send(server, request), { status: 400, code: 'XAmzContentSHA256Mismatch' });
  expect(await stored()).toBe('before');
});

test('an anonymous chunked upload is AccessDenied', async () => {
  let request = anonymous(server, 'PUT', '/box/key', { body: '5\r\nhello\r\n0\r\n\r\n' });
  request = withHeader(withHeader(request, 'x-amz-content-sha256', UNSIGNED_TRAILER), 'x-amz-decoded-content-length', '5');
  expectError(await send(server, request), { status: 403, code: 'AccessDenied' });
});

test('DeleteObjects takes a chunked body, as the newest SDKs send it', async () => {
  const document = '<Delete><Object><Key>key</Key></Object></Delete>';
  const headers = {
    'content-encoding': 'aws-chunked',
    'x-amz-decoded-content-length': String(document.length),
    'x-amz-trailer': 'x-amz-checksum-crc32',
  };
  const body = unsignedBody([Buffer.from(document)], `x-amz-checksum-crc32:${checksum('CRC32', document)}`);
  const reply = await send(server, signed(server, 'POST', '/box', { query: { delete: '' }, headers, payloadHash: UNSIGNED_TRAILER, body }));
  expect(reply.status, reply.text).toBe(200);
  expect((await s3('GET', '/box/key')).status).toBe(404);
});
