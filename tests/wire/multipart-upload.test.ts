/** CreateMultipartUpload, UploadPart, CompleteMultipartUpload, AbortMultipartUpload. */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { md5Base64, md5Hex } from '../support/independent-signer.ts';
import { testServer } from '../support/test-server.ts';
import { anonymous, expectError, presigned, send, signed, type Wanted, xmlTexts } from '../support/wire-client.ts';

const server = await testServer();
afterAll(() => server.close());

const MIB = 1024 * 1024;
const FIVE = Buffer.alloc(5 * MIB, '5');
const s3 = (method: string, path: string, wanted?: Wanted) =>
  send(server, signed(server, method, path, { payloadHash: 'UNSIGNED-PAYLOAD', ...wanted }));

beforeAll(async () => {
  await s3('PUT', '/box');
});

async function begin(key: string, headers: Record<string, string> = {}): Promise<string> {
  const reply = await s3('POST', `/box/${key}`, { query: { uploads: '' }, headers });
  expect(reply.status, reply.text).toBe(200);
  return xmlTexts(reply.text, 'UploadId')[0] ?? '';
}
const put = (key: string, uploadId: string, partNumber: number | string, body: Buffer | string) =>
  s3('PUT', `/box/${key}`, { query: { partNumber: String(partNumber), uploadId }, body });
async function etagOf(key: string, uploadId: string, partNumber: number, body: Buffer | string): Promise<string> {
  const reply = await put(key, uploadId, partNumber, body);
  expect(reply.status, reply.text).toBe(200);
  return reply.headers.get('etag') ?? '';
}
const part = (partNumber: number | string, etag: string): string =>
  `<Part><PartNumber>${partNumber}</PartNumber><ETag>${etag}</ETag></Part>`;
const document = (...parts: string[]): string =>
  `<CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${parts.join('')}</CompleteMultipartUpload>`;
const complete = (key: string, uploadId: string, body: string, headers: Record<string, string> = {}) =>
  s3('POST', `/box/${key}`, { query: { uploadId }, body, headers });
const parts = async (key: string, uploadId: string) =>
  xmlTexts((await s3('GET', `/box/${key}`, { query: { uploadId } })).text, 'PartNumber');
const NO_SUCH_UPLOAD = {
  status: 404,
  code: 'NoSuchUpload',
  message: 'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.',
};

describe('CreateMultipartUpload', () => {
  test('names the bucket, the key and the upload', async () => {
    const reply = await s3('POST', '/box/some <key>', { query: { uploads: '' } });
    expect([reply.status, xmlTexts(reply.text, 'Bucket'), xmlTexts(reply.text, 'Key')]).toEqual([200, ['box'], ['some <key>']]);
    expect(reply.text).toMatch(/<InitiateMultipartUploadResult xmlns="http:\/\/s3.amazonaws.com\/doc\/2006-03-01\/">/);
    expect(xmlTexts(reply.text, 'UploadId')[0]?.length).toBeGreaterThan(10);
  });
  test('begins two uploads of one key', async () => {
    expect(await begin('twice')).not.toBe(await begin('twice'));
  });
  test('makes nothing visible', async () => {
    await begin('invisible');
    expect((await s3('HEAD', '/box/invisible')).status).toBe(404);
    expect(xmlTexts((await s3('GET', '/box')).text, 'Key')).not.toContain('invisible');
  });
  test('in a bucket that is not there is NoSuchBucket', async () => {
    expectError(await s3('POST', '/not-there/key', { query: { uploads: '' } }), { status: 404, code: 'NoSuchBucket' });
  });
  test('by nobody is AccessDenied', async () => {
    expectError(await send(server, anonymous(server, 'POST', '/box/key', { query: { uploads: '' } })), {
      status: 403,
      code: 'AccessDenied',
    });
  });
  test.each([
    ['x-amz-storage-class', 'CHEAPEST', 'InvalidStorageClass'],
    ['x-amz-acl', 'public-read', 'AccessControlListNotSupported'],
    ['x-amz-meta-a', 'v'.repeat(3000), 'MetadataTooLarge'],
    ['x-amz-tagging', '=v', 'InvalidArgument|InvalidTag'],
  ])('refuses %s: %.20s at the start', async (name, value, code) => {
    const reply = await s3('POST', '/box/refused', { query: { uploads: '' }, headers: { [name]: value } });
    expect([reply.status, new RegExp(`^(${code})$`).test(reply.error.Code ?? '')], reply.text).toEqual([400, true]);
  });
});

