/** What becomes of a policy that is already public when a bucket's public access block says that nothing is to be. */
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { md5Base64 } from '../support/independent-signer.ts';
import { allow, newUser, policyOf } from '../support/query-client.ts';
import { testServer } from '../support/test-server.ts';
import { anonymous, expectError, presigned, send, signed, type Wanted } from '../support/wire-client.ts';

const server = await testServer();
afterAll(() => server.close());
const s3 = (method: string, path: string, wanted?: Wanted) => send(server, signed(server, method, path, wanted));
const DENIED = { status: 403, code: 'AccessDenied', message: 'Access Denied' } as const;
const member = await newUser(server, 'member');
const PUBLIC = policyOf(allow('s3:GetObject', 'arn:aws:s3:::square/*', { Principal: '*' }));

const SWITCHES = ['BlockPublicAcls', 'IgnorePublicAcls', 'BlockPublicPolicy', 'RestrictPublicBuckets'] as const;
const block = (...on: readonly (typeof SWITCHES)[number][]) => {
  const body = `<PublicAccessBlockConfiguration>${on.map((name) => `<${name}>true</${name}>`).join('')}</PublicAccessBlockConfiguration>`;
  return s3('PUT', '/square', { query: { publicAccessBlock: '' }, headers: { 'content-md5': md5Base64(body) }, body });
};
const putPolicy = (policy: unknown) => s3('PUT', '/square', { query: { policy: '' }, body: JSON.stringify(policy) });
const isPublic = async () => (await s3('GET', '/square', { query: { policyStatus: '' } })).text.includes('<IsPublic>true');
const byNobody = () => send(server, anonymous(server, 'GET', '/square/statue'));
const byMember = () => send(server, presigned(server, 'GET', '/square/statue', { credentials: member }));

/** A bucket whose policy lets everybody read, as it was before anybody blocked anything. */
beforeEach(async () => {
  await s3('PUT', '/square');
  await s3('PUT', '/square/statue', { body: 'bronze' });
  await s3('DELETE', '/square', { query: { publicAccessBlock: '' } });
  expect((await putPolicy(PUBLIC)).status).toBe(204);
  expect((await byNobody()).text).toBe('bronze');
});

describe('on a bucket whose policy is public', () => {
  test('BlockPublicPolicy leaves it as it is, and refuses to have it put again', async () => {
    expect((await block('BlockPublicPolicy')).status).toBe(200);
    expect([await isPublic(), (await byNobody()).status]).toEqual([true, 200]);
    expectError(await putPolicy(PUBLIC), { status: 403, code: 'AccessDenied' });
    // One that is not public may take its place.
    expect((await putPolicy(policyOf(allow('s3:GetObject', 'arn:aws:s3:::square/*', { Principal: { AWS: member.arn } })))).status).toBe(
      204,
    );
    expectError(await byNobody(), DENIED);
    expect((await byMember()).status).toBe(200);
  });
  test('RestrictPublicBuckets keeps strangers out at once, and the account’s own users in', async () => {
    expect((await block('RestrictPublicBuckets')).status).toBe(200);
    expectError(await byNobody(), DENIED);
    expect((await byMember()).text).toBe('bronze');
    // The policy is still there, and still called public.
    expect(await isPublic()).toBe(true);
    expect(JSON.parse((await s3('GET', '/square', { query: { policy: '' } })).text)).toEqual(PUBLIC);
  });
  test('what is about ACLs changes nothing', async () => {
    expect((await block('BlockPublicAcls', 'IgnorePublicAcls')).status).toBe(200);
    expect((await byNobody()).status).toBe(200);
  });
  test('all of it is taken back by removing the block, and not by another one', async () => {
    await block(...SWITCHES);
    expectError(await byNobody(), DENIED);
    await block('BlockPublicAcls');
    expect((await byNobody()).status).toBe(200);
    await block(...SWITCHES);
    expect((await s3('DELETE', '/square', { query: { publicAccessBlock: '' } })).status).toBe(204);
    expect((await byNobody()).status).toBe(200);
  });
  test('a policy that narrows to addresses of the house is not public, and is not restricted', async () => {
    const Condition = { IpAddress: { 'aws:SourceIp': '127.0.0.0/8' } };
    await block(...SWITCHES);
    expect((await putPolicy(policyOf(allow('s3:GetObject', 'arn:aws:s3:::square/*', { Principal: '*', Condition })))).status).toBe(204);
    expect([await isPublic(), (await byNobody()).status]).toEqual([false, 200]);
  });
  test('a block that is no document changes nothing', async () => {
    const body = '<PublicAccessBlockConfiguration><RestrictPublicBuckets>yes</RestrictPublicBuckets></PublicAccessBlockConfiguration>';
    const wanted = { query: { publicAccessBlock: '' }, headers: { 'content-md5': md5Base64(body) }, body };
    expectError(await s3('PUT', '/square', wanted), { status: 400, code: 'MalformedXML' });
    expect((await byNobody()).status).toBe(200);
  });
});
