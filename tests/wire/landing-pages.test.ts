/** The page of a link: for people without an account, and safe from robots that look at every address. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { api, done as doneByApi, expectProblem, type Json } from '../support/json-api.ts';
import { allow, deny, done, newUser, policyOf, putPolicy } from '../support/query-client.ts';
import { type TestServer, testServer } from '../support/test-server.ts';
import { send, signed } from '../support/wire-client.ts';

const server = await testServer({ trustedProxies: ['127.0.0.1'] });
afterAll(() => server.close());
afterEach(() => {
  server.clock.now = undefined;
});

const DAY_MS = 86_400_000;

beforeAll(async () => {
  await send(server, signed(server, 'PUT', '/box'));
  await send(server, signed(server, 'PUT', '/box/papers/offer.pdf', { body: 'gold', headers: { 'content-type': 'application/pdf' } }));
  await send(server, signed(server, 'PUT', '/box/cat.png', { body: 'meow', headers: { 'content-type': 'image/png' } }));
  await send(server, signed(server, 'PUT', '/box/film.mp4', { body: 'film', headers: { 'content-type': 'video/mp4' } }));
  await send(server, signed(server, 'PUT', '/box/page.html', { body: '<b>', headers: { 'content-type': 'text/html' } }));
});

const landing = (path: string, terms: Json = {}, on: TestServer = server) => {
  const [, bucket, key] = /^\/([^/]+)\/(.*)$/s.exec(path) ?? [];
  return doneByApi(on, 'POST', '/links', { json: { bucket, key, landing: true, ...terms } });
};
const open = (link: Json, init: RequestInit & { query?: string; path?: string } = {}) =>
  fetch(`${link.landingUrl}${init.path ?? ''}${init.query ?? ''}`, { redirect: 'manual', ...init });
const post = (link: Json, fields: Record<string, string>, headers: Record<string, string> = {}) =>
  open(link, { method: 'POST', body: new URLSearchParams(fields), headers });
const from = (address: string) => ({ headers: { 'x-forwarded-for': address } });
const used = async (link: Json) => (await doneByApi(server, 'GET', `/links/${link.id}`)).uses?.used;

describe('the page', () => {
  test('says what there is, until when, with the note, and nothing of where it is kept', async () => {
    const link = await landing('/box/papers/offer.pdf', { note: 'Dear <Ann>,\nyours', expiresIn: '2h' });
    expect(link.landingUrl).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/l\/[\w-]{22}$/);
    const page = await open(link);
    expect(page.status).toBe(200);
    const text = await page.text();
    expect(text).toContain('<h1>offer.pdf</h1>');
    expect(text).toContain('<dd>4 bytes</dd>');
    expect(text).toContain('Dear &#60;Ann&#62;,');
    expect(text).toContain(new Date(link.expiresAt).toISOString());
    for (const secret of ['box/', '/box', 'papers', 'LKLN', 'X-Amz', 'LKROOT']) expect(text).not.toContain(secret);
  });

  test('is plain: no script, nothing from elsewhere, not kept, not framed, no referrer', async () => {
    const { headers } = await open(await landing('/box/papers/offer.pdf'));
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain('script-src');
    expect(policy).not.toContain('unsafe');
    expect(policy).toContain("frame-ancestors 'none'");
    expect([headers.get('cache-control'), headers.get('referrer-policy'), headers.get('x-content-type-options')]).toEqual([
      'no-store',
      'no-referrer',
      'nosniff',
    ]);
  });

  test('speaks the language of its reader', async () => {
    const page = await open(await landing('/box/papers/offer.pdf'), { headers: { 'accept-language': 'de-AT, en;q=0.5' } });
    const text = await page.text();
    expect(text).toContain('<html lang="de">');
    expect(text).toContain('Herunterladen');
  });

  test('shows pictures in place from the S3 address, and nothing that could run', async () => {
    const text = await (await open(await landing('/box/cat.png'))).text();
    const url = /<img src="([^"]+)"/.exec(text)?.[1]?.replaceAll('&#38;', '&') ?? '';
    expect(new URL(url).host).toBe(server.host);
    expect(await (await fetch(url)).text()).toBe('meow');
    const page = await (await open(await landing('/box/page.html'))).text();
    expect(page).not.toMatch(/X-Amz|<img|<iframe|<video/);
  });

  test('HEAD is answered as GET without the body', async () => {
    const link = await landing('/box/papers/offer.pdf');
    const head = await open(link, { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
  });

  test.each(['/l/', '/l/short', '/l/..%2f..%2f', `/l/${'A'.repeat(22)}`, `/l/${'A'.repeat(22)}/url`, `/l/${'A'.repeat(500)}`])(
    'GET %.40s: no such link',
    async (path) => {
      const page = await fetch(`${server.console}${path}`);
      expect(page.status).toBe(404);
      expect(await page.text()).toContain('There is no such link');
    },
  );

  test.each([
    ['https://evil.example', 'InvalidArgument'],
    ["http://a;script-src'x'", 'ValidationError'],
    ['http://127.0.0.1@evil.example', 'ValidationError'],
  ])('leads to this server only, not to %s', async (endpoint, code) => {
    const json = { bucket: 'box', key: 'cat.png', landing: true, endpoint };
    expectProblem(await api(server, 'POST', '/links', { json }), { status: 400, code });
  });

  test.each(['PUT', 'DELETE', 'PATCH'])('%s is not allowed', async (method) => {
    const answer = await open(await landing('/box/papers/offer.pdf'), { method });
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, HEAD, POST']);
  });
});

describe('a download', () => {
  test('that is not counted may be fetched straight, by scripts too', async () => {
    const link = await landing('/box/papers/offer.pdf');
    const answer = await fetch(`${link.landingUrl}?download`);
    expect(await answer.text()).toBe('gold');
    expect(answer.headers.get('content-disposition')).toBe('attachment; filename="offer.pdf"');
  });

  test('that is counted is begun by POST only, and counted once', async () => {
    const link = await landing('/box/papers/offer.pdf', { maxUses: 1 });
    expect((await open(link, { query: '?download' })).status).toBe(405);
    expect(await used(link)).toBe(0);
    const answer = await post(link, { action: 'download' });
    expect(answer.status).toBe(303);
    expect(await used(link)).toBe(0);
    expect(await (await fetch(answer.headers.get('location') ?? '')).text()).toBe('gold');
    expect(await used(link)).toBe(1);
    expect((await open(link)).status).toBe(410);
    expect((await post(link, { action: 'download' })).status).toBe(410);
    expect((await fetch(answer.headers.get('location') ?? '')).status).toBe(403);
  });

  test('is given the name and the disposition of its terms', async () => {
    const link = await landing('/box/papers/offer.pdf', { downloadName: 'Angebot für Ann.pdf', disposition: 'inline' });
    expect(await (await open(link)).text()).toContain('Angebot für Ann.pdf');
    const { headers } = await fetch(`${link.landingUrl}?download`);
    expect(headers.get('content-disposition')).toMatch(/^inline; filename=".*"; filename\*=UTF-8''Angebot%20f%C3%BCr%20Ann.pdf$/);
  });
});

describe('robots', () => {
  const AGENTS = [
    'Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)',
    'Slack-ImgProxy (+https://api.slack.com/robots)',
    'facebookexternalhit/1.1',
    'Facebot',
    'WhatsApp/2.23.20.0',
    'TelegramBot (like TwitterBot)',
    'Twitterbot/1.0',
    'LinkedInBot/1.0',
    'Discordbot/2.0',
    'SkypeUriPreview Preview/0.5',
    'Microsoft Office/16.0 (Microsoft Outlook)',
    'Mozilla/5.0 Microsoft Teams Preview',
    'Googlebot/2.1',
    'Google-PageRenderer',
    'bingbot/2.0',
    'Applebot/0.1',
    'Mattermost-Bot/1.1',
    'Synapse (bot; +https://github.com/matrix-org/synapse)',
    'Signal-Android/6',
    'Iframely/1.3.1',
  ];

  test('twenty that preview links, prefetches and a scanner that follows every address leave a one-time link as it is', async () => {
    const link = await landing('/box/cat.png', { maxUses: 1 });
    for (const agent of AGENTS) {
      for (const method of ['HEAD', 'GET']) {
        const page = await open(link, { method, headers: { 'user-agent': agent } });
        expect(page.status).toBe(200);
        for (const [, href = ''] of (await page.text()).matchAll(/(?:href|src|action)="([^"]+)"/g)) {
          if (!href.startsWith('data:')) await fetch(new URL(href.replaceAll('&#38;', '&'), link.landingUrl), { redirect: 'follow' });
        }
      }
    }
    for (const name of ['Purpose', 'Sec-Purpose', 'X-Moz']) await open(link, { headers: { [name]: 'prefetch' } });
    await fetch(`${link.landingUrl}?download`);
    expect(await used(link)).toBe(0);
    expect(await (await fetch((await post(link, { action: 'download' })).headers.get('location') ?? '')).text()).toBe('meow');
  });
});

describe('a password', () => {
  test('is asked for before anything is told, and its link has no other address', async () => {
    const link = await landing('/box/papers/offer.pdf', { password: 'open sesame', note: 'for you' });
    expect([link.url, link.hasPassword]).toEqual([undefined, true]);
    const page = await open(link);
    expect(page.status).toBe(200);
    const text = await page.text();
    expect(text).toContain('type="password"');
    for (const secret of ['offer', 'for you', 'X-Amz', 'bytes']) expect(text).not.toContain(secret);
    expect(await (await open(link, { query: '?download' })).text()).toBe(text);
    expect((await open(link, { method: 'POST', path: '/url' })).status).toBe(403);
    expect((await doneByApi(server, 'GET', `/links/${link.id}`, { query: [['withUrl', 'true']] })).url).toBeUndefined();
  });

  test('that is wrong shows nothing; the right one opens the page for an hour, on this link only', async () => {
    const link = await landing('/box/papers/offer.pdf', { password: 'öffne' });
    const other = await landing('/box/cat.png', { password: 'öffne' });
    expect((await post(link, { password: 'offne' })).status).toBe(403);
    expect((await post(link, {})).status).toBe(403);
    const right = await post(link, { password: 'o\u0308ffne' });
    expect([right.status, right.headers.get('location')]).toEqual([303, new URL(link.landingUrl).pathname]);
    const cookie = right.headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(/; Path=\/l\/[\w-]{22}; Max-Age=3600; HttpOnly; SameSite=Lax$/);
    const headers = { cookie: cookie.split(';')[0] ?? '' };
    expect(await (await open(link, { headers })).text()).toContain('offer.pdf');
    expect(await (await open(other, { headers })).text()).not.toContain('cat.png');
    const tampered = { cookie: headers.cookie.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')) };
    expect(await (await open(link, { headers: { cookie: `${tampered.cookie}AAAA` } })).text()).not.toContain('offer.pdf');
    server.clock.now = () => Date.now() + 3_600_001;
    const later = await landing('/box/cat.png');
    expect(later.id).toBeTruthy();
    expect(await (await open(link, { headers })).text()).not.toContain('offer.pdf');
  });

  test('and the button in one request, for scripts', async () => {
    const link = await landing('/box/papers/offer.pdf', { password: 'open', maxUses: 1 });
    expect((await post(link, { action: 'download', password: 'closed' })).status).toBe(403);
    const answer = await post(link, { action: 'download', password: 'open' });
    expect(await (await fetch(answer.headers.get('location') ?? '')).text()).toBe('gold');
  });

  test('may be tried ten times in ten minutes from one address, also all at once', async () => {
    const link = await landing('/box/papers/offer.pdf', { password: 'open' });
    const guest = { 'x-forwarded-for': '192.0.2.77' };
    const many = async (count: number) => {
      const answers = await Promise.all(Array.from({ length: count }, (_, i) => post(link, { password: `try ${i}` }, guest)));
      return answers.map(({ status }) => status);
    };
    let lookedAt = 0;
    for (let i = 0; i < 10; i++) lookedAt += (await many(5)).filter((status) => status === 403).length;
    expect(lookedAt).toBe(10);
    const last = await post(link, { password: 'one more' }, guest);
    expect(last.status).toBe(429);
    expect(Number(last.headers.get('retry-after'))).toBeGreaterThan(60);
    expect((await post(link, { password: 'open' }, guest)).status).toBe(429);
    expect((await post(link, { password: 'open' }, { 'x-forwarded-for': '192.0.2.78' })).status).toBe(303);
  });

  test('is not got around by a cookie that somebody made up', async () => {
    const link = await landing('/box/papers/offer.pdf', { password: 'open' });
    for (const value of ['{"key":"x","box":"AAAA"}', '{}', 'null', '"', '{"key":"master","box":null}']) {
      const cookie = `latchkey-unlocked=${Buffer.from(value).toString('base64url')}`;
      expect(await (await open(link, { headers: { cookie } })).text()).not.toContain('offer.pdf');
    }
  });

  test('that is changed locks again, and ends the URLs from before', async () => {
    const link = await landing('/box/papers/offer.pdf');
    expect((await fetch(link.url)).status).toBe(200);
    await doneByApi(server, 'PATCH', `/links/${link.id}`, { json: { password: 'new' } });
    expect((await fetch(link.url)).status).toBe(403);
    const headers = { cookie: ((await post(link, { password: 'new' })).headers.get('set-cookie') ?? '').split(';')[0] ?? '' };
    expect(await (await open(link, { headers })).text()).toContain('offer.pdf');
    await doneByApi(server, 'PATCH', `/links/${link.id}`, { json: { password: 'newer' } });
    expect(await (await open(link, { headers })).text()).not.toContain('offer.pdf');
    await doneByApi(server, 'PATCH', `/links/${link.id}`, { json: { password: null } });
    expect(await (await open(link)).text()).toContain('offer.pdf');
  });

  test('that is wrong is in the trail, with the link and the address', async () => {
    const link = await landing('/box/papers/offer.pdf', { password: 'open' });
    await post(link, { password: 'closed' }, { 'x-forwarded-for': '192.0.2.200' });
    const event = async () => {
      const { items } = await doneByApi(server, 'GET', '/audit', { query: [['link', link.id]] });
      return items.find(({ eventName }: Json) => eventName === 'UnlockLink');
    };
    await expect
      .poll(event)
      .toMatchObject({ sourceIPAddress: '192.0.2.200', errorCode: 'AccessDenied', errorMessage: 'The password was wrong.' });
  });

  test('is in no log, no answer and no trail', async () => {
    const link = await landing('/box/papers/offer.pdf', { password: 'very-secret-word' });
    await post(link, { password: 'another-secret-word' });
    expect(JSON.stringify(link)).not.toContain('secret-word');
    const events = JSON.stringify(await doneByApi(server, 'GET', '/audit', { query: [['limit', '200']] }));
    expect(events).not.toContain('secret-word');
    expect(events).not.toContain(new URL(link.landingUrl).pathname.slice(3));
    expect(server.logged.join('\n')).not.toContain('secret-word');
    expect(server.logged.join('\n')).not.toContain(new URL(link.landingUrl).pathname.slice(3));
  });
});

describe('a link that is of no use says why', () => {
  test('expired, also with the inner URL that was made before', async () => {
    const link = await landing('/box/papers/offer.pdf', { expiresIn: '1m' });
    const inner = (await open(link, { query: '?download' })).headers.get('location') ?? '';
    server.clock.now = () => Date.now() + 61_000;
    expect((await open(link)).status).toBe(410);
    expect(await (await open(link)).text()).toContain('This link has expired');
    expect((await fetch(inner)).status).toBe(403);
  });

  test('revoked, paused, and resumed again', async () => {
    const link = await landing('/box/papers/offer.pdf');
    await doneByApi(server, 'PATCH', `/links/${link.id}`, { json: { status: 'paused' } });
    expect(await (await open(link)).text()).toContain('This link is paused');
    await doneByApi(server, 'PATCH', `/links/${link.id}`, { json: { status: 'active' } });
    expect((await open(link)).status).toBe(200);
    await doneByApi(server, 'DELETE', `/links/${link.id}`);
    const page = await open(link);
    expect([page.status, await page.text()]).toEqual([410, expect.stringContaining('This link was withdrawn')]);
  });

  test('revoked by its own address, which is in no line of the trail', async () => {
    const link = await landing('/box/papers/offer.pdf');
    await doneByApi(server, 'POST', '/revocations', { json: { by: 'url', url: link.landingUrl } });
    expect((await open(link)).status).toBe(410);
    const token = new URL(link.landingUrl).pathname.slice(3);
    await api(server, 'POST', '/revocations', { json: { by: 'url', url: `${link.landingUrl.slice(0, -1)}_` } });
    await api(server, 'GET', `/links/${token}`);
    const events = JSON.stringify(await doneByApi(server, 'GET', '/audit', { query: [['limit', '200']] }));
    expect(events).not.toContain(token.slice(0, 21));
  });

  test('revoked by a rule, which no URL that the page signs later gets around', async () => {
    const labelled = await landing('/box/papers/offer.pdf', { label: 'offers' });
    const other = await landing('/box/papers/offer.pdf', { label: 'others' });
    const inner = (await open(labelled, { query: '?download' })).headers.get('location') ?? '';
    await doneByApi(server, 'POST', '/revocations', { json: { by: 'label', label: 'offers' } });
    server.clock.now = () => Date.now() + 5000;
    const page = await open(labelled);
    expect([page.status, await page.text()]).toEqual([410, expect.stringContaining('This link was withdrawn')]);
    for (const answer of [await fetch(inner), await open(labelled, { query: '?download' })])
      expect(answer.status).toBeGreaterThanOrEqual(400);
    expect((await open(other)).status).toBe(200);
    expect((await doneByApi(server, 'GET', `/links/${labelled.id}`)).status).toBe('revoked');
    expect((await doneByApi(server, 'GET', `/links/${other.id}`)).status).toBe('active');
  });

  test('too early, and from the wrong address', async () => {
    const early = await landing('/box/papers/offer.pdf', { notBefore: new Date(Date.now() + 60_000).toISOString() });
    expect(await (await open(early)).text()).toContain('does not work yet');
    const bound = await landing('/box/papers/offer.pdf', { sourceIp: ['192.0.2.0/24'] });
    expect((await open(bound, from('192.0.2.9'))).status).toBe(200);
    const elsewhere = await open(bound, from('198.51.100.1'));
    expect([elsewhere.status, await elsewhere.text()]).toEqual([403, expect.stringContaining('does not work from here')]);
  });

  test('the object is gone', async () => {
    await send(server, signed(server, 'PUT', '/box/short-lived', { body: 'x' }));
    const link = await landing('/box/short-lived');
    await send(server, signed(server, 'DELETE', '/box/short-lived'));
    const page = await open(link);
    expect([page.status, await page.text()]).toEqual([404, expect.stringContaining('no longer there')]);
  });

  test('whoever made it may not read the object any more', async () => {
    const ALL = ['arn:aws:s3:::box', 'arn:aws:s3:::box/*'];
    const credentials = await newUser(server, 'ann', policyOf(allow(['s3:GetObject', 'latchkey:CreateLink'], ALL)));
    const link = await doneByApi(server, 'POST', '/links', {
      json: { bucket: 'box', key: 'papers/offer.pdf', landing: true },
      credentials,
    });
    expect(await (await open(link)).text()).toContain('<dd>ann</dd>');
    await putPolicy(server, 'ann', policyOf(allow('s3:ListBucket', ALL)));
    const page = await open(link);
    expect([page.status, await page.text()]).toEqual([403, expect.stringContaining('no longer shared')]);
  });
});

describe('a policy about how long ago was signed', () => {
  test('means the link, and not what its page signs', async () => {
    const BOX = 'arn:aws:s3:::box/*';
    const old = deny('s3:GetObject', BOX, { Condition: { NumericGreaterThan: { 's3:signatureAge': '60000' } } });
    const credentials = await newUser(server, 'bea', policyOf(allow(['s3:GetObject', 'latchkey:CreateLink'], BOX), old));
    const link = await doneByApi(server, 'POST', '/links', { json: { bucket: 'box', key: 'cat.png', landing: true }, credentials });
    expect((await open(link)).status).toBe(200);
    server.clock.now = () => Date.now() + 120_000;
    for (const query of ['', '?download']) expect((await open(link, { query })).status).toBe(403);
  });
});

describe('how long a link with a page may live', () => {
  const inDays = (days: number) => new Date(Date.now() + days * DAY_MS).toISOString();
  const guardrails = (value: Json) => done(server, 'latchkey', 'PutGuardrails', { Bucket: 'box', Guardrails: JSON.stringify(value) });

  test('is seven days, unless a guardrail says otherwise', async () => {
    const json = { bucket: 'box', key: 'cat.png', landing: true, expiresAt: inDays(8) };
    expectProblem(await api(server, 'POST', '/links', { json }), { status: 400, code: 'InvalidArgument' });
    await guardrails({ pageLifetimeSeconds: 30 * 86_400 });
    const link = await landing('/box/cat.png', { expiresAt: inDays(29) });
    server.clock.now = () => Date.now() + 20 * DAY_MS;
    expect((await fetch(link.url)).status).toBe(403);
    expect(await (await fetch(`${link.landingUrl}?download`)).text()).toBe('meow');
    await guardrails({ pageLifetimeSeconds: 10 * 86_400 });
    expect((await open(link)).status).toBe(410);
    await guardrails({});
  });
});
