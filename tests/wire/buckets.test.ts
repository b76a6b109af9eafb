/** ListBuckets, CreateBucket, HeadBucket, DeleteBucket, GetBucketLocation. */
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { ROOT, testServer } from '../support/test-server.ts';
import { anonymous, expectError, send, signed, type Wanted, xmlParts, xmlTexts } from '../support/wire-client.ts';

const server = await testServer();
const european = await testServer({ region: 'eu-west-1' });
afterAll(() => Promise.all([server.close(), european.close()]));
afterEach(async () => {
  for (const name of await names()) {
    for (const key of xmlTexts((await s3('GET', `/${name}`)).text, 'Key')) await s3('DELETE', `/${name}/${key}`);
    await s3('DELETE', `/${name}`);
  }
});

const s3 = (method: string, path: string, wanted?: Wanted) => send(server, signed(server, method, path, wanted));
const names = async (wanted?: Wanted) => xmlTexts((await s3('GET', '/', wanted)).text, 'Name');
const constraint = (region: string) =>
  `<CreateBucketConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><LocationConstraint>${region}</LocationConstraint></CreateBucketConfiguration>`;

describe('ListBuckets', () => {
  test('of nothing is an empty list with its owner', async () => {
    const reply = await s3('GET', '/');
    expect([reply.status, reply.headers.get('content-type'), xmlParts(reply.text, 'Bucket')]).toEqual([200, 'application/xml', []]);
    expect(reply.text).toMatch(/<ListAllMyBucketsResult xmlns="http:\/\/s3.amazonaws.com\/doc\/2006-03-01\/">/);
    expect(xmlTexts(reply.text, 'ID')[0]).toMatch(/^[0-9a-f]{64}$/);
    expect(xmlTexts(reply.text, 'DisplayName')[0]).not.toBe('');
  });
  test('names every bucket in order, with the moment it was made', async () => {
    for (const name of ['zebra', 'apple', 'mango.fruit', 'a-1']) await s3('PUT', `/${name}`);
    const { text } = await s3('GET', '/');
    expect(xmlTexts(text, 'Name')).toEqual(['a-1', 'apple', 'mango.fruit', 'zebra']);
    for (const date of xmlTexts(text, 'CreationDate')) expect(date).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z$/);
  });
  test('gives pages of max-buckets with a continuation token', async () => {
    for (const name of ['one', 'two', 'three', 'four', 'five']) await s3('PUT', `/${name}`);
    const found: string[] = [];
    let token: string | undefined;
    for (let page = 0; page < 3; page++) {
      const { text } = await s3('GET', '/', {
        query: { 'max-buckets': '2', ...(token === undefined ? {} : { 'continuation-token': token }) },
      });
      found.push(...xmlTexts(text, 'Name'));
      token = xmlTexts(text, 'ContinuationToken')[0];
    }
    expect(found).toEqual(['five', 'four', 'one', 'three', 'two']);
    expect(token).toBeUndefined();
  });
  test('by prefix names those that begin with it, and repeats it', async () => {
    for (const name of ['logs-1', 'logs-2', 'photos']) await s3('PUT', `/${name}`);
    const { text } = await s3('GET', '/', { query: { prefix: 'logs-' } });
    expect([xmlTexts(text, 'Name'), xmlTexts(text, 'Prefix')]).toEqual([['logs-1', 'logs-2'], ['logs-']]);
  });
  test('by region names those of that region', async () => {
    await s3('PUT', '/here');
    expect(await names({ query: { 'bucket-region': 'us-east-1' } })).toEqual(['here']);
    expect(await names({ query: { 'bucket-region': 'eu-west-1' } })).toEqual([]);
  });
  test.each(['0', '-1', '10001', 'ten'])('with max-buckets %s is refused', async (value) => {
    expectError(await s3('GET', '/', { query: { 'max-buckets': value } }), { status: 400, code: 'InvalidArgument' });
  });
});

