/** What a redirect must not be good for: whoever may not download gets none, and who gets one can make nothing else of it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { done } from '../support/json-api.ts';
import { newLink, use } from '../support/links.ts';
import { newUser, putPolicy } from '../support/query-client.ts';
import { MASTER_KEY, REGION, ROOT, type TestServer, testServer } from '../support/test-server.ts';
import { objectsOverUpstream, UPSTREAM_CREDENTIALS } from '../support/upstream-objects.ts';
import {
  type Answer,
  anonymous,
  presigned,
  presignedV2,
  send,
  signed,
  type Wanted,
  type WireRequest,
  withQuery,
} from '../support/wire-client.ts';

const FILM = 'film '.repeat(2000);
const START = Date.UTC(2026, 10, 22, 12);

let server: TestServer;
let now = START;
beforeAll(async () => {
  server = await testServer({ objects: await objectsOverUpstream(() => now, REGION), now: () => now });
  server.clock.now = () => now;
  for (const [path, body] of [['/films'], ['/films/film', FILM], ['/films/secret', FILM]] as const)
    expect((await send(server, signed(server, 'PUT', path, body === undefined ? {} : { body }))).status).toBe(200);
  await done(server, 'PUT', '/buckets/films/redirect', { json: { downloads: 'all', minSizeBytes: 0 } });
});
afterAll(() => server.close(0));

const get = (wanted?: Wanted) => presigned(server, 'GET', '/films/film', wanted);
const ask = (request: WireRequest) => send(server, request);
/** The upstream's URL that a request is answered with. */
async function upstreamUrl(request: WireRequest = get()): Promise<URL> {
  const reply = await ask(request);
  expect(reply.status, reply.text).toBe(307);
  return new URL(reply.headers.get('location') ?? '');
}
const expiresIn = async (request: WireRequest) => Number((await upstreamUrl(request)).searchParams.get('X-Amz-Expires'));

function expectNone(reply: Answer, status = 403): void {
  expect([reply.status, reply.headers.has('location')], reply.text).toEqual([status, false]);
}

describe('no redirect', () => {
  it('to anonymous requests of what is private, whether it is there or not', async () => {
    expectNone(await ask(anonymous(server, 'GET', '/films/film')));
    expectNone(await ask(anonymous(server, 'GET', '/films/none')));
  });
  it('to who adds overrides to a URL, or to an anonymous request', async () => {
    const more = (request: WireRequest) => withQuery(request, (query) => [...query, ['response-content-type', 'text/html']]);
    expectNone(await ask(more(get())));
    expectNone(await ask(more(anonymous(server, 'GET', '/films/film'))));
  });
  it('with a signature that is wrong, over, or of another method', async () => {
    expectNone(
      await ask(withQuery(get(), (query) => query.map(([name, value]) => [name, name === 'X-Amz-Signature' ? '0'.repeat(64) : value]))),
    );
    expectNone(await ask(get({ date: new Date(now - 3_601_000) })));
    expectNone(await ask({ ...presigned(server, 'HEAD', '/films/film'), method: 'GET' }));
  });
  it('to who may not any more', async () => {
    const statement = (Effect: string) => ({
      Version: '2012-10-17',
      Statement: { Effect, Action: 's3:GetObject', Resource: 'arn:aws:s3:::films/*' },
    });
    const credentials = await newUser(server, 'ann', statement('Allow'));
    const url = get({ credentials });
    await upstreamUrl(url);
    await putPolicy(server, 'ann', statement('Deny'));
    expectNone(await ask(url));
  });
  it('by a link that is paused, used up, from elsewhere, revoked, or over', async () => {
    const paused = await newLink(server, '/films/film');
    await done(server, 'PATCH', `/links/${paused.id}`, { json: { status: 'paused' } });
    expectNone(await use(server, paused));
    const once = await newLink(server, '/films/film', { maxUses: 1 });
    expect((await use(server, once)).status).toBe(307);
    expectNone(await use(server, once));
    expectNone(await use(server, await newLink(server, '/films/film', { sourceIp: ['192.0.2.1'] })));
    const revoked = await newLink(server, '/films/film');
    expect((await use(server, revoked)).status).toBe(307);
    await done(server, 'DELETE', `/links/${revoked.id}`);
    expectNone(await use(server, revoked));
    const brief = await newLink(server, '/films/film', { expiresIn: 60 });
    now += 60_000;
    expectNone(await use(server, brief));
  });
  it('for a URL that was revoked', async () => {
    const request = get({ expires: 1234 });
    await upstreamUrl(request);
    await done(server, 'POST', '/revocations', { json: { by: 'url', url: `http://${server.host}${request.target}` } });
    expectNone(await ask(request));
  });
});

