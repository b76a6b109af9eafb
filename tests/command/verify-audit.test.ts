import { cp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { presign } from '@latchkey/sigv4';
import { describe, expect, it } from 'vitest';
import { anyPorts, inTemporaryDirectory, latchkey, type Serving, serve } from '../support/latchkey-command.ts';

async function put(running: Serving, directory: string, key?: string): Promise<number> {
  const credentials = JSON.parse(await readFile(join(directory, 'root-credentials.json'), 'utf8'));
  const place = { method: 'PUT', bucket: 'photos', region: 'us-east-1', endpoint: running.s3, expiresIn: '5m', credentials } as const;
  const { url } = presign({ ...place, ...(key !== undefined && { key }) });
  return (await fetch(url, { method: 'PUT', ...(key !== undefined && { body: key }) })).status;
}

/** A data directory in which a server has been and gone. */
async function used(directory: string, keys: readonly string[]): Promise<void> {
  const running = await serve(['--data', directory, ...anyPorts]);
  await put(running, directory);
  for (const key of keys) await put(running, directory, key);
  await running.stop();
}

const check = (directory: string, ...more: string[]) => latchkey(['verify-audit', '--data', directory, ...more], { cwd: directory });

const filesOf = async (directory: string): Promise<string[]> =>
  (await readdir(join(directory, 'audit'))).filter((name) => name.endsWith('.jsonl')).map((name) => join(directory, 'audit', name));

describe('latchkey verify-audit', () => {
  it('says that a trail is whole, without a server, and prints its head', () =>
    inTemporaryDirectory(async (directory) => {
      await used(directory, ['one', 'two']);
      const ended = await check(directory);
      expect([ended.status, ended.stderr]).toEqual([0, '']);
      expect(ended.stdout).toMatch(/^The audit trail is whole: 5 lines in 1 chain\.\nHead: [0-9a-f]{32}:5:[\w-]{43}:\d+\n$/);
      const asJson = await check(directory, '--json');
      expect(JSON.parse(asJson.stdout)).toMatchObject({ isWhole: true, lines: 5, chains: 1, findings: [] });
    }));
  it('says so beside a running server, too', () =>
    inTemporaryDirectory(async (directory) => {
      const running = await serve(['--data', directory, ...anyPorts]);
      await put(running, directory);
      const ended = await check(directory, '--json');
      expect([ended.status, JSON.parse(ended.stdout).lines]).toEqual([0, 2]);
      expect(await put(running, directory, 'after')).toBe(200);
      await running.stop();
      expect((await check(directory)).status).toBe(0);
    }));
  it('names the line that was changed, with status 1', () =>
    inTemporaryDirectory(async (directory) => {
      await used(directory, ['one', 'two']);
      const [file = ''] = await filesOf(directory);
      await writeFile(file, (await readFile(file, 'utf8')).replace('"key":"one"', '"key":"0ne"'));
      const ended = await check(directory);
      expect(ended.status).toBe(1);
      expect(ended.stdout).toMatch(/^[0-9a-f]{32}-000001\.jsonl:3: altered, line 3 of its chain\. The hash does not fit/);
      expect(ended.stderr).toContain('The audit trail is not whole.');
    }));
  it('names the file that is gone', () =>
    inTemporaryDirectory(async (directory) => {
      await used(directory, ['one']);
      const [file = ''] = await filesOf(directory);
      await rm(file);
      const ended = await check(directory);
      expect([ended.status, ended.stdout]).toEqual([1, expect.stringContaining('missing, line 1 of its chain. The segment is not there.')]);
    }));
  it('notices with the head of before that all of it was set back', () =>
    inTemporaryDirectory(async (directory) => {
      const data = join(directory, 'data');
      await used(data, ['one']);
      await cp(data, join(directory, 'old'), { recursive: true });
      await used(data, ['two']);
      const head = /^Head: (.*)$/m.exec((await check(data)).stdout)?.[1] ?? '';
      expect((await check(data, '--expect-head', head)).status).toBe(0);
      await rm(data, { recursive: true });
      await rename(join(directory, 'old'), data);
      expect((await check(data)).status).toBe(0);
      const ended = await check(data, '--expect-head', head);
      expect([ended.status, ended.stdout]).toEqual([1, expect.stringContaining('the head that was given')]);
      expect((await check(data, '--expect-head', 'rubbish')).status).toBe(1);
    }));
  it('finds every acknowledged upload after kill -9, whole, also after the next start', () =>
    inTemporaryDirectory(async (directory) => {
      const running = await serve(['--data', directory, ...anyPorts]);
      await put(running, directory);
      const acknowledged: string[] = [];
      let isOver = false;
      const uploads = Array.from({ length: 8 }, async (_, worker) => {
        for (let i = 0; !isOver; i++) {
          const key = `${worker}-${i}`;
          if ((await put(running, directory, key).catch(() => 0)) === 200) acknowledged.push(key);
        }
      });
      while (acknowledged.length < 100) await new Promise((resolve) => setTimeout(resolve, 10));
      await running.stop('SIGKILL');
      isOver = true;
      await Promise.all(uploads);
      expect((await check(directory)).status).toBe(0);
      await used(directory, []);
      const ended = await check(directory, '--json');
      expect([ended.status, JSON.parse(ended.stdout).findings]).toEqual([0, []]);
      const text = (await Promise.all((await filesOf(directory)).map((file) => readFile(file, 'utf8')))).join('');
      expect(acknowledged.filter((key) => !text.includes(`"key":"${key}"`))).toEqual([]);
    }));
  it('makes a lost index anew when it is told to, and a server only then starts', () =>
    inTemporaryDirectory(async (directory) => {
      await used(directory, ['one', 'two']);
      await rm(join(directory, 'audit', 'index'), { recursive: true });
      const refused = await latchkey(['serve', '--data', directory, ...anyPorts]);
      expect([refused.status, refused.stderr]).toEqual([1, expect.stringContaining('verify-audit --rebuild-index')]);
      expect((await check(directory)).status).toBe(1);
      // What may be missing behind the last line nobody knows, until a server begins anew from there.
      const rebuilt = await check(directory, '--rebuild-index');
      expect([rebuilt.status, rebuilt.stdout]).toEqual([1, expect.stringContaining('whether lines are missing at the end is not known')]);
      await used(directory, ['three']);
      const ended = await check(directory);
      expect([ended.status, ended.stdout]).toEqual([0, expect.stringContaining('The audit trail is whole: 9 lines in 2 chains.')]);
      expect(ended.stderr).toContain('The index was made anew from the files');
    }));
  it('holds after a change of the master key, and not with another one', () =>
    inTemporaryDirectory(async (directory) => {
      await used(directory, ['one']);
      expect((await latchkey(['rotate-master-key', '--data', directory])).status).toBe(0);
      await used(directory, ['two']);
      expect((await check(directory)).status).toBe(0);
      const wrong = await latchkey(['verify-audit', '--data', directory], {
        environment: { LATCHKEY_MASTER_KEY: 'another master key altogether' },
      });
      expect([wrong.status, wrong.stderr]).toEqual([1, expect.stringContaining('The master key is not the one')]);
    }));
  it('makes nothing where there is nothing', () =>
    inTemporaryDirectory(async (directory) => {
      const ended = await check(directory);
      expect([ended.status, ended.stderr]).toEqual([1, expect.stringContaining('There is no audit trail in')]);
      expect(await readdir(directory)).toEqual([]);
      expect((await latchkey(['verify-audit', 'x'])).status).toBe(2);
    }));
});

describe('latchkey serve', () => {
  it('takes how long the trail is kept, and refuses what is no such thing', async () => {
    for (const flags of [
      ['--audit-keep', '12h'],
      ['--audit-keep', '0d'],
      ['--audit-max-size', '5'],
      ['--audit-max-size', 'much'],
    ]) {
      const ended = await latchkey(['serve', ...flags]);
      expect([ended.status, ended.stderr]).toEqual([2, expect.stringContaining(`${flags[0]} is`)]);
    }
    await inTemporaryDirectory(async (directory) => {
      const running = await serve(['--data', directory, ...anyPorts, '--audit-keep', 'forever', '--audit-max-size', 'none']);
      expect(await running.stop()).toBe(0);
    });
  });
});
