/** Large downloads that the upstream delivers: who is sent there, with what, and who is not. */
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { api, done, expectProblem, type Json } from '../support/json-api.ts';
import { newLink, use } from '../support/links.ts';
import { allow, newUser, policyOf } from '../support/query-client.ts';
import { REGION, type TestServer, testServer } from '../support/test-server.ts';
import { objectsOverUpstream } from '../support/upstream-objects.ts';
import {
  type Answer,
  anonymous,
  expectError,
  presigned,
  presignedV2,
  send,
  signed,
  type Wanted,
  type WireRequest,
  withHeader,
} from '../support/wire-client.ts';

const FILM = 'film '.repeat(2000);
const LEAST_BYTES = 1000;

let server: TestServer;
const sandboxed = { server: undefined as TestServer | undefined };
beforeAll(async () => {
  const gateway = async (more = {}) =>
    testServer({
      objects: await objectsOverUpstream(Date.now, REGION),
      blocksPublicAccess: false,
      publicConsoleUrl: 'https://share.example.com',
      ...more,
    });
  server = await gateway();
  sandboxed.server = await gateway({ sandboxesActiveContent: true });
  for (const each of [server, sandboxed.server]) {
    const s3 = (method: string, path: string, wanted: Wanted = {}) => send(each, signed(each, method, path, wanted));
    for (const bucket of ['films', 'open']) {
      await s3('PUT', `/${bucket}`);
      await s3('PUT', `/${bucket}/film`, { body: FILM, headers: { 'Content-Type': 'video/mp4', 'Cache-Control': 'max-age=60' } });
      await redirect(each, bucket, { downloads: 'unlimited', minSizeBytes: LEAST_BYTES });
    }
    await s3('PUT', '/films/page', { body: FILM, headers: { 'Content-Type': 'text/html' } });
    await s3('PUT', '/films/note', { body: 'short' });
    const everybody = policyOf(allow('s3:GetObject', 'arn:aws:s3:::open/*', { Principal: '*' }));
    expect((await s3('PUT', '/open', { query: { policy: '' }, body: JSON.stringify(everybody) })).status).toBe(204);
  }
});
afterAll(() => Promise.all([server.close(0), sandboxed.server?.close(0)]));

const redirect = (to: TestServer, bucket: string, json: Json, more = {}) =>
  done(to, 'PUT', `/buckets/${bucket}/redirect`, { json, ...more });
const get = (path: string, wanted?: Wanted) => presigned(server, 'GET', path, wanted);
const ask = (request: WireRequest) => send(server, request);

/** Follows as clients do: the same method and headers, to the URL as it stands. */
function follow(reply: Answer, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
  expect(reply.status, reply.text).toBe(307);
  return fetch(reply.headers.get('location') ?? '', { headers });
}

const eventOf = async (reply: Answer): Promise<Json> => {
  const id = reply.headers.get('x-amz-request-id');
  const find = async () =>
    (await done(server, 'GET', '/audit', { query: { operation: 'GetObject', limit: '100' } })).items.find(
      ({ requestID }: Json) => requestID === id,
    );
  await expect.poll(find).toBeDefined();
  return find();
};

