/** What comes in as text goes out in heads: no line ends, no names and no characters that a head cannot hold. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Field, postForm, signedFields } from '../support/post-form.ts';
import { testServer } from '../support/test-server.ts';
import { expectError, presigned, send, signed, type Wanted, xmlTexts } from '../support/wire-client.ts';

const server = await testServer();
afterAll(() => server.close());
const s3 = (method: string, path: string, wanted?: Wanted) => send(server, signed(server, method, path, wanted));
beforeAll(async () => {
  await s3('PUT', '/box');
});

/** Whatever was answered to the upload, what is there now can be read, listed and deleted, and splits no head. */
async function staysReadable(key: string): Promise<ReadonlyMap<string, string> | undefined> {
  const [got, head] = [await s3('GET', `/box/${key}`), await s3('HEAD', `/box/${key}`)];
  expect([200, 404], got.text).toContain(got.status);
  expect(head.status).toBe(got.status);
  expect([got.headers.has('set-cookie'), got.headers.has('x-injected')]).toEqual([false, false]);
  expect((await s3('GET', '/box', { query: { prefix: key } })).status).toBe(200);
  expect((await s3('PUT', '/box/zz-copy', { headers: { 'x-amz-copy-source': `/box/${encodeURIComponent(key)}` } })).status).toBe(
    got.status,
  );
  if (got.status === 200) expect([200, 404]).toContain((await s3('GET', '/box/zz-copy')).status);
  expect((await s3('DELETE', `/box/${key}`)).status).toBe(204);
  return got.status === 200 ? got.headers : undefined;
}

const VALUES = [
  'a\r\nSet-Cookie: b=c',
  'a\nX-Injected: 1',
  'a\rb',
  'a\0b',
  '\u007f',
  'é',
  'ÿ',
  '日本語',
  '😀',
  '\u2028',
  ' lead and trail ',
  '\t',
  '',
  '=?UTF-8?B?YQ==?=',
  '"quoted"',
  'a'.repeat(1500),
];
const NAMES = [
  'a b',
  'a:b',
  'a\r\nX-Injected: 1',
  'é',
  '日',
  '',
  'a(b)',
  'a"b',
  'a/b',
  'a,b',
  'a;b',
  'a=b',
  '\0',
  '__proto__',
  'constructor',
  'a_b.c-d',
  'x'.repeat(200),
];

describe('metadata hoisted into the signed query', () => {
  test.each(VALUES)('with the value %j', async (value) => {
    const put = await send(server, presigned(server, 'PUT', '/box/value', { query: { 'x-amz-meta-a': value }, body: 'x' }));
    expect([200, 400], put.text).toContain(put.status);
    await staysReadable('value');
  });
  test.each(NAMES)('with the name %j', async (name) => {
    const put = await send(server, presigned(server, 'PUT', '/box/name', { query: [[`x-amz-meta-${name}`, 'value']], body: 'x' }));
    expect([200, 400], put.text).toContain(put.status);
    await staysReadable('name');
  });
  test('of plain text comes back as it was', async () => {
    await send(server, presigned(server, 'PUT', '/box/plain', { query: { 'x-amz-meta-a': 'plain text' }, body: 'x' }));
    expect((await staysReadable('plain'))?.get('x-amz-meta-a')).toBe('plain text');
  });
});

describe('metadata in a form', () => {
  const upload = (name: string, value: string) => {
    const fields = [
      ['key', 'form'],
      [name, value],
      ...signedFields({ conditions: [{ bucket: 'box' }, ['starts-with', '$key', ''], ['starts-with', `$${name}`, '']] }),
    ] as readonly Field[];
    return postForm(server, '/box', fields);
  };
  test.each(VALUES)('with the value %j', async (value) => {
    const reply = await upload('x-amz-meta-a', value);
    expect([204, 400, 403], reply.text).toContain(reply.status);
    await staysReadable('form');
  });
  test.each(NAMES.filter((name) => !/[\r\n"\0]/.test(name)))('with the name %j', async (name) => {
    const reply = await upload(`x-amz-meta-${name}`, 'value');
    expect([204, 400, 403], reply.text).toContain(reply.status);
    await staysReadable('form');
  });
  test.each(['Content-Type', 'Cache-Control', 'Content-Disposition', 'Content-Encoding', 'Content-Language', 'Expires'])(
    'the field %s with line ends and wide characters',
    async (name) => {
      for (const value of VALUES) {
        const reply = await upload(name, value);
        expect([204, 400, 403], `${JSON.stringify(value)} ${reply.text}`).toContain(reply.status);
        await staysReadable('form');
      }
    },
  );
});

describe('headers of an upload', () => {
  test.each(['é', 'résumé.pdf', '日本語', 'a\tb', '😀'])(
    'with the raw UTF-8 %j come back or are refused, and the object can be read',
    async (value) => {
      for (const name of [
        'content-type',
        'content-disposition',
        'cache-control',
        'content-language',
        'content-encoding',
        'expires',
        'x-amz-meta-a',
        'x-amz-website-redirect-location',
      ]) {
        const sent = name === 'x-amz-website-redirect-location' ? `/${value}` : value;
        const put = await s3('PUT', '/box/raw', { headers: { [name]: sent }, body: 'x' });
        expect([200, 400], `${name}: ${put.text}`).toContain(put.status);
        await staysReadable('raw');
      }
    },
  );
  test.each(["a'b", 'a|b', 'a~b', 'a!b', 'a#b', 'a$b', 'a%b', 'a^b', 'a`b', 'a*b', 'a+b', 'a.b', '_'])(
    'metadata of the name %j comes back',
    async (name) => {
      const put = await s3('PUT', '/box/tchar', { headers: { [`x-amz-meta-${name}`]: 'v' }, body: 'x' });
      expect(put.status, put.text).toBe(200);
      expect((await staysReadable('tchar'))?.get(`x-amz-meta-${name}`)).toBe('v');
    },
  );
});

describe('metadata of a multipart upload hoisted into the query', () => {
  test.each(['a\r\nb', '日本語', 'a b:c'])('with the name or value %j', async (odd) => {
    for (const query of [
      { uploads: '', 'x-amz-meta-a': odd },
      { uploads: '', [`x-amz-meta-${odd}`]: 'v' },
    ] as Record<string, string>[]) {
      const begun = await send(server, presigned(server, 'POST', '/box/up', { query }));
      expect([200, 400], begun.text).toContain(begun.status);
      if (begun.status === 400) continue;
      const uploadId = xmlTexts(begun.text, 'UploadId')[0] ?? '';
      const etag = (await s3('PUT', '/box/up', { query: { partNumber: '1', uploadId }, body: 'x' })).headers.get('etag');
      const body = `<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>${etag}</ETag></Part></CompleteMultipartUpload>`;
      expect((await s3('POST', '/box/up', { query: { uploadId }, body })).status).toBe(200);
      await staysReadable('up');
    }
  });
});

test('no request failed the server inside', () => {
  expect(server.logged.filter((line) => /InternalError|reply failed/.test(line))).toEqual([]);
});

test('names in refusals are escaped, so that no markup comes of them', async () => {
  const odd = '"><script>alert(1)</script>&x;]]>';
  for (const reply of [
    await s3('GET', `/box/${odd}`),
    await s3('GET', '/box', { query: { 'max-keys': odd } }),
    await s3('GET', '/box', { query: { 'encoding-type': odd } }),
    await s3('GET', `/${odd}`),
  ]) {
    expect(reply.status).toBeGreaterThanOrEqual(400);
    expect(reply.text).not.toContain('<script>');
    expectError(reply, { status: reply.status, code: reply.error.Code ?? '' });
  }
});
