/** Who is really asking: what a proxy of ours saw, whatever the client makes up. */
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { trustedProxies } from '@latchkey/server/forwarded';
import { type Listener, listen } from '@latchkey/server/http';
import { jsonLog } from '@latchkey/server/log';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { documentedProxy } from '../support/documented-proxy.ts';
import { freePort } from '../support/free-port.ts';
import { needs } from '../support/programs.ts';
import { PROXIES, startProxy } from '../support/proxy-programs.ts';

/** The proxy connects from the first address of this machine; these are clients. */
const CLIENT = '127.0.0.2';
const OUTER_PROXY = '127.0.0.3';

const CLAIMS: readonly (readonly [string, readonly string[]])[] = [
  ['one address', ['X-Forwarded-For', '203.0.113.9']],
  ['the address of our proxy', ['X-Forwarded-For', '127.0.0.1']],
  ['a chain, over two headers', ['X-Forwarded-For', '203.0.113.9, 127.0.0.1', 'X-Forwarded-For', '127.0.0.1, 127.0.0.3']],
  ['noise', ['X-Forwarded-For', 'unknown, _hidden, ::1%eth0, 999.0.0.1,']],
  ['other headers of the kind', ['Forwarded', 'for=203.0.113.9;proto=https', 'X-Real-IP', '203.0.113.9', 'X-Client-IP', '203.0.113.9']],
];

describe.each(PROXIES)('%s as documented', (program) => {
  const test = needs(program);
  const stops: (() => Promise<unknown>)[] = [];
  let listener: Listener;
  let port: number;
  beforeAll(async () => {
    port = await freePort();
    listener = await tellingPeers(['127.0.0.1', OUTER_PROXY]);
    const proxy = await startProxy(program, documentedProxy({ program, place: 'host', port, backend: new URL(listener.url).host }), port);
    stops.push(proxy.stop, () => listener.close(0));
  });
  afterAll(() => Promise.all(stops.map((stop) => stop())));

  test('the client is the one that the proxy saw, whatever it says of itself', async () => {
    expect((await peer(port, CLIENT)).address).toBe(CLIENT);
    for (const [what, claim] of CLAIMS) expect([what, (await peer(port, CLIENT, claim)).address]).toEqual([what, CLIENT]);
  });

  test('whether the client spoke TLS is what the proxy says', async () => {
    const { secure } = await peer(port, CLIENT);
    for (const claim of ['http', 'https']) expect((await peer(port, CLIENT, ['X-Forwarded-Proto', claim])).secure).toBe(secure);
  });

  test('behind two proxies of ours the client is the one that the outer one saw, and what stands before that is made up', async () => {
    expect((await peer(port, OUTER_PROXY, ['X-Forwarded-For', '203.0.113.9'])).address).toBe('203.0.113.9');
    expect((await peer(port, OUTER_PROXY, ['X-Forwarded-For', '192.0.2.66, 203.0.113.9'])).address).toBe('203.0.113.9');
    expect((await peer(port, OUTER_PROXY, ['X-Forwarded-For', '192.0.2.66, 2001:db8::7'])).address).toBe('2001:db8::7');
  });

  test('past the proxy nobody is believed', async () => {
    const direct = Number(new URL(listener.url).port);
    for (const [what, claim] of CLAIMS) expect([what, (await peer(direct, CLIENT, claim)).address]).toEqual([what, CLIENT]);
    expect((await peer(direct, CLIENT, ['X-Forwarded-Proto', 'https'])).secure).toBe(false);
  });

  test('a server that trusts no proxy sees the proxy', async () => {
    const [doubting, ownPort] = [await tellingPeers([]), await freePort()];
    const proxy = await startProxy(
      program,
      documentedProxy({ program, place: 'host', port: ownPort, backend: new URL(doubting.url).host }),
      ownPort,
    );
    stops.push(proxy.stop, () => doubting.close(0));
    for (const [what, claim] of CLAIMS)
      expect([what, await peer(ownPort, CLIENT, claim)]).toEqual([what, { address: '127.0.0.1', secure: false }]);
  });
});

/** Answers with what it takes for the client. */
const tellingPeers = (trusted: readonly string[]): Promise<Listener> =>
  listen({ host: '127.0.0.1', port: 0 }, async ({ peer }) => ({ status: 200, headers: [], body: Buffer.from(JSON.stringify(peer)) }), {
    log: jsonLog(() => {}),
    now: Date.now,
    hostId: '',
    proxies: trustedProxies(trusted),
    presence: { isLeaving: false },
  });

function peer(
  port: number,
  localAddress: string,
  claim: readonly string[] = [],
): Promise<{ readonly address: string; readonly secure: boolean }> {
  return new Promise((resolve, reject) => {
    const headers = ['Host', `localhost:${port}`, ...claim];
    const asked = request({ host: '127.0.0.1', port, localAddress, headers, agent: false }, (response) => {
      text(response).then((body) => resolve(JSON.parse(body)), reject);
    });
    asked.once('error', reject).end();
  });
}
