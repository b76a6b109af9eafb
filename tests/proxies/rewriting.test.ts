/** Proxies that change Host or leave the prefix on: the server knows its public URL, and that is enough. */
import { describe, expect } from 'vitest';
import { replaced } from '../support/documented-proxy.ts';
import { needs } from '../support/programs.ts';
import { type ProxiedOptions, proxied } from '../support/proxied.ts';
import { PROXIES, type ProxyProgram } from '../support/proxy-programs.ts';
import { presigned } from '../support/wire-client.ts';
import { itPassesEverythingOn } from './passes-on.ts';

/** nginx writes its own Host where it is not told otherwise. */
const rewritesHost: Record<ProxyProgram, (configuration: string) => string> = {
  nginx: (text) => replaced(text, 'proxy_set_header Host $http_host;', ''),
  haproxy: (text) => replaced(text, 'http-request set-header X-Forwarded-Proto https', 'http-request set-header Host backend.internal'),
};

const leavesPrefix: Record<ProxyProgram, (configuration: string) => string> = {
  nginx: (text) => replaced(text, 'proxy_pass http://latchkey$behind_storage;', 'proxy_pass http://latchkey;'),
  haproxy: (text) => replaced(text, /http-request replace-path .*\n/, '\n'),
};

const CASES: readonly (readonly [string, ProxiedOptions['place'], Record<ProxyProgram, (text: string) => string>])[] = [
  ['rewrites Host', 'host', rewritesHost],
  ['rewrites Host and takes the prefix off', 'path', rewritesHost],
  ['keeps Host and leaves the prefix on', 'path', leavesPrefix],
];

describe.each(PROXIES)('%s', (program) => {
  describe.each(CASES)('%s', (_, place, changes) => {
    itPassesEverythingOn(proxied({ program, place, change: changes[program] }), needs(program));
  });

  // What nginx does where nobody tells it otherwise. A form signs no host, so nothing says that it means the public name.
  describe('rewrites Host and leaves the prefix on', () => {
    const change = (configuration: string) => leavesPrefix[program](rewritesHost[program](configuration));
    itPassesEverythingOn(proxied({ program, place: 'path', change }), needs(program), { butForms: true });
  });

  describe('in front of a server with two public URLs', () => {
    const at = proxied({
      program,
      place: 'host',
      change: rewritesHost[program],
      server: (publicUrl) => ({ publicUrls: ['https://files.example.com', publicUrl], trustedProxies: ['127.0.0.1'] }),
    });
    const test = needs(program);
    test('a URL that was signed for either works, and one for another name does not', async () => {
      const { server, send, host } = at();
      const urlFor = (name: string) => presigned(server, 'GET', '/', { host: name });
      for (const name of ['files.example.com', host]) expect((await send(urlFor(name))).status).toBe(200);
      const other = await send(urlFor('files.example.org'));
      expect([other.status, other.error.Code]).toEqual([403, 'SignatureDoesNotMatch']);
    });
  });
});