describe('a large GET of a bucket with redirects', () => {
  it('is answered with the upstream’s URL once it was checked, and with none of the bytes', async () => {
    const reply = await ask(get('/films/film'));
    expect([reply.status, reply.body.length]).toEqual([307, 0]);
    expect(reply.headers.get('cache-control')).toBe('no-store');
    expect(reply.headers.get('referrer-policy')).toBe('no-referrer');
    const url = new URL(reply.headers.get('location') ?? '');
    expect([url.host === server.host, url.searchParams.get('X-Amz-Expires')]).toEqual([false, '30']);
    const film = await follow(reply);
    expect([film.status, film.headers.get('content-type'), film.headers.get('cache-control')]).toEqual([200, 'video/mp4', 'max-age=60']);
    expect(await film.text()).toBe(FILM);
  });
  it('is in the trail as a redirect, with no bytes of ours', async () => {
    const reply = await ask(get('/films/film'));
    const event = await eventOf(reply);
    const { bytesTransferredOut, latchkey } = event.additionalEventData;
    expect(bytesTransferredOut).toBe(0);
    expect(latchkey).toMatchObject({
      status: 307,
      redirectedForSeconds: 30,
      objectSizeBytes: FILM.length,
      etag: expect.stringMatching(/^"\w{32}"$/),
    });
    expect(JSON.stringify(event)).not.toContain('X-Amz-Signature=');
  });
  it.each([
    ['SigV2', () => presignedV2(server, 'GET', '/films/film')],
    ['what the SDKs add', () => get('/films/film', { query: { 'x-amz-checksum-mode': 'ENABLED', 'x-id': 'GetObject' } })],
    ['no signature, where everybody may read', () => anonymous(server, 'GET', '/open/film')],
  ])('is redirected with %s', async (_, request) => {
    expect(await (await follow(await ask(request()))).text()).toBe(FILM);
  });
  it('is found under keys that are hard to write', async () => {
    for (const key of ['ä b+c%2Fd', 'a//b', '?x=1&y#z', "it's (1)*!~", '日本/🎬']) {
      await send(server, signed(server, 'PUT', `/films/${key}`, { body: FILM }));
      expect(await (await follow(await ask(get(`/films/${key}`)))).text(), key).toBe(FILM);
    }
  });
  it('keeps the names, types and caching that its URL asks for', async () => {
    const query = {
      'response-content-disposition': `attachment; filename="a b.mp4"; filename*=UTF-8''%C3%A4.mp4`,
      'response-content-type': 'text/plain; charset=utf-8',
      'response-cache-control': 'private',
      'response-content-language': 'de',
      'response-expires': 'Thu, 01 Dec 1994 16:00:00 GMT',
    };
    const film = await follow(await ask(get('/films/film', { query })));
    for (const [name, value] of Object.entries(query)) expect(film.headers.get(name.slice('response-'.length)), name).toBe(value);
  });
  it('is judged by its conditions here, and its ranges are the client’s to repeat', async () => {
    const whole = await follow(await ask(get('/films/film')));
    const etag = whole.headers.get('etag') ?? '';
    await whole.body?.cancel();
    const unchanged = await ask(withHeader(get('/films/film'), 'If-None-Match', etag));
    expect([unchanged.status, unchanged.headers.get('etag')]).toEqual([304, etag]);
    expectError(await ask(withHeader(get('/films/film'), 'If-Match', '"other"')), { status: 412, code: 'PreconditionFailed' });
    expectError(await ask(withHeader(get('/films/film'), 'Range', 'bytes=99999-')), { status: 416, code: 'InvalidRange' });
    const range = { Range: 'bytes=5000-' };
    const part = await follow(await ask(withHeader(get('/films/film'), 'Range', range.Range)), range);
    expect([part.status, await part.text()]).toEqual([206, FILM.slice(5000)]);
    expectError(await ask(get('/films/gone')), { status: 404, code: 'NoSuchKey' });
  });
});

describe('a GET is delivered here', () => {
  it.each<[string, () => WireRequest]>([
    ['that is signed in its headers', () => signed(server, 'GET', '/films/film')],
    [
      'with an x-amz header, which the upstream’s URL does not cover',
      () => get('/films/film', { headers: { 'x-amz-checksum-mode': 'ENABLED' } }),
    ],
    ['of a part', () => get('/films/film', { query: { partNumber: '1' } })],
    ['of a named version', () => get('/films/film', { query: { versionId: 'null' } })],
    ['with conditions in its URL', () => get('/films/film', { query: { 'If-Unmodified-Since': 'Fri, 01 Jan 2100 00:00:00 GMT' } })],
    ['of a page of the console', () => withHeader(get('/films/film'), 'Origin', 'https://share.example.com')],
    ['of a small range', () => withHeader(get('/films/film'), 'Range', 'bytes=0-499')],
    ['with a URL that is over within a second', () => get('/films/film', { expires: 1 })],
  ])('%s', async (_, request) => {
    const reply = await ask(request());
    expect([reply.status < 300, reply.headers.has('location')]).toEqual([true, false]);
    expect(FILM).toContain(reply.text);
    expect(reply.text.length).toBeGreaterThan(0);
  });
  it('of what is small, and a HEAD of what is large', async () => {
    expect((await ask(get('/films/note'))).text).toBe('short');
    expect((await ask(presigned(server, 'HEAD', '/films/film'))).headers.get('content-length')).toBe(String(FILM.length));
  });
  it('whose key browsers would shorten on the way', async () => {
    await ask(signed(server, 'PUT', '/films/a/../film', { body: FILM }));
    expect((await ask(get('/films/a/../film'))).text).toBe(FILM);
  });
  it('of what a browser would run, where that is sent with a policy', async () => {
    const { server: other } = sandboxed;
    if (other === undefined) throw new Error('not begun');
    const page = await send(other, presigned(other, 'GET', '/films/page'));
    expect([page.status, page.headers.get('content-security-policy')]).toEqual([200, expect.stringContaining('sandbox')]);
    expect((await send(other, presigned(other, 'GET', '/films/film'))).status).toBe(307);
  });
});

