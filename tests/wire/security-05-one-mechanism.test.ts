/**
 * Security test 5: a request is signed in one way or in none. Two ways at once, or two algorithms, are refused with 400 whichever of them
 * would be right, on S3, IAM, STS and Latchkey's own calls alike; nobody's choice between them is ever guessed.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { formBody, formRequest, signedFields, signedFieldsV2 } from '../support/post-form.ts';
import { ROOT, testServer } from '../support/test-server.ts';
import {
  anonymous,
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
afterAll(() => server.close());
beforeAll(async () => {
  await send(server, signed(server, 'PUT', '/box'));
  await send(server, signed(server, 'PUT', '/box/key', { body: 'content' }));
});

type Route = readonly [method: string, path: string, wanted: Wanted];
const call = (service: string, Action: string): Route => ['GET', '/', { service, query: { Action } }];
const ROUTES: Readonly<Record<string, Route>> = {
  GetObject: ['GET', '/box/key', {}],
  PutObject: ['PUT', '/box/new', { body: 'x' }],
  DeleteObject: ['DELETE', '/box/key', {}],
  CopyObject: ['PUT', '/box/new', { headers: { 'x-amz-copy-source': '/box/key' } }],
  ListObjects: ['GET', '/box', {}],
  DeleteObjects: ['POST', '/box', { query: { delete: '' }, body: '<Delete><Object><Key>key</Key></Object></Delete>' }],
  CreateMultipartUpload: ['POST', '/box/new', { query: { uploads: '' } }],
  DeleteBucket: ['DELETE', '/box', {}],
  'CreateUser of IAM': call('iam', 'CreateUser'),
  'ListUsers of IAM': call('iam', 'ListUsers'),
  'GetCallerIdentity of STS': call('sts', 'GetCallerIdentity'),
  'GetSessionToken of STS': call('sts', 'GetSessionToken'),
  'ListGuardrails of Latchkey': call('latchkey', 'ListGuardrails'),
};

/** The request with all of the signature of another, which by itself is right for the same route. */
const plusHeaders = (request: WireRequest, other: WireRequest): WireRequest =>
  other.headers.filter(([name]) => !/^host$/i.test(name)).reduce((all, [name, value]) => withHeader(all, name, value), request);
const plusQuery = (request: WireRequest, other: WireRequest): WireRequest => {
  const [, query = ''] = other.target.split('?');
  const signature = query.split('&').filter((pair) => /^(X-Amz-|AWSAccessKeyId=|Expires=|Signature=)/.test(pair));
  return { ...request, target: `${request.target}${request.target.includes('?') ? '&' : '?'}${signature.join('&')}` };
};

const ways: Readonly<Record<string, (route: Route) => WireRequest>> = {
  'SigV4 in the query and in a header': ([...route]) => plusHeaders(presigned(server, ...route), signed(server, ...route)),
  'SigV4 in a header and in the query': ([...route]) => plusQuery(signed(server, ...route), presigned(server, ...route)),
  'SigV4 and SigV2 in the query': ([...route]) => plusQuery(presigned(server, ...route), presignedV2(server, ...route)),
  'SigV2 and SigV4 in the query': ([...route]) => plusQuery(presignedV2(server, ...route), presigned(server, ...route)),
  'SigV2 in the query and SigV4 in a header': ([...route]) => plusHeaders(presignedV2(server, ...route), signed(server, ...route)),
  'SigV4 in the query and SigV2 in a header': ([...route]) =>
    withHeader(presigned(server, ...route), 'Authorization', `AWS ${ROOT.accessKeyId}:c2lnbmF0dXJl`),
  'SigV4 in the query and a bearer token': ([...route]) => withHeader(presigned(server, ...route), 'Authorization', 'Bearer token'),
  'SigV4 in the query and an empty Authorization': ([...route]) => withHeader(presigned(server, ...route), 'Authorization', ''),
  'SigV4 with two algorithms': ([...route]) => {
    const { target, ...request } = presigned(server, ...route);
    return { ...request, target: `${target}&X-Amz-Algorithm=AWS4-ECDSA-P256-SHA256` };
  },
  'SigV4 with the same algorithm twice': ([...route]) => {
    const { target, ...request } = presigned(server, ...route);
    return { ...request, target: `${target}&X-Amz-Algorithm=AWS4-HMAC-SHA256` };
  },
  'SigV4 with another algorithm': ([...route]) =>
    withQuery(presigned(server, ...route), (pairs) =>
      pairs.map(([name, value]) => [name, name === 'X-Amz-Algorithm' ? 'AWS4-ECDSA-P256-SHA256' : value]),
    ),
  'two Authorization headers': ([...route]) => {
    const request = signed(server, ...route);
    const value = request.headers.find(([name]) => name === 'Authorization')?.[1] ?? '';
    return withHeader(request, 'Authorization', value);
  },
  'SigV4 in a header for two algorithms': ([...route]) => {
    const request = signed(server, ...route);
    const headers = request.headers.map(
      ([name, value]) => [name, name === 'Authorization' ? `${value}, AWS4-ECDSA-P256-SHA256` : value] as const,
    );
    return { ...request, headers };
  },
};

