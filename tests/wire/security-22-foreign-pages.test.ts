/**
 * Security test 22: whatever a page of somebody else makes the browser of a person who is signed in at the console send, with all cookies that the
 * browser has, changes nothing. Held for every operation of the API's own document that is no GET, so for those that come later, too.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type FakeIssuer, fakeIssuer } from '../support/fake-issuer.ts';
import { type ApiReply, api, documentOf, done, type Json, sendApi, unsignedApiRequest } from '../support/json-api.ts';
import { CLIENT_ID, newPeopleRole } from '../support/provider-role.ts';
import { type TestServer, testServer } from '../support/test-server.ts';
import { anonymous, send, signed } from '../support/wire-client.ts';

type Operation = {
  readonly method: string;
  readonly path: string;
  readonly id: string;
  readonly security: readonly object[] | undefined;
  readonly takesBody: boolean;
};
type Headers = Readonly<Record<string, string>>;

let issuer: FakeIssuer;
let server: TestServer;
let session: { readonly cookie: string; readonly id: string; readonly csrfToken: string };
let changing: readonly Operation[];
/** What there is of everything that a path may name. */
const made: Record<string, string> = {};

beforeAll(async () => {
  issuer = await fakeIssuer();
  server = await testServer({ identityProvider: { issuer: issuer.url, clientId: CLIENT_ID, role: 'people', name: 'Example' } });
  await newPeopleRole(server, issuer.url);
  await send(server, signed(server, 'PUT', '/box'));
  await send(server, signed(server, 'PUT', '/box/key', { body: 'gold' }));
  made.links = (await done(server, 'POST', '/links', { json: { bucket: 'box', key: 'key' } })).id;
  made.requests = (await done(server, 'POST', '/requests', { json: { bucket: 'box', keyPrefix: 'in/' } })).id;
  made.revocations = (await done(server, 'POST', '/revocations', { json: { by: 'label', label: 'none' } })).revocation.id;
  made.webhooks = (await done(server, 'POST', '/webhooks', { json: { url: 'https://hooks.example.com/', events: ['link.used'] } })).id;
  const signedIn = await api(server, 'POST', '/sessions', { json: {} });
  session = {
    cookie: signedIn.headers.get('set-cookie')?.split(';')[0] ?? '',
    id: signedIn.json.sessionId,
    csrfToken: signedIn.json.csrfToken,
  };
  made.sessions = session.id;
  made.buckets = 'box';
  changing = Object.entries((await documentOf(server)).paths).flatMap(([path, methods]) =>
    Object.entries<Json>(methods)
      .filter(([method]) => method !== 'get')
      .map(([method, { operationId, security, requestBody }]) => ({
        ...{ method: method.toUpperCase(), path, id: operationId, security },
        takesBody: requestBody !== undefined,
      })),
  );
});
afterAll(async () => {
  await server.close(0);
  await issuer.close();
});

