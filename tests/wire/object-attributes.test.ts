/** GetObjectAttributes, and ACLs as they are when they are disabled. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Algorithm, checksum, compositeChecksum, headerOf } from '../support/checksums.ts';
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
    expect(xmlParts(reply.text, 'ObjectParts')).toEqual(['<PartsCount>1</PartsCount>']);
  });
});

describe('ObjectParts of GetObjectAttributes', () => {
  const PARTS = [Buffer.alloc(5 * 1024 * 1024, 'a'), Buffer.alloc(5 * 1024 * 1024 + 1, 'b'), Buffer.from('the tail')];
  /** Of the part numbers 2, 4 and 6. */
  async function upload(path: string, algorithm: Algorithm, type: 'COMPOSITE' | 'FULL_OBJECT') {
    const headers = { 'x-amz-checksum-algorithm': algorithm, 'x-amz-checksum-type': type };
    const uploadId = xmlTexts((await s3('POST', path, { query: { uploads: '' }, headers })).text, 'UploadId')[0] ?? '';
    const named: string[] = [];
    for (const [index, body] of PARTS.entries()) {
      const value = checksum(algorithm, body);
      const number = String(index * 2 + 2);
      const wanted = { query: { partNumber: number, uploadId }, headers: { [headerOf(algorithm)]: value }, body };
      const etag = (await s3('PUT', path, { ...wanted, payloadHash: 'UNSIGNED-PAYLOAD' })).headers.get('etag');
      const sum = `<Checksum${algorithm}>${value}</Checksum${algorithm}>`;
      named.push(`<Part><PartNumber>${number}</PartNumber><ETag>${etag}</ETag>${sum}</Part>`);
    }
    const body = `<CompleteMultipartUpload>${named.join('')}</CompleteMultipartUpload>`;
    const done = await s3('POST', path, { query: { uploadId }, body });
    expect(done.status, done.text).toBe(200);
  }
  const parts = (path: string, headers: Record<string, string> = {}) =>
    s3('GET', path, { query: { attributes: '' }, headers: { 'x-amz-object-attributes': 'ObjectParts', ...headers } });
  const listed = (text: string, name: string) => xmlTexts(text, name).map(Number);
  beforeAll(() => upload('/box/composite', 'SHA256', 'COMPOSITE'));

  test('tells the checksum that the parts’ make without their number, which it counts beside it', async () => {
    const reply = await parts('/box/composite', { 'x-amz-object-attributes': 'Checksum,ObjectParts' });
    const [told = ''] = xmlParts(reply.text, 'Checksum');
    const whole = compositeChecksum('SHA256', PARTS).replace(/-3$/, '');
    expect([told, listed(reply.text, 'PartsCount')]).toEqual([
      `<ChecksumSHA256>${whole}</ChecksumSHA256><ChecksumType>COMPOSITE</ChecksumType>`,
      [3],
    ]);
  });
  test('lists the parts with their sizes and checksums where those make the object’s checksum', async () => {
    const { text } = await parts('/box/composite');
    expect(['PartsCount', 'PartNumberMarker', 'NextPartNumberMarker', 'MaxParts'].map((name) => listed(text, name))).toEqual([
      [3],
      [0],
      [6],
      [1000],
    ]);
    expect(xmlTexts(text, 'IsTruncated')).toEqual(['false']);
    expect(xmlParts(text, 'Part')).toEqual(
      PARTS.map((body, index) =>
        [
          `<PartNumber>${index * 2 + 2}</PartNumber>`,
          `<Size>${body.length}</Size>`,
          `<ChecksumSHA256>${checksum('SHA256', body)}</ChecksumSHA256>`,
        ].join(''),
      ),
    );
  });
  test('comes in pages, each going on behind the marker', async () => {
    const first = await parts('/box/composite', { 'x-amz-max-parts': '2' });
    expect([listed(first.text, 'PartNumber'), listed(first.text, 'NextPartNumberMarker'), xmlTexts(first.text, 'IsTruncated')]).toEqual([
      [2, 4],
      [4],
      ['true'],
    ]);
    const second = await parts('/box/composite', { 'x-amz-max-parts': '2', 'x-amz-part-number-marker': '4' });
    expect([listed(second.text, 'PartNumber'), listed(second.text, 'PartNumberMarker'), xmlTexts(second.text, 'IsTruncated')]).toEqual([
      [6],
      [4],
      ['false'],
    ]);
    expect(listed((await parts('/box/composite', { 'x-amz-part-number-marker': '3' })).text, 'PartNumber')).toEqual([4, 6]);
    const behind = await parts('/box/composite', { 'x-amz-part-number-marker': '6' });
    expect([xmlParts(behind.text, 'Part'), listed(behind.text, 'PartsCount'), xmlTexts(behind.text, 'IsTruncated')]).toEqual([
      [],
      [3],
      ['false'],
    ]);
  });
  test('never has more than 1000 in a page, whatever is asked for', async () => {
    expect(listed((await parts('/box/composite', { 'x-amz-max-parts': '2147483647' })).text, 'MaxParts')).toEqual([1000]);
  });
  test.each([
    ['x-amz-max-parts', '0'],
    ['x-amz-max-parts', '-1'],
    ['x-amz-max-parts', 'all'],
    ['x-amz-max-parts', '1e3'],
    ['x-amz-part-number-marker', '-1'],
    ['x-amz-part-number-marker', '2147483648'],
    ['x-amz-part-number-marker', '2; 4'],
  ])('with %s: %s is refused', async (name, value) => {
    expectError(await parts('/box/composite', { [name]: value }), { status: 400, code: 'InvalidArgument' });
  });
  test('counts the parts of an object with a checksum of its own, and lists none', async () => {
    await upload('/box/full', 'CRC32', 'FULL_OBJECT');
    expect(xmlParts((await parts('/box/full')).text, 'ObjectParts')).toEqual(['<PartsCount>3</PartsCount>']);
  });
  test('goes when the object is put anew, and stays when it is tagged', async () => {
    await upload('/box/changed', 'CRC32C', 'COMPOSITE');
    const tags = '<Tagging><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet></Tagging>';
    const headers = { 'x-amz-checksum-crc32': checksum('CRC32', tags) };
    expect((await s3('PUT', '/box/changed', { query: { tagging: '' }, headers, body: tags })).status).toBe(200);
    const values = PARTS.map((body) => checksum('CRC32C', body));
    expect(xmlTexts((await parts('/box/changed')).text, 'ChecksumCRC32C')).toEqual(values);
    await s3('PUT', '/box/changed', { body: 'whole' });
    expect(xmlParts((await parts('/box/changed')).text, 'ObjectParts')).toEqual([]);
  });
  test.each(['GET', 'HEAD'])('has the checksums that %s with a partNumber tells, where they are asked for', async (method) => {
    for (const [index, body] of PARTS.entries()) {
      const query = { partNumber: String(index * 2 + 2) };
      const asked = await s3(method, '/box/composite', { query, headers: { 'x-amz-checksum-mode': 'ENABLED' } });
      expect([asked.status, asked.headers.get('x-amz-checksum-sha256'), asked.headers.get('x-amz-checksum-type')]).toEqual([
        206,
        checksum('SHA256', body),
        'COMPOSITE',
      ]);
      const unasked = await s3(method, '/box/composite', { query });
      expect([unasked.status, unasked.headers.has('x-amz-checksum-sha256')]).toEqual([206, false]);
    }
    const whole = await s3(method, '/box/composite', { headers: { 'x-amz-checksum-mode': 'ENABLED' } });
    expect(whole.headers.get('x-amz-checksum-sha256')).toBe(compositeChecksum('SHA256', PARTS));
    const range = await s3(method, '/box/composite', {
      headers: { 'x-amz-checksum-mode': 'ENABLED', range: `bytes=0-${5 * 1024 * 1024 - 1}` },
    });
    expect([range.status, range.headers.has('x-amz-checksum-sha256')]).toEqual([206, false]);
  });
  test.each(['GET', 'HEAD'])('has none for %s with a partNumber of an object with a checksum of its own', async (method) => {
    await upload('/box/own', 'CRC32', 'FULL_OBJECT');
    const reply = await s3(method, '/box/own', { query: { partNumber: '2' }, headers: { 'x-amz-checksum-mode': 'ENABLED' } });
    expect([reply.status, reply.headers.has('x-amz-checksum-crc32'), reply.headers.has('x-amz-checksum-type')]).toEqual([
      206,
      false,
      false,
    ]);
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