describe.each(Object.entries(ways))('%s', (way, make) => {
  test.each(Object.entries(ROUTES))('%s is refused with 400', async (_, route) => {
    const reply = await send(server, make(route));
    // What is left of a header that ends in another algorithm is a wrong signature.
    const expected = way === 'SigV4 in a header for two algorithms' ? [400, 403] : [400];
    expect(expected, reply.text).toContain(reply.status);
  });
});

describe('a form', () => {
  const conditions = [{ bucket: 'box' }, { key: 'form' }];
  const v4 = signedFields({ conditions });
  const v2 = signedFieldsV2({ conditions });
  const fields = (...all: (readonly (readonly [string, string])[])[]) => [['key', 'form'] as const, ...all.flat()];
  const request = (all: readonly (readonly [string, string])[]) =>
    formRequest(server, '/box', formBody(all, { content: 'x', filename: 'f' }));

  test.each<[string, () => WireRequest]>([
    [
      'signed in both versions',
      () =>
        request(
          fields(
            v4,
            v2.filter(([name]) => name !== 'policy'),
          ),
        ),
    ],
    ['and a pre-signed URL', () => plusQuery(request(fields(v4)), presigned(server, 'POST', '/box'))],
    ['and a SigV2 URL', () => plusQuery(request(fields(v4)), presignedV2(server, 'POST', '/box'))],
    ['and an Authorization header', () => plusHeaders(request(fields(v4)), signed(server, 'POST', '/box'))],
    ['of SigV2 and an Authorization header', () => plusHeaders(request(fields(v2)), signed(server, 'POST', '/box'))],
    ['of nobody and a pre-signed URL', () => plusQuery(request(fields([])), presigned(server, 'POST', '/box'))],
    ['for another algorithm', () => request(fields(v4.map(([name, value]) => [name, name === 'x-amz-algorithm' ? 'AWS4-X' : value])))],
    ['with a signature twice', () => request(fields(v4, v4.slice(-1)))],
  ])('%s is refused', async (what, make) => {
    const reply = await send(server, make());
    // A URL for another request than this is a wrong signature before anything else is looked at.
    expect(what.startsWith('and') || what.includes('and a') ? [400, 403] : [400], reply.text).toContain(reply.status);
  });
  test('signed once is stored', async () => {
    for (const once of [v4, v2]) expect((await send(server, request(fields(once)))).status).toBe(204);
    await send(server, signed(server, 'DELETE', '/box/form'));
  });
});

test('nothing has come of any of it', async () => {
  expect(xmlTexts((await send(server, signed(server, 'GET', '/box'))).text, 'Key')).toEqual(['key']);
  expect(
    xmlTexts((await send(server, signed(server, 'GET', '/', { service: 'iam', query: { Action: 'ListUsers' } }))).text, 'UserName'),
  ).toEqual([]);
  expect((await send(server, anonymous(server, 'GET', '/box/key'))).status).toBe(403);
});
