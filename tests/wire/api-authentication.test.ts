import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openConnection } from '../support/connection.ts';
import { sha256Hex } from '../support/independent-signer.ts';
import { api, apiRequest, documentOf, expectProblem, sendApi, unsignedApiRequest } from '../support/json-api.ts';
import { allow, call, credentialsOf, newKey, newUser, policyOf } from '../support/query-client.ts';
import { ROOT, type TestServer, testServer } from '../support/test-server.ts';
import { bytesOf, presigned, send, signed, type WireRequest, withHeader } from '../support/wire-client.ts';

const MINUTE = 60_000;
const newLink = { bucket: 'photos', key: 'cat.jpg' };

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
  await send(server, signed(server, 'PUT', '/photos'));
});
afterAll(() => server.close(0));

/** With another body than the one that was signed. */
const withBody = (request: WireRequest, body: string): WireRequest => ({ ...request, body: Buffer.from(body) });
/** With another value of a header than the one that was signed. */
const withValue = (request: WireRequest, name: string, change: (value: string) => string): WireRequest => ({
  ...request,
  headers: request.headers.map(([header, value]) => [header, header === name ? change(value) : value] as const),
});
const without = (request: WireRequest, name: string): WireRequest => ({
  ...request,
  headers: request.headers.filter(([header]) => header.toLowerCase() !== name),
});
const links = async () => (await api(server, 'GET', '/links', { query: { limit: '1000' } })).json.items.length as number;

