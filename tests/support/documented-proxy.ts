/** The configurations that docs/proxies shows, with the ports and files of a test in the places that everybody changes. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { CertificateFiles } from './certificate.ts';
import type { ProxyProgram } from './proxy-programs.ts';

export type Documented = {
  readonly program: ProxyProgram;
  /** Whether Latchkey has the host for itself, or stands under /storage. */
  readonly place: 'host' | 'path';
  /** Where the proxy listens, on 127.0.0.1. */
  readonly port: number;
  /** Where Latchkey listens: `127.0.0.1:9000`. */
  readonly backend: string;
  /** Plain HTTP without one. */
  readonly certificate?: CertificateFiles | undefined;
};

export function documentedProxy({ program, place, port, backend, certificate }: Documented): string {
  const file = { nginx: { host: 'nginx.conf', path: 'nginx-path.conf' }, haproxy: { host: 'haproxy.cfg', path: 'haproxy-path.cfg' } }[
    program
  ][place];
  const text = readFileSync(fileURLToPath(new URL(`../../docs/proxies/${file}`, import.meta.url)), 'utf8');
  const atBackend = replaced(text, '127.0.0.1:9000', backend);
  if (program === 'haproxy') {
    const binding = certificate === undefined ? `127.0.0.1:${port}` : `127.0.0.1:${port} ssl crt ${certificate.bothFile} alpn h2,http/1.1`;
    return replaced(atBackend, /:443 ssl crt \S+ alpn h2,http\/1\.1/, binding);
  }
  const listening = replaced(atBackend, 'listen 443 ssl;', `listen 127.0.0.1:${port}${certificate === undefined ? '' : ' ssl'};`);
  if (certificate === undefined) return replaced(listening, /ssl_certificate(_key)? \S+;/, '');
  const certified = replaced(listening, /ssl_certificate \S+;/, `ssl_certificate ${certificate.certFile};`);
  return replaced(certified, /ssl_certificate_key \S+;/, `ssl_certificate_key ${certificate.keyFile};`);
}

/** All of them, and there must be one: otherwise the documented file has changed and this test no longer tests it. */
export function replaced(text: string, what: string | RegExp, by: string): string {
  const all = typeof what === 'string' ? what : new RegExp(what.source, `${what.flags}g`);
  const result = text.replaceAll(all, () => by);
  if (result === text) throw new Error(`nothing in the configuration matches ${what}:\n${text}`);
  return result;
}