describe('CreateBucket', () => {
  test('says where the bucket is', async () => {
    const reply = await s3('PUT', '/made');
    expect([reply.status, reply.headers.get('location'), reply.text]).toEqual([200, '/made', '']);
  });
  test('of a bucket one has, in us-east-1, is no error and keeps what is in it', async () => {
    await s3('PUT', '/again');
    await s3('PUT', '/again/key', { body: 'kept' });
    expect((await s3('PUT', '/again')).status).toBe(200);
    expect((await s3('GET', '/again/key')).text).toBe('kept');
    await s3('DELETE', '/again/key');
  });
  test('of a bucket one has, elsewhere, is BucketAlreadyOwnedByYou', async () => {
    const there = (body?: string) =>
      send(european, signed(european, 'PUT', '/again', { region: 'eu-west-1', ...(body === undefined ? {} : { body }) }));
    expect((await there(constraint('eu-west-1'))).status).toBe(200);
    expectError(await there(constraint('eu-west-1')), {
      status: 409,
      code: 'BucketAlreadyOwnedByYou',
      message: 'Your previous request to create the named bucket succeeded and you already own it.',
      fields: { BucketName: 'again' },
    });
  });
  test.each([
    ['two characters', 'ab'],
    ['64 characters', 'a'.repeat(64)],
    ['upper case', 'Photos'],
    ['an underscore', 'my_photos'],
    ['a leading hyphen', '-photos'],
    ['a trailing hyphen', 'photos-'],
    ['a leading dot', '.photos'],
    ['a trailing dot', 'photos.'],
    ['two dots', 'my..photos'],
    ['a dot beside a hyphen', 'my-.photos'],
    ['an address', '192.168.5.4'],
    ['xn--', 'xn--photos'],
    ['sthree-', 'sthree-photos'],
    ['-s3alias', 'photos-s3alias'],
    ['--ol-s3', 'photos--ol-s3'],
    ['--x-s3', 'photos--x-s3'],
    ['.mrap', 'photos.mrap'],
    ['a space', 'my photos'],
    ['a letter that is not ASCII', 'fotoś'],
    ['a control character', 'photos\n'],
    ['a percent sign', 'photos%'],
    ['one dash', '-'],
    ['one dot', '.'],
    ['two dots only', '..'],
  ])('with %s is InvalidBucketName', async (_, name) => {
    expectError(await s3('PUT', `/${name}`), {
      status: 400,
      code: 'InvalidBucketName',
      message: 'The specified bucket is not valid.',
      fields: { BucketName: name },
    });
  });
  test.each(['abc', 'a'.repeat(63), '123', 'my.photos', 'my-photos.2026', '1.2.3.4.5', 'a--b', '256.1.1.1.x', 'my.-x'.replace('.-', '.')])(
    'accepts the name %s',
    async (name) => {
      expect((await s3('PUT', `/${name}`)).status).toBe(200);
    },
  );
  test('accepts a location constraint of its own region', async () => {
    const reply = await send(european, signed(european, 'PUT', '/constrained', { region: 'eu-west-1', body: constraint('eu-west-1') }));
    expect(reply.status).toBe(200);
  });
  test('outside us-east-1 wants a location constraint', async () => {
    const reply = await send(european, signed(european, 'PUT', '/unconstrained', { region: 'eu-west-1' }));
    // AWS refuses; a store of one region has nothing else it could mean.
    expect([200, 400]).toContain(reply.status);
    if (reply.status === 400) expectError(reply, { status: 400, code: 'IllegalLocationConstraintException' });
  });
  test('with the constraint of another region is IllegalLocationConstraintException', async () => {
    expectError(await s3('PUT', '/elsewhere', { body: constraint('ap-south-1') }), {
      status: 400,
      code: 'IllegalLocationConstraintException',
      message: 'The ap-south-1 location constraint is incompatible for the region specific endpoint this request was sent to.',
    });
    expect(await names()).toEqual([]);
  });
  test('with a constraint that is no region is InvalidLocationConstraint', async () => {
    expectError(await s3('PUT', '/elsewhere', { body: constraint('not a region') }), {
      status: 400,
      code: 'InvalidLocationConstraint',
      message: 'The specified location-constraint is not valid',
      fields: { LocationConstraint: 'not a region' },
    });
  });
  test.each(['nonsense', '<CreateBucketConfiguration>', '<Other/>', '<!DOCTYPE a [<!ENTITY b "c">]><CreateBucketConfiguration/>'])(
    'with the body %s is MalformedXML',
    async (body) => {
      expectError(await s3('PUT', '/malformed', { body }), { status: 400, code: 'MalformedXML' });
      expect(await names()).toEqual([]);
    },
  );
  test('with tags is refused, rather than made without them', async () => {
    const body = '<CreateBucketConfiguration><Tags><Tag><Key>a</Key><Value>b</Value></Tag></Tags></CreateBucketConfiguration>';
    expectError(await s3('PUT', '/tagged', { body }), { status: 501, code: 'NotImplemented' });
    expect(await names()).toEqual([]);
  });
  test('with a public ACL is refused, since ACLs are disabled', async () => {
    expectError(await s3('PUT', '/public', { headers: { 'x-amz-acl': 'public-read' } }), {
      status: 400,
      code: 'InvalidBucketAclWithObjectOwnership',
    });
    expect(await names()).toEqual([]);
  });
  test.each([
    ['BucketOwnerEnforced', 200, undefined],
    ['BucketOwnerPreferred', 400, 'AccessControlListNotSupported'],
    ['ObjectWriter', 400, 'AccessControlListNotSupported'],
    ['Nobody', 400, 'InvalidArgument'],
  ])('whose objects belong by %s is answered %i %s', async (ownership, status, code) => {
    const reply = await s3('PUT', '/owned', { headers: { 'x-amz-object-ownership': ownership } });
    expect([reply.status, reply.error.Code]).toEqual([status, code]);
    expect(await names()).toEqual(status === 200 ? ['owned'] : []);
  });
  test('at once by many makes one', async () => {
    const replies = await Promise.all(Array.from({ length: 8 }, () => s3('PUT', '/contended')));
    for (const { status } of replies) expect([200, 409]).toContain(status);
    expect(await names()).toEqual(['contended']);
  });
});

