import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { stat, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { apiRequest } from '../support/json-api.ts';
import { anyPorts, inTemporaryDirectory, latchkey, serve } from '../support/latchkey-command.ts';
import { newLink, requestOf } from '../support/links.ts';
import { rawExchange } from '../support/raw-http.ts';
import { restartLoad } from '../support/restart-load.ts';
import { type ServerProcess, serverProcess } from '../support/several-servers.ts';
import { ROOT } from '../support/test-server.ts';
import { presigned, send, signed } from '../support/wire-client.ts';
import { eachWorker, workersOf } from '../support/workers.ts';

const LIVE = 'GET /-/health/live HTTP/1.1\r\nHost: x\r\n\r\n';
const MIB = 1024 * 1024;
const TEXT = 'what the film is about';
const root = { LATCHKEY_ROOT_ACCESS_KEY_ID: ROOT.accessKeyId, LATCHKEY_ROOT_SECRET_ACCESS_KEY: ROOT.secretAccessKey };

describe('latchkey serve --workers', () => {
  it('prints one line when all of them accept connections, shows new root credentials once, and ends with 0', async () => {
    await inTemporaryDirectory(async (data) => {
      const server = await serve(['--data', data, ...anyPorts, '--workers', '3']);
      expect(await workersOf(server.pid)).toHaveLength(3);
      expect((await fetch(`${server.s3}/-/health/ready`)).status).toBe(200);
      expect((await fetch(`${server.console}/-/health/ready`)).status).toBe(200);
      expect(await server.stop()).toBe(0);
      expect(server.stdout).toEqual([JSON.stringify({ listening: { s3: server.s3, console: server.console } })]);
      expect(server.stderr().match(/AWS_SECRET_ACCESS_KEY/g)).toHaveLength(1);
      for (const file of ['root-credentials.json', 'master-key']) expect((await stat(join(data, file))).mode & 0o777).toBe(0o600);
      expect(linesOf(server.stderr()).filter(({ level }) => level === 'error')).toEqual([]);
    });
  });

  it('makes as many as the variable says', async () => {
    await inTemporaryDirectory(async (data) => {
      const server = await serve(['--data', data, ...anyPorts], { environment: { LATCHKEY_WORKERS: '2' } });
      expect(await workersOf(server.pid)).toHaveLength(2);
      expect(await server.stop('SIGINT')).toBe(0);
    });
  });

  it.each(['0', '-1', '1.5', 'many', '257', ''])('refuses --workers "%s" with status 2', async (number) => {
    const { status, stderr } = await latchkey(['serve', '--workers', number]);
    expect([status, stderr]).toEqual([2, expect.stringContaining('--workers is a number from 1 to 256, or auto')]);
  });

  it('says in one sentence what stands in the way of all of them, with the status that one process has', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as { port: number };
    await inTemporaryDirectory(async (data) => {
      const flags = ['serve', '--data', data, '--console', '127.0.0.1:0', '--workers', '2', '--listen'];
      expect(await latchkey([...flags, `127.0.0.1:${port}`], { environment: root })).toEqual({
        status: 1,
        stdout: '',
        stderr: `latchkey: Port ${port} is in use: stop the program that has it, or choose another with --listen.\n`,
      });
      expect(await latchkey([...flags, '127.0.0.1:0', '--tls-cert', 'no.pem', '--tls-key', 'no.key'], { environment: root })).toMatchObject(
        {
          status: 1,
          stdout: '',
          stderr: expect.stringMatching(/^latchkey: The certificate \S+no\.pem [^\n]+\n$/),
        },
      );
    });
    taken.close();
  });

  it('gives up, with a sentence, where workers end again and again before they accept connections', async () => {
    await inTemporaryDirectory(async (data) => {
      const broken = join(data, 'broken.mjs');
      await writeFile(broken, `import cluster from 'node:cluster';\nif (cluster.isWorker) process.exit(7);\n`);
      const environment = { ...root, NODE_OPTIONS: `--import=${broken}` };
      const { status, stdout, stderr } = await latchkey(['serve', '--data', join(data, 'data'), ...anyPorts, '--workers', '2'], {
        environment,
      });
      expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
      expect(stderr).toContain('latchkey: No worker stays: 5 in a row have ended soon after their start, the last with status 7.\n');
      expect(stderr.match(/"a worker could not start"/g)).toHaveLength(5);
    });
  });

  it('has each worker know at once what another has stored, made and taken back', async () => {
    await withWorkers(async (server) => {
      const [one, other] = await eachWorker(server.s3, 2);
      expect((await one?.ask(signed(server, 'PUT', '/box')))?.status).toBe(200);
      expect((await one?.ask(signed(server, 'PUT', '/box/film', { body: TEXT })))?.status).toBe(200);
      expect((await other?.ask(presigned(server, 'GET', '/box/film')))?.text).toBe(TEXT);

      const [maker, taker] = await eachWorker(server.console, 2);
      const made = await maker?.ask(apiRequest(server, 'POST', '/links', { json: { bucket: 'box', key: 'film', maxUses: 3 } }));
      const { id, url } = JSON.parse(made?.text ?? '');
      for (const worker of [one, other]) expect((await worker?.ask(requestOf(url)))?.text).toBe(TEXT);
      expect((await taker?.ask(apiRequest(server, 'DELETE', `/links/${id}`)))?.status).toBe(200);
      for (const worker of [one, other]) expect((await worker?.ask(requestOf(url)))?.status).toBe(403);
      for (const worker of [one, other, maker, taker]) worker?.close();
    });
  });

  it('counts wrong passwords once for all workers', async () => {
    await withWorkers(async (server) => {
      await send(server, signed(server, 'PUT', '/box'));
      await send(server, signed(server, 'PUT', '/box/film', { body: TEXT }));
      const link = await newLink(server, '/box/film', { landing: true, password: 'open sesame' });
      const [one, other] = await eachWorker(server.console, 2);
      const form = (password: string) =>
        requestOf(link.shown.landingUrl, {
          method: 'POST',
          headers: { 'content-type': 'application/x-www-form-urlencoded' },
          body: String(new URLSearchParams({ password })),
        });
      for (let i = 0; i < 5; i++) {
        expect((await one?.ask(form(`wrong ${i}`)))?.status).toBe(403);
        expect((await other?.ask(form(`wrong as well ${i}`)))?.status).toBe(403);
      }
      for (const worker of [one, other]) expect((await worker?.ask(form('open sesame')))?.status).toBe(429);
      for (const worker of [one, other]) worker?.close();
    });
  });

  it('gives a link no more bytes a second because two workers deliver it', async () => {
    await withWorkers(async (server) => {
      await send(server, signed(server, 'PUT', '/box'));
      await send(server, signed(server, 'PUT', '/box/film', { body: Buffer.alloc(30_000) }));
      const link = await newLink(server, '/box/film', { maxBytesPerSecond: 20_000 });
      const workers = await eachWorker(server.s3, 2);
      const begunAt = performance.now();
      const replies = await Promise.all(workers.map((worker) => worker.ask(requestOf(link.url))));
      expect(replies.map(({ status, text }) => [status, text.length])).toEqual([
        [200, 30_000],
        [200, 30_000],
      ]);
      // 60,000 bytes, of which the last eighth of a second's need not be waited for. By itself each would be done in half the time.
      expect(performance.now() - begunAt).toBeGreaterThan(2800);
      for (const worker of workers) worker.close();
    });
  });

  it('tells at one of them what all have counted, also what one had counted that is gone', async () => {
    await withWorkers(async (server, [first = 0]) => {
      await send(server, signed(server, 'PUT', '/box'));
      await send(server, signed(server, 'PUT', '/box/film', { body: TEXT }));
      const reads = () => numberOf(server, 'latchkey_http_requests_total{op="GetObject",auth="query",status_class="2xx"}');
      const [one, other] = await eachWorker(server.s3, 2);
      for (let i = 0; i < 7; i++) await (i % 2 ? one : other)?.ask(presigned(server, 'GET', '/box/film'));
      expect(await reads()).toBe(7);
      expect(await numberOf(server, 'process_resident_memory_bytes{worker="1"}')).toBeGreaterThan(0);
      expect(await numberOf(server, 'process_resident_memory_bytes{worker="2"}')).toBeGreaterThan(0);
      process.kill(first, 'SIGKILL');
      await expect.poll(() => workersOf(server.process.pid)).not.toContain(first);
      expect(await reads()).toBe(7);
      await send(server, presigned(server, 'GET', '/box/film'));
      expect(await reads()).toBe(8);
      for (const worker of [one, other]) worker?.close();
    });
  });

  it('lists each of them, until it has ended', async () => {
    await withWorkers(async (server, [first = 0, second = 0]) => {
      const listed = async () => {
        const { items } = JSON.parse((await send({ s3: server.console }, apiRequest(server, 'GET', '/nodes'))).text);
        return items.map(({ worker, pid }: { worker: number; pid: number }) => [worker, pid]).sort();
      };
      await expect.poll(listed).toEqual([
        [1, first],
        [2, second],
      ]);
      server.process.signal('SIGHUP');
      await expect.poll(async () => (await listed()).map(([worker]: number[]) => worker), { timeout: 60_000 }).toEqual([3, 4]);
    });
  });

  it('puts another worker in the place of one that is killed, while the others go on', async () => {
    await withWorkers(async (server, [killed = 0, other = 0]) => {
      process.kill(killed, 'SIGKILL');
      // Whatever was on its way to it: a connection that it had not accepted yet is the other's.
      for (let i = 0; i < 20; i++) expect((await rawExchange(server.s3, LIVE)).status).toBe(200);
      await expect.poll(() => workersOf(server.process.pid), { timeout: 30_000 }).toHaveLength(2);
      const workers = await workersOf(server.process.pid);
      expect(workers).toContain(other);
      expect(workers).not.toContain(killed);
      await expect.poll(() => numberOf(server, 'process_resident_memory_bytes{worker="3"}'), { timeout: 30_000 }).toBeGreaterThan(0);
      expect(linesOf(server.process.stderr()).filter(({ level }) => level === 'error')).toEqual([
        expect.objectContaining({ message: 'a worker has ended', worker: 1, cause: 'it ended by SIGKILL' }),
      ]);
    });
  });

  it('ends with 1 where all workers were lost, and with them any port that was free', async () => {
    await inTemporaryDirectory(async (data) => {
      const server = await serve(['--data', data, ...anyPorts, '--workers', '2'], { environment: root });
      const ended = server.ended();
      for (const worker of await workersOf(server.pid)) process.kill(worker, 'SIGKILL');
      expect(await ended).toBe(1);
      expect(server.stderr()).toMatch(/latchkey: All workers had ended, and http:\S+ and http:\S+ could not be had again\.\n/);
    });
  });

  it('leaves no worker behind where it is killed itself', async () => {
    await inTemporaryDirectory(async (data) => {
      const server = await serve(['--data', data, ...anyPorts, '--workers', '2'], { environment: root });
      const workers = await workersOf(server.pid);
      await server.stop('SIGKILL');
      await expect.poll(() => workers.filter(isRunning), { timeout: 10_000 }).toEqual([]);
    });
  });

  it('refuses, resets and cuts nothing while all workers are replaced on SIGHUP, twice', async () => {
    await withWorkers(async (server, before) => {
      await send(server, signed(server, 'PUT', '/box'));
      await send(server, signed(server, 'PUT', '/box/film', { body: TEXT }));
      const large = Buffer.alloc(48 * MIB, 'large');
      const stored = await fetch(urlOf(server, presigned(server, 'PUT', '/box/large')), { method: 'PUT', body: large });
      expect(stored.status).toBe(200);

      const load = restartLoad(server, [presigned(server, 'GET', '/box/film'), signed(server, 'GET', '/box/film')], TEXT);
      const download = slowDownload(server, presigned(server, 'GET', '/box/large').target);
      await download.begun;
      for (const round of [1, 2]) {
        const answered = load.answered();
        await expect.poll(load.answered, { timeout: 30_000 }).toBeGreaterThan(answered + 50);
        server.process.signal('SIGHUP');
        const replaced = () => linesOf(server.process.stderr()).filter(({ message }) => message === 'workers are replaced').length;
        await expect.poll(replaced, { timeout: 60_000 }).toBe(round);
      }
      const answered = load.answered();
      await expect.poll(load.answered, { timeout: 30_000 }).toBeGreaterThan(answered + 50);
      expect(await load.end()).toEqual([]);
      expect(load.endedInOrder()).toBeGreaterThan(0);
      const old = async () => (await workersOf(server.process.pid)).filter((worker) => before.includes(worker)).length;
      // The one that is still at the download stays; others leave their clients a few seconds.
      await expect.poll(old, { timeout: 30_000 }).toBeLessThanOrEqual(1);
      expect(await download.digest()).toBe(sha256(large));
      await expect.poll(async () => (await workersOf(server.process.pid)).length, { timeout: 30_000 }).toBe(2);
      expect(linesOf(server.process.stderr()).filter(({ level }) => level === 'error')).toEqual([]);
    });
  });

  it('goes on with the old workers where new ones can not start', async () => {
    await inTemporaryDirectory(async (directory) => {
      const issuers = join(directory, 'issuers.json');
      await writeFile(issuers, '[]');
      const server = await serverProcess(join(directory, 'data'), ['--workers', '2', '--oidc-issuers', issuers]);
      const before = await workersOf(server.process.pid);
      await writeFile(issuers, 'no JSON');
      server.process.signal('SIGHUP');
      await expect.poll(server.process.stderr, { timeout: 30_000 }).toContain('"workers are not replaced, the old ones go on"');
      expect(server.process.stderr()).toContain(`--oidc-issuers ${issuers}`);
      expect(await workersOf(server.process.pid)).toEqual(before);
      await writeFile(issuers, '[]');
      server.process.signal('SIGHUP');
      await expect.poll(server.process.stderr, { timeout: 60_000 }).toContain('"workers are replaced"');
      expect(await server.process.stop()).toBe(0);
    });
  });

  it('finishes a request in flight on SIGTERM, then ends with status 0', async () => {
    await withWorkers(async (server) => {
      await send(server, signed(server, 'PUT', '/box'));
      const { target, headers } = presigned(server, 'PUT', '/box/slow');
      const socket = connect(Number(new URL(server.s3).port), '127.0.0.1');
      const head = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
      socket.write(`PUT ${target} HTTP/1.1\r\n${head}Content-Length: 11\r\nExpect: 100-continue\r\n\r\n`);
      expect(String((await once(socket, 'data'))[0])).toContain('100 Continue');
      socket.write('first');
      const stopped = server.process.stop();
      while (await rawExchange(server.s3, LIVE).catch(() => undefined));
      socket.write(' bytes');
      expect(String((await once(socket, 'data'))[0])).toMatch(/^HTTP\/1\.1 200 OK/);
      expect(await stopped).toBe(0);
    });
  });
});

