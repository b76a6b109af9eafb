/** TLS without a proxy: the server's own certificate, renewed while it runs. */
import { request } from 'node:https';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { type CertificateFiles, selfSigned } from '../support/certificate.ts';
import { needs } from '../support/programs.ts';
import { rawExchange } from '../support/raw-http.ts';
import { type TestServer, testServer } from '../support/test-server.ts';
import { type Answer, answer, bytesOf, presigned, signed, type Wanted, type WireRequest } from '../support/wire-client.ts';

const test = needs('openssl');

describe.each([
  ['127.0.0.1', '127.0.0.1'],
  ['::1', '[::1]'],
] as const)('a server with a certificate, on %s', (address, hostname) => {
  let certificate: CertificateFiles;
  let server: TestServer;
  beforeAll(async () => {
    certificate = selfSigned(['localhost', 'box.localhost', '*.s3.internal', '127.0.0.1', '::1']);
    server = await testServer({
      tls: certificate,
      domains: ['s3.internal'],
      listen: { host: address, port: 0 },
      consoleListen: { host: address, port: 0 },
    });
    await send(signed(server, 'PUT', '/box'));
  });
  afterAll(async () => {
    await server.close();
    certificate.remove();
  });

  /** Over a connection of its own, with the name in Host taken for the name of the server. */
  function send(wire: WireRequest, options: ConnectionOptions = {}): Promise<Answer> {
    const host = wire.headers.find(([name]) => name === 'Host')?.[1] ?? '';
    return overTls(bytesOf(wire), { ...place(host), ca: certificate.cert, ...options });
  }
  const place = (host: string) => {
    const name = host.replace(/:\d+$/, '');
    return { host: address, port: port(), servername: /^[[\d]/.test(name) ? '' : name };
  };
  const port = () => Number(new URL(server.s3).port);
  const url = (method: string, path: string, wanted: Wanted = {}) => presigned(server, method, path, wanted);

  test('says https, and takes pre-signed uploads and downloads', async () => {
    expect(server.s3).toBe(`https://${hostname}:${port()}`);
    expect((await send(url('PUT', '/box/a b.txt', { body: 'over TLS' }))).status).toBe(200);
    const got = await send(url('GET', '/box/a b.txt'));
    expect([got.status, got.text]).toEqual([200, 'over TLS']);
    const changed = await send({ ...url('GET', '/box/a b.txt'), target: url('GET', '/box/a.txt').target });
    expect(changed.status).toBe(404);
  });

  test('says in its answers that clients spoke TLS', async () => {
    const begun = await send(signed(server, 'POST', '/box/parts', { query: { uploads: '' } }));
    const uploadId = /<UploadId>([^<]+)/.exec(begun.text)?.[1] ?? '';
    const etag = (await send(url('PUT', '/box/parts', { query: { partNumber: '1', uploadId }, body: 'x' }))).headers.get('etag');
    const body = `<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>${etag}</ETag></Part></CompleteMultipartUpload>`;
    const done = await send(signed(server, 'POST', '/box/parts', { query: { uploadId }, body }));
    expect(done.text).toContain(`<Location>https://${server.host}/box/parts</Location>`);
  });

  test('serves virtual-host style and the default port, where Host has none', async () => {
    await send(url('PUT', '/box/hosted', { body: 'by name' }));
    for (const host of ['box.localhost', `box.localhost:${port()}`, 'box.s3.internal']) {
      const got = await send(url('GET', '/hosted', { host }));
      expect([host, got.status, got.text]).toEqual([host, 200, 'by name']);
    }
    for (const host of ['localhost', hostname])
      expect([host, (await send(url('GET', '/box/hosted', { host }))).status]).toEqual([host, 200]);
  });

  test('serves the console too', async () => {
    const { port: consolePort } = new URL(server.console);
    const bytes = Buffer.from(`GET /-/health/ready HTTP/1.1\r\nHost: localhost:${consolePort}\r\n\r\n`);
    const reply = await overTls(bytes, { ...place('localhost'), port: Number(consolePort), ca: certificate.cert });
    expect([reply.status, reply.text]).toEqual([200, 'ok\n']);
  });

  test('refuses TLS 1.1, and what is no TLS at all', async () => {
    await expect(send(url('GET', '/box'), { maxVersion: 'TLSv1.1', minVersion: 'TLSv1', ciphers: 'ALL:@SECLEVEL=0' })).rejects.toThrow();
    const plain = await rawExchange(`http://${hostname}:${port()}`, bytesOf(url('GET', '/box'))).catch(() => undefined);
    expect(plain?.status ?? 400).toBe(400);
    expect((await send(url('GET', '/box'))).status).toBe(200);
  });

  test('takes a renewed certificate without dropping a connection', async () => {
    const old = await keptOpen(place('localhost'), certificate.cert);
    const renewed = selfSigned();
    try {
      server.renewCertificate(renewed);
      expect((await old.get(url('GET', '/box').target)).status).toBe(200);
      expect(await serialOf(place('localhost'), renewed.cert)).not.toBe(old.serial);
      await expect(serialOf(place('localhost'), certificate.cert)).rejects.toThrow();
      await expect(
        send(url('GET', '/box'), { ca: renewed.cert, maxVersion: 'TLSv1.1', minVersion: 'TLSv1', ciphers: 'ALL:@SECLEVEL=0' }),
      ).rejects.toThrow();
    } finally {
      old.close();
      server.renewCertificate(certificate);
      renewed.remove();
    }
  });

  test('keeps its certificate where the renewed one is none, or has another key', async () => {
    const other = selfSigned();
    try {
      const before = await serialOf(place('localhost'), certificate.cert);
      for (const broken of [
        { cert: 'no certificate', key: certificate.key },
        { cert: certificate.cert, key: 'no key' },
        { cert: certificate.cert, key: other.key },
      ]) {
        expect(() => server.renewCertificate(broken)).toThrow();
        expect(await serialOf(place('localhost'), certificate.cert)).toBe(before);
      }
    } finally {
      other.remove();
    }
  });
});

test('a server does not start with a certificate and the key of another', async () => {
  const [one, other] = [selfSigned(), selfSigned()];
  try {
    await expect(testServer({ tls: { cert: one.cert, key: other.key } })).rejects.toThrow(/key/i);
  } finally {
    one.remove();
    other.remove();
  }
});

function overTls(bytes: Buffer, options: ConnectionOptions): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const socket: TLSSocket = connect(options, () => socket.write(bytes));
    const chunks: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      const reply = wholeReply(Buffer.concat(chunks));
      if (reply === undefined) return;
      socket.destroy();
      resolve(reply);
    });
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('the connection ended without a whole reply')));
  });
}

