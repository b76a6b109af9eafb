/** A server that knows no public URL says https in its answers where a proxy that it trusts says so, and only then. */
import { presignPost } from '@latchkey/sigv4';
import { describe, expect } from 'vitest';
import { needs } from '../support/programs.ts';
import { type Proxied, proxied } from '../support/proxied.ts';
import { PROXIES } from '../support/proxy-programs.ts';
import { REGION, ROOT } from '../support/test-server.ts';
import { send, signed } from '../support/wire-client.ts';

describe.each(PROXIES)('TLS in %s', (program) => {
  describe.each([
    ['which is trusted', ['127.0.0.1'], 'https'],
    ['which is not trusted', ['192.0.2.1'], 'http'],
  ] as const)('%s', (_, trustedProxies, scheme) => {
    const at = proxied({ program, place: 'host', tls: true, server: () => ({ trustedProxies }) });

    needs(program, 'openssl')(`the answer to a form begins its Location with ${scheme}`, async () => {
      await send(at().server, signed(at().server, 'PUT', '/box'));
      expect(await locationOfUpload(at())).toBe(`${scheme}://${at().host}/box/key`);
    });
  });
});

async function locationOfUpload({ publicUrl, host, send: sendThere }: Proxied): Promise<string | undefined> {
  const { toFormData } = presignPost({
    bucket: 'box',
    key: 'key',
    region: REGION,
    credentials: ROOT,
    endpoint: publicUrl,
    expiresIn: '1h',
  });
  const form = new Response(toFormData(new Blob(['x'])));
  const headers = [
    ['Host', host],
    ['Content-Type', form.headers.get('content-type') ?? ''],
    ['X-Forwarded-Proto', 'gopher'],
  ] as const;
  const answer = await sendThere({ method: 'POST', target: '/box', headers, body: Buffer.from(await form.arrayBuffer()) });
  return answer.headers.get('location');
}
