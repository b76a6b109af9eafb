// biome-ignore-all lint/suspicious/noTemplateCurlyInString: ${filename} is S3's own word
/** A key is a key, not a path: whatever it holds, it is stored under that and served under that, and nowhere else. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testServer } from '../support/test-server.ts';
import { expectError, presigned, presignedV2, send, signed, type Wanted, xmlTexts } from '../support/wire-client.ts';

const server = await testServer();
afterAll(() => server.close());
const s3 = (method: string, path: string, wanted?: Wanted) => send(server, signed(server, method, path, wanted));
beforeAll(async () => {
  await s3('PUT', '/box');
  await s3('PUT', '/other');
  await s3('PUT', '/other/secret', { body: 'secret' });
});

const ODD = [
  '..',
  '.',
  '...',
  '../x',
  '../../other/secret',
  'a/../b',
  'a/./b',
  './a',
  'a/..',
  'a/.',
  '..\\x',
  '%2e%2e/x',
  '%2F',
  '%00',
  '%',
  '/',
  '//',
  '///',
  '/a',
  '//a',
  'a//b',
  'a/',
  'a//',
  '/../a',
  ' ',
  '  ',
  ' a',
  'a ',
  '+',
  'a+b',
  'a b',
  '%20',
  '%2B',
  '&',
  '=',
  '?',
  '#',
  ';',
  ':',
  '@',
  '$',
  ',',
  '!',
  '*',
  "'",
  '(',
  ')',
  '[',
  ']',
  '{',
  '}',
  '|',
  '^',
  '`',
  '~',
  '"',
  '<',
  '>',
  '\\',
  '\t',
  '\n',
  '\r',
  '\r\n',
  '\u0001',
  '\u001f',
  '\u007f',
  '\u0080',
  '\u00a0',
  '\u200b',
  '\u202e',
  '\ufeff',
  '\uffef',
  'é',
  'e\u0301',
  'ß',
  'İ',
  '日本語',
  '😀',
  '👩‍👩‍👧',
  '\u{10ffff}',
  'CON',
  'nul',
  'a.',
  '.hidden',
  '-',
  '--',
  '-rf',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'undefined',
  'null',
  'soap',
  'favicon.ico',
  'robots.txt',
  '-/health/live',
  '?acl',
  'a?acl',
  '?uploads',
  'X-Amz-Signature=x',
  '${filename}',
  '{{7*7}}',
  '<script>alert(1)</script>',
  "'; DROP TABLE objects; --",
  'a\u0000b'.replace('\u0000', '\u0002'),
];

describe.each(ODD.map((key) => [JSON.stringify(key), key]))('%s', (_, key) => {
  test('is put, got, headed, listed, copied and deleted as itself', async () => {
    const path = `/box/${key}`;
    const put = await send(server, presigned(server, 'PUT', path, { body: key }));
    expect(put.status, put.text).toBe(200);
    expect((await s3('GET', path)).text).toBe(key);
    expect((await send(server, presignedV2(server, 'GET', path))).text).toBe(key);
    expect((await s3('HEAD', path)).headers.get('content-length')).toBe(String(Buffer.byteLength(key)));
    expect(xmlTexts((await s3('GET', '/box', { query: { prefix: key } })).text, 'Key')).toContain(key);
    const source = `/box/${key.split('/').map(encodeURIComponent).join('/')}`;
    expect((await s3('PUT', '/box/zz-copy', { headers: { 'x-amz-copy-source': source } })).status).toBe(200);
    expect((await s3('GET', '/box/zz-copy')).text).toBe(key);
    expect((await s3('DELETE', path)).status).toBe(204);
    expectError(await s3('GET', path), { status: 404, code: 'NoSuchKey', fields: { Key: key } });
    expect((await s3('GET', '/other/secret')).text).toBe('secret');
  });
});

test('keys that look alike are different keys', async () => {
  const groups = [
    ['a/b', 'a//b', '/a/b', 'a/b/', 'a/./b', 'a/x/../b', 'a\\b'],
    ['é', 'e\u0301'],
    ['A', 'a'],
    ['a b', 'a+b', 'a%20b', 'a%2Bb'],
    ['ß', 'ss', 'SS'],
    ['%41', 'A', '%2541'],
  ];
  for (const group of groups) {
    for (const key of group) await s3('PUT', `/box/${key}`, { body: `body of ${key}` });
    for (const key of group) expect((await s3('GET', `/box/${key}`)).text).toBe(`body of ${key}`);
  }
});

test('an escaped slash is a slash', async () => {
  await s3('PUT', '/box/dir/file', { body: 'same' });
  const request = presigned(server, 'GET', '/box/dir/file');
  expect((await send(server, { ...request, target: request.target.replace('dir/file', 'dir%2Ffile') })).text).toBe('same');
});
test('an escape is undone once', async () => {
  await s3('PUT', '/box/a%2Fb', { body: 'escaped' });
  await s3('PUT', '/box/a/b', { body: 'slash' });
  expect([(await s3('GET', '/box/a%2Fb')).text, (await s3('GET', '/box/a/b')).text]).toEqual(['escaped', 'slash']);
});
test('a raw plus in a path is a plus', async () => {
  await s3('PUT', '/box/1+1', { body: 'two' });
  const request = presigned(server, 'GET', '/box/1+1');
  expect((await send(server, { ...request, target: request.target.replace('1%2B1', '1+1') })).text).toBe('two');
});
test('a dot segment in a raw target is never resolved', async () => {
  const request = presigned(server, 'GET', '/other/secret');
  for (const path of [
    '/box/../other/secret',
    '/box/%2e%2e/other/secret',
    '/other/./secret',
    '/other/x/../secret',
    '//other/secret',
    '/other//secret',
  ]) {
    const reply = await send(server, { ...request, target: request.target.replace('/other/secret', path) });
    expect([400, 403], `${path} ${reply.text}`).toContain(reply.status);
  }
});

describe('the length of a key', () => {
  test.each([
    ['1024 letters', 'k'.repeat(1024)],
    ['512 letters of two bytes', 'é'.repeat(512)],
    ['256 letters of four bytes', '😀'.repeat(256)],
    ['1024 slashes', '/'.repeat(1024)],
  ])('%s are 1024 bytes, and stored', async (_, key) => {
    expect((await s3('PUT', `/box/${key}`, { body: 'long' })).status).toBe(200);
    expect((await s3('GET', `/box/${key}`)).text).toBe('long');
  });
  test.each([
    ['1025 letters', 'k'.repeat(1025), 1025],
    ['513 letters of two bytes', 'é'.repeat(513), 1026],
    ['341 letters of three bytes and two more', `${'日'.repeat(341)}ab`, 1025],
    ['257 letters of four bytes', '😀'.repeat(257), 1028],
  ])('%s are too long', async (_, key, size) => {
    for (const method of ['PUT', 'GET', 'DELETE']) {
      expectError(await s3(method, `/box/${key}`), {
        status: 400,
        code: 'KeyTooLongError',
        message: 'Your key is too long',
        fields: { Size: String(size), MaxSizeAllowed: '1024' },
      });
    }
    expect((await s3('HEAD', `/box/${key}`)).status).toBe(400);
  });
});

test('a key with a NUL is stored as itself or refused, never cut', async () => {
  const put = await s3('PUT', '/box/nul\0byte', { body: 'nul' });
  if (put.status === 200) {
    expect((await s3('GET', '/box/nul\0byte')).text).toBe('nul');
    expect((await s3('GET', '/box/nul')).status).toBe(404);
  } else expect(put.status).toBe(400);
});
