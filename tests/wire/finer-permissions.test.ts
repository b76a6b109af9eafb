/** The permissions that S3 asks for besides those of the plain operation: of versions, of tags, of attributes, and of each key to delete. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { md5Base64, type SigningCredentials } from '../support/independent-signer.ts';
import { allow, deny, newUser, policyOf, putPolicy } from '../support/query-client.ts';
import { testServer } from '../support/test-server.ts';
import { anonymous, expectError, presigned, send, signed, type Wanted, xmlParts, xmlTexts } from '../support/wire-client.ts';

const server = await testServer({ blocksPublicAccess: false });
afterAll(() => server.close());
const s3 = (method: string, path: string, wanted?: Wanted) => send(server, signed(server, method, path, wanted));
const DENIED = { status: 403, code: 'AccessDenied', message: 'Access Denied' } as const;
const TAGGED = { 'x-amz-tagging': 'class=secret' };
let user: SigningCredentials;
const as = (method: string, path: string, wanted: Wanted = {}) => s3(method, path, { credentials: user, ...wanted });
const mayOnly = (...actions: string[]) => putPolicy(server, 'fine', policyOf(allow(actions, ['arn:aws:s3:::box', 'arn:aws:s3:::box/*'])));

beforeAll(async () => {
  await s3('PUT', '/box');
  await s3('PUT', '/box/plain', { body: 'x' });
  await s3('PUT', '/box/tagged', { body: 'x', headers: TAGGED });
  user = await newUser(server, 'fine');
});

describe('a version that is named', () => {
  test.each([
    ['GET', '/box/plain', {}, 's3:GetObject', 's3:GetObjectVersion'],
    ['GET', '/box/plain', { tagging: '' }, 's3:GetObjectTagging', 's3:GetObjectVersionTagging'],
    ['GET', '/box/plain', { acl: '' }, 's3:GetObjectAcl', 's3:GetObjectVersionAcl'],
    ['DELETE', '/box/gone', {}, 's3:DeleteObject', 's3:DeleteObjectVersion'],
  ])('%s %s %j needs the permission of versions', async (method, path, query, plain, ofVersions) => {
    const [latest, named] = [{ query }, { query: { ...query, versionId: 'null' } }];
    await mayOnly(plain);
    expect((await as(method, path, latest)).status).toBeLessThan(300);
    expectError(await as(method, path, named), DENIED);
    await mayOnly(ofVersions);
    expect((await as(method, path, named)).status).toBeLessThan(300);
    expectError(await as(method, path, latest), DENIED);
  });
  test('as the source of a copy, and among the keys of DeleteObjects, too', async () => {
    await mayOnly('s3:GetObject', 's3:PutObject', 's3:DeleteObject');
    const copy = (source: string) => as('PUT', '/box/copy', { headers: { 'x-amz-copy-source': source } });
    expect((await copy('/box/plain')).status).toBe(200);
    expectError(await copy('/box/plain?versionId=null'), DENIED);
    const reply = await deleteObjects('<Object><Key>copy</Key><VersionId>null</VersionId></Object>', user);
    expect([reply.status, xmlTexts(reply.text, 'Code')]).toEqual([200, ['AccessDenied']]);
    expect((await s3('GET', '/box/copy')).status).toBe(200);
  });
});

describe('tags that an upload brings', () => {
  test.each<[string, string, string, Wanted]>([
    ['a PUT', 'PUT', '/box/new', { body: 'x', headers: TAGGED }],
    ['a multipart upload', 'POST', '/box/new', { query: { uploads: '' }, headers: TAGGED }],
    [
      'a copy that replaces them',
      'PUT',
      '/box/new',
      { headers: { ...TAGGED, 'x-amz-copy-source': '/box/plain', 'x-amz-tagging-directive': 'REPLACE' } },
    ],
  ])('with %s need s3:PutObjectTagging', async (_, method, path, wanted) => {
    await mayOnly('s3:GetObject', 's3:PutObject');
    expectError(await as(method, path, wanted), DENIED);
    await mayOnly('s3:GetObject', 's3:PutObject', 's3:PutObjectTagging');
    expect((await as(method, path, wanted)).status).toBe(200);
    await s3('DELETE', '/box/new');
  });
  test('in the query of a URL too', async () => {
    await mayOnly('s3:PutObject');
    const url = () => presigned(server, 'PUT', '/box/new', { credentials: user, body: 'x', query: TAGGED });
    expectError(await send(server, url()), DENIED);
    await mayOnly('s3:PutObject', 's3:PutObjectTagging');
    expect((await send(server, url())).status).toBe(200);
  });
  test('that a copy takes along have to be readable, and to be set', async () => {
    const copy = () => as('PUT', '/box/taken', { headers: { 'x-amz-copy-source': '/box/tagged' } });
    await mayOnly('s3:GetObject', 's3:PutObject', 's3:PutObjectTagging');
    expectError(await copy(), DENIED);
    await mayOnly('s3:GetObject', 's3:PutObject', 's3:GetObjectTagging');
    expectError(await copy(), DENIED);
    expectError(await s3('GET', '/box/taken'), { status: 404, code: 'NoSuchKey' });
    await mayOnly('s3:GetObject', 's3:PutObject', 's3:GetObjectTagging', 's3:PutObjectTagging');
    expect((await copy()).status).toBe(200);
    expect((await s3('GET', '/box/taken')).headers.get('x-amz-tagging-count')).toBe('1');
  });
});

test('attributes are only for who may read the object', async () => {
  const attributes = () => as('GET', '/box/plain', { query: { attributes: '' }, headers: { 'x-amz-object-attributes': 'ObjectSize' } });
  for (const one of ['s3:GetObject', 's3:GetObjectAttributes']) {
    await mayOnly(one);
    expectError(await attributes(), DENIED);
  }
  await mayOnly('s3:GetObject', 's3:GetObjectAttributes');
  expect((await attributes()).status).toBe(200);
});

function deleteObjects(objects: string, credentials?: SigningCredentials) {
  const body = `<Delete>${objects}</Delete>`;
  const wanted: Wanted = { query: { delete: '' }, headers: { 'content-md5': md5Base64(body) }, body };
  if (credentials === undefined) return send(server, anonymous(server, 'POST', '/box', wanted));
  return s3('POST', '/box', { ...wanted, credentials });
}
const keys = (...names: string[]) => names.map((name) => `<Object><Key>${name}</Key></Object>`).join('');
const outcomes = (text: string) => [
  xmlParts(text, 'Deleted').flatMap((inside) => xmlTexts(inside, 'Key')),
  xmlParts(text, 'Error').flatMap((inside) => xmlTexts(inside, 'Key')),
];

describe('DeleteObjects', () => {
  const fill = async () => {
    for (const name of ['a/1', 'a/2', 'b/1']) await s3('PUT', `/box/${name}`, { body: 'x' });
  };
  test('of a user removes the keys that the user may delete, and no others', async () => {
    await fill();
    await putPolicy(
      server,
      'fine',
      policyOf(allow('s3:DeleteObject', 'arn:aws:s3:::box/a/*'), deny('s3:DeleteObject', 'arn:aws:s3:::box/a/2')),
    );
    const reply = await deleteObjects(keys('a/1', 'a/2', 'b/1'), user);
    expect([reply.status, ...outcomes(reply.text)]).toEqual([200, ['a/1'], ['a/2', 'b/1']]);
    expect(xmlTexts((await s3('GET', '/box', { query: { prefix: 'a/' } })).text, 'Key')).toEqual(['a/2']);
    expect((await s3('GET', '/box/b/1')).status).toBe(200);
  });
  test('of a user who may do nothing removes nothing', async () => {
    await fill();
    await putPolicy(server, 'fine', policyOf(deny('*', '*')));
    const reply = await deleteObjects(keys('a/1', 'b/1'), user);
    expect(outcomes(reply.text)).toEqual([[], ['a/1', 'b/1']]);
    expect((await s3('GET', '/box/a/1')).status).toBe(200);
  });
  test('of nobody works key by key where the bucket’s policy says so, and is refused whole elsewhere', async () => {
    await fill();
    expectError(await deleteObjects(keys('a/1')), DENIED);
    const policy = policyOf(allow('s3:DeleteObject', 'arn:aws:s3:::box/a/*', { Principal: '*' }));
    expect((await s3('PUT', '/box', { query: { policy: '' }, body: JSON.stringify(policy) })).status).toBe(204);
    const reply = await deleteObjects(keys('a/1', 'b/1'));
    expect([reply.status, ...outcomes(reply.text)]).toEqual([200, ['a/1'], ['b/1']]);
    expect((await s3('GET', '/box/a/1')).status).toBe(404);
    const block = '<PublicAccessBlockConfiguration><RestrictPublicBuckets>true</RestrictPublicBuckets></PublicAccessBlockConfiguration>';
    const headers = { 'content-md5': md5Base64(block) };
    expect((await s3('PUT', '/box', { query: { publicAccessBlock: '' }, headers, body: block })).status).toBe(200);
    expectError(await deleteObjects(keys('a/2')), DENIED);
    expect((await s3('GET', '/box/a/2')).status).toBe(200);
  });
});