describe('latchkey serve --drain', () => {
  it.each([1, 2])('with %i workers goes on serving for so long on SIGTERM, and says that it is not ready', async (count) => {
    await inTemporaryDirectory(async (data) => {
      const server = await serverProcess(data, ['--workers', String(count), '--drain', '3']);
      await send(server, signed(server, 'PUT', '/box'));
      const stopped = server.process.stop();
      const ready = async (address: string) => (await fetch(`${address}/-/health/ready`)).status;
      await expect.poll(() => ready(server.s3), { interval: 20 }).toBe(503);
      await expect.poll(() => ready(server.console), { interval: 20 }).toBe(503);
      const reply = await send(server, signed(server, 'PUT', '/box/late', { body: 'in time' }));
      expect([reply.status, reply.headers.get('connection')]).toEqual([200, 'close']);
      expect((await fetch(`${server.s3}/-/health/live`)).status).toBe(200);
      expect(await stopped).toBe(0);
    });
  });

  it.each(['-1', '1.5', '3601', 'long'])('refuses --drain "%s" with status 2', async (seconds) => {
    const { status, stderr } = await latchkey(['serve', `--drain=${seconds}`]);
    expect([status, stderr]).toEqual([2, expect.stringContaining('--drain is a number of seconds')]);
  });
});