describe('HeadBucket', () => {
  test('says the region', async () => {
    await s3('PUT', '/there');
    const reply = await s3('HEAD', '/there');
    expect([reply.status, reply.headers.get('x-amz-bucket-region'), reply.body.length]).toEqual([200, 'us-east-1', 0]);
  });
  test('says the region to whoever asks, though it tells them nothing else', async () => {
    await s3('PUT', '/there');
    const reply = await send(server, anonymous(server, 'HEAD', '/there'));
    expect([reply.status, reply.headers.get('x-amz-bucket-region')]).toEqual([403, 'us-east-1']);
  });
  test('of no bucket is 404 without a body', async () => {
    const reply = await s3('HEAD', '/not-there');
    expect([reply.status, reply.body.length, reply.headers.get('content-type')]).toEqual([404, 0, 'application/xml']);
  });
  test('with a slash behind the name is the same', async () => {
    await s3('PUT', '/there');
    expect((await s3('HEAD', '/there/')).status).toBe(200);
  });
  test('of a name that cannot be a bucket is 400', async () => {
    expect((await s3('HEAD', '/X')).status).toBe(400);
  });
});

describe('DeleteBucket', () => {
  test('of an empty bucket is 204, and it is gone', async () => {
    await s3('PUT', '/gone');
    const reply = await s3('DELETE', '/gone');
    expect([reply.status, reply.body.length]).toEqual([204, 0]);
    expect((await s3('HEAD', '/gone')).status).toBe(404);
  });
  test('of no bucket is NoSuchBucket', async () => {
    expectError(await s3('DELETE', '/not-there'), {
      status: 404,
      code: 'NoSuchBucket',
      message: 'The specified bucket does not exist',
      fields: { BucketName: 'not-there' },
    });
  });
  test('of a bucket with an object is BucketNotEmpty', async () => {
    await s3('PUT', '/full');
    await s3('PUT', '/full/key', { body: '' });
    expectError(await s3('DELETE', '/full'), {
      status: 409,
      code: 'BucketNotEmpty',
      message: 'The bucket you tried to delete is not empty',
      fields: { BucketName: 'full' },
    });
    await s3('DELETE', '/full/key');
    expect((await s3('DELETE', '/full')).status).toBe(204);
  });
  test('takes unfinished uploads with it, or asks to abort them first; never leaves parts to a new bucket of that name', async () => {
    await s3('PUT', '/begun');
    const uploadId = xmlTexts((await s3('POST', '/begun/big', { query: { uploads: '' } })).text, 'UploadId')[0] ?? '';
    const reply = await s3('DELETE', '/begun');
    expect([204, 409]).toContain(reply.status);
    if (reply.status === 409) await s3('DELETE', '/begun/big', { query: { uploadId } });
    await s3('PUT', '/begun');
    expectError(await s3('GET', '/begun/big', { query: { uploadId } }), { status: 404, code: 'NoSuchUpload' });
  });
});

