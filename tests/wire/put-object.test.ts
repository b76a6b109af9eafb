/** PutObject: what is stored is what was sent, with what was said about it. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { md5Hex } from '../support/independent-signer.ts';
import { testServer } from '../support/test-server.ts';
import { expectError, send, signed, type Wanted, xmlTexts } from '../support/wire-client.ts';

const server = await testServer();
afterAll(() => server.close());
beforeAll(async () => {
  await s3('PUT', '/box');
});

const s3 = (method: string, path: string, wanted?: Wanted) => send(server, signed(server, method, path, wanted));
/** Puts with these headers; the headers of the object then. */
async function stored(headers: Record<string, string>, name = 'object'): Promise<ReadonlyMap<string, string>> {
  const put = await s3('PUT', `/box/${name}`, { headers, body: 'x' });
  expect(put.status, put.text).toBe(200);
  return (await s3('GET', `/box/${name}`)).headers;
}

test('answers with the ETag, which is the MD5, in quotes, and no body', async () => {
  const reply = await s3('PUT', '/box/object', { body: 'hello' });
  expect([reply.status, reply.headers.get('etag'), reply.headers.get('content-length'), reply.text]).toEqual([
    200,
    `"${md5Hex('hello')}"`,
    '0',
    '',
  ]);
});

test('overwrites, keeping nothing of what was there', async () => {
  await s3('PUT', '/box/object', {
    headers: { 'x-amz-meta-old': '1', 'content-type': 'text/old', 'cache-control': 'no-store', 'x-amz-tagging': 'a=b' },
    body: 'old and longer',
  });
  await s3('PUT', '/box/object', { headers: { 'x-amz-meta-new': '2' }, body: 'new' });
  const got = await s3('GET', '/box/object');
  expect(got.text).toBe('new');
  expect([
    got.headers.get('x-amz-meta-new'),
    got.headers.get('x-amz-meta-old'),
    got.headers.get('content-type'),
    got.headers.get('cache-control'),
  ]).toEqual(['2', undefined, 'binary/octet-stream', undefined]);
  expect(got.headers.has('x-amz-tagging-count')).toBe(false);
});

test('into a bucket that is not there is NoSuchBucket', async () => {
  expectError(await s3('PUT', '/not-there/key', { body: 'x' }), {
    status: 404,
    code: 'NoSuchBucket',
    message: 'The specified bucket does not exist',
    fields: { BucketName: 'not-there' },
  });
});

test('gives every byte back', async () => {
  const bytes = Buffer.from(Array.from({ length: 256 * 1024 }, (_, i) => (i * 7919 + (i >> 8)) & 0xff));
  await s3('PUT', '/box/bytes', { body: bytes });
  const got = await s3('GET', '/box/bytes');
  expect(got.body.equals(bytes)).toBe(true);
  expect(got.headers.get('etag')).toBe(`"${md5Hex(bytes)}"`);
});

describe('headers of the object', () => {
  test('come back as they were sent', async () => {
    const sent = {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'max-age=60, public',
      'content-disposition': 'attachment; filename="a b.txt"',
      'content-encoding': 'gzip',
      'content-language': 'de, en',
      expires: 'Thu, 01 Dec 2033 16:00:00 GMT',
    };
    const headers = await stored(sent);
    for (const [name, value] of Object.entries(sent)) expect([name, headers.get(name)]).toEqual([name, value]);
  });
  test('an Expires that is no date comes back as it was sent', async () => {
    expect((await stored({ expires: 'whenever' })).get('expires')).toBe('whenever');
  });
  test.each([
    ['aws-chunked', undefined],
    ['aws-chunked,gzip', 'gzip'],
    ['gzip, aws-chunked', 'gzip'],
    ['gzip', 'gzip'],
    ['deflate, gzip', /^deflate, ?gzip$/],
  ])('Content-Encoding %s is stored as %s', async (sent, kept) => {
    const value = (await stored({ 'content-encoding': sent })).get('content-encoding');
    if (kept instanceof RegExp) expect(value).toMatch(kept);
    else expect(value).toBe(kept);
  });
  test('the type is binary/octet-stream where none was sent', async () => {
    expect((await stored({})).get('content-type')).toBe('binary/octet-stream');
  });
  test('other headers are not kept', async () => {
    const headers = await stored({ 'x-custom': '1', pragma: 'no-cache', 'x-robots-tag': 'none', server: 'me' });
    expect([headers.get('x-custom'), headers.get('pragma'), headers.get('x-robots-tag'), headers.get('server')]).toEqual([
      undefined,
      undefined,
      undefined,
      'Latchkey',
    ]);
  });
});

