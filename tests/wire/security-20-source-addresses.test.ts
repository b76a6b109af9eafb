/** Security test 20: links and URLs that may be used from some addresses only: the client's own, which nobody can make up. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newLink, requestOf, uploadForm } from '../support/links.ts';
import { type TestServer, testServer } from '../support/test-server.ts';
import { expectError, presigned, send, signed, type WireRequest } from '../support/wire-client.ts';

const direct = await testServer();
const behindProxy = await testServer({ trustedProxies: ['127.0.0.0/8', '10.0.0.0/8'] });
const servers = { direct, behindProxy };
afterAll(() => Promise.all([direct.close(), behindProxy.close()]));
beforeAll(async () => {
  for (const server of Object.values(servers)) {
    await send(server, signed(server, 'PUT', '/box'));
    await send(server, signed(server, 'PUT', '/box/file', { body: 'gold' }));
  }
});

const ELSEWHERE = { status: 403, code: 'AccessDenied', message: 'This link or URL can not be used from your address.' } as const;
const linkFor = async (server: TestServer, sourceIp: readonly string[]) =>
  requestOf((await newLink(server, '/box/file', { sourceIp })).url);
const urlFor = (server: TestServer, sourceIp: readonly string[]) =>
  presigned(server, 'GET', '/box/file', { query: { 'X-Latchkey-Source-Ip': sourceIp.join(',') } });
const withHeaders = (request: WireRequest, headers: Readonly<Record<string, string>>): WireRequest => ({
  ...request,
  headers: [...request.headers, ...Object.entries(headers)],
});

describe.each([
  ['a link', linkFor],
  ['a URL', async (server: TestServer, sourceIp: readonly string[]) => urlFor(server, sourceIp)],
])('%s for some addresses', (_, requestFor) => {
  test.each([['127.0.0.1'], ['127.0.0.0/8'], ['10.0.0.0/8', '127.0.0.1/32'], ['0.0.0.0/0'], ['::ffff:127.0.0.0/104']])(
    'works from one of %s and %s',
    async (...sourceIp) => {
      expect((await send(direct, await requestFor(direct, sourceIp.filter(Boolean)))).text).toBe('gold');
    },
  );

  test.each([['127.0.0.2'], ['126.0.0.0/8'], ['128.0.0.0/8'], ['192.0.2.0/24', '2001:db8::/32'], ['::/0'], ['::1']])(
    'does not work from elsewhere than %s and %s',
    async (...sourceIp) => {
      expectError(await send(direct, await requestFor(direct, sourceIp.filter(Boolean))), ELSEWHERE);
    },
  );

  test.each(['X-Forwarded-For', 'Forwarded', 'X-Real-IP', 'X-Client-IP', 'True-Client-IP', 'CF-Connecting-IP', 'Via'])(
    'believes no %s of somebody who is no proxy of ours',
    async (name) => {
      const value = name === 'Forwarded' ? 'for=203.0.113.7' : '203.0.113.7';
      const request = await requestFor(direct, ['203.0.113.7']);
      expectError(await send(direct, withHeaders(request, { [name]: value })), ELSEWHERE);
      const ours = await requestFor(direct, ['127.0.0.1']);
      expect((await send(direct, withHeaders(ours, { [name]: value }))).text).toBe('gold');
    },
  );

  test.each([
    ['203.0.113.7', true],
    ['::ffff:203.0.113.7', true],
    ['203.0.113.7:51000', true],
    ['203.0.113.7, 10.1.2.3', true],
    ['198.51.100.9, 203.0.113.7', true],
    ['203.0.113.7, 198.51.100.9', false],
    ['198.51.100.9', false],
    ['unknown', false],
    ['', false],
  ])('behind a proxy of ours, with X-Forwarded-For: %s, is used from there: %j', async (chain, works) => {
    const reply = await send(behindProxy, withHeaders(await requestFor(behindProxy, ['203.0.113.0/28']), { 'X-Forwarded-For': chain }));
    if (works) expect(reply.text).toBe('gold');
    else expectError(reply, ELSEWHERE);
  });

  test('knows the edges of a block', async () => {
    const request = await requestFor(behindProxy, ['203.0.113.8/30', '2001:db8:0:1::/64']);
    const works = async (client: string) => (await send(behindProxy, withHeaders(request, { 'X-Forwarded-For': client }))).status === 200;
    for (const client of ['203.0.113.8', '203.0.113.11', '2001:db8:0:1::', '2001:db8:0:1:ffff:ffff:ffff:ffff', '[2001:db8:0:1::7]:443'])
      expect(await works(client), client).toBe(true);
    for (const client of ['203.0.113.7', '203.0.113.12', '2001:db8:0:0:ffff:ffff:ffff:ffff', '2001:db8:0:2::'])
      expect(await works(client), client).toBe(false);
  });
});

test('a form for some addresses refuses others, and stores nothing', async () => {
  const link = await newLink(direct, '/box/', { method: 'POST', keyPrefix: 'in/', sourceIp: ['192.0.2.0/24'] });
  expectError(await uploadForm(direct, link, { content: 'x', filename: 'a' }), ELSEWHERE);
  expect((await send(direct, signed(direct, 'HEAD', '/box/in/a'))).status).toBe(404);
});

test('who asks from elsewhere takes no use, and is not told whether any is left', async () => {
  const link = requestOf((await newLink(behindProxy, '/box/file', { sourceIp: ['203.0.113.7'], maxUses: 1 })).url);
  const from = (client: string) => send(behindProxy, withHeaders(link, { 'X-Forwarded-For': client }));
  expectError(await from('198.51.100.9'), ELSEWHERE);
  expect((await from('203.0.113.7')).text).toBe('gold');
  expectError(await from('198.51.100.9'), ELSEWHERE);
});
