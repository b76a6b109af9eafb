/** GetObjectAttributes, and ACLs as they are when they are disabled. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checksum } from '../support/checksums.ts';
import { md5Hex } from '../support/independent-signer.ts';
import { testServer } from '../support/test-server.ts';
import { expectError, send, signed, type Wanted, xmlParts, xmlTexts } from '../support/wire-client.ts';

const server = await testServer();
afterAll(() => server.close());
const s3 = (method: string, path: string, wanted?: Wanted) => send(server, signed(server, method, path, wanted));
const attributes = (names: string | undefined, path = '/box/key') =>
  s3('GET', path, { query: { attributes: '' }, headers: names === undefined ? {} : { 'x-amz-object-attributes': names } });

beforeAll(async () => {
  await s3('PUT', '/box');
  await s3('PUT', '/box/key', {
    headers: { 'x-amz-checksum-sha256': checksum('SHA256', 'content'), 'x-amz-storage-class': 'STANDARD_IA' },
    body: 'content',
  });
});

describe('GetObjectAttributes', () => {
  test('tells what is asked for, the ETag without quotes', async () => {
    const reply = await attributes('ETag,Checksum,ObjectSize,StorageClass,ObjectParts');
    expect([
      reply.status,
      xmlTexts(reply.text, 'ETag'),
      xmlTexts(reply.text, 'ObjectSize'),
      xmlTexts(reply.text, 'StorageClass'),
      xmlTexts(reply.text, 'ChecksumSHA256'),
    ]).toEqual([200, [md5Hex('content')], ['7'], ['STANDARD_IA'], [checksum('SHA256', 'content')]]);
    expect(reply.text).toMatch(/<GetObjectAttributesRe(sponse|sult) /);
    expect(reply.headers.get('last-modified')).toMatch(/GMT$/);
    expect(xmlParts(reply.text, 'ObjectParts')).toEqual([]);
  });
  test('tells nothing else', async () => {
    const reply = await attributes('ObjectSize');
    expect([xmlTexts(reply.text, 'ObjectSize'), xmlTexts(reply.text, 'ETag'), xmlTexts(reply.text, 'StorageClass')]).toEqual([
      ['7'],
      [],
      [],
    ]);
  });
  test('without the header, or with a name that is none, is refused', async () => {
    expectError(await attributes(undefined), { status: 400, code: 'InvalidRequest' });
    expectError(await attributes(''), { status: 400, code: 'InvalidRequest' });
    expectError(await attributes('ETag,Everything'), {
      status: 400,
      code: 'InvalidArgument',
      message: 'Invalid attribute name specified.',
    });
  });
  test('of an object that is not there is NoSuchKey', async () => {
    expectError(await attributes('ETag', '/box/none'), { status: 404, code: 'NoSuchKey' });
  });
  test('of an object in parts tells how many there are', async () => {
    const uploadId = xmlTexts((await s3('POST', '/box/parts', { query: { uploads: '' } })).text, 'UploadId')[0] ?? '';
    const etag = (await s3('PUT', '/box/parts', { query: { partNumber: '1', uploadId }, body: 'x' })).headers.get('etag');
    await s3('POST', '/box/parts', {
      query: { uploadId },
      body: `<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>${etag}</ETag></Part></CompleteMultipartUpload>`,
    });
    const reply = await attributes('ObjectParts', '/box/parts');
    expect(xmlTexts(reply.text, 'TotalPartsCount').concat(xmlTexts(reply.text, 'PartsCount'))).toEqual(['1']);
  });
});

describe('ACLs', () => {
  test.each(['/box', '/box/key'])('of %s say that the owner may do everything', async (path) => {
    const reply = await s3('GET', path, { query: { acl: '' } });
    const owner = xmlTexts((await s3('GET', '/')).text, 'ID')[0] ?? '';
    expect([reply.status, xmlTexts(reply.text, 'Permission'), new Set(xmlTexts(reply.text, 'ID'))]).toEqual([
      200,
      ['FULL_CONTROL'],
      new Set([owner]),
    ]);
  });
  test.each(['/box', '/box/key'])('of %s cannot be set', async (path) => {
    expectError(await s3('PUT', path, { query: { acl: '' }, headers: { 'x-amz-acl': 'public-read' } }), {
      status: 400,
      code: 'AccessControlListNotSupported',
      message: 'The bucket does not allow ACLs',
    });
    const owner = xmlTexts((await s3('GET', '/')).text, 'ID')[0] ?? '';
    const body = `<AccessControlPolicy><Owner><ID>${owner}</ID></Owner><AccessControlList><Grant><Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="Group"><URI>http://acs.amazonaws.com/groups/global/AllUsers</URI></Grantee><Permission>READ</Permission></Grant></AccessControlList></AccessControlPolicy>`;
    expectError(await s3('PUT', path, { query: { acl: '' }, body }), { status: 400, code: 'AccessControlListNotSupported' });
  });
  describe.each(['/box', '/box/key'])('of %s, as a document,', (path) => {
    const read = async () => (await s3('GET', path, { query: { acl: '' } })).text;
    const put = (body: string) => s3('PUT', path, { query: { acl: '' }, body });
    const changed = async (pattern: RegExp, replacement: string) => {
      const document = await read();
      expect(document).toMatch(pattern);
      return put(document.replace(pattern, replacement));
    };
    const stranger = 'a'.repeat(64);

    test('can be written as they are read', async () => {
      const reply = await put(await read());
      expect([reply.status, reply.text]).toEqual([200, '']);
    });
    test.each([
      ['no grants', /<Grant>.*<\/Grant>/s, ''],
      ['another owner', /(?<=<Owner><ID>)[^<]+/, stranger],
      ['another grantee', /(?<=<Grantee[^>]*><ID>)[^<]+/, stranger],
      ['another permission', /FULL_CONTROL/, 'READ'],
      ['a grant more', /(?<=<\/Grant>)/, `<Grant><Grantee><ID>${stranger}</ID></Grantee><Permission>READ</Permission></Grant>`],
    ])('cannot be set to %s', async (_, pattern, replacement) => {
      const before = await read();
      expectError(await changed(pattern, replacement), { status: 400, code: 'AccessControlListNotSupported' });
      expect(await read()).toBe(before);
    });
    test.each([
      ['an open element', /<\/AccessControlPolicy>/, ''],
      ['another root', /AccessControlPolicy/g, 'Policy'],
      ['no owner', /<Owner>.*<\/Owner>/s, ''],
      ['no list', /<AccessControlList>.*<\/AccessControlList>/s, ''],
      ['a misspelt permission', /FULL_CONTROL/, 'FULL_CONTROLL'],
    ])('with %s are malformed', async (_, pattern, replacement) => {
      expectError(await changed(pattern, replacement), { status: 400, code: 'MalformedACLError' });
    });
  });
  test('of nothing are NoSuchKey and NoSuchBucket', async () => {
    expectError(await s3('GET', '/box/none', { query: { acl: '' } }), { status: 404, code: 'NoSuchKey' });
    expectError(await s3('GET', '/not-there', { query: { acl: '' } }), { status: 404, code: 'NoSuchBucket' });
  });
});
