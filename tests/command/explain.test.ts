import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { presign } from '@latchkey/sigv4/presign';
import { type Latchkey, startLatchkey } from 'latchkey/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inTemporaryDirectory, latchkey } from '../support/latchkey-command.ts';

const credentials = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' };
const old = presign({
  bucket: 'photos',
  key: 'a b/cat.jpg',
  region: 'eu-west-1',
  credentials,
  expiresIn: 60,
  headers: { 'x-amz-meta-a': 'b' },
  now: new Date('2024-01-02T03:04:05Z'),
}).url;

let store: Latchkey;
beforeAll(async () => {
  store = await startLatchkey({ stores: 'memory', credentials });
});
afterAll(() => store.stop());

describe('latchkey explain', () => {
  it('says who signed what until when, and what must be sent', async () => {
    const { status, stdout, stderr } = await latchkey(['explain', old]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    for (const fact of [
      'AKIAIOSFODNN7EXAMPLE',
      'a b/cat.jpg',
      'photos',
      'eu-west-1',
      'expired at 2024-01-02T03:05:05.000Z',
      'x-amz-meta-a',
    ])
      expect(stdout).toContain(fact);
  });
  it('prints the same as JSON, without the signature', async () => {
    const { stdout } = await latchkey(['explain', old, '--json']);
    expect(JSON.parse(stdout)).toMatchObject({
      kind: 'v4',
      bucket: 'photos',
      key: 'a b/cat.jpg',
      accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
      region: 'eu-west-1',
      expiresAt: '2024-01-02T03:05:05.000Z',
      isExpired: true,
      mustSend: ['x-amz-meta-a'],
    });
    expect(stdout).not.toContain(new URL(old).searchParams.get('X-Amz-Signature'));
  });
  it("finds what differs in the server's answer, and the culprit", async () => {
    const { endpoint, region } = store;
    const { url } = presign({ bucket: 'photos', key: 'cat.jpg', endpoint, region, credentials, expiresIn: 60 });
    const xml = await (await fetch(url.replace('cat.jpg', 'dog.jpg'))).text();
    await inTemporaryDirectory(async (directory) => {
      await writeFile(join(directory, 'answer.xml'), xml);
      const { status, stdout } = await latchkey(['explain', url, '--error', 'answer.xml'], { cwd: directory });
      expect(status).toBe(0);
      expect(stdout).toContain('the URL says:     /photos/cat.jpg\n');
      expect(stdout).toContain('the server saw:   /photos/dog.jpg\n');
      expect(stdout.split('\n')[0]).toMatch(/path/i);
    });
  });
  it('says that the secrets differ where nothing else does', async () => {
    const { endpoint, region } = store;
    const wrong = { ...credentials, secretAccessKey: 'another secret' };
    const { url } = presign({ bucket: 'photos', key: 'cat.jpg', endpoint, region, credentials: wrong, expiresIn: 60 });
    const xml = await (await fetch(url)).text();
    await inTemporaryDirectory(async (directory) => {
      await writeFile(join(directory, 'answer.xml'), xml);
      const { stdout } = await latchkey(['explain', url, '--error', join(directory, 'answer.xml'), '--json']);
      expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'SignatureDoesNotMatch' }, difference: { part: 'secret' } });
    });
  });
  it('asks the server, which says check by check what it would do and which statement of which policy decides', async () => {
    const { endpoint, region } = store;
    const flags = ['--as-server', '--endpoint-url', endpoint];
    const environment = { AWS_ACCESS_KEY_ID: credentials.accessKeyId, AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey };
    const run = async (...args: string[]) => latchkey(['explain', ...args, ...flags], { environment });
    const { url } = presign({ bucket: 'photos', key: 'none.jpg', endpoint, region, credentials, expiresIn: 60 });

    const told = await run(url);
    expect([told.status, told.stderr]).toEqual([0, '']);
    expect(told.stdout).toContain('The server refuses it with 404 NoSuchBucket: The specified bucket does not exist\n');
    expect(told.stdout).toContain('As GET it is GetObject, asked for by the root user with the access key AKIAIOSFODNN7EXAMPLE.\n');
    expect(told.stdout).toMatch(/^ok {2}signature {7}The signature is right\.$/m);
    expect(told.stdout).toMatch(/^NO {2}object {10}The specified bucket does not exist$/m);

    const answer = JSON.parse((await run(url, '--json')).stdout);
    expect(answer).toMatchObject({ outcome: 'refused', status: 404, code: 'NoSuchBucket', operation: 'GetObject', bucket: 'photos' });
    expect(answer.checks.find(({ check }: { check: string }) => check === 'permissions')).toMatchObject({
      outcome: 'passed',
      decisions: [{ action: 's3:GetObject', resource: 'arn:aws:s3:::photos/none.jpg', effect: 'allow' }],
    });
  });
  it('shows what was signed and what the server received, where the server finds it', async () => {
    const { endpoint, region } = store;
    const environment = { AWS_ACCESS_KEY_ID: credentials.accessKeyId, AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey };
    const { url } = presign({ bucket: 'photos', key: 'cat.jpg', method: 'PUT', endpoint, region, credentials, expiresIn: 60 });
    const args = ['explain', url, '--as-server', '--endpoint-url', endpoint, '--method', 'get', '--from', '198.51.100.7'];
    const { stdout } = await latchkey(args, { environment });
    expect(stdout).toContain('It is signed for PUT, and was sent as GET');
    expect(stdout).toContain('signed:   PUT\n');
    expect(stdout).toContain('received: GET\n');
    expect(stdout).toContain('Canonical request, as the server has it:\n');
    expect(stdout).not.toContain(new URL(url).searchParams.get('X-Amz-Signature'));
  });
  it('of a server that does not let the caller ask prints its words', async () => {
    const environment = { AWS_ACCESS_KEY_ID: 'AKIANOBODY', AWS_SECRET_ACCESS_KEY: 'nothing' };
    const ended = await latchkey(['explain', old, '--as-server', '--endpoint-url', store.endpoint], { environment });
    expect([ended.status, ended.stdout]).toEqual([1, '']);
    expect(ended.stderr).toContain('(InvalidClientTokenId)');
  });
  it.each([
    ['text that is no URL', ['photos/cat.jpg'], 1],
    ['nothing', [], 2],
    ['a file that is not there', [old, '--error', '/nowhere.xml'], 1],
    ["the server's answer where the server is asked", [old, '--as-server', '--error', '/nowhere.xml'], 2],
    ['an address where no server is asked', [old, '--from', '198.51.100.7'], 2],
  ] as const)('refuses %s', async (_what, args, status) => {
    expect((await latchkey(['explain', ...args])).status).toBe(status);
  });
});