describe('a request of the API', () => {
  it('is answered when it is signed for the service latchkey, by its hash in a header or without', async () => {
    const request = apiRequest(server, 'POST', '/links', { json: newLink });
    expect((await sendApi(server, request)).status).toBe(201);
    // As curl signs: the hash of the body is signed, but not sent.
    const unsent = signedWithoutHashHeader(newLink);
    expect((await sendApi(server, unsent)).status).toBe(201);
  });
  it('is refused when nobody signed it, whatever it addresses', async () => {
    const { paths } = await documentOf(server);
    for (const [path, operations] of Object.entries(paths)) {
      for (const [method, { security }] of Object.entries(operations)) {
        const target = path.replace('/api/v1', '').replaceAll(/\{\w+\}/g, 'LKLNABCDEFGHIJ234567');
        const reply = await sendApi(server, unsignedApiRequest(server, method.toUpperCase(), target, { json: {} }));
        // Those that nobody signs are for signing in with an identity provider, and there is none here.
        if (security?.length === 0) expect(['NoSuchResource', 'ValidationError']).toContain(reply.json.code);
        else expectProblem(reply, { status: 403, code: 'MissingAuthenticationToken' });
      }
    }
  });
  it.each(['s3', 'iam', 'sts', 'execute-api'])('is refused when it is signed for the service %s', async (service) => {
    expectProblem(await api(server, 'POST', '/links', { json: newLink, service }), { status: 400, code: 'AuthorizationHeaderMalformed' });
  });
  it('is refused when it is signed for another region', async () => {
    expectProblem(await api(server, 'GET', '/links', { region: 'eu-test-1' }), { status: 400, code: 'AuthorizationHeaderMalformed' });
  });
  it('is refused when it is sent again after a quarter of an hour, or signed in the future', async () => {
    const before = await links();
    for (const minutes of [-16, 16]) {
      const reply = await api(server, 'POST', '/links', { json: newLink, date: new Date(Date.now() + minutes * MINUTE) });
      expectProblem(reply, { status: 403, code: 'RequestTimeTooSkewed' });
    }
    expect(await links()).toBe(before);
  });
  it('is refused with another body than the one that was signed', async () => {
    const before = await links();
    const request = apiRequest(server, 'POST', '/links', { json: newLink });
    const changed = withBody(request, JSON.stringify({ ...newLink, key: 'other' }));
    expectProblem(await sendApi(server, changed), { status: 400, code: 'XAmzContentSHA256Mismatch' });
    const unhashed = withBody(signedWithoutHashHeader(newLink), JSON.stringify({ ...newLink, key: 'other' }));
    expectProblem(await sendApi(server, unhashed), { status: 403, code: 'SignatureDoesNotMatch' });
    expectProblem(await sendApi(server, without(request, 'x-amz-content-sha256')), { status: 403, code: 'SignatureDoesNotMatch' });
    expect(await links()).toBe(before);
  });
  it.each(['UNSIGNED-PAYLOAD', 'STREAMING-UNSIGNED-PAYLOAD-TRAILER', 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD', 'A'.repeat(64), ''])(
    'is refused where the hash of its body is said to be %j',
    async (payloadHash) => {
      expectProblem(await api(server, 'POST', '/links', { json: newLink, payloadHash }), { status: 400, code: 'InvalidRequest' });
    },
  );
  it('is refused with another target, method, host or header than was signed', async () => {
    const request = apiRequest(server, 'GET', '/links', { query: { limit: '5' }, headers: { 'x-amz-meta-a': '1' } });
    const forged: readonly WireRequest[] = [
      { ...request, target: '/api/v1/links?limit=6' },
      { ...request, target: '/api/v1/revocations?limit=5' },
      { ...request, method: 'POST' },
      withValue(request, 'Host', () => 'elsewhere'),
      withValue(request, 'x-amz-meta-a', () => '2'),
    ];
    for (const one of forged) expectProblem(await sendApi(server, one), { status: 403, code: 'SignatureDoesNotMatch' });
    expectProblem(await sendApi(server, withHeader(request, 'x-amz-acl', 'public-read')), { status: 403, code: 'AccessDenied' });
  });
  it.each(['Authorization', 'Host', 'x-amz-date'])('is refused with a second %s header', async (name) => {
    const request = apiRequest(server, 'GET', '/links');
    const [, value = ''] = request.headers.find(([header]) => header === name) ?? [];
    const reply = await send({ s3: server.console }, withHeader(request, name, value));
    expect(reply.status).toBeGreaterThanOrEqual(400);
    expect(reply.status).toBeLessThan(500);
  });
  it('is not what a pre-signed URL is good for, since people pass URLs on', async () => {
    const host = new URL(server.console).host;
    const wanted = { service: 'latchkey', host, payloadHash: sha256Hex('') };
    expectProblem(await sendApi(server, presigned(server, 'GET', '/api/v1/links', wanted)), { status: 400, code: 'InvalidRequest' });
    const ofS3 = await sendApi(server, presigned(server, 'GET', '/api/v1/links', { host }));
    expectProblem(ofS3, { status: 400, code: 'AuthorizationQueryParametersError' });
  });
  it('is refused for an access key that nobody has, and for a wrong secret', async () => {
    const unknown = { ...ROOT, accessKeyId: 'LKIANOBODYHASTHIS234' };
    expectProblem(await api(server, 'GET', '/links', { credentials: unknown }), { status: 403, code: 'InvalidAccessKeyId' });
    const wrong = { ...ROOT, secretAccessKey: 'not the secret' };
    expectProblem(await api(server, 'GET', '/links', { credentials: wrong }), { status: 403, code: 'SignatureDoesNotMatch' });
  });
  it('takes temporary credentials with their token, and without it not', async () => {
    const session = credentialsOf(await call(server, 'sts', 'GetSessionToken', {}, await newKeyOf('ana')));
    expect((await api(server, 'GET', '/links', { credentials: session })).status).toBe(200);
    const { accessKeyId, secretAccessKey } = session;
    const reply = await api(server, 'GET', '/links', { credentials: { accessKeyId, secretAccessKey } });
    expectProblem(reply, { status: 403, code: 'InvalidAccessKeyId' });
  });
  it('is refused from the moment on at which the access key is switched off', async () => {
    const credentials = await newUser(server, 'bob', policyOf(allow('latchkey:*', '*')));
    expect((await api(server, 'GET', '/links', { credentials })).status).toBe(200);
    await call(server, 'iam', 'UpdateAccessKey', { UserName: 'bob', AccessKeyId: credentials.accessKeyId, Status: 'Inactive' });
    expectProblem(await api(server, 'GET', '/links', { credentials }), { status: 403, code: 'InvalidAccessKeyId' });
  });
});

describe('a body', () => {
  it('is not asked for before the signature holds', async () => {
    const request = apiRequest(server, 'POST', '/links', { json: newLink, headers: { Expect: '100-continue' } });
    const forged = withValue(request, 'Authorization', (value) => value.replace(/.$/, (last) => (last === '0' ? '1' : '0')));
    const head = bytesOf(forged).subarray(0, -(request.body?.byteLength ?? 0));
    const connection = await openConnection(server.console);
    connection.write(head);
    const reply = await connection.reply();
    connection.close();
    expect(reply.status).toBe(403);
  });
  it('is not asked for from whom nobody knows, where its hash is not sent', async () => {
    const request = signedWithoutHashHeader(newLink, { ...ROOT, accessKeyId: 'LKIANOBODYHASTHIS234' });
    const connection = await openConnection(server.console);
    connection.write(bytesOf(withHeader(request, 'Expect', '100-continue')).subarray(0, -(request.body?.byteLength ?? 0)));
    const reply = await connection.reply();
    connection.close();
    expect(reply.status).toBe(403);
  });
  it('may have a mebibyte where its hash is sent, and 64 KiB otherwise', async () => {
    const note = 'x'.repeat(1024 * 1024);
    expectProblem(await api(server, 'POST', '/links', { json: { note } }), { status: 413, code: 'EntityTooLarge' });
    expectProblem(await api(server, 'POST', '/links', { json: { note: note.slice(0, 900_000) } }), {
      status: 400,
      code: 'ValidationError',
    });
    expectProblem(await sendApi(server, signedWithoutHashHeader({ note: note.slice(0, 70_000) })), { status: 413, code: 'EntityTooLarge' });
  });
  it('that is longer than it says is cut off at its bound', async () => {
    const request = apiRequest(server, 'POST', '/links', {
      body: 'x'.repeat(2 * 1024 * 1024),
      headers: { 'Transfer-Encoding': 'chunked', 'Content-Type': 'application/json' },
    });
    const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
    const body = Buffer.from(`${chunk.repeat(32)}0\r\n\r\n`);
    expectProblem(await sendApi(server, { ...request, body }), { status: 413, code: 'EntityTooLarge' });
  });
});

describe('the API as a whole', () => {
  it('shows its document to everybody, and nothing else', async () => {
    expect((await sendApi(server, unsignedApiRequest(server, 'GET', '/openapi.json'))).status).toBe(200);
    for (const target of ['', '/', '/openapi', '/openapi.json/', '/nothing', '/../v1/nothing']) {
      expectProblem(await sendApi(server, unsignedApiRequest(server, 'GET', target)), { status: 404, code: 'NoSuchResource' });
    }
  });
  it('says which methods there are where it has not the one that was sent', async () => {
    for (const method of ['PUT', 'OPTIONS', 'HEAD', 'TRACE']) {
      const reply = await send({ s3: server.console }, unsignedApiRequest(server, method, '/links'));
      expect([reply.status, reply.headers.get('allow')]).toEqual([405, 'POST, GET']);
    }
  });
  it('lets no page of another origin read an answer', async () => {
    for (const request of [
      apiRequest(server, 'GET', '/links', { headers: { Origin: 'https://evil.example' } }),
      unsignedApiRequest(server, 'OPTIONS', '/links', {
        headers: { Origin: 'https://evil.example', 'Access-Control-Request-Method': 'POST' },
      }),
    ]) {
      const { headers } = await send({ s3: server.console }, request);
      expect([...headers.keys()].filter((name) => name.startsWith('access-control-'))).toEqual([]);
    }
  });
  it('tells browsers and caches to leave its answers alone', async () => {
    for (const request of [
      apiRequest(server, 'GET', '/links'),
      unsignedApiRequest(server, 'GET', '/links'),
      unsignedApiRequest(server, 'GET', '/openapi.json'),
    ]) {
      const { headers } = await sendApi(server, request);
      expect(Object.fromEntries(headers)).toMatchObject({
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      });
    }
  });
  it('is not at the S3 address, where /api is a bucket like any other', async () => {
    const reply = await send(server, signed(server, 'GET', '/api/v1/links'));
    expect([reply.status, reply.error.Code]).toEqual([404, 'NoSuchBucket']);
    const other = await send(server, signed(server, 'GET', '/api/v1/links', { service: 'latchkey' }));
    expect(other.error.Code).toBe('AuthorizationHeaderMalformed');
  });
  it('takes no host for a bucket', async () => {
    const reply = await api(server, 'GET', '/links', { host: `photos.localhost:${new URL(server.console).port}` });
    expect(reply.status).toBe(200);
  });
  it('logs no secret, no signature and no URL of a link', async () => {
    const { json } = await api(server, 'POST', '/links', { json: newLink });
    const logged = server.logged.join('');
    expect(logged).not.toContain(ROOT.secretAccessKey);
    expect(logged).not.toContain('Signature=');
    expect(logged).not.toContain(new URL(json.url).searchParams.get('X-Amz-Signature'));
  });
});

async function newKeyOf(name: string) {
  await newUser(server, name, policyOf(allow('latchkey:*', '*')));
  return newKey(server, name);
}

/** Signed as curl signs for services other than S3. */
function signedWithoutHashHeader(value: unknown, credentials = ROOT): WireRequest {
  return apiRequest(server, 'POST', '/links', { json: value, credentials, sendsHash: false });
}
