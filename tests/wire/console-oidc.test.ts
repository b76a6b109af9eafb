/** Signing in to the console with an identity provider: what has to fit together for it, and what becomes of everything that does not. */
import { SignJWT } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Answer, type Claims, type FakeIssuer, fakeIssuer } from '../support/fake-issuer.ts';
import { type ApiReply, api, apiRequest, expectProblem, type Json, sendApi, unsignedApiRequest } from '../support/json-api.ts';
import { CLIENT_ID, newPeopleRole } from '../support/provider-role.ts';
import { call } from '../support/query-client.ts';
import { type TestServer, testServer } from '../support/test-server.ts';
import { send, signed } from '../support/wire-client.ts';

const SECRET = 'a secret: with & and +';
const MINUTE = 60_000;
let issuer: FakeIssuer;
let server: TestServer;
let provider: { issuer: string; clientId: string; clientSecret?: string; role: string; name: string; timeoutMs: number };
beforeAll(async () => {
  issuer = await fakeIssuer();
  provider = { issuer: issuer.url, clientId: CLIENT_ID, clientSecret: SECRET, role: 'people', name: 'Example', timeoutMs: 2000 };
  server = await serverWithRole();
  await send(server, signed(server, 'PUT', '/box'));
  await send(server, signed(server, 'PUT', '/box/key', { body: 'content' }));
});
afterAll(async () => {
  await server.close(0);
  await issuer.close();
});
const usual = { claims: (claims: Claims) => claims, metadata: {} };
beforeEach(() => {
  Object.assign(issuer, usual);
  issuer.answers.clear();
  issuer.redeemed.length = 0;
  server.clock.now = undefined;
});

async function serverWithRole(options: Parameters<typeof testServer>[0] = {}): Promise<TestServer> {
  const made = await testServer({ identityProvider: provider, ...options });
  await newPeopleRole(made, issuer.url);
  return made;
}

type Headers = Readonly<Record<string, string | undefined>>;
const given = (headers: Headers): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== undefined));
const fromPage = (on: TestServer, more: Headers = {}) => given({ origin: on.console, 'sec-fetch-site': 'same-origin', ...more });

const begin = (on = server, headers: Headers = {}, host?: string) =>
  sendApi(
    on,
    unsignedApiRequest(on, 'POST', '/session/provider/url', { headers: fromPage(on, headers), ...(host !== undefined && { host }) }),
  );
const finish = (answer: Json, cookie: string | undefined, on = server, headers: Headers = {}) =>
  sendApi(on, unsignedApiRequest(on, 'POST', '/session/provider/sign-in', { headers: fromPage(on, { cookie, ...headers }), json: answer }));
const cookieOf = (reply: ApiReply) => (reply.headers.get('set-cookie') ?? '').split(';')[0] ?? '';

/** Begun, and come back from the provider. */
async function returned(on = server): Promise<{ answer: { code: string; state: string }; cookie: string; url: URL }> {
  const begun = await begin(on);
  expect(begun.status, begun.text).toBe(200);
  return { answer: await issuer.visit(begun.json.url), cookie: cookieOf(begun), url: new URL(begun.json.url) };
}

async function signedIn(claims: Claims = {}): Promise<ApiReply> {
  issuer.claims = (normal) => ({ ...normal, ...claims });
  const { answer, cookie } = await returned();
  const reply = await finish(answer, cookie);
  expect(reply.status, reply.text).toBe(201);
  return reply;
}
const read = async (credentials: Json) => (await send(server, signed(server, 'GET', '/box/key', { credentials }))).status;
const renew = (begun: ApiReply, cookie: string) =>
  sendApi(
    server,
    unsignedApiRequest(server, 'POST', '/session/renew', {
      headers: fromPage(server, { cookie, 'console-session': begun.json.sessionId }),
    }),
  );
/** The session's cookie is set first; the raw client keeps the last of two headers, so they are told apart here. */
async function withSession(claims: Claims = {}): Promise<{ begun: ApiReply; cookie: string }> {
  issuer.claims = (normal) => ({ ...normal, ...claims });
  const { answer, cookie } = await returned();
  const reply = await fetch(`${server.console}/api/v1/session/provider/sign-in`, {
    method: 'POST',
    headers: { ...fromPage(server), 'content-type': 'application/json', cookie },
    body: JSON.stringify(answer),
  });
  const [session = '', cleared = ''] = reply.headers.getSetCookie();
  expect(session).toMatch(/^latchkey-session-\d+=[0-9a-f]{24}\.[\w-]{43}; Path=\/api\/v1\/session; .*HttpOnly; SameSite=Strict$/);
  expect(cleared).toMatch(/^latchkey-sign-in-\d+=; Path=\/api\/v1\/session\/provider; Max-Age=0;/);
  return { begun: { json: await reply.json() } as ApiReply, cookie: session.split(';')[0] ?? '' };
}

