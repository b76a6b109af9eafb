import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newRootCredentials, readRootCredentials, rootCredentials, rootCredentialsPath } from './root-credentials.ts';

let data: string;
beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'latchkey-root-'));
});
afterEach(() => rm(data, { recursive: true }));

describe('rootCredentials', () => {
  it('makes credentials once and finds them again', async () => {
    const first = await rootCredentials(data, undefined);
    expect(first.origin).toBe('new');
    expect(await rootCredentials(data, undefined)).toEqual({ credentials: first.credentials, origin: 'file' });
  });
  it('keeps them in a file that only its owner can read, and nothing beside it', async () => {
    await rootCredentials(data, undefined);
    expect((await stat(rootCredentialsPath(data))).mode & 0o777).toBe(0o600);
    expect(await readdir(data)).toEqual(['root-credentials.json']);
  });
  it('gives every one of several processes that start at once the same credentials', async () => {
    const all = await Promise.all(Array.from({ length: 8 }, () => rootCredentials(data, undefined)));
    expect(new Set(all.map(({ credentials }) => credentials.secretAccessKey)).size).toBe(1);
    expect(all.filter(({ origin }) => origin === 'new')).toHaveLength(1);
  });
  it("prefers the operator's and writes nothing", async () => {
    const configured = { accessKeyId: 'operator', secretAccessKey: 'a secret of theirs' };
    expect(await rootCredentials(data, configured)).toEqual({ credentials: configured, origin: 'environment' });
    expect(await readdir(data)).toEqual([]);
  });
  it.each([
    '',
    'short',
    '1234567',
    'minioadmin',
    'MinioAdmin',
    'password',
    'aaaaaaaaaaaa',
    'operator-id',
    'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  ])('refuses the secret "%s"', async (secretAccessKey) => {
    await expect(rootCredentials(data, { accessKeyId: 'operator-id', secretAccessKey })).rejects.toThrow(
      'LATCHKEY_ROOT_SECRET_ACCESS_KEY is empty, short, well known',
    );
  });
  it('never repeats a refused secret', async () => {
    const refusal = rootCredentials(data, { accessKeyId: 'operator-id', secretAccessKey: 'minioadmin' });
    await expect(refusal).rejects.not.toThrow('minioadmin');
  });
  it.each(['', 'ab', 'a/b', 'a b', 'a,b'])('refuses the access key id "%s"', async (accessKeyId) => {
    await expect(rootCredentials(data, { accessKeyId, secretAccessKey: 'good enough' })).rejects.toThrow(
      'LATCHKEY_ROOT_ACCESS_KEY_ID has 3 to 128',
    );
  });
  it('says so when the file is damaged, without showing what it holds', async () => {
    await writeFile(rootCredentialsPath(data), '{"accessKeyId":"LKROOT","secretAccess');
    await expect(rootCredentials(data, undefined)).rejects.toThrow('is not what Latchkey wrote there');
    await expect(rootCredentials(data, undefined)).rejects.not.toThrow('LKROOT');
    expect(await readFile(rootCredentialsPath(data), 'utf8')).toContain('LKROOT');
  });
});

describe('readRootCredentials', () => {
  it('finds nothing where there is no directory', async () => {
    expect(await readRootCredentials(join(data, 'absent'))).toBeUndefined();
  });
});

describe('newRootCredentials', () => {
  it('makes an access key id of 20 characters and a secret of 40 that needs no quoting', () => {
    const { accessKeyId, secretAccessKey } = newRootCredentials();
    expect(accessKeyId).toMatch(/^LKROOT[A-Z2-7]{14}$/);
    expect(secretAccessKey).toMatch(/^[A-Za-z0-9]{40}$/);
  });
});
