import { once } from 'node:events';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { presign } from '@latchkey/sigv4/presign';
import { describe, expect, it } from 'vitest';
import { anyPorts, inTemporaryDirectory, latchkey, serve } from '../support/latchkey-command.ts';

const credentials = { accessKeyId: 'operator', secretAccessKey: 'a secret of their own' };
const environment = { LATCHKEY_ROOT_ACCESS_KEY_ID: credentials.accessKeyId, LATCHKEY_ROOT_SECRET_ACCESS_KEY: credentials.secretAccessKey };
type Keys = typeof credentials;
const urlOf = (endpoint: string, keys: Keys, method: 'GET' | 'PUT', key?: string) =>
  presign({ method, bucket: 'photos', key, endpoint, region: 'us-east-1', credentials: keys, expiresIn: 60 }).url;

describe('latchkey serve', () => {
  it('prints one line of JSON when it accepts connections, and nothing else on stdout', async () => {
    await inTemporaryDirectory(async (data) => {
      const server = await serve(['--data', data, ...anyPorts], { environment });
      expect((await fetch(`${server.s3}/-/health/ready`)).status).toBe(200);
      expect((await fetch(`${server.console}/-/health/ready`)).status).toBe(200);
      expect(await server.stop()).toBe(0);
      expect(server.stdout).toEqual([JSON.stringify({ listening: { s3: server.s3, console: server.console } })]);
    });
  });
  it('keeps what was stored over a restart', async () => {
    await inTemporaryDirectory(async (data) => {
      const first = await serve(['--data', data, ...anyPorts], { environment });
      expect((await fetch(urlOf(first.s3, credentials, 'PUT'), { method: 'PUT' })).status).toBe(200);
      expect((await fetch(urlOf(first.s3, credentials, 'PUT', 'cat'), { method: 'PUT', body: 'meow' })).status).toBe(200);
      await first.stop();
      const second = await serve(['--data', data, ...anyPorts], { environment });
      expect(await (await fetch(urlOf(second.s3, credentials, 'GET', 'cat'))).text()).toBe('meow');
      await second.stop();
    });
  });
  it('makes root credentials on the first start, shows them that once and keeps them to itself', async () => {
    await inTemporaryDirectory(async (data) => {
      const first = await serve(['--data', data, ...anyPorts]);
      const file = join(data, 'root-credentials.json');
      const kept = JSON.parse(await readFile(file, 'utf8')) as Keys;
      expect((await stat(file)).mode & 0o777).toBe(0o600);
      expect((await fetch(urlOf(first.s3, kept, 'PUT'), { method: 'PUT' })).status).toBe(200);
      await first.stop();
      expect(first.stderr()).toContain(`export AWS_ACCESS_KEY_ID=${kept.accessKeyId}\n`);
      expect(first.stderr()).toContain(`export AWS_SECRET_ACCESS_KEY=${kept.secretAccessKey}\n`);

      const second = await serve(['--data', data, ...anyPorts]);
      expect((await fetch(urlOf(second.s3, kept, 'PUT', 'cat'), { method: 'PUT', body: 'meow' })).status).toBe(200);
      await second.stop();
      expect(second.stderr()).not.toContain(kept.secretAccessKey);
    });
  });
  it('serves ./data and tells a person what to do next when called without flags', async () => {
    await inTemporaryDirectory(async (cwd) => {
      const server = await serve([], { cwd, environment: { LATCHKEY_LISTEN: '127.0.0.1:0', LATCHKEY_CONSOLE: '127.0.0.1:0' } });
      const { accessKeyId } = JSON.parse(await readFile(join(cwd, 'data/root-credentials.json'), 'utf8')) as Keys;
      await server.stop();
      for (const hint of [server.s3, server.console, accessKeyId, 'npx latchkey share README.md --expires-in 10m'])
        expect(server.stderr()).toContain(hint);
    });
  });
  it('serves one directory from several processes', async () => {
    await inTemporaryDirectory(async (data) => {
      const servers = await Promise.all([serve(['--data', data, ...anyPorts]), serve(['--data', data, ...anyPorts])]);
      const kept = JSON.parse(await readFile(join(data, 'root-credentials.json'), 'utf8')) as Keys;
      const [one, other] = servers;
      await fetch(urlOf(one.s3, kept, 'PUT'), { method: 'PUT' });
      await fetch(urlOf(one.s3, kept, 'PUT', 'cat'), { method: 'PUT', body: 'meow' });
      expect(await (await fetch(urlOf(other.s3, kept, 'GET', 'cat'))).text()).toBe('meow');
      expect(await Promise.all(servers.map((server) => server.stop()))).toEqual([0, 0]);
    });
  });
  it('accepts links signed for its public address, as a proxy passes them on', async () => {
    await inTemporaryDirectory(async (data) => {
      const server = await serve(['--data', data, '--public-url', 'https://files.test/store', ...anyPorts], { environment });
      await fetch(urlOf(server.s3, credentials, 'PUT'), { method: 'PUT' });
      const { pathname, search } = new URL(urlOf('https://files.test/store', credentials, 'PUT', 'cat'));
      const inside = `${server.s3}${pathname.replace('/store', '')}${search}`;
      expect((await fetch(inside, { method: 'PUT', body: 'meow' })).status).toBe(200);
      await server.stop();
    });
  });
  it.each(['SIGTERM', 'SIGINT'] as const)('finishes a request in flight on %s, then ends with status 0', async (signal) => {
    await inTemporaryDirectory(async (data) => {
      const server = await serve(['--data', data, ...anyPorts], { environment });
      await fetch(urlOf(server.s3, credentials, 'PUT'), { method: 'PUT' });
      const { host, pathname, search, port } = new URL(urlOf(server.s3, credentials, 'PUT', 'slow'));
      const socket = connect(Number(port), '127.0.0.1');
      const said = texts(socket);
      socket.write(`PUT ${pathname}${search} HTTP/1.1\r\nHost: ${host}\r\nContent-Length: 11\r\nExpect: 100-continue\r\n\r\n`);
      expect((await said.next()).value).toContain('100 Continue');
      socket.write('first');
      const stopped = server.stop(signal);
      while (await accepts(server.s3));
      socket.write(' bytes');
      expect((await said.next()).value).toMatch(/^HTTP\/1\.1 200 OK/);
      expect(await stopped).toBe(0);
    });
  });
  it.each(['', 'short', 'minioadmin', 'password'])('does not start with the root secret "%s"', async (secret) => {
    await inTemporaryDirectory(async (data) => {
      const { status, stdout, stderr } = await latchkey(['serve', '--data', data, ...anyPorts], {
        environment: { LATCHKEY_ROOT_ACCESS_KEY_ID: 'operator', LATCHKEY_ROOT_SECRET_ACCESS_KEY: secret },
      });
      expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
      expect(stderr).toContain('LATCHKEY_ROOT_SECRET_ACCESS_KEY is empty, short, well known');
      expect(await readdir(data)).toEqual([]);
    });
  });
  it('says in a sentence that a port is in use, with status 1', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as { port: number };
    await inTemporaryDirectory(async (data) => {
      const { status, stdout, stderr } = await latchkey(
        ['serve', '--data', data, '--listen', `127.0.0.1:${port}`, '--console', '127.0.0.1:0'],
        { environment },
      );
      expect({ status, stdout, stderr }).toEqual({
        status: 1,
        stdout: '',
        stderr: `latchkey: Port ${port} is in use: stop the program that has it, or choose another with --listen.\n`,
      });
    });
    taken.close();
  });
  it('says in a sentence that the data directory can not be made, with status 1', async () => {
    await inTemporaryDirectory(async (directory) => {
      await writeFile(join(directory, 'file'), '');
      const { status, stderr } = await latchkey(['serve', '--data', join(directory, 'file/data'), ...anyPorts], { environment });
      expect({ status, stderr }).toEqual({
        status: 1,
        stderr: expect.stringMatching(/^latchkey: The data directory \S+ can not be made: .*\n$/),
      });
    });
  });
  it.each([
    [['--listen', '9000'], '--listen is HOST:PORT'],
    [['--trusted-proxy', 'proxy.test'], '--trusted-proxy: "proxy.test" is neither an address nor a network'],
    [['--tls-cert', 'cert.pem'], '--tls-cert and --tls-key are given together'],
    [['--sigv2', 'perhaps'], '--sigv2 is on or off'],
    [['--objects', 'ftp://x'], '--objects is file:DIRECTORY'],
    [['--objects', 's3+http://x'], 'Objects in an S3 need LATCHKEY_UPSTREAM_ACCESS_KEY_ID'],
    [['data'], 'serve takes flags only'],
  ])('refuses %j with status 2', async (args, sentence) => {
    expect(await latchkey(['serve', ...args])).toEqual({ status: 2, stdout: '', stderr: expect.stringContaining(sentence) });
  });
});

async function* texts(socket: Socket): AsyncGenerator<string, undefined> {
  for await (const chunk of socket) yield String(chunk);
}

async function accepts(endpoint: string): Promise<boolean> {
  try {
    await fetch(`${endpoint}/-/health/live`, { headers: { connection: 'close' } });
    return true;
  } catch {
    return false;
  }
}