describe('metadata', () => {
  test('comes back with names in lower case', async () => {
    const headers = await stored({ 'x-amz-meta-Foo-Bar': 'Baz', 'X-AMZ-META-UP': 'Case' });
    expect([headers.get('x-amz-meta-foo-bar'), headers.get('x-amz-meta-up')]).toEqual(['Baz', 'Case']);
  });
  test('may be empty', async () => {
    expect((await stored({ 'x-amz-meta-empty': '' })).get('x-amz-meta-empty')).toBe('');
  });
  test('of 2 KB is stored, of one byte more is MetadataTooLarge', async () => {
    const exact = { 'x-amz-meta-a': 'v'.repeat(2047) };
    expect((await stored(exact)).get('x-amz-meta-a')).toBe(exact['x-amz-meta-a']);
    expectError(await s3('PUT', '/box/big-meta', { headers: { 'x-amz-meta-a': 'v'.repeat(2048) }, body: 'x' }), {
      status: 400,
      code: 'MetadataTooLarge',
      message: 'Your metadata headers exceed the maximum allowed metadata size',
      fields: { Size: '2049', MaxSizeAllowed: '2048' },
    });
    expect((await s3('HEAD', '/box/big-meta')).status).toBe(404);
  });
  test('outside ASCII comes back in RFC 2047', async () => {
    const headers = await stored({ 'x-amz-meta-name': 'Grüße' });
    expect(decodeWord(headers.get('x-amz-meta-name') ?? '')).toBe('Grüße');
  });
  test('with a name that breaks JavaScript objects is metadata like any other', async () => {
    const headers = await stored({ 'x-amz-meta-__proto__': 'p', 'x-amz-meta-constructor': 'c', 'x-amz-meta-tostring': 't' });
    expect([headers.get('x-amz-meta-__proto__'), headers.get('x-amz-meta-constructor'), headers.get('x-amz-meta-tostring')]).toEqual([
      'p',
      'c',
      't',
    ]);
  });
});

