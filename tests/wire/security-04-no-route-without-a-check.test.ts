/**
 * Security test 4: no row of the table of operations, be it of S3, IAM, STS or Latchkey, does anything for credentials without their
 * signature; and of a request that is rightly signed no byte can be taken out or changed so that it is still accepted and says something else.
 */
import { operations } from '@latchkey/server/operations/index';
import type { Operation } from '@latchkey/server/pipeline';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { md5Base64, sha256Hex } from '../support/independent-signer.ts';
import { mutantSender } from '../support/mutant-sender.ts';
import { credentialsOf, done, newRole, policyOf } from '../support/query-client.ts';
import { requestMeaning } from '../support/request-meaning.ts';
import { ROOT, testServer } from '../support/test-server.ts';
import {
  anonymous,
  bytesOf,
  presigned,
  presignedV2,
  send,
  signed,
  type Wanted,
  type WireRequest,
  withHeader,
  withQuery,
  xmlTexts,
} from '../support/wire-client.ts';

const server = await testServer();
const FORM = { 'Content-Type': 'application/x-www-form-urlencoded' };
const trust = policyOf({ Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:AssumeRole' });
const role = await newRole(server, 'acting', trust, policyOf({ Effect: 'Allow', Action: 's3:*', Resource: '*' }));
const session = credentialsOf(await done(server, 'sts', 'AssumeRole', { RoleArn: role, RoleSessionName: 'test' }));
const sender = mutantSender(server.s3);
afterAll(async () => {
  sender.close();
  await server.close();
});
beforeAll(async () => {
  await send(server, signed(server, 'PUT', '/box'));
  await send(server, signed(server, 'PUT', '/box/key', { headers: { 'x-amz-tagging': 'a=b' }, body: 'content' }));
});

const SERVICES = ['s3', 'iam', 'sts', 'latchkey'] as const;
const serviceOf = ({ service }: Operation) => service ?? 's3';

/** The request that the row matches, with all that it wants but a signature. */
function requestFor({ name, method, scope, subresource, header, service }: Operation): WireRequest {
  if (service !== undefined)
    return anonymous(server, 'POST', '/', { headers: FORM, body: new URLSearchParams({ Action: name, ...CALL }).toString() });
  const path = { service: '/', bucket: name === 'CreateBucket' ? '/new-bucket' : '/box', object: '/box/key' }[scope];
  const body = method === 'PUT' || method === 'POST' ? '<x/>' : undefined;
  const headers = {
    ...(header === undefined ? {} : { [header]: '/box/key' }),
    ...(body === undefined ? {} : { 'content-md5': md5Base64(body) }),
  };
  return anonymous(server, method, path, {
    headers,
    ...(body === undefined ? {} : { body }),
    query: subresource === undefined ? {} : { [subresource]: '' },
  });
}

/** What calls ask for, so that none is refused for want of it. */
const CALL = {
  UserName: 'made',
  RoleName: 'acting',
  GroupName: 'made',
  PolicyName: 'made',
  RoleArn: role,
  RoleSessionName: 'made',
  Guardrails: '{}',
};

const plus = (request: WireRequest, more: string): WireRequest => ({
  ...request,
  target: `${request.target}${request.target.includes('?') ? '&' : '?'}${more}`,
});
const queryOf = ({ target }: WireRequest) => target.split('?')[1] ?? '';
const credential = (service: string) => `${ROOT.accessKeyId}%2F20260131%2Fus-east-1%2F${service}%2Faws4_request`;

const ways: Readonly<Record<string, (request: WireRequest, service: string) => WireRequest>> = {
  nothing: (request) => request,
  'an access key in the query': (request, service) => plus(request, `X-Amz-Credential=${credential(service)}`),
  'an access key of SigV2 in the query': (request) => plus(request, `AWSAccessKeyId=${ROOT.accessKeyId}&Expires=4102444800`),
  'an empty signature in the query': (request, service) => {
    const query = queryOf(presigned(server, 'GET', '/box/other', { service }));
    return plus(request, query.replace(/X-Amz-Signature=.*/, 'X-Amz-Signature='));
  },
  'zeros for a signature in the query': (request, service) => {
    const query = queryOf(presigned(server, 'GET', '/box/other', { service }));
    return plus(request, query.replace(/X-Amz-Signature=.*/, `X-Amz-Signature=${'0'.repeat(64)}`));
  },
  'the signature of another URL': (request, service) => plus(request, queryOf(presigned(server, 'GET', '/box/other', { service }))),
  'the SigV2 signature of another URL': (request) => plus(request, queryOf(presignedV2(server, 'GET', '/box/other'))),
  'an Authorization header without a signature': (request, service) =>
    withHeader(
      withDate(request),
      'Authorization',
      `AWS4-HMAC-SHA256 Credential=${decodeURIComponent(credential(service))}, SignedHeaders=host, Signature=`,
    ),
  'the Authorization header of another request': (request, service) =>
    signed(server, 'GET', '/box/other', { service }).headers.reduce(
      (all, [name, value]) => (name === 'Host' ? all : withHeader(all, name, value)),
      request,
    ),
  'a SigV2 Authorization header': (request) => withHeader(withDate(request), 'Authorization', `AWS ${ROOT.accessKeyId}:c2lnbmF0dXJl`),
  'a bearer token': (request) => withHeader(request, 'Authorization', `Bearer ${ROOT.accessKeyId}`),
  'a session token alone': (request) => withHeader(request, 'x-amz-security-token', session.sessionToken ?? ''),
  'a token of a session that did not sign': (request, service) =>
    plus(request, `${queryOf(presigned(server, 'GET', '/box/other', { service, credentials: session }))}`),
};
const withDate = (request: WireRequest) => withHeader(request, 'x-amz-date', new Date().toISOString().replace(/\.\d+|[-:]/g, ''));

describe.each(Object.entries(ways))('Security test 4: with %s', (_, change) => {
  test.each(SERVICES)('every row of %s is refused', async (service) => {
    const rows = operations.filter((operation) => serviceOf(operation) === service);
    expect(rows.length).toBeGreaterThan(3);
    for (const operation of rows) {
      const reply = await send(server, change(requestFor(operation), service));
      expect([400, 403, 412], `${operation.name}: ${reply.status} ${reply.text}`).toContain(reply.status);
    }
  });
});

test('Security test 4: after all of that everything is as it was', async () => {
  const names = async (action: string, element: string) => xmlTexts((await done(server, 'iam', action, {})).text, element);
  expect([await names('ListUsers', 'UserName'), await names('ListGroups', 'GroupName'), await names('ListRoles', 'RoleName')]).toEqual([
    [],
    [],
    ['acting'],
  ]);
  expect(xmlTexts((await send(server, signed(server, 'GET', '/'))).text, 'Name')).toEqual(['box']);
  const got = await send(server, signed(server, 'GET', '/box/key'));
  expect([got.text, got.headers.get('x-amz-tagging-count')]).toEqual(['content', '1']);
  expect(xmlTexts((await done(server, 'latchkey', 'ListGuardrails', {})).text, 'Guardrails')).toEqual([]);
  expect(server.logged).toEqual([]);
});

/** Requests of each kind that are rightly signed, and whether the signature covers the body. */
const iam = (wanted: Wanted = {}) =>
  signed(server, 'POST', '/', { service: 'iam', headers: FORM, body: 'Action=ListUsers&Version=2010-05-08', ...wanted });
const kinds: Readonly<Record<string, () => WireRequest>> = {
  'a SigV4 URL': () => presigned(server, 'GET', '/box/key'),
  'a SigV4 URL of a session': () => presigned(server, 'GET', '/box/key', { credentials: session }),
  'a SigV4 URL with a parameter and a header': () =>
    presigned(server, 'GET', '/box/key', { query: { 'response-content-type': 'text/plain' }, headers: { range: 'bytes=0-3' } }),
  'a SigV2 URL': () => presignedV2(server, 'GET', '/box/key'),
  'a SigV4 header': () => signed(server, 'GET', '/box/key'),
  'a SigV4 header over a body': () => signed(server, 'PUT', '/box/key', { body: 'content' }),
  'a call of IAM': () => iam(),
  'a call of IAM by a session': () =>
    signed(server, 'POST', '/', { service: 'sts', headers: FORM, body: 'Action=GetCallerIdentity', credentials: session }),
  'a URL of STS': () =>
    presigned(server, 'GET', '/', {
      service: 'sts',
      payloadHash: sha256Hex(''),
      query: { Action: 'GetCallerIdentity', Version: '2011-06-15' },
    }),
  'a URL of Latchkey': () =>
    presigned(server, 'GET', '/', { service: 'latchkey', payloadHash: sha256Hex(''), query: { Action: 'ListGuardrails' } }),
};

/** LATCHKEY_PROPERTY_FACTOR makes a long hunt of it; FULL=1 tries every bit of every byte. */
const runs = 150 * Number(process.env.LATCHKEY_PROPERTY_FACTOR ?? 1);
const isFull = process.env.FULL === '1';

describe.each(Object.entries(kinds))('Security test 4: %s', (_, make) => {
  test(
    'with a byte taken out or a bit turned is refused, unless it still says the same',
    async () => {
      const request = make();
      expect((await send(server, request)).status).toBeLessThan(300);
      const bytes = bytesOf(request);
      const before = requestMeaning(bytes, request, { withBody: true });
      const accepted: string[] = [];
      const attempt = async (mutant: Buffer) => {
        const status = await sender.status(mutant);
        if (status === undefined || status >= 300) return;
        const after = requestMeaning(mutant, request, { withBody: true });
        accepted.push(after);
        expect(after, mutant.toString('latin1')).toBe(before);
      };
      if (isFull) {
        for (let at = 0; at < bytes.length; at++) {
          await attempt(without(bytes, at));
          for (let bit = 0; bit < 8; bit++) await attempt(turned(bytes, at, bit));
        }
      } else {
        const position = fc.integer({ min: 0, max: bytes.length - 1 });
        const mutant = fc.tuple(position, fc.integer({ min: -1, max: 7 }));
        await fc.assert(
          fc.asyncProperty(mutant, ([at, bit]) => attempt(bit === -1 ? without(bytes, at) : turned(bytes, at, bit))),
          { numRuns: runs, endOnFailure: true },
        );
      }
      // A way of reading that found nothing to say the same would hide what it is there to find.
      expect(accepted.length).toBeLessThan(isFull ? bytes.length * 3 : runs);
      expect((await send(server, signed(server, 'GET', '/box/key'))).text).toBe('content');
      expect(server.logged.filter((line) => line.includes('"error"'))).toEqual([]);
    },
    isFull ? 600_000 : 60_000 * Math.max(1, runs / 150),
  );
});

const without = (bytes: Buffer, at: number) => Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1)]);
function turned(bytes: Buffer, at: number, bit: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ (1 << bit);
  return copy;
}

test('Security test 4: a change of what is signed would be seen', async () => {
  const url = presigned(server, 'GET', '/box/key');
  const [one, other] = [url, withQuery(url, (pairs) => [...pairs, ['a', 'b']])].map((request) => requestMeaning(bytesOf(request), url));
  expect(one).not.toBe(other);
});