describe('GetBucketLocation', () => {
  test('of us-east-1 is an empty constraint', async () => {
    await s3('PUT', '/placed');
    const reply = await s3('GET', '/placed', { query: { location: '' } });
    expect(reply.status).toBe(200);
    expect(reply.text).toMatch(/<LocationConstraint xmlns="http:\/\/s3.amazonaws.com\/doc\/2006-03-01\/"\s*(\/>|><\/LocationConstraint>)$/);
  });
  test('of another region is its name', async () => {
    const there = (method: string, wanted: Wanted = {}) =>
      send(european, signed(european, method, '/placed', { region: 'eu-west-1', ...wanted }));
    await there('PUT', { body: constraint('eu-west-1') });
    expect((await there('GET', { query: { location: '' } })).text).toContain('>eu-west-1</LocationConstraint>');
  });
  test('of no bucket is NoSuchBucket', async () => {
    expectError(await s3('GET', '/not-there', { query: { location: '' } }), {
      status: 404,
      code: 'NoSuchBucket',
      fields: { BucketName: 'not-there' },
    });
  });
});

test('every operation on a bucket that is not there is NoSuchBucket', async () => {
  const asked: readonly (readonly [string, string, Wanted?])[] = [
    ['GET', '/not-there'],
    ['GET', '/not-there', { query: { 'list-type': '2' } }],
    ['GET', '/not-there', { query: { versions: '' } }],
    ['GET', '/not-there', { query: { uploads: '' } }],
    ['GET', '/not-there/key'],
    ['PUT', '/not-there/key', { body: 'x' }],
    ['PUT', '/not-there/key', { headers: { 'x-amz-copy-source': '/not-there-either/key' } }],
    ['DELETE', '/not-there/key'],
    ['POST', '/not-there/key', { query: { uploads: '' } }],
    ['GET', '/not-there', { query: { acl: '' } }],
    ['GET', '/not-there', { query: { versioning: '' } }],
    ['GET', '/not-there', { query: { policy: '' } }],
    ['GET', '/not-there', { query: { tagging: '' } }],
    ['GET', '/not-there', { query: { cors: '' } }],
  ];
  for (const [method, path, wanted] of asked) {
    const reply = await s3(method, path, wanted);
    expect([reply.status, reply.error.Code], `${method} ${path} ${JSON.stringify(wanted)}`).toEqual([404, 'NoSuchBucket']);
    expect(reply.error.BucketName).toMatch(/^not-there/);
  }
});

describe('what a bucket that is not there answers', () => {
  test.each([
    ['GET', '/not-there'],
    ['GET', '/not-there/key'],
    ['PUT', '/not-there/key'],
    ['DELETE', '/not-there/key'],
    ['DELETE', '/not-there'],
    ['GET', '/not-there?policy'],
  ])('to somebody without a name who asks to %s %s is NoSuchBucket', async (method, target) => {
    const [path = '', name] = target.split('?');
    const request = anonymous(server, method, path, name === undefined ? {} : { query: { [name]: '' } });
    expectError(await send(server, request), { status: 404, code: 'NoSuchBucket', fields: { BucketName: 'not-there' } });
  });
  test('to a wrong signature is that it is wrong', async () => {
    const request = signed(server, 'GET', '/not-there', { credentials: { ...ROOT, secretAccessKey: 'wrong' } });
    expectError(await send(server, request), { status: 403, code: 'SignatureDoesNotMatch' });
  });
  test('and who may not look into one that is there, is refused', async () => {
    await s3('PUT', '/there');
    for (const path of ['/there', '/there/key'])
      expectError(await send(server, anonymous(server, 'GET', path)), { status: 403, code: 'AccessDenied' });
  });
  test('to who may not make buckets, is not what making one answers', async () => {
    expectError(await send(server, anonymous(server, 'PUT', '/not-there')), { status: 403, code: 'AccessDenied' });
  });
});