function decodeWord(word: string): string {
  const [, encoding, text = ''] = /^=\?UTF-8\?([BQ])\?(.*)\?=$/i.exec(word) ?? [];
  if (encoding?.toUpperCase() === 'B') return Buffer.from(text, 'base64').toString('utf8');
  return Buffer.from(
    text.replaceAll('_', ' ').replaceAll(/=([0-9A-F]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  ).toString('utf8');
}

describe('tags', () => {
  test('are counted', async () => {
    expect((await stored({ 'x-amz-tagging': 'a=1&b=2&c' })).get('x-amz-tagging-count')).toBe('3');
  });
  test('of none are no tags', async () => {
    expect((await stored({ 'x-amz-tagging': '' })).has('x-amz-tagging-count')).toBe(false);
  });
  test.each([
    ['eleven', Array.from({ length: 11 }, (_, i) => `k${i}=v`).join('&')],
    ['a key of 129 characters', `${'k'.repeat(129)}=v`],
    ['a value of 257 characters', `k=${'v'.repeat(257)}`],
    ['a key twice', 'k=1&k=2'],
    ['a reserved prefix', 'aws%3Ak=v'],
    ['no key', '=v'],
    ['a bad escape', 'k=%zz'],
    ['a character tags may not hold', 'k%21=v'],
  ])('with %s are refused, and nothing is stored', async (_, tagging) => {
    const reply = await s3('PUT', '/box/badly-tagged', { headers: { 'x-amz-tagging': tagging }, body: 'x' });
    expectError(reply, { status: 400, code: expect.stringMatching(/^(InvalidTag|BadRequest|InvalidArgument)$/) as unknown as string });
    expect((await s3('HEAD', '/box/badly-tagged')).status).toBe(404);
  });
});

describe('what is asked and not done is refused, never ignored', () => {
  test.each([
    ['x-amz-server-side-encryption', 'aws:kms', 501, 'NotImplemented'],
    ['x-amz-server-side-encryption-customer-algorithm', 'AES256', 501, 'NotImplemented'],
    ['x-amz-object-lock-mode', 'GOVERNANCE', 400, 'InvalidRequest'],
    ['x-amz-object-lock-legal-hold', 'ON', 400, 'InvalidRequest'],
    ['x-amz-acl', 'public-read', 400, 'AccessControlListNotSupported'],
    ['x-amz-acl', 'public-read-write', 400, 'AccessControlListNotSupported'],
    ['x-amz-acl', 'everyone', 400, 'InvalidArgument'],
    ['x-amz-grant-read', 'id=someone', 400, 'AccessControlListNotSupported'],
    ['x-amz-storage-class', 'CHEAPEST', 400, 'InvalidStorageClass'],
    ['x-amz-website-redirect-location', 'javascript:alert(1)', 400, 'InvalidRequest'],
    ['x-amz-write-offset-bytes', '5', 501, 'NotImplemented'],
  ])('%s: %s', async (name, value, status, code) => {
    expectError(await s3('PUT', '/box/refused', { headers: { [name]: value }, body: 'x' }), { status, code });
    expect((await s3('HEAD', '/box/refused')).status).toBe(404);
  });
  test('a bad storage class is named', async () => {
    expectError(await s3('PUT', '/box/refused', { headers: { 'x-amz-storage-class': 'CHEAPEST' }, body: 'x' }), {
      status: 400,
      code: 'InvalidStorageClass',
      message: 'The storage class you specified is not valid',
      fields: { StorageClassRequested: 'CHEAPEST' },
    });
  });
  test.each(['bucket-owner-full-control', 'private'])('the ACL %s changes nothing, and is accepted', async (acl) => {
    await stored({ 'x-amz-acl': acl });
  });
  test('a storage class that is not STANDARD comes back', async () => {
    expect((await stored({ 'x-amz-storage-class': 'REDUCED_REDUNDANCY' })).get('x-amz-storage-class')).toBe('REDUCED_REDUNDANCY');
    expect((await stored({ 'x-amz-storage-class': 'STANDARD' })).has('x-amz-storage-class')).toBe(false);
  });
  test('a website redirect comes back', async () => {
    expect((await stored({ 'x-amz-website-redirect-location': '/other' })).get('x-amz-website-redirect-location')).toBe('/other');
  });
});

test('to a path with a slash at its end stores an object of that name', async () => {
  expect((await s3('PUT', '/box/folder/', { body: 'marker' })).status).toBe(200);
  expect((await s3('GET', '/box/folder/')).text).toBe('marker');
  expect((await s3('GET', '/box/folder')).status).toBe(404);
  expect(xmlTexts((await s3('GET', '/box', { query: { prefix: 'folder' } })).text, 'Key')).toEqual(['folder/']);
});

test('of an object and of objects below its name live side by side', async () => {
  await s3('PUT', '/box/tree', { body: 'file' });
  await s3('PUT', '/box/tree/leaf', { body: 'leaf' });
  await s3('PUT', '/box/tree/', { body: 'folder' });
  expect([(await s3('GET', '/box/tree')).text, (await s3('GET', '/box/tree/leaf')).text, (await s3('GET', '/box/tree/')).text]).toEqual([
    'file',
    'leaf',
    'folder',
  ]);
});

test('is seen at once by every reader', async () => {
  for (let i = 0; i < 20; i++) {
    await s3('PUT', '/box/consistent', { body: String(i) });
    const [got, head, list] = await Promise.all([
      s3('GET', '/box/consistent'),
      s3('HEAD', '/box/consistent'),
      s3('GET', '/box', { query: { prefix: 'consistent' } }),
    ]);
    expect([got.text, head.headers.get('content-length'), xmlTexts(list.text, 'ETag')]).toEqual([
      String(i),
      String(String(i).length),
      [`"${md5Hex(String(i))}"`],
    ]);
  }
});
