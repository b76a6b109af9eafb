/** No route without its check: whatever is asked, without a good signature it is refused, and nothing changes. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { md5Base64 } from '../support/independent-signer.ts';
import { testServer } from '../support/test-server.ts';
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
const s3 = (method: string, path: string, wanted?: Wanted) => send(server, signed(server, method, path, wanted));
let uploadId = '';
beforeAll(async () => {
  await s3('PUT', '/box');
  await s3('PUT', '/box/key', { headers: { 'x-amz-tagging': 'a=b' }, body: 'content' });
  uploadId = xmlTexts((await s3('POST', '/box/up', { query: { uploads: '' } })).text, 'UploadId')[0] ?? '';
  await s3('PUT', '/box/up', { query: { partNumber: '1', uploadId }, body: 'part' });
});

const BUCKET_SUBRESOURCES =
  'accelerate acl analytics cors delete encryption intelligent-tiering inventory lifecycle list-type location logging metadataConfiguration metadataTable metrics notification object-lock ownershipControls policy policyStatus publicAccessBlock replication requestPayment session tagging uploads versioning versions website'.split(
    ' ',
  );
const OBJECT_SUBRESOURCES =
  'acl attributes encryption legal-hold partNumber renameObject restore retention select tagging torrent uploadId uploads versionId'.split(
    ' ',
  );
const METHODS = ['GET', 'HEAD', 'PUT', 'POST', 'DELETE'];

const ROUTES: readonly (readonly [method: string, path: string, subresource: string | undefined])[] = METHODS.flatMap((method) => [
  [method, '/', undefined] as const,
  [method, '/box', undefined] as const,
  [method, '/new-bucket', undefined] as const,
  [method, '/box/key', undefined] as const,
  [method, '/box/new', undefined] as const,
  ...BUCKET_SUBRESOURCES.map((name) => [method, '/box', name] as const),
  ...OBJECT_SUBRESOURCES.map((name) => [method, '/box/key', name] as const),
  [method, '/box/up', 'partNumber=1&uploadId'] as const,
]);

/** The request with everything but a good signature. */
const ways: Readonly<Record<string, (request: WireRequest) => WireRequest>> = {
  'without a signature': (request) => request,
  'with an access key in the query and no signature': (request) =>
    plus(request, 'X-Amz-Credential=LKROOTEXAMPLE2345678%2F20260131%2Fus-east-1%2Fs3%2Faws4_request'),
  'with the signature of another URL': (request) => plus(request, presigned(server, 'GET', '/box/other').target.split('?')[1] ?? ''),
  'with the SigV2 signature of another URL': (request) =>
    plus(request, presignedV2(server, 'GET', '/box/other').target.split('?')[1] ?? ''),
  'with the Authorization header of another request': (request) =>
    signed(server, 'GET', '/box/other').headers.reduce(
      (all, [name, value]) => (name === 'Host' ? all : withHeader(all, name, value)),
      request,
    ),
  'with a bearer token': (request) => withHeader(request, 'Authorization', 'Bearer root'),
  'with a streaming word and no signature': (request) =>
    withHeader(withHeader(request, 'x-amz-content-sha256', 'STREAMING-UNSIGNED-PAYLOAD-TRAILER'), 'x-amz-decoded-content-length', '4'),
  'with a session token alone': (request) => withHeader(request, 'x-amz-security-token', 'token'),
  'with a copy source': (request) => withHeader(request, 'x-amz-copy-source', '/box/key'),
};

const plus = (request: WireRequest, more: string): WireRequest => ({
  ...request,
  target: `${request.target}${request.target.includes('?') ? '&' : '?'}${more}`,
});

describe.each(Object.entries(ways))('%s', (_, change) => {
  test.each(METHODS)('every %s is refused', async (only) => {
    for (const [method, path, subresource] of ROUTES.filter(([candidate]) => candidate === only)) {
      const body = method === 'PUT' || method === 'POST' ? '<x/>' : undefined;
      let request = anonymous(server, method, path, body === undefined ? {} : { body, headers: { 'content-md5': md5Base64(body) } });
      if (subresource !== undefined)
        request = withQuery(request, () =>
          subresource
            .split('&')
            .map((pair) => [pair.split('=')[0] ?? '', pair === 'uploadId' ? uploadId : (pair.split('=')[1] ?? '')] as const),
        );
      const reply = await send(server, change(request));
      // That there is no such bucket is no secret.
      const refusals = path === '/new-bucket' ? [400, 403, 404, 405, 412] : [400, 403, 405, 412];
      expect(refusals, `${method} ${path}?${subresource}: ${reply.status} ${reply.text}`).toContain(reply.status);
    }
  });
});

test('after all of that everything is as it was', async () => {
  expect(xmlTexts((await s3('GET', '/')).text, 'Name')).toEqual(['box']);
  expect(xmlTexts((await s3('GET', '/box')).text, 'Key')).toEqual(['key']);
  const got = await s3('GET', '/box/key');
  expect([got.text, got.headers.get('x-amz-tagging-count')]).toEqual(['content', '1']);
  expect(xmlTexts((await s3('GET', '/box/up', { query: { uploadId } })).text, 'Size')).toEqual(['4']);
  expect((await s3('GET', '/box', { query: { cors: '' } })).status).toBe(404);
  expect(server.logged).toEqual([]);
});
