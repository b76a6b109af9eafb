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
  it.each([
    ['text that is no URL', ['photos/cat.jpg'], 1],
    ['nothing', [], 2],
    ['a file that is not there', [old, '--error', '/nowhere.xml'], 1],
  ] as const)('refuses %s', async (_what, args, status) => {
    expect((await latchkey(['explain', ...args])).status).toBe(status);
  });
});