describe('latchkey explain --trail', () => {
  const environment = () => ({
    AWS_ENDPOINT_URL: store.endpoint,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  });
  const run = (...args: string[]) => latchkey(args, { environment: environment() });
  const urlOf = (method: 'GET' | 'PUT', key?: string) =>
    presign({ method, bucket: 'trail', key, endpoint: store.endpoint, region: store.region, credentials, expiresIn: '5m' }).url;
  beforeAll(async () => {
    await fetch(urlOf('PUT'), { method: 'PUT' });
    await fetch(urlOf('PUT', 'cat.jpg'), { method: 'PUT', body: 'meow' });
  });

  /** Reads are recorded within a second: asks until they are there. */
  async function explained(url: string, lines: number, ...args: string[]): Promise<string> {
    for (let asked = 0; ; asked++) {
      const { stdout } = await run('explain', url, ...args);
      if (stdout.split('\n').filter((line) => /^ {2}\d{4}-/.test(line)).length >= lines || asked === 30) return stdout;
    }
  }

  it('says why a link was refused, and who used it before', async () => {
    const { id, url } = JSON.parse((await run('link', 'create', 's3://trail/cat.jpg', '--uses', '1', '--json')).stdout) as {
      id: string;
      url: string;
    };
    await (await fetch(url)).text();
    await (await fetch(url)).text();
    const stdout = await explained(url, 3, '--trail');
    expect(stdout).toMatch(/It was refused on \S+Z with AccessDenied: The link has been used as often as it may be\./);
    expect(stdout).toContain('The audit trail has of it, latest last:');
    expect(stdout).toMatch(new RegExp(`CreateLink  201 .*\\n.*GetObject  200 .*${id}\\n.*GetObject  403 AccessDenied .*${id}  \\(uses: `));
  });
  it('says the same of a URL that was signed offline, and sends its hash and not its signature', async () => {
    const url = `${urlOf('GET', 'cat.jpg')}`;
    await (await fetch(url)).text();
    await run('link', 'revoke', url);
    await (await fetch(url)).text();
    const stdout = await explained(url, 2, '--endpoint-url', store.endpoint);
    expect(stdout).toMatch(/It was refused on \S+Z with AccessDenied: The URL has been revoked\./);
    const { trail } = JSON.parse((await run('explain', url, '--trail', '--json')).stdout) as { trail: readonly unknown[] };
    expect(trail.length).toBeGreaterThanOrEqual(2);
    expect(JSON.stringify(trail)).not.toContain(new URL(url).searchParams.get('X-Amz-Signature'));
  });
  it('says so where nobody has used it', async () => {
    const { stdout } = await run('explain', urlOf('GET', 'never'), '--trail');
    expect(stdout).toContain('The audit trail has nothing of it');
  });
  it('asks nobody where no server is named, whatever the environment holds', async () => {
    const { status, stdout, stderr } = await latchkey(['explain', old], {
      environment: { ...environment(), AWS_ENDPOINT_URL: 'http://127.0.0.1:1' },
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).not.toContain('trail');
  });
  it('answers who may read about the object only', async () => {
    await inTemporaryDirectory(async (cwd) => {
      const allow = (Action: string, Resource: string) => ({ Effect: 'Allow', Action, Resource });
      const Statement = [allow('latchkey:ReadAudit', 'arn:aws:s3:::trail/cat.jpg')];
      await writeFile(join(cwd, 'policy.json'), JSON.stringify({ Version: '2012-10-17', Statement }));
      await run('user', 'create', 'owner');
      await latchkey(['user', 'put-policy', 'owner', 'own', 'policy.json'], { environment: environment(), cwd });
      const key = JSON.parse((await run('key', 'create', 'owner', '--json')).stdout) as { AccessKeyId: string; SecretAccessKey: string };
      const asOwner = { AWS_ENDPOINT_URL: store.endpoint, AWS_ACCESS_KEY_ID: key.AccessKeyId, AWS_SECRET_ACCESS_KEY: key.SecretAccessKey };
      const url = urlOf('GET', 'cat.jpg');
      await (await fetch(url)).text();
      await explained(url, 1, '--trail');
      const own = await latchkey(['explain', url, '--trail'], { environment: asOwner });
      expect({ status: own.status, stdout: own.stdout }).toEqual({ status: 0, stdout: expect.stringContaining('GetObject  200') });
      const other = await latchkey(['explain', urlOf('GET', 'dog.jpg'), '--trail'], { environment: asOwner });
      expect(other).toMatchObject({ status: 1, stderr: expect.stringContaining('(AccessDenied)') });
    });
  });
});
