/** GetObject and HeadObject: which bytes, under which conditions, with which headers. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { md5Hex, sha256Hex } from '../support/independent-signer.ts';
import { testServer } from '../support/test-server.ts';
import { anonymous, expectError, presigned, send, signed, type Wanted, xmlTexts } from '../support/wire-client.ts';

const server = await testServer();
afterAll(() => server.close());

const CONTENT = 'The quick brown fox jumps';
const SIZE = CONTENT.length;
const ETAG = `"${md5Hex(CONTENT)}"`;
let lastModified = '';
const sha256Base64 = (text: string): string => Buffer.from(sha256Hex(text), 'hex').toString('base64');

const s3 = (method: string, path: string, wanted?: Wanted) => send(server, signed(server, method, path, wanted));
const get = (headers: Record<string, string> = {}, query: Record<string, string> = {}) => s3('GET', '/box/fox', { headers, query });
const head = (headers: Record<string, string> = {}, query: Record<string, string> = {}) => s3('HEAD', '/box/fox', { headers, query });

beforeAll(async () => {
  await s3('PUT', '/box');
  await s3('PUT', '/box/fox', { headers: { 'content-type': 'text/plain', 'x-amz-meta-a': 'b' }, body: CONTENT });
  await s3('PUT', '/box/empty', { body: '' });
  lastModified = (await get()).headers.get('last-modified') ?? '';
});

describe('the whole object', () => {
  test('comes with its headers', async () => {
    const reply = await get();
    expect([reply.status, reply.text]).toEqual([200, CONTENT]);
    const { headers } = reply;
    expect([
      headers.get('etag'),
      headers.get('content-length'),
      headers.get('content-type'),
      headers.get('accept-ranges'),
      headers.get('x-amz-meta-a'),
    ]).toEqual([ETAG, String(SIZE), 'text/plain', 'bytes', 'b']);
    expect(headers.get('last-modified')).toMatch(/^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/);
    expect(headers.get('x-amz-request-id')).toMatch(/^[0-9A-F]{16}$/);
    expect(headers.has('x-amz-id-2')).toBe(true);
    expect(headers.has('content-range')).toBe(false);
  });
  test('HEAD says the same headers, and sends no body', async () => {
    const [got, headed] = [await get(), await head()];
    expect([headed.status, headed.body.length]).toEqual([200, 0]);
    for (const name of ['etag', 'content-length', 'content-type', 'accept-ranges', 'last-modified', 'x-amz-meta-a', 'x-amz-storage-class'])
      expect([name, headed.headers.get(name)]).toEqual([name, got.headers.get(name)]);
  });
  test('each request has an id of its own', async () => {
    const ids = (await Promise.all(Array.from({ length: 10 }, () => get()))).map(({ headers }) => headers.get('x-amz-request-id'));
    expect(new Set(ids).size).toBe(10);
  });
});

describe('what is not there', () => {
  test('is NoSuchKey', async () => {
    expectError(await s3('GET', '/box/none'), {
      status: 404,
      code: 'NoSuchKey',
      message: 'The specified key does not exist.',
      fields: { Key: 'none' },
    });
  });
  test('is told by its key, whatever the key holds', async () => {
    for (const key of ['<&>"\'', 'a b+c', 'é/日本語', ' ', '\t\n', '%41'])
      expectError(await s3('GET', `/box/${key}`), { status: 404, code: 'NoSuchKey', fields: { Key: key } });
  });
  test('is 404 without a body to HEAD', async () => {
    const reply = await s3('HEAD', '/box/none');
    expect([reply.status, reply.body.length, reply.headers.get('content-type')]).toEqual([404, 0, 'application/xml']);
  });
});

describe('Range', () => {
  test.each([
    ['bytes=0-3', 0, 3],
    ['bytes=4-8', 4, 8],
    ['bytes=0-0', 0, 0],
    [`bytes=${SIZE - 1}-${SIZE - 1}`, SIZE - 1, SIZE - 1],
    ['bytes=10-', 10, SIZE - 1],
    ['bytes=0-', 0, SIZE - 1],
    ['bytes=-5', SIZE - 5, SIZE - 1],
    ['bytes=-1000', 0, SIZE - 1],
    ['bytes=20-1000', 20, SIZE - 1],
    ['bytes=0-99999999999999999999', 0, SIZE - 1],
  ])('%s is bytes %i to %i', async (range, start, end) => {
    for (const reply of [await get({ range }), await head({ range })]) {
      expect([reply.status, reply.headers.get('content-range'), reply.headers.get('content-length')]).toEqual([
        206,
        `bytes ${start}-${end}/${SIZE}`,
        String(end - start + 1),
      ]);
      expect(reply.headers.get('etag')).toBe(ETAG);
    }
    expect((await get({ range })).text).toBe(CONTENT.slice(start, end + 1));
  });
  test.each(['bytes=25-', 'bytes=25-30', 'bytes=1000-2000', 'bytes=-0', 'bytes=99999999999999999999-'])(
    '%s lies behind the end',
    async (range) => {
      expectError(await get({ range }), {
        status: 416,
        code: 'InvalidRange',
        message: 'The requested range is not satisfiable',
        fields: { RangeRequested: range, ActualObjectSize: String(SIZE) },
      });
      expect((await head({ range })).status).toBe(416);
    },
  );
  test.each([
    'bytes=3-1',
    'bytes=a-b',
    'bytes=',
    'bytes',
    'items=0-3',
    '0-3',
    'bytes=-',
    'bytes=0-3,5-8',
    'bytes=0-0,-1',
    'bytes 0-3',
    'bytes=--5',
    'bytes=1-2-3',
    'bytes=0x0-0x3',
  ])('%s is no range S3 knows, and ignored', async (range) => {
    const reply = await get({ range });
    expect([reply.status, reply.text]).toEqual([200, CONTENT]);
  });
  test('of an empty object is never satisfiable', async () => {
    for (const range of ['bytes=0-', 'bytes=0-0', 'bytes=40-50'])
      expectError(await s3('GET', '/box/empty', { headers: { range } }), { status: 416, code: 'InvalidRange' });
    expect((await s3('GET', '/box/empty')).status).toBe(200);
  });
  test('may be sent unsigned with a pre-signed URL, as players do', async () => {
    const request = presigned(server, 'GET', '/box/fox');
    const reply = await send(server, { ...request, headers: [...request.headers, ['Range', 'bytes=4-8']] });
    expect([reply.status, reply.text]).toEqual([206, 'quick']);
  });
});

describe('conditions', () => {
  const before = new Date(Date.now() - 3600_000).toUTCString();
  const after = new Date(Date.now() + 3600_000).toUTCString();
  const OTHER = '"00000000000000000000000000000000"';
  const cases: [name: string, headers: Record<string, string>, status: 200 | 304 | 412, condition?: string][] = [
    ['If-Match of the ETag', { 'if-match': ETAG }, 200],
    ['If-Match of the ETag without quotes', { 'if-match': md5Hex(CONTENT) }, 200],
    ['If-Match: *', { 'if-match': '*' }, 200],
    ['If-Match of a list with the ETag', { 'if-match': `${OTHER}, ${ETAG}` }, 200],
    ['If-Match of another ETag', { 'if-match': OTHER }, 412, 'If-Match'],
    ['If-None-Match of the ETag', { 'if-none-match': ETAG }, 304],
    ['If-None-Match of the ETag without quotes', { 'if-none-match': md5Hex(CONTENT) }, 304],
    ['If-None-Match: *', { 'if-none-match': '*' }, 304],
    ['If-None-Match of another ETag', { 'if-none-match': OTHER }, 200],
    ['If-None-Match of a weak form of the ETag', { 'if-none-match': `W/${ETAG}` }, 304],
    ['If-Modified-Since an hour ago', { 'if-modified-since': before }, 200],
    ['If-Unmodified-Since an hour ago', { 'if-unmodified-since': before }, 412, 'If-Unmodified-Since'],
    ['If-Unmodified-Since in an hour', { 'if-unmodified-since': after }, 200],
    ['If-Modified-Since of no date', { 'if-modified-since': 'yesterday' }, 200],
    ['If-Unmodified-Since of no date', { 'if-unmodified-since': 'yesterday' }, 200],
    ['If-Match true and If-Unmodified-Since false', { 'if-match': ETAG, 'if-unmodified-since': before }, 200],
    ['If-Match false and If-Unmodified-Since true', { 'if-match': OTHER, 'if-unmodified-since': after }, 412, 'If-Match'],
    ['If-None-Match false and If-Modified-Since true', { 'if-none-match': ETAG, 'if-modified-since': before }, 304],
    ['If-None-Match true and If-Modified-Since false', { 'if-none-match': OTHER, 'if-modified-since': after }, 200],
    ['If-Match and If-None-Match of the ETag', { 'if-match': ETAG, 'if-none-match': ETAG }, 304],
    ['If-Match of another and If-None-Match of the ETag', { 'if-match': OTHER, 'if-none-match': ETAG }, 412, 'If-Match'],
  ];
  test.each(cases)('%s', async (_, headers, status, condition) => {
    const [got, headed] = [await get(headers), await head(headers)];
    expect([got.status, headed.status]).toEqual([status, status]);
    if (status === 200) expect(got.text).toBe(CONTENT);
    if (status === 304) {
      expect([got.body.length, got.headers.get('etag'), got.headers.get('last-modified')]).toEqual([0, ETAG, lastModified]);
    }
    if (condition !== undefined) {
      expectError(got, {
        status: 412,
        code: 'PreconditionFailed',
        message: 'At least one of the pre-conditions you specified did not hold',
        fields: { Condition: condition },
      });
    }
  });
  test('If-Modified-Since the moment it was modified is not modified', async () => {
    expect((await get({ 'if-modified-since': lastModified })).status).toBe(304);
    expect((await get({ 'if-unmodified-since': lastModified })).status).toBe(200);
  });
  test('read every form of date that HTTP knows', async () => {
    for (const date of ['Sunday, 06-Nov-94 08:49:37 GMT', 'Sun Nov  6 08:49:37 1994', 'Sun, 06 Nov 1994 08:49:37 GMT']) {
      expect((await get({ 'if-unmodified-since': date })).status, date).toBe(412);
      expect((await get({ 'if-modified-since': date })).status, date).toBe(200);
    }
  });
  test('of an object that is not there are NoSuchKey', async () => {
    for (const name of ['if-match', 'if-none-match'])
      expectError(await s3('GET', '/box/none', { headers: { [name]: '*' } }), { status: 404, code: 'NoSuchKey' });
  });
  test('come before the range', async () => {
    expect((await get({ 'if-none-match': ETAG, range: 'bytes=0-3' })).status).toBe(304);
    expect((await get({ 'if-match': OTHER, range: 'bytes=1000-' })).status).toBe(412);
    expect((await get({ 'if-match': ETAG, range: 'bytes=0-3' })).status).toBe(206);
  });
  test('If-Range of another ETag gives the whole, of the same the range', async () => {
    expect((await get({ range: 'bytes=0-3', 'if-range': ETAG })).status).toBe(206);
    expect((await get({ range: 'bytes=0-3', 'if-range': OTHER })).status).toBe(200);
  });
  test('in the signed query of a URL count', async () => {
    expect((await send(server, presigned(server, 'GET', '/box/fox', { query: { 'If-None-Match': ETAG } }))).status).toBe(304);
    expectError(await send(server, presigned(server, 'GET', '/box/fox', { query: { 'If-Match': OTHER } })), {
      status: 412,
      code: 'PreconditionFailed',
    });
  });
});

describe('response-* overrides', () => {
  const overrides = {
    'response-content-type': 'application/x-other',
    'response-content-language': 'fr',
    'response-expires': 'Thu, 01 Dec 2033 16:00:00 GMT',
    'response-cache-control': 'no-cache',
    'response-content-disposition': 'attachment; filename="fox.txt"',
    'response-content-encoding': 'identity',
  };
  test('replace the headers of the object, for GET and HEAD', async () => {
    for (const reply of [await get({}, overrides), await head({}, overrides)]) {
      expect(reply.status).toBe(200);
      for (const [name, value] of Object.entries(overrides))
        expect([name, reply.headers.get(name.replace('response-', ''))]).toEqual([name, value]);
    }
    expect((await get()).headers.get('content-type')).toBe('text/plain');
  });
  test('work in a pre-signed URL, with a range too', async () => {
    const request = presigned(server, 'GET', '/box/fox', { query: overrides });
    const reply = await send(server, { ...request, headers: [...request.headers, ['Range', 'bytes=0-2']] });
    expect([reply.status, reply.headers.get('content-disposition')]).toEqual([206, 'attachment; filename="fox.txt"']);
  });
  test('of Latin-1 are sent as they are', async () => {
    const reply = await get({}, { 'response-content-disposition': 'attachment; filename="résumé.pdf"' });
    expect([reply.status, reply.headers.get('content-disposition')]).toEqual([200, 'attachment; filename="résumé.pdf"']);
  });
  test.each(['日本語', 'a\r\nSet-Cookie: b=c', 'a\nb', 'a\rb', 'a\0b', '😀', '\u0100'])(
    '%j is no header value, and is named',
    async (value) => {
      const reply = await get({}, { 'response-content-disposition': value });
      expectError(reply, {
        status: 400,
        code: 'InvalidArgument',
        message: 'Header value cannot be represented using ISO-8859-1.',
      });
      expect(reply.error.ArgumentName).toBe('response-content-disposition');
      expect(reply.headers.has('set-cookie')).toBe(false);
    },
  );
  test('of nobody are refused', async () => {
    const reply = await send(server, anonymous(server, 'GET', '/box/fox', { query: { 'response-content-type': 'text/html' } }));
    // The bucket is private; on a public one it is InvalidRequest.
    expect([
      [403, 'AccessDenied'],
      [400, 'InvalidRequest'],
    ]).toContainEqual([reply.status, reply.error.Code]);
  });
  test('of other names override nothing', async () => {
    const reply = await get(
      {},
      { 'response-etag': '"x"', 'response-server': 'x', 'response-set-cookie': 'a=b', 'response-location': 'http://x/' },
    );
    expect([
      reply.status,
      reply.headers.get('etag'),
      reply.headers.get('server'),
      reply.headers.get('set-cookie'),
      reply.headers.get('location'),
    ]).toEqual([200, ETAG, 'Latchkey', undefined, undefined]);
  });
});

describe('partNumber', () => {
  let parts: Buffer[] = [];
  beforeAll(async () => {
    parts = [Buffer.alloc(5 * 1024 * 1024, 'a'), Buffer.alloc(5 * 1024 * 1024, 'b'), Buffer.from('tail')];
    const uploadId = xmlTexts((await s3('POST', '/box/parts', { query: { uploads: '' } })).text, 'UploadId')[0] ?? '';
    const listed: string[] = [];
    for (const [i, body] of parts.entries()) {
      const put = await s3('PUT', '/box/parts', {
        query: { partNumber: String(i * 2 + 1), uploadId },
        body,
        payloadHash: 'UNSIGNED-PAYLOAD',
      });
      listed.push(`<Part><PartNumber>${i * 2 + 1}</PartNumber><ETag>${put.headers.get('etag')}</ETag></Part>`);
    }
    const done = await s3('POST', '/box/parts', {
      query: { uploadId },
      body: `<CompleteMultipartUpload>${listed.join('')}</CompleteMultipartUpload>`,
    });
    expect(done.status, done.text).toBe(200);
  });
  test('gives the part, with its range and the number of parts', async () => {
    const reply = await s3('GET', '/box/parts', { query: { partNumber: '1' } });
    const whole = parts.reduce((sum, part) => sum + part.length, 0);
    expect([reply.status, reply.headers.get('x-amz-mp-parts-count'), reply.headers.get('content-range')]).toEqual([
      206,
      '3',
      `bytes 0-${5 * 1024 * 1024 - 1}/${whole}`,
    ]);
    expect(reply.body.equals(parts[0] as Buffer)).toBe(true);
  });
  test('of HEAD says its size', async () => {
    const reply = await s3('HEAD', '/box/parts', { query: { partNumber: '1' } });
    expect([reply.status, reply.headers.get('content-length'), reply.headers.get('x-amz-mp-parts-count'), reply.body.length]).toEqual([
      206,
      String(5 * 1024 * 1024),
      '3',
      0,
    ]);
  });
  test('beyond the last is 416', async () => {
    const reply = await s3('GET', '/box/parts', { query: { partNumber: '9' } });
    expectError(reply, { status: 416, code: 'InvalidPartNumber', message: 'The requested partnumber is not satisfiable' });
  });
  test.each(['0', '10001', 'x', '-1', ''])('%j is no part number', async (partNumber) => {
    const reply = await s3('GET', '/box/parts', { query: { partNumber } });
    expectError(reply, { status: 400, code: 'InvalidArgument', message: 'Part number must be an integer between 1 and 10000, inclusive' });
  });
  test('beside a range is refused', async () => {
    expectError(await s3('GET', '/box/parts', { query: { partNumber: '1' }, headers: { range: 'bytes=0-1' } }), {
      status: 400,
      code: 'InvalidRequest',
      message: 'Cannot specify both Range header and partNumber query parameter',
    });
  });
  test('of an object put whole: the first is all of it, there is no second', async () => {
    const first = await get({}, { partNumber: '1' });
    expect([200, 206]).toContain(first.status);
    expect(first.text).toBe(CONTENT);
    expectError(await get({}, { partNumber: '2' }), { status: 416, code: 'InvalidPartNumber' });
  });
  test('a range over the border of two parts gives bytes of both', async () => {
    const border = 5 * 1024 * 1024;
    const reply = await s3('GET', '/box/parts', { headers: { range: `bytes=${border - 2}-${border + 1}` } });
    expect([reply.status, reply.text]).toEqual([206, 'aabb']);
  });
});

describe('versionId', () => {
  test('null is the one version there is', async () => {
    expect((await get({}, { versionId: 'null' })).text).toBe(CONTENT);
    expect((await head({}, { versionId: 'null' })).status).toBe(200);
  });
  test('of another version is never the object', async () => {
    for (const versionId of ['3sL4kqtJlcpXroDTDmJ+rmSpXd3dIbrHY+MTRCxf3vjVBH40Nr8X8gdRQBpUMLUo', 'abc', '../x', ' ', 'NULL']) {
      const [got, headed] = [await get({}, { versionId }), await head({}, { versionId })];
      expect([400, 404], versionId).toContain(got.status);
      expect(['NoSuchVersion', 'InvalidArgument']).toContain(got.error.Code);
      expect(headed.status).toBe(got.status);
    }
  });
  test('that is empty is refused', async () => {
    expectError(await get({}, { versionId: '' }), {
      status: 400,
      code: 'InvalidArgument',
      message: 'Version id cannot be the empty string',
    });
  });
});

describe('checksums', () => {
  test('are told where asked for', async () => {
    const body = 'checked';
    await s3('PUT', '/box/checked', { headers: { 'x-amz-checksum-sha256': sha256Base64(body) }, body });
    for (const method of ['GET', 'HEAD']) {
      const asked = await s3(method, '/box/checked', { headers: { 'x-amz-checksum-mode': 'ENABLED' } });
      expect([asked.headers.get('x-amz-checksum-sha256'), asked.headers.get('x-amz-checksum-type')]).toEqual([
        sha256Base64(body),
        'FULL_OBJECT',
      ]);
      expect((await s3(method, '/box/checked')).headers.has('x-amz-checksum-sha256')).toBe(false);
    }
  });
  test('of the whole are not told with a part of it', async () => {
    await s3('PUT', '/box/checked', { headers: { 'x-amz-checksum-sha256': sha256Base64('checked') }, body: 'checked' });
    const reply = await s3('GET', '/box/checked', { headers: { 'x-amz-checksum-mode': 'ENABLED', range: 'bytes=0-2' } });
    expect([reply.status, reply.headers.has('x-amz-checksum-sha256')]).toEqual([206, false]);
  });
  test('are CRC64NVME where the client named none', async () => {
    await s3('PUT', '/box/unnamed', { body: '123456789' });
    const reply = await s3('HEAD', '/box/unnamed', { headers: { 'x-amz-checksum-mode': 'ENABLED' } });
    expect(reply.headers.get('x-amz-checksum-crc64nvme')).toBe(Buffer.from('ae8b14860a799888', 'hex').toString('base64'));
  });
});