describe('signing in with an identity provider', () => {
  it('asks it for a code with PKCE, for the address of this console and for no more than who it is', async () => {
    const begun = await begin();
    const url = new URL(begun.json.url);
    expect(`${url.origin}${url.pathname}`).toBe(`${issuer.url}/authorize`);
    expect(Object.fromEntries(url.searchParams)).toEqual({
      tenant: 'a',
      response_type: 'code',
      client_id: 'the console',
      redirect_uri: `${server.console.replace(/\/$/, '')}/signed-in`,
      scope: 'openid email',
      state: begun.json.state,
      nonce: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: 'S256',
    });
    expect(begun.headers.get('set-cookie')).toMatch(
      /^latchkey-sign-in-\d+=[\w-]+; Path=\/api\/v1\/session\/provider; Max-Age=600; HttpOnly; SameSite=Strict$/,
    );
    const opened = Buffer.from(cookieOf(begun).split('=')[1] ?? '', 'base64url').toString();
    for (const secret of [begun.json.state, url.searchParams.get('nonce')]) expect(opened).not.toContain(secret);
  });
  it('gives a session of the role, which may what the role may and no more', async () => {
    const { json } = await signedIn();
    expect(json.principal).toEqual({
      kind: 'role',
      name: 'person-1',
      arn: expect.stringMatching(/^arn:aws:sts::\d{12}:assumed-role\/people\/person-1$/),
    });
    expect(await read(json.credentials)).toBe(200);
    expect((await send(server, signed(server, 'PUT', '/box/key', { credentials: json.credentials, body: 'x' }))).status).toBe(403);
    const { authorization, form } = issuer.redeemed[0] ?? { form: {} };
    expect(Buffer.from(authorization?.replace('Basic ', '') ?? '', 'base64').toString()).toBe('the+console:a+secret%3A+with+%26+and+%2B');
    expect(form).not.toHaveProperty('client_secret');
  });
  it('is renewed by its cookie, shown to whom it belongs, and ended by signing out', async () => {
    const { begun, cookie } = await withSession({ sub: 'ana', email: 'ana@example.com', email_verified: true });
    const other = await signedIn({ sub: 'ben', email: 'ana@example.com' });
    expect(other.json.principal.name).toBe('ben');
    const again = await renew(begun, cookie);
    expect(again.json).toMatchObject({ principal: begun.json.principal, csrfToken: begun.json.csrfToken });
    expect(await read(again.json.credentials)).toBe(200);

    const mine = await api(server, 'GET', '/sessions', { credentials: begun.json.credentials });
    expect(mine.json.items).toMatchObject([{ user: 'ana@example.com', isCurrent: true, address: '127.0.0.1' }]);
    const all = await api(server, 'GET', '/sessions', { query: { all: 'true', limit: '500' } });
    expect(all.json.items.map(({ user }: Json) => user)).toEqual(expect.arrayContaining(['ana@example.com', 'ben']));
    expectProblem(await api(server, 'DELETE', `/sessions/${begun.json.sessionId}`, { credentials: other.json.credentials }), {
      status: 403,
      code: 'AccessDenied',
    });

    const headers = fromPage(server, { cookie, 'console-session': begun.json.sessionId, 'csrf-token': begun.json.csrfToken });
    expect((await sendApi(server, unsignedApiRequest(server, 'POST', '/session/end', { headers }))).status).toBe(204);
    expect([await read(begun.json.credentials), await read(again.json.credentials)]).toEqual([403, 403]);
    expectProblem(await renew(begun, cookie), { status: 401, code: 'SessionEnded' });
  });
  it('lasts as long as a session of the role may, and not longer than the role', async () => {
    const began = Date.now();
    const { begun, cookie } = await withSession();
    server.clock.now = () => began + 59 * MINUTE;
    expect((await renew(begun, cookie)).status).toBe(200);
    server.clock.now = () => began + 61 * MINUTE;
    expectProblem(await renew(begun, cookie), { status: 401, code: 'SessionEnded' });
    server.clock.now = undefined;

    const others = await serverWithRole();
    const { answer, cookie: sealed } = await returned(others);
    const { json } = await finish(answer, sealed, others);
    const list = () => api(others, 'GET', '/sessions', { credentials: json.credentials });
    expect((await list()).status).toBe(200);
    await call(others, 'iam', 'DeleteRolePolicy', { RoleName: 'people', PolicyName: 'own' });
    await call(others, 'iam', 'DeleteRole', { RoleName: 'people' });
    expect((await list()).status).toBe(403);
    await others.close(0);
  });
  it('is in the trail under the name that the provider gave, without anything that is secret', async () => {
    const { answer, cookie } = await returned();
    const { json } = await finish(answer, cookie);
    const { text } = await api(server, 'GET', '/audit', { query: { limit: '1000' } });
    const event = JSON.parse(text).items.find(({ eventName }: Json) => eventName === 'SignInWithProvider');
    expect(event).toMatchObject({
      userIdentity: { type: 'WebIdentityUser', userName: 'person-1' },
      responseElements: { assumedRole: json.principal.arn },
    });
    const { secretAccessKey, sessionToken } = json.credentials;
    const kept = `${text}\n${server.logged.join('\n')}`;
    for (const secret of [answer.code, answer.state, cookie.split('=')[1], SECRET, secretAccessKey, sessionToken, json.csrfToken])
      expect(kept).not.toContain(secret);
  });
  it('works without a secret, and with one in the form where the provider wants it there', async () => {
    const { clientSecret: _, ...open } = provider;
    for (const [identityProvider, metadata, sent] of [
      [open, {}, undefined],
      [provider, { token_endpoint_auth_methods_supported: ['client_secret_post'] }, SECRET],
    ] as const) {
      issuer.metadata = metadata;
      const on = await serverWithRole({ identityProvider });
      const { answer, cookie } = await returned(on);
      expect((await finish(answer, cookie, on)).status).toBe(201);
      expect(issuer.redeemed.at(-1)).toMatchObject({ authorization: undefined, form: { client_id: 'the console' } });
      expect(issuer.redeemed.at(-1)?.form.client_secret).toBe(sent);
      await on.close(0);
    }
  });
  it('finds the keys of a provider that has changed them', async () => {
    await signedIn();
    await issuer.rotate();
    const began = Date.now();
    server.clock.now = () => began + MINUTE;
    await signedIn();
  });
});

