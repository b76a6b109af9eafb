/** A server with a real proxy in front of it, for the tests of one describe block. */
import { request as requestPlain } from 'node:http';
import { request as requestTls } from 'node:https';
import type { ServerOptions } from '@latchkey/server/start-server';
import { afterAll, beforeAll } from 'vitest';
import { type CertificateFiles, selfSigned } from './certificate.ts';
import { type Documented, documentedProxy } from './documented-proxy.ts';
import { freePort } from './free-port.ts';
import { type ProxyProgram, type RunningProxy, startProxy } from './proxy-programs.ts';
import { type TestServer, testServer } from './test-server.ts';
import { type Answer, answer, type WireRequest } from './wire-client.ts';

export type ProxiedOptions = {
  readonly program: ProxyProgram;
  readonly place: Documented['place'];
  /** Whether the proxy speaks TLS, with a certificate for localhost. */
  readonly tls?: boolean;
  /** What this installation does otherwise than documented. */
  readonly change?: (configuration: string) => string;
  /** The server's settings; `publicUrl` is the one that is documented for the place. */
  readonly server?: (publicUrl: string) => Partial<ServerOptions>;
};

export type Proxied = {
  readonly server: TestServer;
  readonly proxy: RunningProxy;
  /** `https://localhost:PORT/storage`: where clients find the store. */
  readonly publicUrl: string;
  /** What clients send as Host: `localhost:PORT`. */
  readonly host: string;
  /** `/storage`, or nothing. */
  readonly prefix: string;
  readonly port: number;
  readonly certificate: CertificateFiles | undefined;
  /** Sends a request through the proxy; its target is taken as it stands. */
  send(request: WireRequest): Promise<Answer>;
};

/** Starts both before the tests of this block and stops them after; the function that it returns is for use in tests. */
export function proxied(options: ProxiedOptions): () => Proxied {
  let running: (Proxied & { stop(): Promise<void> }) | undefined;
  beforeAll(async () => {
    running = await start(options);
  });
  afterAll(() => running?.stop());
  return () => {
    if (running === undefined) throw new Error('the proxy is not running');
    return running;
  };
}

async function start({ program, place, tls = false, change = (text) => text, server: settings }: ProxiedOptions) {
  const port = await freePort();
  const certificate = tls ? selfSigned() : undefined;
  const prefix = place === 'path' ? '/storage' : '';
  const host = `localhost:${port}`;
  const publicUrl = `${tls ? 'https' : 'http'}://${host}${prefix}`;
  const server = await testServer(settings?.(publicUrl) ?? { publicUrls: [publicUrl], trustedProxies: ['127.0.0.1'] });
  const configuration = change(documentedProxy({ program, place, port, backend: server.host, certificate }));
  const stopRest = async () => {
    await server.close(0);
    certificate?.remove();
  };
  const proxy = await startProxy(program, configuration, port).catch(async (error: unknown) => {
    await stopRest();
    throw error;
  });
  return {
    server,
    proxy,
    publicUrl,
    host,
    prefix,
    port,
    certificate,
    send: (request: WireRequest) => sendThrough(request, port, certificate?.cert),
    async stop() {
      await proxy.stop();
      await stopRest();
    },
  };
}

/** Node sends method, target and headers exactly as given. */
function sendThrough({ method, target, headers, body }: WireRequest, port: number, ca: string | undefined): Promise<Answer> {
  const says = headers.some(([name]) => /^(content-length|transfer-encoding)$/i.test(name));
  const needsLength = !says && (body !== undefined || method === 'PUT' || method === 'POST');
  const withLength = needsLength ? [...headers, ['Content-Length', String(body?.byteLength ?? 0)] as const] : headers;
  const options = { host: '127.0.0.1', port, method, path: target, headers: withLength.flat(), agent: false as const };
  return new Promise((resolve, reject) => {
    const request = ca === undefined ? requestPlain(options) : requestTls({ ...options, ca, servername: 'localhost' });
    request.once('error', reject);
    request.once('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('error', reject);
      response.once('end', () => {
        const content = Buffer.concat(chunks);
        const pairs = response.rawHeaders.flatMap((name, i, all) => (i % 2 === 0 ? [[name.toLowerCase(), all[i + 1] ?? ''] as const] : []));
        resolve(answer({ status: response.statusCode ?? 0, headers: new Map(pairs), body: content, text: content.toString('utf8') }));
      });
    });
    request.end(body);
  });
}
