/** docs/proxies/nginx.conf, nginx-path.conf, haproxy.cfg and haproxy-path.cfg, as they stand, with TLS. */
import { describe, expect } from 'vitest';
import { needs } from '../support/programs.ts';
import { proxied } from '../support/proxied.ts';
import { PROXIES } from '../support/proxy-programs.ts';
import { presigned, send, signed } from '../support/wire-client.ts';
import { itPassesEverythingOn } from './passes-on.ts';

const PLACES = [
  ['host', 'under a name of its own'],
  ['path', 'under a path'],
] as const;

describe.each(PROXIES)('%s as documented', (program) => {
  describe.each(PLACES)('%s: Latchkey %s', (place) => {
    const at = proxied({ program, place, tls: true });
    const test = needs(program, 'openssl');

    itPassesEverythingOn(at, test);

    const testOfHost = place === 'host' ? test : () => {};
    testOfHost('virtual-host style works below the public name', async () => {
      const { server, send: sendThere, port } = at();
      const host = `hosted.localhost:${port}`;
      await send(server, signed(server, 'PUT', '/hosted'));
      expect((await sendThere(presigned(server, 'PUT', '/a//key', { host, body: 'by name' }))).status).toBe(200);
      expect((await sendThere(presigned(server, 'GET', '/a//key', { host }))).text).toBe('by name');
    });

    test('the configuration is taken without a complaint', async () => {
      expect(at().proxy.complaints()).toBe('');
    });
  });
});