describe('UploadPart', () => {
  test('answers with the MD5 of the part', async () => {
    const uploadId = await begin('part');
    expect(await etagOf('part', uploadId, 1, 'hello')).toBe(`"${md5Hex('hello')}"`);
  });
  test.each(['0', '10001', '-1', 'x', '', '1.5', '99999999999'])('%j is no part number', async (partNumber) => {
    const uploadId = await begin('numbered');
    expectError(await put('numbered', uploadId, partNumber, 'x'), {
      status: 400,
      code: 'InvalidArgument',
      message: 'Part number must be an integer between 1 and 10000, inclusive',
      fields: { ArgumentName: 'partNumber', ArgumentValue: partNumber },
    });
    expect(await parts('numbered', uploadId)).toEqual([]);
  });
  test('takes the numbers 1 and 10000', async () => {
    const uploadId = await begin('bounds');
    await etagOf('bounds', uploadId, 1, 'a');
    await etagOf('bounds', uploadId, 10000, 'b');
    expect(await parts('bounds', uploadId)).toEqual(['1', '10000']);
  });
  test.each(['none', '', '../x', 'é', 'a'.repeat(2000)])('of the upload %.10j is NoSuchUpload', async (uploadId) => {
    const reply = await put('part', uploadId, 1, 'x');
    expect([reply.status, reply.error.Code], reply.text).toEqual([404, 'NoSuchUpload']);
  });
  test('of an upload of another key or bucket is NoSuchUpload', async () => {
    const uploadId = await begin('mine');
    expectError(await put('other', uploadId, 1, 'x'), { ...NO_SUCH_UPLOAD, fields: { UploadId: uploadId } });
    await s3('PUT', '/other-box');
    expectError(await s3('PUT', '/other-box/mine', { query: { partNumber: '1', uploadId }, body: 'x' }), NO_SUCH_UPLOAD);
    expect(await parts('mine', uploadId)).toEqual([]);
  });
  test('in a bucket that is not there is NoSuchBucket', async () => {
    const uploadId = await begin('mine');
    expectError(await s3('PUT', '/not-there/mine', { query: { partNumber: '1', uploadId }, body: 'x' }), {
      status: 404,
      code: 'NoSuchBucket',
    });
  });
  test('sent again replaces the part', async () => {
    const uploadId = await begin('again');
    const first = await etagOf('again', uploadId, 1, 'first');
    const second = await etagOf('again', uploadId, 1, 'second');
    expectError(await complete('again', uploadId, document(part(1, first))), { status: 400, code: 'InvalidPart' });
    expect((await complete('again', uploadId, document(part(1, second)))).status).toBe(200);
    expect((await s3('GET', '/box/again')).text).toBe('second');
  });
  test('with a wrong Content-MD5 is BadDigest, and no part', async () => {
    const uploadId = await begin('digest');
    const reply = await s3('PUT', '/box/digest', {
      query: { partNumber: '1', uploadId },
      body: 'x',
      headers: { 'content-md5': md5Base64('y') },
    });
    expectError(reply, { status: 400, code: 'BadDigest' });
    expect(await parts('digest', uploadId)).toEqual([]);
  });
  test('with an upload id alone, or a part number alone, stores nothing as an object', async () => {
    const uploadId = await begin('half');
    for (const query of [{ uploadId }, { partNumber: '1' }] as Record<string, string>[]) {
      const reply = await s3('PUT', '/box/half', { query, body: 'x' });
      expect(reply.status, `${JSON.stringify(query)} ${reply.text}`).toBe(400);
    }
    expect((await s3('HEAD', '/box/half')).status).toBe(404);
  });
  test('of several at once keeps them all', async () => {
    const uploadId = await begin('parallel');
    await Promise.all(Array.from({ length: 12 }, (_, i) => etagOf('parallel', uploadId, i + 1, `part ${i + 1}`)));
    expect(await parts('parallel', uploadId)).toEqual(Array.from({ length: 12 }, (_, i) => String(i + 1)));
  });
  test('by pre-signed URL, which is good for that part of that upload alone', async () => {
    const uploadId = await begin('by-url');
    const request = presigned(server, 'PUT', '/box/by-url', { query: { partNumber: '1', uploadId }, body: 'part' });
    expectError(await send(server, { ...request, target: request.target.replace('partNumber=1', 'partNumber=2') }), {
      status: 403,
      code: 'SignatureDoesNotMatch',
    });
    expectError(await send(server, { ...request, target: request.target.replace(/&?partNumber=1&?/, '&') }), {
      status: 403,
      code: 'SignatureDoesNotMatch',
    });
    const stored = await send(server, request);
    expect([stored.status, stored.headers.get('etag')]).toEqual([200, `"${md5Hex('part')}"`]);
    expect((await complete('by-url', uploadId, document(part(1, `"${md5Hex('part')}"`)))).status).toBe(200);
  });
});

