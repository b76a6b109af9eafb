/** Sessions of people in the console: what a cookie is good for, what it is not, and everything that ends one. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SigningCredentials } from '../support/independent-signer.ts';
import { type ApiReply, api, apiRequest, done, expectProblem, type Json, sendApi, unsignedApiRequest } from '../support/json-api.ts';
import { allow, call, credentialsOf, newUser, policyOf } from '../support/query-client.ts';
import { type TestServer, testServer } from '../support/test-server.ts';
import { send, signed } from '../support/wire-client.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
let server: TestServer;
let ana: SigningCredentials;
let ben: SigningCredentials;
beforeAll(async () => {
  server = await testServer();
  await send(server, signed(server, 'PUT', '/box'));
  await send(server, signed(server, 'PUT', '/box/key', { body: 'content' }));
  const everything = policyOf(allow('s3:*', '*'), allow('latchkey:CreateLink', '*'), allow('sts:AssumeRole', '*'));
  ana = await newUser(server, 'Ana', everything);
  ben = await newUser(server, 'ben', everything);
});
afterAll(() => server.close(0));

type Signed = { readonly in: Json; readonly cookie: string; readonly credentials: SigningCredentials; readonly setCookie: string };

const origin = () => server.console;
async function signIn(credentials?: SigningCredentials, headers: Record<string, string> = {}): Promise<Signed> {
  const reply = await api(server, 'POST', '/sessions', { json: {}, headers, ...(credentials && { credentials }) });
  if (reply.status !== 201) throw new Error(reply.text);
  return signedInBy(reply);
}
function signedInBy(reply: ApiReply): Signed {
  const setCookie = reply.headers.get('set-cookie') ?? '';
  return { in: reply.json, credentials: reply.json.credentials, cookie: setCookie.split(';')[0] ?? '', setCookie };
}
/** What a page of the console sends after it was loaded again. */
const fromPage = (session: Signed, more: Record<string, string | undefined> = {}): Record<string, string> =>
  Object.fromEntries(
    Object.entries({
      cookie: session.cookie,
      'console-session': session.in.sessionId,
      origin: origin(),
      'sec-fetch-site': 'same-origin',
      ...more,
    }).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
const renew = (headers: Record<string, string>) => sendApi(server, unsignedApiRequest(server, 'POST', '/session/renew', { headers }));
const end = (headers: Record<string, string>) => sendApi(server, unsignedApiRequest(server, 'POST', '/session/end', { headers }));
const read = async (credentials: SigningCredentials) => (await send(server, signed(server, 'GET', '/box/key', { credentials }))).status;

describe('signing in', () => {
  it('gives a user temporary credentials that may what the user may, and a cookie that no script and no other path sees', async () => {
    const session = await signIn(ana);
    expect(session.in.principal).toMatchObject({ kind: 'user', name: 'Ana' });
    expect(session.setCookie).toMatch(
      /^latchkey-session-\d+=[0-9a-f]{24}\.[\w-]{43}; Path=\/api\/v1\/session; Max-Age=604800; HttpOnly; SameSite=Strict$/,
    );
    expect(await read(session.credentials)).toBe(200);
    expectProblem(await api(server, 'GET', '/audit', { credentials: session.credentials }), { status: 403, code: 'AccessDenied' });
  });
  it('works for root', async () => {
    const session = await signIn();
    expect(session.in.principal).toMatchObject({ kind: 'root', name: 'root' });
    expect((await api(server, 'GET', '/audit', { credentials: session.credentials })).status).toBe(200);
  });
  it('sets a cookie for TLS only where the browser says that its page came over TLS', async () => {
    const host = new URL(server.console).host;
    expect((await signIn(ana, { origin: `https://${host}` })).setCookie).toMatch(/; Secure$/);
  });
  it('takes no temporary credentials, and no other secret', async () => {
    const token = credentialsOf(await call(server, 'sts', 'GetSessionToken', {}, ana));
    expectProblem(await api(server, 'POST', '/sessions', { json: {}, credentials: token }), { status: 403, code: 'AccessDenied' });
    const again = (await signIn(ana)).credentials;
    expectProblem(await api(server, 'POST', '/sessions', { json: {}, credentials: again }), { status: 403, code: 'AccessDenied' });
    const wrong = { ...ana, secretAccessKey: 'x'.repeat(40) };
    expectProblem(await api(server, 'POST', '/sessions', { json: {}, credentials: wrong }), { status: 403, code: 'SignatureDoesNotMatch' });
  });
  it('leaves neither secrets nor the cookie in the log and the trail', async () => {
    const session = await signIn(ana);
    const trail = (await api(server, 'GET', '/audit', { query: { limit: '1000' } })).text;
    const { secretAccessKey, sessionToken } = session.in.credentials;
    for (const secret of [secretAccessKey, sessionToken, session.cookie.split('.')[1], session.in.csrfToken]) {
      expect(trail).not.toContain(secret);
      expect(server.logged.join('\n')).not.toContain(secret);
    }
    expect(trail).toContain('"SignIn"');
  });
});

describe('a cookie', () => {
  it('renews the credentials of its session, and earlier ones go on', async () => {
    const session = await signIn(ana);
    const again = await renew(fromPage(session));
    expect(again.status, again.text).toBe(200);
    expect(again.json).toMatchObject({ sessionId: session.in.sessionId, csrfToken: session.in.csrfToken, principal: { name: 'Ana' } });
    expect(again.headers.get('set-cookie')).toBeUndefined();
    expect([await read(again.json.credentials), await read(session.credentials)]).toEqual([200, 200]);
  });
  it('is nothing to any other operation', async () => {
    const session = await signIn();
    for (const [method, path] of [
      ['GET', '/links'],
      ['POST', '/links'],
      ['GET', '/sessions'],
      ['DELETE', `/sessions/${session.in.sessionId}`],
      ['POST', '/presign'],
    ] as const)
      expectProblem(await sendApi(server, unsignedApiRequest(server, method, path, { headers: fromPage(session), json: {} })), {
        status: 403,
        code: 'MissingAuthenticationToken',
      });
    expect(
      (await send(server, { ...unsignedApiRequest(server, 'GET', '/box/key'), target: '/box/key', headers: [['cookie', session.cookie]] }))
        .status,
    ).toBe(400);
  });
  it('is refused beside a signature', async () => {
    const session = await signIn(ana);
    const request = apiRequest(server, 'POST', '/session/renew', { headers: fromPage(session) });
    expectProblem(await sendApi(server, request), { status: 400, code: 'InvalidRequest' });
  });

  const elsewhere: readonly [what: string, headers: Record<string, string | undefined>][] = [
    ['another site', { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }],
    ['another site whose browser does not say so', { origin: 'https://evil.example', 'sec-fetch-site': undefined }],
    ['another port of this host', { origin: 'http://127.0.0.1:1', 'sec-fetch-site': 'same-site' }],
    ['a sandboxed frame', { origin: 'null', 'sec-fetch-site': 'cross-site' }],
    ['this origin by name, but another by the browser', { 'sec-fetch-site': 'same-site' }],
    ['a link that somebody has opened', { origin: undefined, 'sec-fetch-site': 'none' }],
    ['nobody that is a browser', { origin: undefined, 'sec-fetch-site': undefined }],
  ];
  it.each(elsewhere)('neither renews nor ends for %s', async (_what, headers) => {
    const session = await signIn(ana);
    expectProblem(await renew(fromPage(session, headers)), { status: 403, code: 'AccessDenied' });
    expectProblem(await end(fromPage(session, { ...headers, 'csrf-token': session.in.csrfToken })), {
      status: 403,
      code: 'AccessDenied',
    });
    expect(await read(session.credentials)).toBe(200);
  });
  it('is not enough without the name of its session, which only its own page knows', async () => {
    const mine = await signIn(ana);
    const planted = await signIn(ben);
    for (const named of [undefined, '', '1', planted.in.sessionId])
      expectProblem(await renew(fromPage(mine, { 'console-session': named })), { status: 403, code: 'MissingAuthenticationToken' });
    const both = await renew(fromPage(mine, { cookie: `${planted.cookie}; ${mine.cookie}` }));
    expect(both.json.principal.name).toBe('Ana');
  });
  it('is not enough to sign out without the token that the page was told', async () => {
    const session = await signIn(ana);
    for (const token of [undefined, '', (await signIn(ben)).in.csrfToken])
      expectProblem(await end(fromPage(session, { 'csrf-token': token })), { status: 403, code: 'AccessDenied' });
    expect((await renew(fromPage(session))).status).toBe(200);
  });
  it('with another secret is of no session', async () => {
    const session = await signIn(ana);
    const cookie = session.cookie.replace(/\.[\w-]{43}$/, `.${'A'.repeat(43)}`);
    expectProblem(await renew(fromPage(session, { cookie })), { status: 401, code: 'SessionEnded' });
  });
  it('is answered to no page of another origin, and no page may ask for it', async () => {
    const session = await signIn(ana);
    const reply = await renew(fromPage(session));
    expect(reply.headers.get('access-control-allow-origin')).toBeUndefined();
    const preflight = await send(
      { s3: server.console },
      unsignedApiRequest(server, 'OPTIONS', '/session/renew', {
        headers: {
          origin: 'https://evil.example',
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'console-session',
        },
      }),
    );
    expect(preflight.status).toBeGreaterThanOrEqual(400);
    expect(preflight.headers.get('access-control-allow-origin')).toBeUndefined();
  });
});

describe('a session ends', () => {
  it('when its person signs out: with it the credentials that it gave, and those of roles assumed with them', async () => {
    const account = (await signIn()).in.principal.arn.split(':')[4];
    const trust = policyOf({ Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:AssumeRole' });
    const role = { RoleName: 'reader', AssumeRolePolicyDocument: JSON.stringify(trust) };
    await call(server, 'iam', 'CreateRole', role);
    const reading = JSON.stringify(policyOf(allow('s3:GetObject', '*')));
    await call(server, 'iam', 'PutRolePolicy', { RoleName: 'reader', PolicyName: 'reading', PolicyDocument: reading });
    const session = await signIn(ana);
    const RoleArn = `arn:aws:iam::${account}:role/reader`;
    const assumed = credentialsOf(await call(server, 'sts', 'AssumeRole', { RoleArn, RoleSessionName: 'test' }, session.credentials));
    const renewed = (await renew(fromPage(session))).json.credentials;
    expect([await read(assumed), await read(renewed), await read(session.credentials)]).toEqual([200, 200, 200]);

    const reply = await end(fromPage(session, { 'csrf-token': session.in.csrfToken }));
    expect(reply.status, reply.text).toBe(204);
    expect(reply.headers.get('set-cookie')).toMatch(/^latchkey-session-\d+=; Path=\/api\/v1\/session; Max-Age=0;/);
    expect([await read(assumed), await read(renewed), await read(session.credentials)]).toEqual([403, 403, 403]);
    expectProblem(await renew(fromPage(session)), { status: 401, code: 'SessionEnded' });
  });
  it('but links made in it stay, and are their user’s', async () => {
    const session = await signIn(ana);
    const link = await done(server, 'POST', '/links', { json: { bucket: 'box', key: 'key' }, credentials: session.credentials });
    await end(fromPage(session, { 'csrf-token': session.in.csrfToken }));
    const { pathname, search } = new URL(link.url);
    expect(
      (await send(server, { ...unsignedApiRequest(server, 'GET', ''), target: pathname + search, headers: [['host', server.host]] })).text,
    ).toBe('content');
    const seen = await done(server, 'GET', `/links/${link.id}`, { credentials: ana });
    expect(seen.createdBy).toEqual(
      (await done(server, 'POST', '/links', { json: { bucket: 'box', key: 'key' }, credentials: ana })).createdBy,
    );
  });
  it('after twelve hours without use, and after seven days however much it is used', async () => {
    const began = Date.now();
    const session = await signIn(ana);
    const at = (ms: number) => {
      server.clock.now = () => began + ms;
    };
    try {
      for (let used = 11 * HOUR; used < 7 * DAY; used += 11 * HOUR) {
        at(used);
        expect((await renew(fromPage(session))).status).toBe(200);
      }
      at(7 * DAY + 1000);
      expectProblem(await renew(fromPage(session)), { status: 401, code: 'SessionEnded' });
      server.clock.now = undefined;
      const idle = await signIn(ana);
      at(12 * HOUR + 5000);
      expectProblem(await renew(fromPage(idle)), { status: 401, code: 'SessionEnded' });
    } finally {
      server.clock.now = undefined;
    }
  });
  it('at once when its access key is deactivated, and when its user is deleted', async () => {
    const cleo = await newUser(server, 'cleo', policyOf(allow('s3:*', '*')));
    const session = await signIn(cleo);
    const change = (Status: string) => call(server, 'iam', 'UpdateAccessKey', { UserName: 'cleo', AccessKeyId: cleo.accessKeyId, Status });
    await change('Inactive');
    expect(await read(session.credentials)).toBe(403);
    expectProblem(await renew(fromPage(session)), { status: 401, code: 'SessionEnded' });
    await change('Active');
    expect((await renew(fromPage(session))).status).toBe(200);

    await call(server, 'iam', 'DeleteAccessKey', { UserName: 'cleo', AccessKeyId: cleo.accessKeyId });
    expect(await read(session.credentials)).toBe(403);
    expectProblem(await renew(fromPage(session)), { status: 401, code: 'SessionEnded' });
  });
  it('when it is ended from another one of the same person, or by who has the right', async () => {
    const [first, second] = [await signIn(ana), await signIn(ana)];
    const remove = (session: Signed, credentials: SigningCredentials) =>
      api(server, 'DELETE', `/sessions/${session.in.sessionId}`, { credentials });
    expectProblem(await remove(first, (await signIn(ben)).credentials), { status: 403, code: 'AccessDenied' });
    expect(await read(first.credentials)).toBe(200);
    expect((await remove(first, second.credentials)).status).toBe(204);
    expect([await read(first.credentials), await read(second.credentials)]).toEqual([403, 200]);
    expect((await remove(second, (await signIn()).credentials)).status).toBe(204);
    expect(await read(second.credentials)).toBe(403);
  });
});

describe('sessions', () => {
  it('are shown to whom they belong, a page at a time, and all of them to who may see them', async () => {
    const dora = await newUser(server, 'dora', policyOf(allow('s3:GetObject', '*')));
    const made = [await signIn(dora, { 'user-agent': 'One' }), await signIn(dora, { 'user-agent': 'Two' }), await signIn(dora)];
    const list = (query: Record<string, string>, credentials?: SigningCredentials) =>
      api(server, 'GET', '/sessions', { query, ...(credentials && { credentials }) });
    const mine = (await list({}, made[1]?.credentials)).json.items as Json[];
    expect(mine.map(({ id }) => id).sort()).toEqual(made.map((session) => session.in.sessionId).sort());
    expect(mine.find(({ isCurrent }) => isCurrent)).toMatchObject({
      id: made[1]?.in.sessionId,
      user: 'dora',
      userAgent: 'Two',
      address: '127.0.0.1',
    });

    const paged: string[] = [];
    let after: string | undefined;
    do {
      const page: Json = (await list({ limit: '2', ...(after !== undefined && { after }) }, dora)).json;
      paged.push(...page.items.map(({ id }: Json) => id));
      after = page.next;
    } while (after !== undefined);
    expect(paged.sort()).toEqual(mine.map(({ id }) => id).sort());

    expectProblem(await list({ all: 'true' }, dora), { status: 403, code: 'AccessDenied' });
    const all = (await list({ all: 'true', limit: '1000' })).json.items as Json[];
    expect(all.map(({ user }) => user)).toEqual(expect.arrayContaining(['Ana', 'ben', 'dora', 'root']));
  });
});
