/** Checksums in headers: checked, kept, told; of whole objects and of parts. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ALGORITHMS, checksum, compositeChecksum, headerOf } from '../support/checksums.ts';
import { testServer } from '../support/test-server.ts';
import { expectError, presigned, send, signed, type Wanted, xmlTexts } from '../support/wire-client.ts';

const server = await testServer();
afterAll(() => server.close());
const s3 = (method: string, path: string, wanted?: Wanted) => send(server, signed(server, method, path, wanted));
const put = (headers: Record<string, string>, body = 'hello') => s3('PUT', '/box/key', { headers, body });
const told = async () => (await s3('HEAD', '/box/key', { headers: { 'x-amz-checksum-mode': 'ENABLED' } })).headers;

beforeAll(async () => {
  await s3('PUT', '/box');
});

describe.each(ALGORITHMS)('%s', (algorithm) => {
  test('of the body is accepted, answered and kept', async () => {
    const reply = await put({ [headerOf(algorithm)]: checksum(algorithm, 'hello') });
    expect([reply.status, reply.headers.get(headerOf(algorithm)), reply.headers.get('x-amz-checksum-type')]).toEqual([
      200,
      checksum(algorithm, 'hello'),
      'FULL_OBJECT',
    ]);
    expect((await told()).get(headerOf(algorithm))).toBe(checksum(algorithm, 'hello'));
  });
  test('of something else is BadDigest, and leaves the old object', async () => {
    await put({}, 'before');
    expectError(await put({ [headerOf(algorithm)]: checksum(algorithm, 'other') }), {
      status: 400,
      code: 'BadDigest',
      message: `The ${algorithm} you specified did not match the calculated checksum.`,
    });
    expect((await s3('GET', '/box/key')).text).toBe('before');
  });
  test.each(['', 'nonsense', 'AAAA', '====', `${checksum(algorithm, 'hello')}=`])('of the value %j is refused', async (value) => {
    expectError(await put({ [headerOf(algorithm)]: value }), {
      status: 400,
      code: 'InvalidRequest',
      message: `Value for ${headerOf(algorithm)} header is invalid.`,
    });
  });
  test('in a signed header of a URL is enforced', async () => {
    const headers = { [headerOf(algorithm)]: checksum(algorithm, 'hello') };
    expect((await send(server, presigned(server, 'PUT', '/box/key', { headers, body: 'hello' }))).status).toBe(200);
    expectError(await send(server, presigned(server, 'PUT', '/box/key', { headers, body: 'other' })), { status: 400, code: 'BadDigest' });
  });
  test('of a part is checked, answered and listed', async () => {
    const uploadId =
      xmlTexts(
        (await s3('POST', '/box/part', { query: { uploads: '' }, headers: { 'x-amz-checksum-algorithm': algorithm } })).text,
        'UploadId',
      )[0] ?? '';
    const part = (value: string) =>
      s3('PUT', '/box/part', { query: { partNumber: '1', uploadId }, headers: { [headerOf(algorithm)]: value }, body: 'hello' });
    expectError(await part(checksum(algorithm, 'other')), { status: 400, code: 'BadDigest' });
    const good = await part(checksum(algorithm, 'hello'));
    expect([good.status, good.headers.get(headerOf(algorithm))]).toEqual([200, checksum(algorithm, 'hello')]);
    const listed = await s3('GET', '/box/part', { query: { uploadId } });
    expect([xmlTexts(listed.text, `Checksum${algorithm}`), xmlTexts(listed.text, 'ChecksumAlgorithm')]).toEqual([
      [checksum(algorithm, 'hello')],
      [algorithm],
    ]);
  });
  test('is copied with the object', async () => {
    await put({ [headerOf(algorithm)]: checksum(algorithm, 'hello') });
    const copied = await s3('PUT', '/box/copy', { headers: { 'x-amz-copy-source': '/box/key' } });
    expect(xmlTexts(copied.text, `Checksum${algorithm}`)).toEqual([checksum(algorithm, 'hello')]);
    const head = await s3('HEAD', '/box/copy', { headers: { 'x-amz-checksum-mode': 'ENABLED' } });
    expect(head.headers.get(headerOf(algorithm))).toBe(checksum(algorithm, 'hello'));
  });
  test('can be asked for anew in a copy', async () => {
    await put({});
    const copied = await s3('PUT', '/box/copy', { headers: { 'x-amz-copy-source': '/box/key', 'x-amz-checksum-algorithm': algorithm } });
    expect(xmlTexts(copied.text, `Checksum${algorithm}`)).toEqual([checksum(algorithm, 'hello')]);
  });
});

test('two checksums are refused', async () => {
  const headers = { 'x-amz-checksum-crc32': checksum('CRC32', 'hello'), 'x-amz-checksum-sha1': checksum('SHA1', 'hello') };
  expectError(await put(headers), {
    status: 400,
    code: 'InvalidRequest',
    message: 'Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.',
  });
});
test('a checksum of an unknown algorithm is refused', async () => {
  expectError(await put({ 'x-amz-checksum-md5': 'x' }), { status: 400, code: 'InvalidRequest' });
});
test.each([
  ['an unknown algorithm', { 'x-amz-sdk-checksum-algorithm': 'MD5' }],
  ['an algorithm without its checksum', { 'x-amz-sdk-checksum-algorithm': 'CRC32' }],
  ['another algorithm than the checksum', { 'x-amz-sdk-checksum-algorithm': 'CRC32', 'x-amz-checksum-sha1': checksum('SHA1', 'hello') }],
])('x-amz-sdk-checksum-algorithm with %s is refused', async (_, headers) => {
  expectError(await put(headers as Record<string, string>), { status: 400, code: 'InvalidRequest' });
});
test('a checksum and a Content-MD5 are both checked', async () => {
  const headers = { 'x-amz-checksum-crc32': checksum('CRC32', 'hello') };
  expect((await put({ ...headers, 'content-md5': 'XUFAKrxLKna5cZ2REBfFkg==' })).status).toBe(200);
  expectError(await put({ ...headers, 'content-md5': '1B2M2Y8AsgTpgAmY7PhCfg==' }), { status: 400, code: 'BadDigest' });
});

describe('of an object in parts', () => {
  const PARTS = [Buffer.alloc(5 * 1024 * 1024, 'a'), Buffer.from('the tail')];
  async function upload(
    key: string,
    begin: Record<string, string>,
    algorithm: (typeof ALGORITHMS)[number],
    finish: Record<string, string> = {},
    named = true,
  ) {
    const begun = await s3('POST', `/box/${key}`, { query: { uploads: '' }, headers: begin });
    expect(begun.status, begun.text).toBe(200);
    const uploadId = xmlTexts(begun.text, 'UploadId')[0] ?? '';
    const listed: string[] = [];
    for (const [i, body] of PARTS.entries()) {
      const value = checksum(algorithm, body);
      const reply = await s3('PUT', `/box/${key}`, {
        query: { partNumber: String(i + 1), uploadId },
        headers: { [headerOf(algorithm)]: value },
        body,
        payloadHash: 'UNSIGNED-PAYLOAD',
      });
      expect(reply.status, reply.text).toBe(200);
      listed.push(
        `<Part><PartNumber>${i + 1}</PartNumber><ETag>${reply.headers.get('etag')}</ETag>${named ? `<Checksum${algorithm}>${value}</Checksum${algorithm}>` : ''}</Part>`,
      );
    }
    const done = await s3('POST', `/box/${key}`, {
      query: { uploadId },
      headers: finish,
      body: `<CompleteMultipartUpload>${listed.join('')}</CompleteMultipartUpload>`,
    });
    return { begun, done, uploadId };
  }
  test.each(['SHA256', 'SHA1', 'CRC32'] as const)('%s is the checksum of the parts’ checksums', async (algorithm) => {
    const { begun, done } = await upload(`composite-${algorithm}`, { 'x-amz-checksum-algorithm': algorithm }, algorithm);
    expect([begun.headers.get('x-amz-checksum-algorithm'), begun.headers.get('x-amz-checksum-type')]).toEqual([algorithm, 'COMPOSITE']);
    const value = compositeChecksum(algorithm, PARTS);
    expect([done.status, xmlTexts(done.text, `Checksum${algorithm}`), xmlTexts(done.text, 'ChecksumType')], done.text).toEqual([
      200,
      [value],
      ['COMPOSITE'],
    ]);
    const head = await s3('HEAD', `/box/composite-${algorithm}`, { headers: { 'x-amz-checksum-mode': 'ENABLED' } });
    expect([head.headers.get(headerOf(algorithm)), head.headers.get('x-amz-checksum-type')]).toEqual([value, 'COMPOSITE']);
  });
  test.each(['CRC64NVME', 'CRC32C'] as const)(
    '%s of the whole object is joined from its parts',
    async (algorithm) => {
      const { done } = await upload(
        `full-${algorithm}`,
        { 'x-amz-checksum-algorithm': algorithm, 'x-amz-checksum-type': 'FULL_OBJECT' },
        algorithm,
      );
      const value = checksum(algorithm, Buffer.concat(PARTS));
      expect([done.status, xmlTexts(done.text, `Checksum${algorithm}`), xmlTexts(done.text, 'ChecksumType')], done.text).toEqual([
        200,
        [value],
        ['FULL_OBJECT'],
      ]);
    },
    60_000,
  );
  test.each([
    ['CRC32', 'FULL_OBJECT', checksum('CRC32', Buffer.concat(PARTS))],
    ['CRC32C', 'FULL_OBJECT', checksum('CRC32C', Buffer.concat(PARTS))],
    ['CRC64NVME', 'FULL_OBJECT', checksum('CRC64NVME', Buffer.concat(PARTS))],
    ['CRC32', 'COMPOSITE', compositeChecksum('CRC32', PARTS)],
    ['SHA1', 'COMPOSITE', compositeChecksum('SHA1', PARTS)],
    ['SHA256', 'COMPOSITE', compositeChecksum('SHA256', PARTS)],
    ['SHA256', 'COMPOSITE', compositeChecksum('SHA256', PARTS).replace(/-2$/, '')],
  ] as const)('%s (%s) may be claimed at its end: %s', async (algorithm, type, value) => {
    const begin = { 'x-amz-checksum-algorithm': algorithm, 'x-amz-checksum-type': type };
    const { done } = await upload('claimed', begin, algorithm, { [headerOf(algorithm)]: value });
    expect([done.status, xmlTexts(done.text, 'ChecksumType')], done.text).toEqual([200, [type]]);
  });
  test.each([
    [compositeChecksum('SHA256', [...PARTS].reverse()), 'BadDigest', 'The SHA256 you specified did not match the calculated checksum.'],
    [
      compositeChecksum('SHA256', PARTS).replace(/-2$/, '-3'),
      'BadDigest',
      'The SHA256 you specified did not match the calculated checksum.',
    ],
  ] as const)('SHA256 as %s is %s, and makes nothing', async (value, code, message) => {
    const { done } = await upload('misclaimed', { 'x-amz-checksum-algorithm': 'SHA256' }, 'SHA256', { 'x-amz-checksum-sha256': value });
    expectError(done, { status: 400, code, message });
    expect((await s3('HEAD', '/box/misclaimed')).status).toBe(404);
  });
  test('CRC32, where its upload was begun with another algorithm, is refused', async () => {
    const { done } = await upload('miscalled', { 'x-amz-checksum-algorithm': 'SHA256' }, 'SHA256', {
      'x-amz-checksum-crc32': checksum('CRC32', Buffer.concat(PARTS)),
    });
    expectError(done, {
      status: 400,
      code: 'InvalidRequest',
      message: 'Checksum Type mismatch occurred, expected checksum Type: sha256, actual checksum Type: crc32',
    });
  });
  test('a claim of an algorithm that is not known is refused, not passed over', async () => {
    const { done } = await upload('unknown-claim', {}, 'CRC32', { 'x-amz-checksum-sha512': 'A'.repeat(86).concat('==') });
    expectError(done, { status: 400, code: 'InvalidRequest' });
    expect((await s3('HEAD', '/box/unknown-claim')).status).toBe(404);
  });
  test('the algorithm may be named beside the claim, as SDKs do', async () => {
    const value = checksum('CRC32', Buffer.concat(PARTS));
    const { done } = await upload('named-claim', {}, 'CRC32', { 'x-amz-checksum-crc32': value, 'x-amz-sdk-checksum-algorithm': 'CRC32' });
    expect(done.status, done.text).toBe(200);
  });
  test('a claim that is no checksum at all is refused', async () => {
    const { done } = await upload('misclaimed', {}, 'CRC32', { 'x-amz-checksum-crc32': 'nonsense' });
    expectError(done, { status: 400, code: 'InvalidRequest', message: 'Value for x-amz-checksum-crc32 header is invalid.' });
  });
  test('a wrong checksum of the whole is BadDigest, and makes nothing', async () => {
    const { done } = await upload('wrong', { 'x-amz-checksum-algorithm': 'CRC32', 'x-amz-checksum-type': 'FULL_OBJECT' }, 'CRC32', {
      'x-amz-checksum-crc32': checksum('CRC32', 'other'),
    });
    expectError(done, { status: 400, code: 'BadDigest' });
    expect((await s3('HEAD', '/box/wrong')).status).toBe(404);
  });
  test('another type than the upload was begun with is refused', async () => {
    const { done } = await upload('other-type', { 'x-amz-checksum-algorithm': 'CRC32' }, 'CRC32', { 'x-amz-checksum-type': 'FULL_OBJECT' });
    expectError(done, { status: 400, code: 'InvalidRequest' });
  });
  test('a composite upload completed without its parts’ checksums is refused', async () => {
    const { done } = await upload('unnamed', { 'x-amz-checksum-algorithm': 'SHA256' }, 'SHA256', {}, false);
    expectError(done, {
      status: 400,
      code: 'InvalidRequest',
      message:
        'The upload was created using a sha256 checksum. The complete request must include the checksum for each part. It was missing for part 1 in the request.',
    });
  });
  test.each([
    [
      { 'x-amz-checksum-algorithm': 'MD5' },
      'Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]',
    ],
    [{ 'x-amz-checksum-type': 'COMPOSITE' }, 'The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.'],
    [
      { 'x-amz-checksum-algorithm': 'SHA256', 'x-amz-checksum-type': 'FULL_OBJECT' },
      'The FULL_OBJECT checksum type cannot be used with the sha256 checksum algorithm.',
    ],
    [
      { 'x-amz-checksum-algorithm': 'CRC64NVME', 'x-amz-checksum-type': 'COMPOSITE' },
      'The COMPOSITE checksum type cannot be used with the crc64nvme checksum algorithm.',
    ],
    [{ 'x-amz-checksum-algorithm': 'CRC32', 'x-amz-checksum-type': 'HALF' }, 'Value for x-amz-checksum-type header is invalid.'],
  ])('begun with %j is refused', async (headers, message) => {
    expectError(await s3('POST', '/box/refused', { query: { uploads: '' }, headers: headers as Record<string, string> }), {
      status: 400,
      code: 'InvalidRequest',
      message,
    });
  });
  test('a part of another algorithm than the upload’s is refused', async () => {
    const uploadId =
      xmlTexts(
        (await s3('POST', '/box/mixed', { query: { uploads: '' }, headers: { 'x-amz-checksum-algorithm': 'CRC32' } })).text,
        'UploadId',
      )[0] ?? '';
    const reply = await s3('PUT', '/box/mixed', {
      query: { partNumber: '1', uploadId },
      headers: { 'x-amz-checksum-sha1': checksum('SHA1', 'x') },
      body: 'x',
    });
    expectError(reply, {
      status: 400,
      code: 'InvalidRequest',
      message: 'Checksum Type mismatch occurred, expected checksum Type: crc32, actual checksum Type: sha1',
    });
  });
  test('x-amz-mp-object-size must be the size', async () => {
    const { done } = await upload('sized', {}, 'CRC32', { 'x-amz-mp-object-size': '5' });
    expectError(done, { status: 400, code: 'InvalidRequest' });
  });
});
