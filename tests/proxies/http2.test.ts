/** Browsers speak HTTP/2 with the proxy, where the host is called :authority. */
import { connect } from 'node:http2';
import { text } from 'node:stream/consumers';
import { describe, expect } from 'vitest';
import { replaced } from '../support/documented-proxy.ts';
import { needs } from '../support/programs.ts';
import { type Proxied, proxied } from '../support/proxied.ts';
import { PROXIES, type ProxyProgram } from '../support/proxy-programs.ts';
import { presigned, send, signed, type WireRequest } from '../support/wire-client.ts';

const withHttp2: Record<ProxyProgram, (configuration: string) => string> = {
  nginx: (configuration) => replaced(configuration, / ssl;\n/, ' ssl http2;\n'),
  haproxy: (configuration) => configuration,
};

describe.each(PROXIES)('%s', (program) => {
  describe.each(['host', 'path'] as const)('%s', (place) => {
    const at = proxied({ program, place, tls: true, change: withHttp2[program] });

    needs(program, 'openssl')('pre-signed URLs work over HTTP/2', async () => {
      const { server, host, prefix } = at();
      await send(server, signed(server, 'PUT', '/box'));
      const key = `${prefix}/box/double//slash ü+.txt`;
      expect(await overHttp2(at(), presigned(server, 'PUT', key, { host, body: 'hello' }))).toEqual([200, '']);
      expect(await overHttp2(at(), presigned(server, 'GET', key, { host }))).toEqual([200, 'hello']);
    });
  });
});

async function overHttp2({ certificate, port }: Proxied, { method, target, body }: WireRequest): Promise<[status: number, text: string]> {
  const session = connect(`https://localhost:${port}`, { ca: certificate?.cert });
  try {
    const stream = session.request({ ':method': method, ':path': target, ...(body && { 'content-length': body.byteLength }) });
    stream.end(body);
    const status = new Promise<number>((resolve, reject) => {
      stream.once('response', (headers) => resolve(headers[':status'] ?? 0)).once('error', reject);
    });
    return [await status, await text(stream)];
  } finally {
    session.close();
  }
}
