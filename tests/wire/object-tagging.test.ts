/** GetObjectTagging, PutObjectTagging, DeleteObjectTagging. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { md5Base64 } from '../support/independent-signer.ts';
import { testServer } from '../support/test-server.ts';
import { escapeXml, expectError, send, signed, type Wanted, xmlParts, xmlTexts } from '../support/wire-client.ts';

const server = await testServer();
afterAll(() => server.close());
const s3 = (method: string, path: string, wanted?: Wanted) => send(server, signed(server, method, path, wanted));
const tag = (key: string, value: string) => `<Tag><Key>${escapeXml(key)}</Key><Value>${escapeXml(value)}</Value></Tag>`;
const put = (tags: string, path = '/box/key') => {
  const body = `<Tagging xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><TagSet>${tags}</TagSet></Tagging>`;
  return s3('PUT', path, { query: { tagging: '' }, headers: { 'content-md5': md5Base64(body) }, body });
};
const get = async (path = '/box/key') => {
  const reply = await s3('GET', path, { query: { tagging: '' } });
  expect(reply.status, reply.text).toBe(200);
  return Object.fromEntries(xmlParts(reply.text, 'Tag').map((entry) => [xmlTexts(entry, 'Key')[0], xmlTexts(entry, 'Value')[0]]));
};

beforeAll(async () => {
  await s3('PUT', '/box');
});
beforeEach(async () => {
  await s3('PUT', '/box/key', { headers: { 'x-amz-tagging': 'a=1', 'x-amz-meta-m': 'm' }, body: 'content' });
});

test('tags put with the object come back', async () => {
  expect(await get()).toEqual({ a: '1' });
});
test('an object without tags has an empty set', async () => {
  await s3('PUT', '/box/key', { body: 'x' });
  const reply = await s3('GET', '/box/key', { query: { tagging: '' } });
  expect([reply.status, xmlParts(reply.text, 'Tag')]).toEqual([200, []]);
  expect(reply.text).toMatch(/<Tagging xmlns="http:\/\/s3.amazonaws.com\/doc\/2006-03-01\/"><TagSet\s*(\/>|><\/TagSet>)<\/Tagging>$/);
});
test('a new set replaces the old one, and nothing else of the object', async () => {
  const before = await s3('HEAD', '/box/key');
  expect((await put(tag('b', '2') + tag('c', ''))).status).toBe(200);
  expect(await get()).toEqual({ b: '2', c: '' });
  const after = await s3('GET', '/box/key');
  expect([
    after.text,
    after.headers.get('etag'),
    after.headers.get('last-modified'),
    after.headers.get('x-amz-meta-m'),
    after.headers.get('x-amz-tagging-count'),
  ]).toEqual(['content', before.headers.get('etag'), before.headers.get('last-modified'), 'm', '2']);
});
test('an empty set takes all away', async () => {
  expect((await put('')).status).toBe(200);
  expect(await get()).toEqual({});
  expect((await s3('HEAD', '/box/key')).headers.has('x-amz-tagging-count')).toBe(false);
});
test('deleting takes all away, twice if asked', async () => {
  for (let i = 0; i < 2; i++) expect((await s3('DELETE', '/box/key', { query: { tagging: '' } })).status).toBe(204);
  expect(await get()).toEqual({});
});
test('keys and values may hold what S3 allows', async () => {
  const tags = { 'a b': 'c d', é: '日本', 'x+-=._:/@y': '+-=._:/@', ['k'.repeat(128)]: 'v'.repeat(256) };
  expect(
    (
      await put(
        Object.entries(tags)
          .map(([key, value]) => tag(key, value))
          .join(''),
      )
    ).status,
  ).toBe(200);
  expect(await get()).toEqual(tags);
});
test('ten tags are stored, eleven are not', async () => {
  const tags = (count: number) => Array.from({ length: count }, (_, i) => tag(`k${i}`, 'v')).join('');
  expect((await put(tags(10))).status).toBe(200);
  expectError(await put(tags(11)), { status: 400, code: 'BadRequest', message: 'Object tags cannot be greater than 10' });
  expect(Object.keys(await get())).toHaveLength(10);
});
test.each([
  ['a key of 129 characters', tag('k'.repeat(129), 'v'), 'InvalidTag', 'The TagKey you have provided is invalid'],
  ['a value of 257 characters', tag('k', 'v'.repeat(257)), 'InvalidTag', 'The TagValue you have provided is invalid'],
  ['an empty key', tag('', 'v'), 'InvalidTag', 'The TagKey you have provided is invalid'],
  ['a key twice', tag('k', '1') + tag('k', '2'), 'InvalidTag', 'Cannot provide multiple Tags with the same key'],
  ['a reserved key', tag('aws:k', 'v'), 'InvalidTag', undefined],
  ['a character that is not allowed', tag('k!', 'v'), 'InvalidTag', 'The TagKey you have provided is invalid'],
  ['a control character', tag('k', '&#1;'.replace('&', '&')), 'MalformedXML|InvalidTag', undefined],
  ['no value', '<Tag><Key>k</Key></Tag>', 'MalformedXML', undefined],
  ['no key', '<Tag><Value>v</Value></Tag>', 'MalformedXML', undefined],
])('%s is refused, and the old tags stay', async (_, tags, code, message) => {
  const reply = await put(tags);
  expect([reply.status, new RegExp(`^(${code})$`).test(reply.error.Code ?? '')], reply.text).toEqual([400, true]);
  if (message !== undefined) expect(reply.error.Message).toBe(message);
  expect(await get()).toEqual({ a: '1' });
});
test('of an object that is not there is NoSuchKey', async () => {
  expectError(await put(tag('k', 'v'), '/box/none'), { status: 404, code: 'NoSuchKey' });
  for (const method of ['GET', 'DELETE'])
    expectError(await s3(method, '/box/none', { query: { tagging: '' } }), { status: 404, code: 'NoSuchKey' });
});
test('in a bucket that is not there is NoSuchBucket', async () => {
  expectError(await s3('GET', '/not-there/key', { query: { tagging: '' } }), { status: 404, code: 'NoSuchBucket' });
});
test('tags of an upload are those of the object', async () => {
  const uploadId =
    xmlTexts((await s3('POST', '/box/up', { query: { uploads: '' }, headers: { 'x-amz-tagging': 'from=upload' } })).text, 'UploadId')[0] ??
    '';
  const etag = (await s3('PUT', '/box/up', { query: { partNumber: '1', uploadId }, body: 'x' })).headers.get('etag');
  await s3('POST', '/box/up', {
    query: { uploadId },
    body: `<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>${etag}</ETag></Part></CompleteMultipartUpload>`,
  });
  expect(await get('/box/up')).toEqual({ from: 'upload' });
});