/** A server with two workers on a new directory, which has to end with status 0. */
async function withWorkers(body: (server: ServerProcess, workers: readonly number[]) => Promise<void>): Promise<void> {
  await inTemporaryDirectory(async (data) => {
    const server = await serverProcess(data, ['--workers', '2']);
    try {
      await body(server, await workersOf(server.process.pid));
    } finally {
      expect(await server.process.stop()).toBe(0);
    }
  });
}

function linesOf(stderr: string): readonly { readonly level: string; readonly message: string; readonly worker?: number }[] {
  return stderr.split('\n').flatMap((line) => (line.startsWith('{') ? [JSON.parse(line)] : []));
}

async function numberOf(server: ServerProcess, series: string): Promise<number> {
  const text = await (await fetch(`${server.console}/-/metrics`)).text();
  const line = text.split('\n').find((each) => each.startsWith(`${series} `));
  return Number(line?.slice(series.length));
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

const urlOf = (server: ServerProcess, { target }: { readonly target: string }) => `${server.s3}${target}`;
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

/** Reads nothing but the head until it is asked for the digest of the rest. */
function slowDownload(server: ServerProcess, target: string) {
  const socket = connect(Number(new URL(server.s3).port), '127.0.0.1');
  socket.write(`GET ${target} HTTP/1.1\r\nHost: ${server.host}\r\nConnection: close\r\n\r\n`);
  const chunks: Buffer[] = [];
  const begun = once(socket, 'data').then(([chunk]) => {
    socket.pause();
    chunks.push(chunk);
  });
  return {
    begun,
    async digest(): Promise<string> {
      for await (const chunk of socket) chunks.push(chunk);
      const all = Buffer.concat(chunks);
      return sha256(all.subarray(all.indexOf('\r\n\r\n') + 4));
    },
  };
}
