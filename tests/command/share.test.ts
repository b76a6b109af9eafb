import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { type Latchkey, startLatchkey } from 'latchkey/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inTemporaryDirectory, latchkey, startLatchkeyCommand } from '../support/latchkey-command.ts';

let store: Latchkey;
beforeAll(async () => {
  store = await startLatchkey();
});
afterAll(() => store.stop());

type Shared = { readonly id: string; readonly url: string; readonly expiresAt: string; readonly bucket: string; readonly key: string };

/** The environment of somebody who uses `store`. */
const environmentOf = ({ endpoint, credentials }: Latchkey) => ({
  AWS_ENDPOINT_URL: endpoint,
  AWS_ACCESS_KEY_ID: credentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
});
const share = (...args: string[]) => latchkey(['share', ...args], { environment: environmentOf(store) });
const shareJson = async (...args: string[]) => JSON.parse((await share(...args, '--json')).stdout) as Shared;

async function withFile<T>(name: string, content: string | Uint8Array, body: (path: string) => Promise<T>): Promise<T> {
  return inTemporaryDirectory(async (directory) => {
    await writeFile(join(directory, name), content);
    return body(join(directory, name));
  });
}

describe('latchkey share', () => {
  it('uploads a file and prints a bare link to it on stdout', async () => {
    await withFile('hello wörld.txt', 'meow', async (path) => {
      const { status, stdout, stderr } = await share(path);
      expect(status).toBe(0);
      expect(stdout).toMatch(
        /^http:\/\/127\.0\.0\.1:\d+\/shared\/[0-9a-f]{20}\/hello%20w%C3%B6rld\.txt\?X-Amz-[^\s]+X-Amz-Credential=LKLN[^\s]+\n$/,
      );
      expect(stderr).toMatch(
        /^Works until \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ, for everybody who has it\.\nTake it back with: latchkey link revoke LKLN[A-Z2-7]{16}\n/,
      );
      const answer = await fetch(stdout.trim());
      expect([answer.status, answer.headers.get('content-type'), await answer.text()]).toEqual([200, 'text/plain; charset=utf-8', 'meow']);
    });
  });
  it('prints JSON, and gives every file a place of its own', async () => {
    await withFile('a.bin', 'one', async (path) => {
      const [first, second] = [await shareJson(path, '--expires-in', '10m'), await shareJson(path)];
      expect(first).toMatchObject({
        id: expect.stringMatching(/^LKLN[A-Z2-7]{16}$/),
        url: expect.stringContaining(first.id),
        expiresAt: expect.any(String),
        bucket: 'shared',
        key: expect.stringMatching(/^[0-9a-f]{20}\/a\.bin$/),
      });
      expect(Date.parse(second.expiresAt) - Date.parse(first.expiresAt)).toBeGreaterThan(49 * 60_000);
      expect(second.key).not.toBe(first.key);
    });
  });
  it('makes a page for people, with a note and a password', async () => {
    await withFile('offer.txt', 'meow', async (path) => {
      const args = ['share', path, '--landing', '--password-stdin', '--note', 'for you', '--uses', '1'];
      const { stdout } = await latchkey(args, { environment: environmentOf(store), input: 'open sesame\n' });
      expect(stdout).toMatch(new RegExp(`^${store.console}/l/[\\w-]{22}\n$`));
      const body = new URLSearchParams({ action: 'download', password: 'open sesame' });
      expect(await (await fetch(stdout.trim(), { method: 'POST', body })).text()).toBe('meow');
    });
  });
  it('makes a link that can be taken back, and that works as often and from where it is told', async () => {
    await withFile('a.txt', 'meow', async (path) => {
      const once = await shareJson(path, '--uses', '1', '--from', '127.0.0.0/8', '--label', 'offer');
      expect(once).toMatchObject({ maxUses: 1, sourceIp: ['127.0.0.0/8'], label: 'offer' });
      expect([(await fetch(once.url)).status, (await fetch(once.url)).status]).toEqual([200, 403]);
      const elsewhere = await shareJson(path, '--from', '192.0.2.7');
      expect((await fetch(elsewhere.url)).status).toBe(403);
      const revoked = await shareJson(path);
      await latchkey(['link', 'revoke', revoked.id], { environment: environmentOf(store) });
      expect((await fetch(revoked.url)).status).toBe(403);
    });
  });
  it.each([
    ['--uses', '0'],
    ['--uses', 'twice'],
    ['--from', 'nowhere'],
    ['--expires-in', 'soon'],
  ])('refuses %s %s with status 2 and a sentence that names the flag', async (flag, value) => {
    await withFile('a.txt', 'meow', async (path) => {
      expect(await share(path, flag, value)).toEqual({ status: 2, stdout: '', stderr: expect.stringContaining(flag) });
    });
  });
  it('sends a large file in parts that come out as the same bytes', async () => {
    const bytes = randomBytes(33 * 1024 * 1024 + 1);
    await withFile('large.bin', bytes, async (path) => {
      const { url } = await shareJson(path);
      const answer = await fetch(url);
      expect(answer.headers.get('etag')).toMatch(/-3"$/);
      expect(Buffer.from(await answer.arrayBuffer()).equals(bytes)).toBe(true);
    });
  });
  it('shares an empty file', async () => {
    await withFile('empty', '', async (path) => {
      const answer = await fetch((await shareJson(path)).url);
      expect([answer.status, await answer.text()]).toEqual([200, '']);
    });
  });
  it('makes the bucket it is told to use', async () => {
    await withFile('a.txt', 'x', async (path) => {
      expect(await shareJson(path, '--bucket', 'team-files')).toMatchObject({ bucket: 'team-files' });
    });
  });
  it('links to an object that is already there, and says so where it is not', async () => {
    await withFile('a.txt', 'x', async (path) => {
      const { bucket, key } = await shareJson(path);
      const again = await shareJson(`s3://${bucket}/${key}`);
      expect(await (await fetch(again.url)).text()).toBe('x');
      const { status, stdout, stderr } = await share(`s3://${bucket}/absent`);
      expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
      expect(stderr).toContain('(NoSuchKey)');
    });
  });
  it('makes the link for the address that others reach', async () => {
    await withFile('a.txt', 'x', async (path) => {
      const { stdout, stderr } = await share(path, '--public-url', 'https://files.example.com');
      expect(stdout).toMatch(/^https:\/\/files\.example\.com\/shared\//);
      expect(stderr).not.toContain('this machine only');
    });
  });
  it('shows a QR code on stderr', async () => {
    await withFile('a.txt', 'x', async (path) => {
      const { stdout, stderr } = await share(path, '--qr');
      expect(stdout).toMatch(/^http\S+\n$/);
      expect(stderr).toContain('▄▄▄▄▄');
    });
  });
  it('uploads nothing when the link could not be made', async () => {
    const empty = await startLatchkey({ stores: 'memory' });
    await withFile('a.txt', 'x', async (path) => {
      const { status, stderr } = await latchkey(['share', path, '--expires-in', '8d'], { environment: environmentOf(empty) });
      expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringContaining('--expires-in') });
      const again = await latchkey(['share', 's3://shared/x'], { environment: environmentOf(empty) });
      expect(again.status).toBe(1);
    });
    await empty.stop();
  });
  it.each([
    ['a file that is not there', ['/nowhere/at/all.txt'], 1, 'There is no file /nowhere/at/all.txt.'],
    ['a directory', ['/tmp'], 2, 'is a directory: share takes one file'],
    ['nothing', [], 2, 'share takes one file'],
    ['a bucket alone', ['s3://shared'], 2, 'An object is s3://BUCKET/KEY'],
  ] as const)('refuses %s', async (_what, args, status, sentence) => {
    expect(await share(...args)).toEqual({ status, stdout: '', stderr: expect.stringContaining(sentence) });
  });
  it('says what the server refused, and shows no secret', async () => {
    await withFile('a.txt', 'x', async (path) => {
      const environment = { ...environmentOf(store), AWS_SECRET_ACCESS_KEY: 'not the secret at all' };
      const { status, stdout, stderr } = await latchkey(['share', path], { environment });
      expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
      expect(stderr).toContain('(SignatureDoesNotMatch)');
      expect(stderr).not.toContain('not the secret at all');
    });
  });
  it('says so when a named server can not be reached', async () => {
    await withFile('a.txt', 'x', async (path) => {
      const { status, stderr } = await latchkey(['share', path], {
        environment: { ...environmentOf(store), AWS_ENDPOINT_URL: 'http://127.0.0.1:1' },
      });
      expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringContaining('http://127.0.0.1:1 can not be reached') });
    });
  });

  it('makes an ordinary pre-signed URL with another S3, says so, and refuses what such a URL can not hold', async () => {
    const { otherS3, stop } = await startOtherS3(store.endpoint);
    const environment = { ...environmentOf(store), AWS_ENDPOINT_URL: otherS3 };
    await withFile('a.txt', 'meow', async (path) => {
      const { status, stdout, stderr } = await latchkey(['share', path, '--expires-in', '10m', '--json'], { environment });
      expect(status).toBe(0);
      const { id, url } = JSON.parse(stdout) as Partial<Shared>;
      expect([id, url]).toEqual([undefined, expect.stringMatching(new RegExp(`^${otherS3}/shared/.*X-Amz-Expires=600&`))]);
      expect(await (await fetch(url ?? '')).text()).toBe('meow');
      expect(stderr).toContain('is another S3 than Latchkey: this is an ordinary pre-signed URL, which can not be taken back.');
      const limited = await latchkey(['share', path, '--uses', '1', '--label', 'x'], { environment });
      expect(limited).toEqual({ status: 1, stdout: '', stderr: expect.stringContaining('knows no --uses and no --label') });
    });
    await stop();
  });
  it('makes an ordinary pre-signed URL where the console address can not be reached, and says so', async () => {
    await withFile('a.txt', 'meow', async (path) => {
      const { status, stdout, stderr } = await share(path, '--console-url', 'http://127.0.0.1:1');
      expect(status).toBe(0);
      expect(stdout).toContain('X-Amz-Expires=3600');
      expect(stderr).toContain('http://127.0.0.1:1');
      expect((await share(path, '--console-url', 'http://127.0.0.1:1', '--uses', '1')).status).toBe(1);
    });
  });
  it('takes the link back where the file does not arrive', async () => {
    const policy = {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: ['latchkey:CreateLink', 's3:GetObject'], Resource: '*' }],
    };
    await inTemporaryDirectory(async (cwd) => {
      await writeFile(join(cwd, 'policy.json'), JSON.stringify(policy));
      await writeFile(join(cwd, 'a.txt'), 'meow');
      const asRoot = (...args: string[]) => latchkey(args, { environment: environmentOf(store), cwd });
      await asRoot('user', 'create', 'reader');
      await asRoot('user', 'put-policy', 'reader', 'own', 'policy.json');
      const key = JSON.parse((await asRoot('key', 'create', 'reader', '--json')).stdout) as {
        AccessKeyId: string;
        SecretAccessKey: string;
      };
      const environment = {
        AWS_ENDPOINT_URL: store.endpoint,
        AWS_ACCESS_KEY_ID: key.AccessKeyId,
        AWS_SECRET_ACCESS_KEY: key.SecretAccessKey,
      };
      const { status, stderr } = await latchkey(['share', 'a.txt', '--label', 'never'], { environment, cwd });
      expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringContaining('(AccessDenied)') });
      const { stdout } = await asRoot('link', 'list', '--label', 'never', '--json');
      expect(JSON.parse(stdout)).toMatchObject({ status: 'revoked' });
    });
  });

  it('starts a server where none is running, and stops it with Ctrl-C', async () => {
    await withFile('a.txt', 'meow', async (path) => {
      await inTemporaryDirectory(async (cwd) => {
        const running = await startLatchkeyCommand(['share', path], {
          cwd,
          environment: { LATCHKEY_LISTEN: '127.0.0.1:0', LATCHKEY_CONSOLE: '127.0.0.1:0' },
        });
        expect(await (await fetch(running.firstLine)).text()).toBe('meow');
        expect(await running.stop('SIGINT')).toBe(0);
        expect(running.stderr()).toContain('No server was running, so this command has started one with');
        expect(running.stderr()).toContain('Ctrl-C stops it.');
        expect(await readdir(join(cwd, 'data'))).toContain('root-credentials.json');
      });
    });
  });
  it('finds the server on this machine and its credentials where nothing is configured, whatever AWS credentials lie around', async () => {
    const port = await freePort();
    await inTemporaryDirectory(async (cwd) => {
      await writeFile(join(cwd, 'a.txt'), 'meow');
      await mkdir(join(cwd, 'data'));
      const environment = { LATCHKEY_LISTEN: `127.0.0.1:${port}`, LATCHKEY_CONSOLE: '127.0.0.1:0' };
      const server = await startLatchkeyCommand(['serve', '--region', 'eu-test-1'], { cwd, environment });
      const { status, stdout } = await latchkey(['share', 'a.txt'], {
        cwd,
        environment: { ...environment, AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE', AWS_SECRET_ACCESS_KEY: 'of an account at AWS' },
      });
      expect(status).toBe(0);
      expect(stdout).toContain('%2Feu-test-1%2Fs3%2Faws4_request');
      expect(await (await fetch(stdout.trim())).text()).toBe('meow');
      await server.stop();
    });
  });
  it('does not send a file to whatever else listens on this machine', async () => {
    const other = createServer((socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}')).listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    await withFile('a.txt', 'x', async (path) => {
      const { status, stderr } = await latchkey(['share', path], { environment: { LATCHKEY_LISTEN: `127.0.0.1:${port}` } });
      expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringContaining('is not Latchkey') });
    });
    other.close();
  });
});

/** An S3 that knows nothing of Latchkey: it hands everything else on as it came. */
async function startOtherS3(endpoint: string) {
  const { hostname, port } = new URL(endpoint);
  const relay = createServer((client) => {
    client.once('data', (first) => {
      if (first.toString('latin1').startsWith('GET /-/')) {
        client.end('HTTP/1.1 404 Not Found\r\ncontent-type: application/xml\r\ncontent-length: 8\r\nconnection: close\r\n\r\n<Error/>');
        return;
      }
      const server = connect({ host: hostname, port: Number(port) });
      server.write(first);
      client.pipe(server).pipe(client);
      server.on('error', () => client.destroy());
      client.on('error', () => server.destroy());
    });
  }).listen(0, '127.0.0.1');
  await once(relay, 'listening');
  const { port: own } = relay.address() as { port: number };
  return { otherS3: `http://127.0.0.1:${own}`, stop: async () => void relay.close() };
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as { port: number };
  probe.close();
  await once(probe, 'close');
  return port;
}