/** Better than a foreign page could: JSON, for which a browser would ask first. */
function sent({ method, path, takesBody }: Operation, headers: Headers): Promise<ApiReply> {
  const filled = path.replace(/^\/api\/v1/, '').replace(/^\/(\w+)\/\{\w+\}/, (_, kind: string) => `/${kind}/${made[kind]}`);
  expect(filled, 'a kind of thing that this test makes none of').not.toMatch(/undefined|\{/);
  const json = { bucket: 'box', key: 'key', by: 'all', url: 'https://evil.example/', events: ['link.used'] };
  return sendApi(server, unsignedApiRequest(server, method, filled, { headers, ...(takesBody && { json }) }));
}

/** All of an installation that these operations could change. */
async function everything(): Promise<Json> {
  const lists = ['/links', '/requests', '/revocations', '/webhooks', '/sessions', '/buckets/box/redirect'].map((path) =>
    done(server, 'GET', path),
  );
  return [...(await Promise.all(lists)), (await send(server, signed(server, 'GET', '/box'))).text];
}

const known = () => ({ cookie: session.cookie, 'console-session': session.id, 'csrf-token': session.csrfToken });
const isRefused = ({ status, json }: ApiReply) =>
  status === 403 && ['AccessDenied', 'MissingAuthenticationToken'].includes(json?.code) && json?.linkId === undefined;

describe('every operation that changes something', () => {
  test('is one of those that this test knows of', () => {
    expect(changing.length).toBeGreaterThanOrEqual(21);
    const byCookie = changing.filter(({ security }) => security !== undefined).map(({ id }) => id);
    // What is not signed for is held below to more than its cookie: each of these checks where it comes from.
    expect(byCookie.sort()).toEqual(['getSignInUrl', 'renewSession', 'signInWithProvider', 'signOut']);
  });

  test.each<readonly [string, () => Headers]>([
    ['another site', () => ({ origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' })],
    ['another site, by a browser that does not say so', () => ({ origin: 'https://evil.example' })],
    ['another port of this host', () => ({ origin: 'http://127.0.0.1:1', 'sec-fetch-site': 'same-site' })],
    ['the object origin', () => ({ origin: server.s3, 'sec-fetch-site': 'same-site' })],
    ['a sandboxed frame', () => ({ origin: 'null', 'sec-fetch-site': 'cross-site' })],
    ['this origin by name, but another by the browser', () => ({ origin: server.console, 'sec-fetch-site': 'cross-site' })],
    ['a name that only begins alike', () => ({ origin: `${server.console}.evil.example`, 'sec-fetch-site': 'cross-site' })],
    ['nowhere, without Origin', () => ({})],
    ['nowhere, by a link or a bookmark', () => ({ 'sec-fetch-site': 'none' })],
  ])('is refused from %s, though it carries all that the console’s own page knows', async (_, headers) => {
    const before = await everything();
    for (const operation of changing) {
      const reply = await sent(operation, { ...known(), ...headers() });
      expect(isRefused(reply), `${operation.id}: ${reply.status} ${reply.text}`).toBe(true);
      expect([operation.id, reply.headers.get('access-control-allow-origin')]).toEqual([operation.id, undefined]);
    }
    expect(await everything()).toEqual(before);
  });

  test('is refused from the console’s own origin without what only its page knows, or the signature that everything else needs', async () => {
    const before = await everything();
    const own = { origin: server.console, 'sec-fetch-site': 'same-origin' };
    const partly: readonly Headers[] = [
      {},
      { cookie: session.cookie },
      { cookie: session.cookie, 'csrf-token': session.csrfToken },
      { 'console-session': session.id, 'csrf-token': session.csrfToken },
    ];
    for (const operation of changing.filter(({ security }) => security?.length !== 0)) {
      for (const headers of partly) {
        const reply = await sent(operation, { ...own, ...headers });
        expect(isRefused(reply), `${operation.id}: ${reply.status} ${reply.text}`).toBe(true);
      }
    }
    for (const token of ['', 'x', session.id]) {
      const signOut = changing.find(({ id }) => id === 'signOut') as Operation;
      expect(isRefused(await sent(signOut, { ...own, ...known(), 'csrf-token': token }))).toBe(true);
    }
    expect(await everything()).toEqual(before);
  });

  test('of users, access keys and policies is refused, too: the cookie is nothing on the address of S3', async () => {
    for (const action of ['CreateUser', 'CreateAccessKey', 'DeleteUser', 'PutUserPolicy', 'CreatePolicy']) {
      const reply = await send(
        server,
        anonymous(server, 'POST', '/', {
          headers: { ...known(), origin: 'https://evil.example', 'Content-Type': 'application/x-www-form-urlencoded' },
          body: `Action=${action}&Version=2010-05-08&UserName=eve&PolicyName=own&PolicyDocument={}`,
        }),
      );
      expect([action, reply.status]).toEqual([action, 403]);
      expect(reply.headers.get('access-control-allow-origin')).toBeUndefined();
    }
    for (const method of ['PUT', 'DELETE', 'POST'])
      expect((await send(server, anonymous(server, method, '/box/key', { headers: known() }))).status).toBeGreaterThanOrEqual(400);
    expect((await send(server, signed(server, 'GET', '/box/key'))).text).toBe('gold');
  });
});

test('a page elsewhere can sign nobody in, also with a signature of its own', async () => {
  for (const headers of [{ origin: 'https://evil.example' }, { origin: 'null' }, { 'sec-fetch-site': 'cross-site' }]) {
    const reply = await api(server, 'POST', '/sessions', { json: {}, headers });
    expect([reply.status, reply.json.code, reply.headers.get('set-cookie')]).toEqual([403, 'AccessDenied', undefined]);
  }
});

test('the same requests work from the page that they are meant for', async () => {
  const own = { origin: server.console, 'sec-fetch-site': 'same-origin', ...known() };
  const [renew, signOut] = ['renewSession', 'signOut'].map((name) => changing.find(({ id }) => id === name) as Operation);
  const bodiless = ({ method, path }: Operation) =>
    sendApi(server, unsignedApiRequest(server, method, path.replace(/^\/api\/v1/, ''), { headers: own }));
  expect((await bodiless(renew as Operation)).status).toBe(200);
  expect(
    (await done(server, 'POST', '/links', { json: { bucket: 'box', key: 'key' }, headers: { origin: server.console } })).id,
  ).toBeDefined();
  expect((await bodiless(signOut as Operation)).status).toBe(204);
});
