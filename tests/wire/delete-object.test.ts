/** DeleteObject and DeleteObjects. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { md5Base64, md5Hex } from '../support/independent-signer.ts';
import { testServer } from '../support/test-server.ts';
import {
  anonymous,
  escapeXml,
  expectError,
  presigned,
  send,
  signed,
  type Wanted,
  withHeader,
  xmlParts,
  xmlTexts,
} from '../support/wire-client.ts';

const server = await testServer();
afterAll(() => server.close());
beforeAll(async () => {
  await s3('PUT', '/box');
});
beforeEach(async () => {
  for (const key of ['a', 'b', 'c']) await s3('PUT', `/box/${key}`, { body: key });
});

const s3 = (method: string, path: string, wanted?: Wanted) => send(server, signed(server, method, path, wanted));
const keys = async () => xmlTexts((await s3('GET', '/box')).text, 'Key');

describe('DeleteObject', () => {
  test('is 204 without a body, and the object is gone', async () => {
    const reply = await s3('DELETE', '/box/a');
    expect([reply.status, reply.body.length, reply.headers.has('content-length')]).toEqual([204, 0, false]);
    expect((await s3('GET', '/box/a')).status).toBe(404);
    expect(await keys()).toEqual(['b', 'c']);
  });
  test('of nothing is 204 too', async () => {
    expect((await s3('DELETE', '/box/none')).status).toBe(204);
  });
  test('in a bucket that is not there is NoSuchBucket', async () => {
    expectError(await s3('DELETE', '/not-there/a'), { status: 404, code: 'NoSuchBucket', fields: { BucketName: 'not-there' } });
  });
  test('by pre-signed URL deletes that object alone', async () => {
    const request = presigned(server, 'DELETE', '/box/a');
    expectError(await send(server, { ...request, target: request.target.replace('/box/a', '/box/b') }), {
      status: 403,
      code: 'SignatureDoesNotMatch',
    });
    expect((await send(server, request)).status).toBe(204);
    expect(await keys()).toEqual(['b', 'c']);
  });
  test('by nobody is AccessDenied', async () => {
    expectError(await send(server, anonymous(server, 'DELETE', '/box/a')), { status: 403, code: 'AccessDenied' });
    expect(await keys()).toEqual(['a', 'b', 'c']);
  });
  test('of a key that is part of others leaves those', async () => {
    await s3('PUT', '/box/a/b', { body: 'x' });
    await s3('PUT', '/box/a/', { body: 'x' });
    await s3('DELETE', '/box/a/');
    expect(await keys()).toEqual(['a', 'a/b', 'b', 'c']);
    await s3('DELETE', '/box/a/b');
  });
  test('of the version null deletes it, of any other none', async () => {
    const other = await s3('DELETE', '/box/a', { query: { versionId: '3sL4kqtJlcpXroDTDmJ+rmSpXd3dIbrH' } });
    expect([204, 400, 404]).toContain(other.status);
    expect(await keys()).toEqual(['a', 'b', 'c']);
    expect((await s3('DELETE', '/box/a', { query: { versionId: 'null' } })).status).toBe(204);
    expect(await keys()).toEqual(['b', 'c']);
  });
  test.each([
    'uploadId',
    'tagging',
    'acl',
    'versionId',
    'uploads',
    'legal-hold',
    'retention',
    'partNumber',
    '%74agging',
    'delete',
    'restore',
    'attributes',
  ])('with ?%s is another operation or none, and never deletes the object', async (name) => {
    const request = signed(server, 'DELETE', '/box/a', { query: { [decodeURIComponent(name)]: '' } });
    const reply = await send(server, { ...request, target: `/box/a?${name}` });
    if (name !== 'partNumber' || reply.status !== 204) expect(await keys(), `${reply.status}`).toEqual(['a', 'b', 'c']);
  });
  describe('with If-Match', () => {
    test('of the ETag deletes', async () => {
      expect((await s3('DELETE', '/box/a', { headers: { 'if-match': `"${md5Hex('a')}"` } })).status).toBe(204);
      expect(await keys()).toEqual(['b', 'c']);
    });
    test('of another ETag is PreconditionFailed, and deletes nothing', async () => {
      expectError(await s3('DELETE', '/box/a', { headers: { 'if-match': `"${md5Hex('x')}"` } }), {
        status: 412,
        code: 'PreconditionFailed',
        fields: { Condition: 'If-Match' },
      });
      expect(await keys()).toEqual(['a', 'b', 'c']);
    });
    test('* deletes what is there', async () => {
      expect((await s3('DELETE', '/box/a', { headers: { 'if-match': '*' } })).status).toBe(204);
      expect(await keys()).toEqual(['b', 'c']);
    });
  });
});

describe('DeleteObjects', () => {
  const document = (objects: string, quiet = '') =>
    `<?xml version="1.0" encoding="UTF-8"?><Delete xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${quiet}${objects}</Delete>`;
  const object = (key: string, more = '') => `<Object><Key>${escapeXml(key)}</Key>${more}</Object>`;
  const remove = (body: string, headers: Record<string, string> = { 'content-md5': md5Base64(body) }) =>
    s3('POST', '/box', { query: { delete: '' }, headers, body });

  test('deletes those that are there and those that are not, and says so of each', async () => {
    const reply = await remove(document(object('a') + object('none') + object('c')));
    expect([reply.status, reply.headers.get('content-type')]).toEqual([200, 'application/xml']);
    expect(reply.text).toMatch(/<DeleteResult xmlns="http:\/\/s3.amazonaws.com\/doc\/2006-03-01\/">/);
    expect(xmlParts(reply.text, 'Deleted').flatMap((deleted) => xmlTexts(deleted, 'Key'))).toEqual(['a', 'none', 'c']);
    expect(await keys()).toEqual(['b']);
  });
  test('quietly says nothing of what went well', async () => {
    const reply = await remove(document(object('a'), '<Quiet>true</Quiet>'));
    expect([reply.status, xmlParts(reply.text, 'Deleted')]).toEqual([200, []]);
    expect(await keys()).toEqual(['b', 'c']);
  });
  test('deletes keys with characters of every kind', async () => {
    const odd = ['<&>"\'', 'a b', 'é', ' lead', 'trail ', '日本語/😀'];
    for (const key of odd) await s3('PUT', `/box/${key}`, { body: 'x' });
    const reply = await remove(document(odd.map((key) => object(key)).join('')));
    expect(xmlParts(reply.text, 'Deleted').flatMap((deleted) => xmlTexts(deleted, 'Key'))).toEqual(odd);
    expect(await keys()).toEqual(['a', 'b', 'c']);
  });
  test('deletes 1000 keys, and not 1001', async () => {
    const thousand = Array.from({ length: 1000 }, (_, i) => object(`none-${i}`)).join('');
    expect((await remove(document(thousand + object('a').slice(0, 0)))).status).toBe(200);
    expectError(await remove(document(thousand + object('a'))), {
      status: 400,
      code: 'MalformedXML',
      message: 'The XML you provided was not well-formed or did not validate against our published schema',
    });
    expect(await keys()).toEqual(['a', 'b', 'c']);
  });
  test.each([
    ['no object', document('')],
    ['no document', ''],
    ['no XML', 'a,b,c'],
    ['another root', '<Remove><Object><Key>a</Key></Object></Remove>'],
    ['an object without a key', document('<Object></Object>')],
    ['an open element', '<Delete><Object><Key>a</Key></Object>'],
    ['a doctype', `<!DOCTYPE d [<!ENTITY k "a">]><Delete><Object><Key>&k;</Key></Object></Delete>`],
    ['text behind the root', `${document(object('a'))}more`],
  ])('of %s is MalformedXML, and deletes nothing', async (_, body) => {
    const reply = await remove(body);
    expect(reply.status).toBe(400);
    expect(['MalformedXML', 'MissingRequestBodyError']).toContain(reply.error.Code);
    expect(await keys()).toEqual(['a', 'b', 'c']);
  });
  test('wants Content-MD5 or a checksum', async () => {
    expectError(await remove(document(object('a')), {}), { status: 400, code: 'InvalidRequest' });
    expect(await keys()).toEqual(['a', 'b', 'c']);
  });
  test('with a Content-MD5 of something else is BadDigest, and deletes nothing', async () => {
    expectError(await remove(document(object('a')), { 'content-md5': md5Base64('other') }), { status: 400, code: 'BadDigest' });
    expect(await keys()).toEqual(['a', 'b', 'c']);
  });
  test('with a wrong checksum is BadDigest, and deletes nothing', async () => {
    expectError(await remove(document(object('a')), { 'x-amz-checksum-crc32': 'AAAAAA==' }), { status: 400, code: 'BadDigest' });
    expect(await keys()).toEqual(['a', 'b', 'c']);
  });
  test('with a right checksum alone deletes', async () => {
    const body = document(object('a'));
    const { sha256Hex } = await import('../support/independent-signer.ts');
    const checksum = Buffer.from(sha256Hex(body), 'hex').toString('base64');
    expect((await remove(body, { 'x-amz-checksum-sha256': checksum })).status).toBe(200);
    expect(await keys()).toEqual(['b', 'c']);
  });
  test('with an ETag deletes only what matches, and names the others as errors', async () => {
    const reply = await remove(document(object('a', `<ETag>"${md5Hex('a')}"</ETag>`) + object('b', `<ETag>"${md5Hex('x')}"</ETag>`)));
    expect(reply.status).toBe(200);
    expect(xmlParts(reply.text, 'Error').map((error) => [xmlTexts(error, 'Key')[0], xmlTexts(error, 'Code')[0]])).toEqual([
      ['b', 'PreconditionFailed'],
    ]);
    expect(await keys()).toEqual(['b', 'c']);
  });
  test('names a key that is too long as an error of its own', async () => {
    const reply = await remove(document(object('k'.repeat(1025)) + object('a')));
    expect([200, 400]).toContain(reply.status);
    if (reply.status === 200) {
      expect(xmlTexts(xmlParts(reply.text, 'Error')[0] ?? '', 'Code')).toEqual(['KeyTooLongError']);
      expect(await keys()).toEqual(['b', 'c']);
    }
  });
  test('in a bucket that is not there is NoSuchBucket', async () => {
    const body = document(object('a'));
    expectError(await s3('POST', '/not-there', { query: { delete: '' }, headers: { 'content-md5': md5Base64(body) }, body }), {
      status: 404,
      code: 'NoSuchBucket',
    });
  });
  test('by nobody is AccessDenied', async () => {
    const body = document(object('a'));
    const request = withHeader(anonymous(server, 'POST', '/box', { query: { delete: '' }, body }), 'content-md5', md5Base64(body));
    expectError(await send(server, request), { status: 403, code: 'AccessDenied' });
    expect(await keys()).toEqual(['a', 'b', 'c']);
  });
  test('of the version null deletes, of another is an error of that key', async () => {
    const reply = await remove(document(object('a', '<VersionId>null</VersionId>') + object('b', '<VersionId>other</VersionId>')));
    expect(reply.status).toBe(200);
    expect(xmlParts(reply.text, 'Error').map((error) => xmlTexts(error, 'Key')[0])).toEqual(['b']);
    expect(await keys()).toEqual(['b', 'c']);
  });
});