function wholeReply(received: Buffer): Answer | undefined {
  const end = received.indexOf('\r\n\r\n');
  if (end === -1) return undefined;
  const [statusLine = '', ...lines] = received.subarray(0, end).toString('latin1').split('\r\n');
  const headers = new Map(lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]));
  const body = received.subarray(end + 4);
  if (body.length < Number(headers.get('content-length') ?? 0)) return undefined;
  return answer({ status: Number(statusLine.split(' ')[1]), headers, body, text: body.toString('utf8') });
}

/** The serial number of the certificate that a new connection is shown, once `ca` vouches for it. */
function serialOf(where: ConnectionOptions, ca: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ ...where, ca }, () => {
      resolve(socket.getPeerCertificate().serialNumber);
      socket.destroy();
    });
    socket.once('error', reject);
  });
}

/** One connection that stays, and requests on it. */
async function keptOpen(where: ConnectionOptions, ca: string) {
  const socket = await new Promise<TLSSocket>((resolve, reject) => {
    const opened: TLSSocket = connect({ ...where, ca }, () => resolve(opened));
    opened.once('error', reject);
  });
  return {
    serial: socket.getPeerCertificate().serialNumber,
    get: (target: string) =>
      new Promise<{ readonly status: number | undefined }>((resolve, reject) => {
        const asked = request(
          {
            createConnection: () => socket,
            path: target,
            headers: ['Host', `${where.host?.includes(':') ? `[${where.host}]` : where.host}:${where.port}`],
          },
          (response) => resolve({ status: response.statusCode }),
        );
        asked.once('error', reject).end();
      }),
    close: () => socket.destroy(),
  };
}
