/**
 * Security test 9: a URL for one use that was used is worth nothing any more, to whoever sends it again, from wherever and however; and the trail
 * says that somebody tried.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { done, type Json } from '../support/json-api.ts';
import { newLink, requestOf } from '../support/links.ts';
import { testServer } from '../support/test-server.ts';
import { expectError, presigned, send, signed, type WireRequest, withHeader } from '../support/wire-client.ts';

const server = await testServer({ trustedProxies: ['127.0.0.0/8'] });
afterAll(() => server.close());
beforeAll(async () => {
  await send(server, signed(server, 'PUT', '/box'));
  await send(server, signed(server, 'PUT', '/box/note', { body: 'once' }));
});

const USED_UP = { status: 403, code: 'AccessDenied', message: 'The link has been used as often as it may be.' } as const;
const from = (request: WireRequest, client: string) => withHeader(request, 'X-Forwarded-For', client);

/** Two URLs of the same second would be one. */
let made = 0;
const URLS: readonly (readonly [name: string, make: () => Promise<WireRequest>])[] = [
  ['a link', async () => requestOf((await newLink(server, '/box/note', { maxUses: 1 })).url)],
  [
    'a URL signed offline',
    async () =>
      presigned(server, 'GET', '/box/note', { query: { 'X-Latchkey-Max-Uses': '1', 'response-cache-control': `max-age=${++made}` } }),
  ],
];

describe.each(URLS)('%s for one use', (name, make) => {
  const network = name === 'a link' ? '198.51.100.' : '192.0.2.';
  test('is refused when it is sent again, from the same address and from another, in ranges and as HEAD', async () => {
    const request = await make();
    expect((await send(server, from(request, '203.0.113.1'))).text).toBe('once');
    for (const client of ['203.0.113.1', '203.0.113.2', '2001:db8::1']) {
      const again = from(request, client);
      expectError(await send(server, again), USED_UP);
      expectError(await send(server, withHeader(again, 'Range', 'bytes=0-')), USED_UP);
      expectError(await send(server, withHeader(again, 'Range', 'bytes=3-3')), USED_UP);
      expectError(await send(server, withHeader(again, 'If-None-Match', '"other"')), USED_UP);
    }
  });

  test('leaves each try in the trail, with where it came from', async () => {
    const request = await make();
    await send(server, from(request, `${network}1`));
    for (let i = 0; i < 3; i++) await send(server, from(request, `${network}${i + 2}`));
    const refused = async (): Promise<Json[]> => {
      const query = { limit: '100', result: 'AccessDenied', bucket: 'box', key: 'note' };
      const { items } = await done(server, 'GET', '/audit', { query });
      return items.filter(({ sourceIPAddress }: Json) => sourceIPAddress.startsWith(network));
    };
    await expect.poll(async () => (await refused()).length).toBe(3);
    expect(
      (await refused()).map(({ sourceIPAddress, additionalEventData }: Json) => [
        sourceIPAddress,
        additionalEventData.latchkey.decision.check,
      ]),
    ).toEqual([
      [`${network}2`, 'uses'],
      [`${network}3`, 'uses'],
      [`${network}4`, 'uses'],
    ]);
  });
});