describe('a link', () => {
  it('is redirected with the name and headers that it gives', async () => {
    const link = await newLink(server, '/films/film', { downloadName: 'Ä film.mp4' });
    const film = await follow(await use(server, link));
    expect(film.headers.get('content-disposition')).toBe(`attachment; filename="A film.mp4"; filename*=UTF-8''%C3%84%20film.mp4`);
    expect(await film.text()).toBe(FILM);
  });
  it.each<[string, Json]>([
    ['counted', { maxUses: 5 }],
    ['bound to addresses', { sourceIp: ['127.0.0.1'] }],
    ['paced', { maxBytesPerSecond: 1_000_000_000 }],
  ])('that is %s is delivered here, unless all are to be redirected', async (_, terms) => {
    const link = await newLink(server, '/films/film', terms);
    expect((await use(server, link)).text).toBe(FILM);
    await redirect(server, 'films', { downloads: 'all', minSizeBytes: LEAST_BYTES });
    try {
      expect(await (await follow(await use(server, link))).text()).toBe(FILM);
    } finally {
      await redirect(server, 'films', { downloads: 'unlimited', minSizeBytes: LEAST_BYTES });
    }
  });
  it('behind a password is delivered here, unless all are to be redirected', async () => {
    const { shown } = await newLink(server, '/films/film', { landing: true, password: 'open sesame' });
    const body = new URLSearchParams({ password: 'open sesame', action: 'download' });
    const page = `${server.console}${new URL(shown.landingUrl).pathname}`;
    const unlocked = await fetch(page, { method: 'POST', body, redirect: 'manual' });
    const download = () => use(server, { url: unlocked.headers.get('location') ?? '' });
    expect((await download()).text).toBe(FILM);
    await redirect(server, 'films', { downloads: 'all', minSizeBytes: LEAST_BYTES });
    expect((await download()).status).toBe(307);
    await redirect(server, 'films', { downloads: 'unlimited', minSizeBytes: LEAST_BYTES });
  });
  it('that is counted has used one with each redirect, whatever the client then does', async () => {
    await redirect(server, 'open', { downloads: 'all', minSizeBytes: LEAST_BYTES });
    const link = await newLink(server, '/open/film', { maxUses: 2 });
    const replies = await Promise.all(Array.from({ length: 8 }, () => use(server, link)));
    expect(replies.map(({ status }) => status).sort()).toEqual([307, 307, ...Array(6).fill(403)]);
    expect((await done(server, 'GET', `/links/${link.id}`)).uses).toMatchObject({ used: 2 });
    const url = get('/open/film', { query: { 'X-Latchkey-Max-Uses': '1' } });
    expect([(await ask(url)).status, (await ask(url)).status]).toEqual([307, 403]);
    expect((await follow(await ask(anonymous(server, 'GET', '/open/film')))).headers.get('cache-control')).toBe('max-age=60');
  });
  it('has a page from which the upstream may be reached', async () => {
    const { shown } = await newLink(server, '/films/film', { landing: true });
    const page = await fetch(`${server.console}${new URL(shown.landingUrl).pathname}`, { headers: { accept: 'text/html' } });
    const upstream = new URL((await ask(get('/films/film'))).headers.get('location') ?? '').origin;
    const policy = page.headers.get('content-security-policy') ?? '';
    for (const directive of ['media-src', 'img-src', 'form-action'])
      expect(policy).toMatch(new RegExp(`${directive}[^;]* ${upstream}(;| )`));
  });
});