describe('signing in with an identity provider is refused', () => {
  const refusedOf = (reply: ApiReply) => [reply.status, reply.json.code];
  it('where the state is not that of this browser, before the code is shown to anybody', async () => {
    const [mine, other] = [await returned(), await returned()];
    for (const [answer, cookie] of [
      [{ ...mine.answer, state: 'x'.repeat(43) }, mine.cookie],
      [mine.answer, other.cookie],
      [mine.answer, undefined],
      [mine.answer, `${mine.cookie}x`.replace(/=./, '=')],
    ] as const)
      expect(refusedOf(await finish(answer, cookie))).toEqual([403, 'AccessDenied']);
    expect(issuer.redeemed).toEqual([]);
  });
  it('more than ten minutes after it was begun', async () => {
    const { answer, cookie } = await returned();
    const began = Date.now();
    server.clock.now = () => began + 11 * MINUTE;
    expect(refusedOf(await finish(answer, cookie))).toEqual([403, 'AccessDenied']);
    expect(issuer.redeemed).toEqual([]);
  });
  it('a second time, with the same code and with another', async () => {
    const { answer, cookie, url } = await returned();
    expect((await finish(answer, cookie)).status).toBe(201);
    const again = await finish(answer, cookie);
    expect([...refusedOf(again), again.json.detail]).toEqual([
      403,
      'IDPRejectedClaim',
      'Example does not confirm this sign-in (invalid_grant). Begin again.',
    ]);
    const other = await finish(await issuer.visit(url.href), cookie);
    expect([...refusedOf(other), other.json.detail]).toEqual([403, 'AccessDenied', 'This sign-in has been used already. Begin again.']);
  });
  it('with a code that was made for another sign-in', async () => {
    const [mine, other] = [await returned(), await returned()];
    expect(refusedOf(await finish({ code: other.answer.code, state: mine.answer.state }, mine.cookie))).toEqual([403, 'IDPRejectedClaim']);
  });

  const seconds = () => Math.floor(Date.now() / 1000);
  const text = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const tokens: readonly [what: string, token: Partial<Pick<FakeIssuer, 'claims' | 'token'>>, code: string][] = [
    ['another nonce', { claims: (claims) => ({ ...claims, nonce: 'x'.repeat(43) }) }, 'InvalidIdentityToken'],
    ['no nonce', { claims: ({ nonce: _, ...claims }) => claims }, 'InvalidIdentityToken'],
    ['another audience', { claims: (claims) => ({ ...claims, aud: 'another' }) }, 'InvalidIdentityToken'],
    ['another party', { claims: (claims) => ({ ...claims, aud: ['the console', 'b'], azp: 'b' }) }, 'InvalidIdentityToken'],
    ['another issuer', { claims: (claims) => ({ ...claims, iss: 'https://elsewhere.example' }) }, 'InvalidIdentityToken'],
    ['a time that is over', { claims: (claims) => ({ ...claims, exp: seconds() - 120 }) }, 'ExpiredTokenException'],
    ['no end', { claims: ({ exp: _, ...claims }) => claims }, 'InvalidIdentityToken'],
    ['no subject', { claims: ({ sub: _, ...claims }) => claims }, 'InvalidIdentityToken'],
    ['no signature', { token: (claims) => `${text({ alg: 'none' })}.${text(claims)}.` }, 'InvalidIdentityToken'],
    [
      'an HMAC with the public key',
      {
        token: (claims) =>
          new SignJWT(claims)
            .setProtectedHeader({ alg: 'HS256', kid: issuer.jwk.kid ?? '' })
            .sign(new TextEncoder().encode(JSON.stringify(issuer.jwk))),
      },
      'InvalidIdentityToken',
    ],
    ['no form at all', { token: () => 'a.b.c' }, 'InvalidIdentityToken'],
  ];
  it.each(tokens)('with a token that has %s', async (_what, token, code) => {
    const { answer, cookie } = await returned();
    const original = issuer.token;
    Object.assign(issuer, token);
    try {
      const reply = await finish(answer, cookie);
      expect(reply.json.code).toBe(code);
      expect(reply.text).not.toContain('secretAccessKey');
    } finally {
      issuer.token = original;
    }
  });
  it('with a token that another key has signed under the name of the right one', async () => {
    const { answer, cookie } = await returned();
    const [jwk, fake] = [issuer.jwk, await fakeIssuer()];
    const original = issuer.token;
    issuer.token = (claims) => {
      fake.jwk = { ...fake.jwk, kid: jwk.kid ?? '' };
      return fake.token(claims);
    };
    try {
      expect(refusedOf(await finish(answer, cookie))).toEqual([400, 'InvalidIdentityToken']);
    } finally {
      issuer.token = original;
      await fake.close();
    }
  });

  const wrong: Readonly<Record<string, Answer>> = {
    'redirects elsewhere': (_, response) => response.writeHead(307, { location: 'http://127.0.0.1:1/' }).end(),
    'answers megabytes': (_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).write('"');
      for (let i = 0; i < 64; i++) response.write('x'.repeat(64 * 1024));
      response.end('"');
    },
    'never answers': () => undefined,
    'answers with a page': (_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>'),
    'closes the connection': (request) => request.socket.destroy(),
  };
  const places = ['/.well-known/openid-configuration', '/token', '/keys'];
  it.each(Object.keys(wrong).flatMap((what) => places.map((path) => [what, path] as const)))(
    'by a provider that %s at %s, in words that say no more',
    async (what, path) => {
      const on = await serverWithRole({ identityProvider: { ...provider, timeoutMs: 300 } });
      issuer.answers.set(path, wrong[what] as Answer);
      const reply = path === places[0] ? await begin(on) : await returned(on).then(({ answer, cookie }) => finish(answer, cookie, on));
      expect([...refusedOf(reply), reply.json.detail]).toEqual([
        503,
        'ServiceUnavailable',
        'Example does not answer as it should. Try again later.',
      ]);
      expect(on.logged.join('\n')).toContain(path);
      expect(on.logged.join('\n')).not.toContain(SECRET);
      issuer.answers.clear();
      const { answer, cookie } = await returned(on);
      expect((await finish(answer, cookie, on)).status).toBe(201);
      await on.close(0);
    },
  );
  it.each([
    ['is about another issuer', { issuer: 'https://elsewhere.example' }],
    ['names an address without TLS', { token_endpoint: 'http://192.0.2.1/token' }],
    ['names an address that is none', { authorization_endpoint: 'javascript:alert(1)' }],
  ])('by a provider whose description %s', async (_what, metadata) => {
    const on = await testServer({ identityProvider: provider });
    issuer.metadata = metadata;
    expectProblem(await begin(on), { status: 503, code: 'ServiceUnavailable' });
    await on.close(0);
  });

  it('to whom the trust policy of the role does not trust, and where there is no such role', async () => {
    issuer.claims = (claims) => ({ ...claims, sub: 'stranger' });
    const { answer, cookie } = await returned();
    const reply = await finish(answer, cookie);
    expectProblem(reply, { status: 403, code: 'AccessDenied' });
    expect(reply.json.detail).toBe('Example knows you, but this console does not let you in. Ask whoever runs it.');
    const refused = async () => {
      const { items } = (await api(server, 'GET', '/audit', { query: { limit: '1000' } })).json;
      return items.find(({ userIdentity }: Json) => userIdentity.userName === 'stranger');
    };
    await expect
      .poll(refused)
      .toMatchObject({ eventName: 'SignInWithProvider', errorCode: 'AccessDenied', userIdentity: { type: 'WebIdentityUser' } });
    expect(reply.headers.get('set-cookie')).toBeUndefined();

    const on = await testServer({ identityProvider: { ...provider, role: 'nobody' } });
    const come = await returned(on);
    expectProblem(await finish(come.answer, come.cookie, on), { status: 403, code: 'AccessDenied' });
    await on.close(0);
  });
  it('to pages that are not the console’s, and beside a signature', async () => {
    const { answer, cookie } = await returned();
    for (const headers of [
      { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { origin: undefined, 'sec-fetch-site': undefined },
    ]) {
      expectProblem(await begin(server, headers), { status: 403, code: 'AccessDenied' });
      expectProblem(await finish(answer, cookie, server, headers), { status: 403, code: 'AccessDenied' });
    }
    const beside = apiRequest(server, 'POST', '/session/provider/sign-in', { headers: fromPage(server, { cookie }), json: answer });
    expectProblem(await sendApi(server, beside), { status: 400, code: 'InvalidRequest' });
    expect(issuer.redeemed).toEqual([]);
  });
  it('where no provider is configured', async () => {
    const on = await testServer();
    expectProblem(await begin(on), { status: 404, code: 'NoSuchResource' });
    expectProblem(await finish({ code: 'a', state: 'b' }, undefined, on), { status: 404, code: 'NoSuchResource' });
    await on.close(0);
  });
});

describe('the address that a provider sends people back to', () => {
  it('is never what a Host header says', async () => {
    const forged = await begin(server, { origin: 'http://evil.example' }, 'evil.example');
    expectProblem(forged, { status: 400, code: 'InvalidRequest' });
    expect(forged.json.detail).toBe(`Signing in with Example works at ${server.console.replace(/\/$/, '')} only. Open the console there.`);
    const behind = await begin(server, {}, 'evil.example');
    expect(new URL(behind.json.url).searchParams.get('redirect_uri')).toBe(`${server.console.replace(/\/$/, '')}/signed-in`);
  });
  it('is the public one where there is one', async () => {
    const on = await testServer({ identityProvider: provider, publicConsoleUrl: 'https://console.example.com' });
    const begun = await begin(on, { origin: 'https://console.example.com' }, 'console.example.com');
    expect(new URL(begun.json.url).searchParams.get('redirect_uri')).toBe('https://console.example.com/signed-in');
    expect(begun.headers.get('set-cookie')).toMatch(/^latchkey-sign-in=[\w-]+; .*; Secure$/);
    await on.close(0);
  });
  it('has to be said where the console is bound to more than this machine', async () => {
    const on = await testServer({ identityProvider: provider, consoleListen: { host: '0.0.0.0', port: 0 } });
    const { port } = new URL(on.console);
    const reply = await sendApi(
      { ...on, console: `http://127.0.0.1:${port}` },
      unsignedApiRequest(on, 'POST', '/session/provider/url', {
        host: `127.0.0.1:${port}`,
        headers: { origin: `http://127.0.0.1:${port}`, 'sec-fetch-site': 'same-origin' },
      }),
    );
    expectProblem(reply, { status: 400, code: 'InvalidRequest' });
    expect(reply.json.detail).toContain('--public-console-url');
    await on.close(0);
  });
});
