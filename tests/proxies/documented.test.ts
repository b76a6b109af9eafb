/** docs/proxies/nginx.conf, nginx-path.conf, haproxy.cfg and haproxy-path.cfg, as they stand, with TLS. */
import { describe, expect } from 'vitest';
import { needs } from '../support/programs.ts';
import { proxied } from '../support/proxied.ts';
import { PROXIES } from '../support/proxy-programs.ts';
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

    test('the configuration is taken without a complaint', async () => {
      expect(at().proxy.complaints()).toBe('');
    });
  });
});