describe('CompleteMultipartUpload', () => {
  test('makes one object of the parts, with the headers the upload was begun with', async () => {
    const headers = { 'content-type': 'video/mp4', 'x-amz-meta-a': 'b', 'cache-control': 'no-store', 'x-amz-tagging': 'a=b' };
    const uploadId = await begin('whole', headers);
    const tail = 'and the tail';
    const etags = [
      await etagOf('whole', uploadId, 1, FIVE),
      await etagOf('whole', uploadId, 2, FIVE),
      await etagOf('whole', uploadId, 3, tail),
    ];
    const reply = await complete('whole', uploadId, document(...etags.map((etag, i) => part(i + 1, etag))));
    const etag = `"${compositeEtag([FIVE, FIVE, Buffer.from(tail)])}"`;
    expect([reply.status, xmlTexts(reply.text, 'Bucket'), xmlTexts(reply.text, 'Key'), xmlTexts(reply.text, 'ETag')]).toEqual([
      200,
      ['box'],
      ['whole'],
      [etag],
    ]);
    expect(reply.text).toMatch(/<CompleteMultipartUploadResult xmlns="http:\/\/s3.amazonaws.com\/doc\/2006-03-01\/">/);
    expect(xmlTexts(reply.text, 'Location')).toEqual([`http://${server.host}/box/whole`]);
    const got = await s3('GET', '/box/whole');
    expect(got.body.equals(Buffer.concat([FIVE, FIVE, Buffer.from(tail)]))).toBe(true);
    expect([
      got.headers.get('etag'),
      got.headers.get('content-type'),
      got.headers.get('x-amz-meta-a'),
      got.headers.get('cache-control'),
      got.headers.get('x-amz-tagging-count'),
    ]).toEqual([etag, 'video/mp4', 'b', 'no-store', '1']);
    expect(xmlTexts((await s3('GET', '/box', { query: { prefix: 'whole' } })).text, 'Size')).toEqual([String(10 * MIB + tail.length)]);
  });
  test('takes the parts that are named, and forgets the others', async () => {
    const uploadId = await begin('chosen');
    await etagOf('chosen', uploadId, 1, 'one');
    const second = await etagOf('chosen', uploadId, 2, 'two');
    expect((await complete('chosen', uploadId, document(part(2, second)))).status).toBe(200);
    expect((await s3('GET', '/box/chosen')).text).toBe('two');
    expectError(await s3('GET', '/box/chosen', { query: { uploadId } }), NO_SUCH_UPLOAD);
  });
  test('takes numbers with gaps', async () => {
    const uploadId = await begin('gaps');
    const [a, b] = [await etagOf('gaps', uploadId, 7, FIVE), await etagOf('gaps', uploadId, 9000, 'end')];
    expect((await complete('gaps', uploadId, document(part(7, a), part(9000, b)))).status).toBe(200);
    expect((await s3('HEAD', '/box/gaps')).headers.get('content-length')).toBe(String(5 * MIB + 3));
  });
  test.each(['with quotes', 'without quotes', 'with quotes as entities'])('takes ETags %s', async (form) => {
    const uploadId = await begin('quoted');
    const plain = (await etagOf('quoted', uploadId, 1, 'x')).replaceAll('"', '');
    const etag = { 'with quotes': `"${plain}"`, 'without quotes': plain, 'with quotes as entities': `&quot;${plain}&#34;` }[form] ?? '';
    expect((await complete('quoted', uploadId, document(part(1, etag)))).status).toBe(200);
  });
  test('without the namespace is the same', async () => {
    const uploadId = await begin('bare');
    const etag = await etagOf('bare', uploadId, 1, 'x');
    expect((await complete('bare', uploadId, `<CompleteMultipartUpload>${part(1, etag)}</CompleteMultipartUpload>`)).status).toBe(200);
  });
  test('overwrites what was there, at once', async () => {
    await s3('PUT', '/box/over', { body: 'old', headers: { 'x-amz-meta-old': '1' } });
    const uploadId = await begin('over');
    const etag = await etagOf('over', uploadId, 1, 'new');
    expect((await s3('GET', '/box/over')).text).toBe('old');
    await complete('over', uploadId, document(part(1, etag)));
    const got = await s3('GET', '/box/over');
    expect([got.text, got.headers.get('x-amz-meta-old')]).toEqual(['new', undefined]);
  });

  describe('refuses, and leaves the upload as it was', () => {
    async function prepared(): Promise<{ uploadId: string; one: string; two: string }> {
      const uploadId = await begin('refusal');
      return { uploadId, one: await etagOf('refusal', uploadId, 1, 'one'), two: await etagOf('refusal', uploadId, 2, 'two') };
    }
    const untouched = async (uploadId: string) => {
      expect(await parts('refusal', uploadId)).toEqual(['1', '2']);
      expect((await s3('HEAD', '/box/refusal')).status).toBe(404);
    };
    test('a part smaller than 5 MiB that is not the last', async () => {
      const { uploadId, one, two } = await prepared();
      expectError(await complete('refusal', uploadId, document(part(1, one), part(2, two))), {
        status: 400,
        code: 'EntityTooSmall',
        message: 'Your proposed upload is smaller than the minimum allowed size',
        fields: { ProposedSize: '3', MinSizeAllowed: String(5 * MIB), PartNumber: '1', ETag: one.replaceAll('"', '') },
      });
      await untouched(uploadId);
    });
    test('a part that was never uploaded', async () => {
      const { uploadId, two } = await prepared();
      expectError(await complete('refusal', uploadId, document(part(9, two))), {
        status: 400,
        code: 'InvalidPart',
        message:
          "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
        fields: { UploadId: uploadId, PartNumber: '9', ETag: two.replaceAll('"', '') },
      });
      await untouched(uploadId);
    });
    test.each(['"ffffffffffffffffffffffffffffffff"', 'nonsense', ''])('the ETag %j of something else', async (etag) => {
      const { uploadId } = await prepared();
      expectError(await complete('refusal', uploadId, document(part(1, etag))), { status: 400, code: 'InvalidPart' });
      await untouched(uploadId);
    });
    test('parts in another order', async () => {
      const { uploadId, one, two } = await prepared();
      expectError(await complete('refusal', uploadId, document(part(2, two), part(1, one))), {
        status: 400,
        code: 'InvalidPartOrder',
        message: 'The list of parts was not in ascending order. Parts must be ordered by part number.',
        fields: { UploadId: uploadId },
      });
      await untouched(uploadId);
    });
    test('a part named twice', async () => {
      const { uploadId, one } = await prepared();
      expectError(await complete('refusal', uploadId, document(part(1, one), part(1, one))), { status: 400, code: 'InvalidPartOrder' });
      await untouched(uploadId);
    });
    test.each([
      ['no document', ''],
      ['no XML', 'one two'],
      ['an open element', '<CompleteMultipartUpload><Part>'],
      ['another root', '<Complete/>'],
      ['no part', '<CompleteMultipartUpload/>'],
      ['a part without a number', '<CompleteMultipartUpload><Part><ETag>x</ETag></Part></CompleteMultipartUpload>'],
      ['a part without an ETag', '<CompleteMultipartUpload><Part><PartNumber>1</PartNumber></Part></CompleteMultipartUpload>'],
      [
        'a number that is none',
        '<CompleteMultipartUpload><Part><PartNumber>one</PartNumber><ETag>x</ETag></Part></CompleteMultipartUpload>',
      ],
    ])('%s', async (_, body) => {
      const { uploadId } = await prepared();
      expectError(await complete('refusal', uploadId, body), {
        status: 400,
        code: 'MalformedXML',
        message: 'The XML you provided was not well-formed or did not validate against our published schema',
      });
      await untouched(uploadId);
    });
    test.each([
      ['0', 'PartNumber must be >= 1'],
      ['-1', 'PartNumber must be >= 1'],
    ])('the part number %s', async (number, message) => {
      const { uploadId, one } = await prepared();
      expectError(await complete('refusal', uploadId, document(part(number, one))), {
        status: 400,
        code: 'InvalidArgument',
        message,
        fields: { ArgumentName: 'PartNumber', ArgumentValue: number },
      });
      await untouched(uploadId);
    });
    test('10,001 parts', async () => {
      const { uploadId, one } = await prepared();
      const reply = await complete('refusal', uploadId, document(...Array.from({ length: 10_001 }, (_, i) => part(i + 1, one))));
      expect([reply.status, ['MalformedXML', 'InvalidArgument'].includes(reply.error.Code ?? '')]).toEqual([400, true]);
      await untouched(uploadId);
    });
  });

  test('of an upload that is not there is NoSuchUpload', async () => {
    expectError(await complete('none', 'none', document(part(1, 'x'))), { ...NO_SUCH_UPLOAD, fields: { UploadId: 'none' } });
  });
  test('sent again, as a client does whose connection broke, changes nothing', async () => {
    const uploadId = await begin('repeated');
    const etag = await etagOf('repeated', uploadId, 1, 'x');
    expect((await complete('repeated', uploadId, document(part(1, etag)))).status).toBe(200);
    const again = await complete('repeated', uploadId, document(part(1, etag)));
    expect([200, 404], again.text).toContain(again.status);
    expect((await s3('GET', '/box/repeated')).text).toBe('x');
  });
  test('at once by many makes one object', async () => {
    const uploadId = await begin('raced');
    const etag = await etagOf('raced', uploadId, 1, 'x');
    const replies = await Promise.all(Array.from({ length: 6 }, () => complete('raced', uploadId, document(part(1, etag)))));
    expect(replies.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(1);
    for (const { status } of replies) expect([200, 404, 409]).toContain(status);
    expect((await s3('GET', '/box/raced')).text).toBe('x');
  });
  test('of a key with characters of every kind says where it is, encoded', async () => {
    const key = 'é/a b+c';
    const uploadId = await begin(key);
    const etag = await etagOf(key, uploadId, 1, 'x');
    const reply = await complete(key, uploadId, document(part(1, etag)));
    expect([reply.status, xmlTexts(reply.text, 'Key')]).toEqual([200, [key]]);
    expect(xmlTexts(reply.text, 'Location')[0]).toMatch(/^http:\/\/[^/]+\/box\/%C3%A9(\/|%2F)a(%20|\+)b%2Bc$/);
  });
});

describe('AbortMultipartUpload', () => {
  test('is 204, and the upload and its parts are gone', async () => {
    const uploadId = await begin('aborted');
    const etag = await etagOf('aborted', uploadId, 1, 'x');
    expect((await s3('DELETE', '/box/aborted', { query: { uploadId } })).status).toBe(204);
    expectError(await s3('GET', '/box/aborted', { query: { uploadId } }), NO_SUCH_UPLOAD);
    expectError(await put('aborted', uploadId, 2, 'x'), NO_SUCH_UPLOAD);
    expectError(await complete('aborted', uploadId, document(part(1, etag))), NO_SUCH_UPLOAD);
    expect(xmlTexts((await s3('GET', '/box', { query: { uploads: '' } })).text, 'UploadId')).not.toContain(uploadId);
  });
  test('of an upload that is not there is NoSuchUpload', async () => {
    expectError(await s3('DELETE', '/box/aborted', { query: { uploadId: 'none' } }), NO_SUCH_UPLOAD);
  });
  test('of an upload of another key is NoSuchUpload, and aborts nothing', async () => {
    const uploadId = await begin('safe');
    expectError(await s3('DELETE', '/box/other', { query: { uploadId } }), NO_SUCH_UPLOAD);
    expect(await parts('safe', uploadId)).toEqual([]);
    expect((await s3('GET', '/box/safe', { query: { uploadId } })).status).toBe(200);
  });
  test('leaves the object of that key', async () => {
    await s3('PUT', '/box/kept', { body: 'kept' });
    await s3('DELETE', '/box/kept', { query: { uploadId: await begin('kept') } });
    expect((await s3('GET', '/box/kept')).text).toBe('kept');
  });
});

function compositeEtag(bodies: readonly Buffer[]): string {
  const digests = bodies.map((body) => createHash('md5').update(body).digest());
  return `${md5Hex(Buffer.concat(digests))}-${bodies.length}`;
}