describe('the URL of the upstream', () => {
  it('is good for no longer than what it was asked for with', async () => {
    expect(await expiresIn(get())).toBe(30);
    expect(await expiresIn(get({ expires: 12 }))).toBe(12);
    expect(await expiresIn(presignedV2(server, 'GET', '/films/film', { expires: 9 }))).toBe(9);
    const link = await newLink(server, '/films/film', { expiresIn: 120 });
    now += 100_000;
    const url = new URL((await use(server, link)).headers.get('location') ?? '');
    expect(Number(url.searchParams.get('X-Amz-Expires'))).toBe(20);
    now += 21_000;
    const late = await fetch(url);
    expect([late.status, await late.text()]).toEqual([403, expect.stringContaining('Request has expired')]);
  });
  it.each<[string, (url: URL) => unknown]>([
    ['live longer', (url) => url.searchParams.set('X-Amz-Expires', '3600')],
    ['begin later', (url) => url.searchParams.set('X-Amz-Date', '20261122T130000Z')],
    ['be of another object', (url) => new URL(url.href.replace('/film?', '/secret?'))],
    ['list the bucket', (url) => new URL(url.href.replace('/film?', '?'))],
    ['have another type', (url) => url.searchParams.append('response-content-type', 'text/html')],
    ['be of another version', (url) => url.searchParams.append('versionId', 'null')],
    ['show what belongs to the object', (url) => url.searchParams.append('tagging', '')],
    ['lose the headers it was given', (url) => url.searchParams.delete('response-content-disposition')],
  ])('can not be made to %s', async (_, change) => {
    const asked = get({ query: { 'response-content-disposition': 'attachment' } });
    const url = await upstreamUrl(asked);
    expect((await fetch(url)).status).toBe(200);
    const changed = change(url);
    expect((await fetch(changed instanceof URL ? changed : url)).status).toBe(403);
  });
  it.each(['PUT', 'DELETE', 'HEAD', 'POST'])('is not good for %s', async (method) => {
    const url = await upstreamUrl();
    expect((await fetch(url, { method })).status).toBeGreaterThanOrEqual(400);
    expect(await (await fetch(url)).text()).toBe(FILM);
  });
  it('carries overrides as one value each, whatever is in them', async () => {
    const type = 'text/plain&X-Amz-Expires=3600#?/+%0d%0aSet-Cookie: a=b';
    const url = await upstreamUrl(get({ query: { 'response-content-type': type } }));
    expect([url.searchParams.get('response-content-type'), url.searchParams.getAll('X-Amz-Expires'), url.hash]).toEqual([type, ['30'], '']);
    const split = get({ query: { 'response-content-type': 'a\r\nSet-Cookie: a=b' } });
    expectNone(await ask(split), 400);
  });
  it('has the id of the upstream’s access key, and no secret of anybody', async () => {
    const { href } = await upstreamUrl();
    expect(href).toContain(UPSTREAM_CREDENTIALS.accessKeyId);
    for (const secret of [UPSTREAM_CREDENTIALS.secretAccessKey, ROOT.secretAccessKey, ROOT.accessKeyId, MASTER_KEY])
      expect(href).not.toContain(secret);
    const events = JSON.stringify(await done(server, 'GET', '/audit', { query: { limit: '1000' } }));
    for (const kept of [events, server.logged.join('')]) {
      expect(kept).not.toContain(UPSTREAM_CREDENTIALS.accessKeyId);
      expect(kept).not.toContain(new URL(href).searchParams.get('X-Amz-Signature'));
    }
  });
});
