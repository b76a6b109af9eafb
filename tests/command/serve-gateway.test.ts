/** `serve` in front of another S3: what it says where that is set up wrongly. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { presign } from '@latchkey/sigv4';
import { type Latchkey, startLatchkey } from 'latchkey/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { anyPorts, latchkey, type Serving, serve } from '../support/latchkey-command.ts';

const OURS = { accessKeyId: 'LKROOTEXAMPLE2345678', secretAccessKey: 'wJalrXUtnFEMIbPxRfiCYEXAMPLEKEYlatchkey' };

let upstream: Latchkey;
let folder: string;
beforeAll(async () => {
  upstream = await startLatchkey();
  folder = await mkdtemp(join(tmpdir(), 'latchkey-gateway-'));
});
afterAll(async () => {
  await upstream.stop();
  await rm(folder, { recursive: true, force: true });
});

const objects = () => `s3+${upstream.endpoint.replace(/\/$/, '')}`;
const start = (name: string, environment: Readonly<Record<string, string>>): Promise<Serving> =>
  serve(['--data', join(folder, name), '--objects', objects(), ...anyPorts], {
    environment: {
      LATCHKEY_ROOT_ACCESS_KEY_ID: OURS.accessKeyId,
      LATCHKEY_ROOT_SECRET_ACCESS_KEY: OURS.secretAccessKey,
      LATCHKEY_UPSTREAM_ACCESS_KEY_ID: upstream.credentials.accessKeyId,
      ...environment,
    },
  });
const signed = (server: Serving, method: 'GET' | 'PUT', bucket: string, key?: string) =>
  presign({ method, bucket, key, endpoint: server.s3, region: 'us-east-1', credentials: OURS, expiresIn: '5m' }).url;

test('the secret of the upstream may be in a file', async () => {
  const file = join(folder, 'secret');
  await writeFile(file, `${upstream.credentials.secretAccessKey}\n`);
  const server = await start('with-file', { LATCHKEY_UPSTREAM_SECRET_ACCESS_KEY_FILE: file });
  try {
    expect((await fetch(signed(server, 'PUT', 'photos'), { method: 'PUT' })).status).toBe(200);
    expect((await fetch(signed(server, 'PUT', 'photos', 'cat'), { method: 'PUT', body: 'meow' })).status).toBe(200);
    expect(await (await fetch(signed(server, 'GET', 'photos', 'cat'))).text()).toBe('meow');
    expect((await fetch(new URL('/-/health/ready', server.s3))).status).toBe(200);
  } finally {
    expect(await server.stop()).toBe(0);
  }
});

test('credentials that the upstream refuses are 503 for clients, and a cause without a secret for the operator', async () => {
  const secret = 'not-the-secret-of-the-upstream';
  const server = await start('wrong', { LATCHKEY_UPSTREAM_SECRET_ACCESS_KEY: secret });
  try {
    const refused = await fetch(signed(server, 'GET', 'photos', 'cat'));
    const text = await refused.text();
    expect({ status: refused.status, text }).toMatchObject({
      status: 503,
      text: expect.stringContaining('<Code>ServiceUnavailable</Code>'),
    });
    const ready = await fetch(new URL('/-/health/ready', server.s3));
    expect(ready.status).toBe(503);
    for (const shown of [text, await ready.text()]) {
      expect(shown).not.toContain('SignatureDoesNotMatch');
      expect(shown).not.toContain(upstream.credentials.accessKeyId);
      expect(shown).not.toContain(new URL(upstream.endpoint).host);
    }
    expect(server.stderr()).toContain('SignatureDoesNotMatch');
    expect(server.stderr()).toContain('the upstream is not ready');
    expect(server.stderr()).not.toContain(secret);
  } finally {
    await server.stop();
  }
});

test.each([
  [{}, 'LATCHKEY_UPSTREAM_SECRET_ACCESS_KEY'],
  [{ LATCHKEY_UPSTREAM_SECRET_ACCESS_KEY_FILE: '/nowhere/secret' }, 'can not be read'],
])('serve with %j says what is missing', async (environment, words) => {
  const ended = await latchkey(['serve', '--data', join(folder, 'none'), '--objects', objects(), ...anyPorts], {
    environment: { LATCHKEY_UPSTREAM_ACCESS_KEY_ID: 'an-id', ...environment },
  });
  expect(ended.status).not.toBe(0);
  expect(ended.stderr).toContain(words);
});
