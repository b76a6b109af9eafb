/** CopyObject. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encodePath, md5Hex, percentEncode } from '../support/independent-signer.ts';
import { testServer } from '../support/test-server.ts';
import { type Answer, expectError, presigned, send, signed, type Wanted, xmlTexts } from '../support/wire-client.ts';

const server = await testServer();
afterAll(() => server.close());

const ETAG = `"${md5Hex('original')}"`;
const s3 = (method: string, path: string, wanted?: Wanted) => send(server, signed(server, method, path, wanted));
const copy = (source: string, headers: Record<string, string> = {}, to = '/into/copy'): Promise<Answer> =>
  s3('PUT', to, { headers: { 'x-amz-copy-source': source, ...headers } });

beforeAll(async () => {
  await s3('PUT', '/from');
  await s3('PUT', '/into');
  await s3('PUT', '/from/source', {
    headers: { 'content-type': 'text/source', 'cache-control': 'max-age=1', 'x-amz-meta-a': 'source', 'x-amz-tagging': 'tag=source' },
    body: 'original',
  });
});

test('answers with the ETag and the date, and the copy is the object with its headers', async () => {
  const reply = await copy('/from/source');
  expect([reply.status, reply.headers.get('content-type'), xmlTexts(reply.text, 'ETag')]).toEqual([200, 'application/xml', [ETAG]]);
  expect(reply.text).toContain('<CopyObjectResult');
  expect(xmlTexts(reply.text, 'LastModified')[0]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  const { text, headers } = await s3('GET', '/into/copy');
  expect([
    text,
    headers.get('content-type'),
    headers.get('cache-control'),
    headers.get('x-amz-meta-a'),
    headers.get('x-amz-tagging-count'),
  ]).toEqual(['original', 'text/source', 'max-age=1', 'source', '1']);
});

describe('x-amz-copy-source', () => {
  test.each(['from/source', '/from/source', 'from%2Fsource', '%2Ffrom%2Fsource', 'from/s%6Furce', '/from/source?versionId=null'])(
    '%s names the object',
    async (source) => {
      const reply = await copy(source);
      expect(reply.status, reply.text).toBe(200);
    },
  );
  test('is decoded once', async () => {
    for (const key of ['a b', 'a+b', 'a%b', 'a%20b', '100%', 'é/日本語', 'q?x=1', 'h#x', 'a&b', '%2F']) {
      await s3('PUT', `/from/${key}`, { body: key });
      const reply = await copy(`/from/${key.split('/').map(percentEncode).join('/')}`);
      expect(reply.status, `${key}: ${reply.text}`).toBe(200);
      expect((await s3('GET', '/into/copy')).text).toBe(key);
    }
  });
  test('with a plus is a plus or, as some clients mean it, a space: whichever, the same every time', async () => {
    await s3('PUT', '/from/plus+sign', { body: 'plus' });
    const reply = await copy('/from/plus+sign');
    if (reply.status === 200) expect((await s3('GET', '/into/copy')).text).toBe('plus');
    else expectError(reply, { status: 404, code: 'NoSuchKey' });
  });
  test.each(['', '/', 'from', '/from', 'from/', '/from/', '//', '/X/key', '%', 'from/%zz', 'from/%ff'])('%j is refused', async (source) => {
    const reply = await copy(source);
    expect([400, 404, 405], `${reply.status} ${reply.text}`).toContain(reply.status);
    expect(reply.status).not.toBe(200);
  });
  test.each([
    ['no bucket', '/not-there/source', 'NoSuchBucket'],
    ['no object', '/from/none', 'NoSuchKey'],
  ])('of %s', async (_, source, code) => {
    expectError(await copy(source, {}, '/into/never'), { status: 404, code });
    expect((await s3('HEAD', '/into/never')).status).toBe(404);
  });
  test('of another version is refused', async () => {
    const reply = await copy('/from/source?versionId=3sL4kqtJlcpXroDTDmJ%2BrmSpXd3dIbrH');
    expect([400, 404]).toContain(reply.status);
  });
  test('with dot segments is a key, not a path', async () => {
    await s3('PUT', '/into/target', { body: 'target' });
    const reply = await copy('/from/../into/target');
    expectError(reply, { status: 404, code: 'NoSuchKey' });
  });
});

test('into a bucket that is not there is NoSuchBucket', async () => {
  expectError(await copy('/from/source', {}, '/not-there/copy'), {
    status: 404,
    code: 'NoSuchBucket',
    fields: { BucketName: 'not-there' },
  });
});

describe('x-amz-metadata-directive', () => {
  test('COPY keeps the metadata, whatever else was sent', async () => {
    await copy('/from/source', { 'x-amz-metadata-directive': 'COPY', 'x-amz-meta-a': 'sent', 'content-type': 'text/sent' });
    const { headers } = await s3('GET', '/into/copy');
    expect([headers.get('x-amz-meta-a'), headers.get('content-type')]).toEqual(['source', 'text/source']);
  });
  test('REPLACE takes what was sent, and nothing of the source', async () => {
    await copy('/from/source', { 'x-amz-metadata-directive': 'REPLACE', 'x-amz-meta-b': 'sent' });
    const { headers } = await s3('GET', '/into/copy');
    expect([headers.get('x-amz-meta-a'), headers.get('x-amz-meta-b'), headers.get('content-type'), headers.get('cache-control')]).toEqual([
      undefined,
      'sent',
      'binary/octet-stream',
      undefined,
    ]);
  });
  test.each(['replace', 'KEEP', ''])('%j is unknown', async (value) => {
    expectError(await copy('/from/source', { 'x-amz-metadata-directive': value }), {
      status: 400,
      code: 'InvalidArgument',
      message: 'Unknown metadata directive.',
      fields: { ArgumentName: 'x-amz-metadata-directive', ArgumentValue: value },
    });
  });
});

describe('x-amz-tagging-directive', () => {
  test('REPLACE takes the tags that were sent', async () => {
    await copy('/from/source', { 'x-amz-tagging-directive': 'REPLACE', 'x-amz-tagging': 'a=1&b=2' });
    expect((await s3('GET', '/into/copy')).headers.get('x-amz-tagging-count')).toBe('2');
  });
  test('REPLACE without tags takes none', async () => {
    await copy('/from/source', { 'x-amz-tagging-directive': 'REPLACE' });
    expect((await s3('GET', '/into/copy')).headers.has('x-amz-tagging-count')).toBe(false);
  });
  test('of another word is unknown', async () => {
    expectError(await copy('/from/source', { 'x-amz-tagging-directive': 'MERGE' }), {
      status: 400,
      code: 'InvalidArgument',
      message: 'Unknown tagging directive.',
      fields: { ArgumentName: 'x-amz-tagging-directive', ArgumentValue: 'MERGE' },
    });
  });
});

describe('an object onto itself', () => {
  test('without change is refused', async () => {
    expectError(await copy('/from/source', {}, '/from/source'), {
      status: 400,
      code: 'InvalidRequest',
      message:
        "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
    });
  });
  test('with new metadata keeps its bytes', async () => {
    await s3('PUT', '/from/self', { headers: { 'x-amz-meta-a': 'old' }, body: 'same bytes' });
    const reply = await copy('/from/self', { 'x-amz-metadata-directive': 'REPLACE', 'x-amz-meta-a': 'new' }, '/from/self');
    expect(reply.status).toBe(200);
    const { text, headers } = await s3('GET', '/from/self');
    expect([text, headers.get('x-amz-meta-a')]).toEqual(['same bytes', 'new']);
  });
  test('with another storage class keeps its bytes and metadata', async () => {
    await s3('PUT', '/from/self', { headers: { 'x-amz-meta-a': 'old' }, body: 'same bytes' });
    expect((await copy('/from/self', { 'x-amz-storage-class': 'STANDARD_IA' }, '/from/self')).status).toBe(200);
    const { text, headers } = await s3('GET', '/from/self');
    expect([text, headers.get('x-amz-meta-a'), headers.get('x-amz-storage-class')]).toEqual(['same bytes', 'old', 'STANDARD_IA']);
  });
});

describe('what is of the copy alone', () => {
  test('the storage class: the one asked for, STANDARD where none is', async () => {
    await s3('PUT', '/from/classed', { headers: { 'x-amz-storage-class': 'STANDARD_IA', 'x-amz-meta-a': 'kept' }, body: 'x' });
    await copy('/from/classed');
    const plain = await s3('HEAD', '/into/copy');
    expect([plain.headers.get('x-amz-storage-class'), plain.headers.get('x-amz-meta-a')]).toEqual([undefined, 'kept']);
    await copy('/from/classed', { 'x-amz-storage-class': 'ONEZONE_IA' });
    const classed = await s3('HEAD', '/into/copy');
    expect([classed.headers.get('x-amz-storage-class'), classed.headers.get('x-amz-meta-a')]).toEqual(['ONEZONE_IA', 'kept']);
  });
  test('the website redirect', async () => {
    await s3('PUT', '/from/redirected', { headers: { 'x-amz-website-redirect-location': '/elsewhere' }, body: 'x' });
    await copy('/from/redirected');
    expect((await s3('HEAD', '/into/copy')).headers.has('x-amz-website-redirect-location')).toBe(false);
    await copy('/from/source', { 'x-amz-website-redirect-location': '/there' });
    expect((await s3('HEAD', '/into/copy')).headers.get('x-amz-website-redirect-location')).toBe('/there');
  });
});

describe('conditions on the source', () => {
  const before = new Date(Date.now() - 3600_000).toUTCString();
  const after = new Date(Date.now() + 3600_000).toUTCString();
  const OTHER = '"00000000000000000000000000000000"';
  test.each([
    ['if-match of the ETag', { 'x-amz-copy-source-if-match': ETAG }, 200],
    ['if-match of another', { 'x-amz-copy-source-if-match': OTHER }, 412],
    ['if-none-match of another', { 'x-amz-copy-source-if-none-match': OTHER }, 200],
    ['if-none-match of the ETag', { 'x-amz-copy-source-if-none-match': ETAG }, 412],
    ['if-modified-since an hour ago', { 'x-amz-copy-source-if-modified-since': before }, 200],
    ['if-modified-since in an hour, which S3 takes for no condition', { 'x-amz-copy-source-if-modified-since': after }, undefined],
    ['if-unmodified-since in an hour', { 'x-amz-copy-source-if-unmodified-since': after }, 200],
    ['if-unmodified-since an hour ago', { 'x-amz-copy-source-if-unmodified-since': before }, 412],
    [
      'if-match true and if-unmodified-since false',
      { 'x-amz-copy-source-if-match': ETAG, 'x-amz-copy-source-if-unmodified-since': before },
      200,
    ],
    [
      'if-none-match false and if-modified-since true',
      { 'x-amz-copy-source-if-none-match': ETAG, 'x-amz-copy-source-if-modified-since': before },
      412,
    ],
  ] as const)('%s', async (_, headers, status) => {
    await s3('DELETE', '/into/conditional');
    const reply = await copy('/from/source', headers, '/into/conditional');
    if (status === undefined) return expect([200, 412]).toContain(reply.status);
    expect(reply.status, reply.text).toBe(status);
    if (status === 412) expect(reply.error.Code).toBe('PreconditionFailed');
    expect((await s3('HEAD', '/into/conditional')).status).toBe(status === 200 ? 200 : 404);
  });
});

test('a public ACL on the copy is refused', async () => {
  expectError(await copy('/from/source', { 'x-amz-acl': 'public-read' }), { status: 400, code: 'AccessControlListNotSupported' });
});

test('an empty object copies', async () => {
  await s3('PUT', '/from/empty', { body: '' });
  expect((await copy('/from/empty')).status).toBe(200);
  expect((await s3('HEAD', '/into/copy')).headers.get('content-length')).toBe('0');
});

test('a large object copies byte for byte', async () => {
  const bytes = Buffer.from(Array.from({ length: 1024 * 1024 }, (_, i) => (i * 31) & 0xff));
  await s3('PUT', '/from/large', { body: bytes });
  expect((await copy('/from/large')).status).toBe(200);
  expect((await s3('GET', '/into/copy')).body.equals(bytes)).toBe(true);
});

test('by pre-signed URL copies what the signer named, and nothing else', async () => {
  const request = presigned(server, 'PUT', '/into/by-url', { headers: { 'x-amz-copy-source': encodePath('/from/source') } });
  const changed = {
    ...request,
    headers: request.headers.map(([name, value]) => [name, name === 'x-amz-copy-source' ? '/from/large' : value] as const),
  };
  expectError(await send(server, changed), { status: 403, code: 'SignatureDoesNotMatch' });
  expect((await send(server, request)).status).toBe(200);
});
