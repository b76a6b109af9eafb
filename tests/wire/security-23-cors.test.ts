/**
 * Security test 23: no page reads what its origin was not given leave for. An arbitrary origin or `null` is never answered with leave to send
 * credentials, a bucket's rules mean their letters and nothing more, and no line end gets from a rule into an answer.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { md5Base64 } from '../support/independent-signer.ts';
import { apiRequest, unsignedApiRequest } from '../support/json-api.ts';
import { newLink, requestOf } from '../support/links.ts';
import { testServer } from '../support/test-server.ts';
import { type Answer, anonymous, expectError, presigned, send, signed, type WireRequest, withHeader } from '../support/wire-client.ts';

const server = await testServer();
afterAll(() => server.close());

const configure = (bucket: string, ...origins: readonly string[]) => {
  const allowed = origins.map((origin) => `<AllowedOrigin>${origin}</AllowedOrigin>`).join('');
  const body = `<CORSConfiguration><CORSRule>${allowed}<AllowedMethod>GET</AllowedMethod></CORSRule></CORSConfiguration>`;
  return send(server, signed(server, 'PUT', `/${bucket}`, { query: { cors: '' }, headers: { 'content-md5': md5Base64(body) }, body }));
};
const preflight = (bucket: string, origin: string) =>
  send(
    server,
    withHeader(withHeader(anonymous(server, 'OPTIONS', `/${bucket}/key`), 'Origin', origin), 'Access-Control-Request-Method', 'GET'),
  );
const leave = ({ headers }: Answer) => [headers.get('access-control-allow-origin'), headers.get('access-control-allow-credentials')];
const NONE = [undefined, undefined];
const STRANGERS = ['https://evil.example', 'null', 'http://127.0.0.1:1', 'file://', 'https://', '*'];

beforeAll(async () => {
  for (const bucket of ['closed', 'open', 'strict']) {
    await send(server, signed(server, 'PUT', `/${bucket}`));
    await send(server, signed(server, 'PUT', `/${bucket}/key`, { body: 'gold' }));
  }
  await configure('open', '*');
  await configure('strict', 'https://app.example', 'https://*.team.example', 'http://[a-z]+.example', 'https://(app|web).example');
});

describe('an arbitrary origin', () => {
  test.each(STRANGERS)('such as %s has no leave where nothing gives it, whatever is asked for and whoever asks', async (origin) => {
    const link = await newLink(server, '/closed/key');
    const requests: readonly WireRequest[] = [
      signed(server, 'GET', '/'),
      signed(server, 'GET', '/closed'),
      presigned(server, 'GET', '/closed/key'),
      presigned(server, 'GET', '/strict/key'),
      requestOf(link.url),
      anonymous(server, 'GET', '/closed/key'),
      anonymous(server, 'GET', '/-/latchkey.json'),
    ];
    for (const request of requests) expect(leave(await send(server, withHeader(request, 'Origin', origin)))).toEqual(NONE);
    expect(leave(await preflight('closed', origin))).toEqual(NONE);
    expect(leave(await preflight('strict', origin))).toEqual(NONE);
  });

  test.each(STRANGERS)('such as %s may read nothing of the console address: no page, no answer of its API', async (origin) => {
    const at = { s3: server.console };
    const requests: readonly WireRequest[] = [
      apiRequest(server, 'GET', '/links'),
      unsignedApiRequest(server, 'GET', '/openapi.json'),
      unsignedApiRequest(server, 'POST', '/session/renew'),
      { ...anonymous(server, 'GET', '/'), target: '/links' },
      { ...anonymous(server, 'OPTIONS', '/'), target: '/api/v1/links' },
      { ...anonymous(server, 'GET', '/'), target: '/-/metrics' },
    ];
    for (const request of requests) expect(leave(await send(at, withHeader(request, 'Origin', origin)))).toEqual(NONE);
  });

  test.each(STRANGERS)('such as %s may read what is open to everybody, and send no credentials with it', async (origin) => {
    expect(leave(await send(server, withHeader(presigned(server, 'GET', '/open/key'), 'Origin', origin)))).toEqual(['*', undefined]);
    expect(leave(await preflight('open', origin))).toEqual(['*', undefined]);
  });
});

describe('a rule', () => {
  test.each([
    ['https://app.example', true],
    ['https://eu.team.example', true],
    ['https://a.b.team.example', true],
    ['https://appXexample', false],
    ['https://team.example', false],
    ['https://team.example.evil.example', false],
    ['http://abc.example', false],
    ['http://[a-z]+.example', true],
    ['https://web.example', false],
    ['HTTPS://APP.EXAMPLE', false],
    ['https://app.example/', false],
    ['https://app.example https://evil.example', false],
  ])('means its letters: %s is one of it: %s', async (origin, isAllowed) => {
    const reply = await preflight('strict', origin);
    expect(leave(reply)).toEqual(isAllowed ? [origin, 'true'] : NONE);
    expect(reply.status).toBe(isAllowed ? 200 : 403);
  });

  test.each(['https://a&#10;b.example', 'https://a&#13;&#10;Set-Cookie: a=b', 'https://a\nb.example', 'https://a&#0;b', 'https://a&#9;b'])(
    'with a line end or another such character is refused: %j',
    async (origin) => {
      const reply = await configure('closed', origin);
      expect(reply.status).toBe(400);
      expectError(await send(server, signed(server, 'GET', '/closed', { query: { cors: '' } })), {
        status: 404,
        code: 'NoSuchCORSConfiguration',
      });
    },
  );
});
