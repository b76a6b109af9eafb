/** What S3 has and Latchkey has not: reads of what nobody set answer as S3 does, everything else is NotImplemented, to those who may ask. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testServer } from '../support/test-server.ts';
import { anonymous, expectError, send, signed, type Wanted, xmlTexts } from '../support/wire-client.ts';

const server = await testServer();
afterAll(() => server.close());
const s3 = (method: string, path: string, wanted?: Wanted) => send(server, signed(server, method, path, wanted));
beforeAll(async () => {
  await s3('PUT', '/box');
  await s3('PUT', '/box/key', { body: 'content' });
});

describe('settings that nobody has set', () => {
  test.each([
    ['policy', 'NoSuchBucketPolicy', 'The bucket policy does not exist'],
    ['policyStatus', 'NoSuchBucketPolicy', 'The bucket policy does not exist'],
    ['tagging', 'NoSuchTagSet', 'The TagSet does not exist'],
    ['lifecycle', 'NoSuchLifecycleConfiguration', 'The lifecycle configuration does not exist'],
    ['cors', 'NoSuchCORSConfiguration', 'The CORS configuration does not exist'],
    ['website', 'NoSuchWebsiteConfiguration', 'The specified bucket does not have a website configuration'],
    ['replication', 'ReplicationConfigurationNotFoundError', 'The replication configuration was not found'],
    ['object-lock', 'ObjectLockConfigurationNotFoundError', 'Object Lock configuration does not exist for this bucket'],
    ['encryption', 'ServerSideEncryptionConfigurationNotFoundError', 'The server side encryption configuration was not found'],
  ])('?%s is %s', async (subresource, code, message) => {
    const reply = await s3('GET', '/box', { query: { [subresource]: '' } });
    expectError(reply, { status: 404, code, message });
    expect(reply.error.BucketName).toBe('box');
  });
  test.each([
    ['versioning', 'VersioningConfiguration'],
    ['logging', 'BucketLoggingStatus'],
    ['notification', 'NotificationConfiguration'],
    ['accelerate', 'AccelerateConfiguration'],
    ['requestPayment', 'RequestPaymentConfiguration'],
  ])('?%s is an empty %s', async (subresource, root) => {
    const reply = await s3('GET', '/box', { query: { [subresource]: '' } });
    expect([reply.status, reply.headers.get('content-type')]).toEqual([200, 'application/xml']);
    expect(reply.text).toContain(`<${root} xmlns="http://s3.amazonaws.com/doc/2006-03-01/"`);
  });
  test('the requester never pays', async () => {
    expect(xmlTexts((await s3('GET', '/box', { query: { requestPayment: '' } })).text, 'Payer')).toEqual(['BucketOwner']);
  });
  test.each(['legal-hold', 'retention'])('?%s of an object is InvalidRequest, since its bucket has no object lock', async (subresource) => {
    expectError(await s3('GET', '/box/key', { query: { [subresource]: '' } }), {
      status: 400,
      code: 'InvalidRequest',
      message: 'Bucket is missing Object Lock Configuration',
    });
    expectError(await s3('GET', '/box/none', { query: { [subresource]: '' } }), { status: 404, code: 'NoSuchKey' });
  });
});

const NOT_IMPLEMENTED: readonly (readonly [method: string, path: string, subresource: string])[] = [
  ...[
    'accelerate',
    'analytics',
    'encryption',
    'intelligent-tiering',
    'inventory',
    'lifecycle',
    'logging',
    'metrics',
    'object-lock',
    'replication',
    'requestPayment',
    'tagging',
    'versioning',
    'website',
  ].map((name) => ['PUT', '/box', name] as const),
  ...['analytics', 'encryption', 'intelligent-tiering', 'inventory', 'lifecycle', 'metrics', 'replication', 'tagging', 'website'].map(
    (name) => ['DELETE', '/box', name] as const,
  ),
  ...['analytics', 'intelligent-tiering', 'inventory', 'metrics'].map((name) => ['GET', '/box', name] as const),
  ['PUT', '/box/key', 'legal-hold'],
  ['PUT', '/box/key', 'retention'],
  ['POST', '/box/key', 'restore'],
  ['POST', '/box/key', 'select'],
  ['GET', '/box/key', 'torrent'],
  ['GET', '/box', 'session'],
];

describe('what is not done', () => {
  test.each(NOT_IMPLEMENTED)('%s %s?%s is NotImplemented', async (method, path, subresource) => {
    const reply = await s3(method, path, {
      query: { [subresource]: '' },
      ...(method === 'GET' || method === 'DELETE' ? {} : { body: '<x/>' }),
    });
    expectError(reply, {
      status: 501,
      code: 'NotImplemented',
      message: 'A header you provided implies functionality that is not implemented',
    });
  });
  test.each(NOT_IMPLEMENTED)('%s %s?%s by nobody is AccessDenied: who may not ask learns nothing', async (method, path, subresource) => {
    expectError(await send(server, anonymous(server, method, path, { query: { [subresource]: '' } })), {
      status: 403,
      code: 'AccessDenied',
    });
  });
  test('leaves everything as it was', async () => {
    expect((await s3('GET', '/box/key')).text).toBe('content');
    expectError(await s3('GET', '/box', { query: { policy: '' } }), { status: 404, code: 'NoSuchBucketPolicy' });
  });
});

describe('the method', () => {
  test.each([
    ['POST', '/box/key'],
    ['POST', '/box'],
    ['PUT', '/'],
    ['DELETE', '/'],
    ['POST', '/'],
    ['HEAD', '/'],
  ])('%s %s is not allowed, or needs more', async (method, path) => {
    const reply = await s3(method, path, { body: '' });
    expect([400, 403, 405, 412], `${reply.status} ${reply.text}`).toContain(reply.status);
  });
  test('not allowed is told with the method and the kind of resource', async () => {
    expectError(await s3('POST', '/box/key'), {
      status: 405,
      code: 'MethodNotAllowed',
      message: 'The specified method is not allowed against this resource.',
      fields: { Method: 'POST', ResourceType: 'OBJECT' },
    });
    expectError(await s3('DELETE', '/box', { query: { versions: '' } }), { status: 405, code: 'MethodNotAllowed' });
  });
});

describe('two sub-resources at once', () => {
  test.each([
    ['GET', '/box', ['acl', 'policy']],
    ['GET', '/box', ['uploads', 'versions']],
    ['GET', '/box/key', ['tagging', 'acl']],
    ['DELETE', '/box', ['cors', 'policy']],
    ['PUT', '/box/key', ['tagging', 'acl']],
  ])('%s %s %j is refused rather than one of them chosen', async (method, path, subresources) => {
    const reply = await s3(method, path, {
      query: subresources.map((name) => [name, ''] as const),
      ...(method === 'PUT' ? { body: 'x' } : {}),
    });
    expectError(reply, { status: 400, code: 'InvalidArgument' });
    expect((await s3('GET', '/box/key')).text).toBe('content');
  });
});

test('a sub-resource of buckets on an object, or of objects on a bucket, deletes or stores nothing', async () => {
  for (const subresource of ['cors', 'policy', 'lifecycle', 'website', 'versioning', 'publicAccessBlock']) {
    const reply = await s3('DELETE', '/box/key', { query: { [subresource]: '' } });
    expect(reply.status, `DELETE object?${subresource}: ${reply.status}`).toBeGreaterThanOrEqual(400);
    const put = await s3('PUT', '/box/key', { query: { [subresource]: '' }, body: 'replaced' });
    expect(put.status, `PUT object?${subresource}: ${put.status}`).toBeGreaterThanOrEqual(400);
    expect((await s3('GET', '/box/key')).text).toBe('content');
  }
  await s3('PUT', '/empty');
  for (const subresource of ['legal-hold', 'retention', 'torrent', 'attributes', 'uploadId', 'uploads', 'delete']) {
    const reply = await s3('DELETE', '/empty', { query: { [subresource]: '' } });
    expect(reply.status, `DELETE bucket?${subresource}: ${reply.status}`).toBeGreaterThanOrEqual(400);
    expect((await s3('HEAD', '/empty')).status).toBe(200);
  }
});

test('every error has the same form: ids in the body are those of the head', async () => {
  for (const reply of [
    await s3('GET', '/box/none'),
    await s3('GET', '/X'),
    await send(server, anonymous(server, 'GET', '/box')),
    await s3('GET', '/box', { query: { 'max-keys': 'x' } }),
  ]) {
    expect(reply.text).toMatch(/^<\?xml version="1.0" encoding="UTF-8"\?>\n<Error><Code>/);
    expect([reply.error.RequestId, reply.error.HostId]).toEqual([reply.headers.get('x-amz-request-id'), reply.headers.get('x-amz-id-2')]);
    expect(reply.error.RequestId).toMatch(/^[0-9A-Z]{16}$/);
  }
});

test('health and facts are told to anybody, and nothing else is below /-/', async () => {
  const live = await send(server, anonymous(server, 'GET', '/-/health/live'));
  const ready = await send(server, anonymous(server, 'GET', '/-/health/ready'));
  const facts = await send(server, anonymous(server, 'GET', '/-/latchkey.json'));
  expect([live.status, ready.status, facts.status]).toEqual([200, 200, 200]);
  expect(JSON.parse(facts.text)).toMatchObject({ region: 'us-east-1' });
  for (const path of ['/-/metrics', '/-/', '/-/other', '/-/health'])
    expect((await send(server, anonymous(server, 'GET', path))).status).toBe(404);
  expect((await s3('PUT', '/-')).status).toBe(400);
});