it('pages of other origins may follow where the bucket’s rules let them', async () => {
  const rules = `<CORSConfiguration><CORSRule><AllowedOrigin>https://app.example.com</AllowedOrigin><AllowedMethod>GET</AllowedMethod></CORSRule></CORSConfiguration>`;
  const headers = { 'x-amz-checksum-sha256': Buffer.from(await crypto.subtle.digest('SHA-256', Buffer.from(rules))).toString('base64') };
  expect((await ask(signed(server, 'PUT', '/films', { query: { cors: '' }, headers, body: rules }))).status).toBe(200);
  const reply = await ask(withHeader(get('/films/film'), 'Origin', 'https://app.example.com'));
  expect([reply.status, reply.headers.get('access-control-allow-origin')]).toEqual([307, 'https://app.example.com']);
});

describe('the setting', () => {
  const path = '/buckets/made/redirect';
  beforeAll(() => ask(signed(server, 'PUT', '/made')));

  test('is none until somebody sets it, and goes with the bucket', async () => {
    const none = { downloads: 'none', minSizeBytes: 8 * 1024 * 1024, lifetimeSeconds: 30 };
    expect(await done(server, 'GET', path)).toEqual(none);
    const set = { downloads: 'all', minSizeBytes: 5, lifetimeSeconds: 60 };
    expect(await redirect(server, 'made', set)).toEqual(set);
    expect(await done(server, 'GET', path)).toEqual(set);
    await ask(signed(server, 'DELETE', '/made'));
    expectProblem(await api(server, 'GET', path), { status: 404, code: 'NoSuchBucket' });
    await ask(signed(server, 'PUT', '/made'));
    expect(await done(server, 'GET', path)).toEqual(none);
    expect(await redirect(server, 'made', { downloads: 'unlimited' })).toEqual({ ...none, downloads: 'unlimited' });
    expect(await redirect(server, 'made', { downloads: 'none' })).toEqual(none);
  });
  test('is for whoever is allowed to, and is in the trail', async () => {
    const ann = await newUser(server, 'ann', policyOf(allow('latchkey:GetBucketRedirect', 'arn:aws:s3:::made')));
    expect((await api(server, 'GET', path, { credentials: ann })).status).toBe(200);
    const refused = await api(server, 'PUT', path, { credentials: ann, json: { downloads: 'all' } });
    expectProblem(refused, { status: 403, code: 'AccessDenied' });
    expectProblem(await api(server, 'GET', '/buckets/films/redirect', { credentials: ann }), { status: 403, code: 'AccessDenied' });
    await redirect(server, 'made', { downloads: 'all' });
    const { items } = await done(server, 'GET', '/audit', { query: { bucket: 'made', operation: 'PutBucketRedirect' } });
    expect(items[0]).toMatchObject({
      eventSource: 'latchkey',
      readOnly: false,
      requestParameters: { downloads: 'all', bucketName: 'made' },
    });
  });
  test.each([
    [{ downloads: 'some' }, 'downloads'],
    [{ downloads: 'all', lifetimeSeconds: 301 }, 'lifetimeSeconds'],
    [{ downloads: 'all', lifetimeSeconds: 4 }, 'lifetimeSeconds'],
    [{ downloads: 'all', minSizeBytes: -1 }, 'minSizeBytes'],
    [{ downloads: 'all', more: 1 }, 'more'],
  ])('is refused as %j', async (json, member) => {
    const reply = await api(server, 'PUT', path, { json });
    expectProblem(reply, { status: 400, code: 'ValidationError' });
    expect(reply.json.errors[0].pointer).toBe(`/${member}`);
  });
  test('is refused where no client could follow', async () => {
    const { openMemoryObjectStore } = await import('@latchkey/storage/memory-object-store');
    const alone = await testServer({ objects: openMemoryObjectStore() });
    await send(alone, signed(alone, 'PUT', '/box'));
    const refused = await api(alone, 'PUT', '/buckets/box/redirect', { json: { downloads: 'all' } });
    expectProblem(refused, { status: 400, code: 'InvalidRequest' });
    expect((await done(alone, 'PUT', '/buckets/box/redirect', { json: { downloads: 'none' } })).downloads).toBe('none');
    await alone.close(0);
  });
});
