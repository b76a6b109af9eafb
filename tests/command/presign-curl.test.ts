import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { presign } from '@latchkey/sigv4/presign';
import { type Latchkey, startLatchkey } from 'latchkey/testing';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { inTemporaryDirectory, latchkey } from '../support/latchkey-command.ts';
import { needs } from '../support/programs.ts';

const test = needs('curl', 'bash');

let store: Latchkey;
beforeAll(async () => {
  store = await startLatchkey();
  const { endpoint, region, credentials } = store;
  await fetch(presign({ method: 'PUT', bucket: 'photos', endpoint, region, credentials, expiresIn: 60 }).url, { method: 'PUT' });
});
afterAll(() => store.stop());

/** Makes a command with `latchkey presign ARGS --curl` and runs it in a shell, where FILE is a file that holds `content`. */
async function runPrinted(args: readonly string[], content: string, cwd: string): Promise<string> {
  const { endpoint, credentials } = store;
  const environment = {
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  };
  const { stdout: command } = await latchkey(['presign', ...args, '--curl'], { environment });
  await writeFile(join(cwd, 'FILE'), content);
  const { stdout } = await promisify(execFile)('bash', ['-c', command], { cwd });
  return stdout;
}

describe('the command that latchkey presign --curl prints', () => {
  test('uploads with the headers that were signed, looks, downloads and deletes', async () => {
    await inTemporaryDirectory(async (cwd) => {
      const object = "s3://photos/it's [a] {b} cat+dog?.txt";
      await runPrinted(
        [object, '--method', 'PUT', '--content-type', 'text/plain', '--content-length', '4', '--header', "x-amz-meta-note: it's"],
        'meow',
        cwd,
      );
      const head = await runPrinted([object, '--method', 'HEAD'], '', cwd);
      expect(head.toLowerCase()).toContain("x-amz-meta-note: it's\r\n");
      await runPrinted([object], '', cwd);
      expect(await readFile(join(cwd, "it's [a] {b} cat+dog?.txt"), 'utf8')).toBe('meow');
      await runPrinted([object, '--method', 'DELETE'], '', cwd);
      await expect(runPrinted([object], '', cwd)).rejects.toThrow('404');
    });
  });
  test('sends a form within its limits, and is refused beyond them', async () => {
    await inTemporaryDirectory(async (cwd) => {
      const form = ['s3://photos/from-ann/', '--method', 'POST', '--max-size', '4'];
      await runPrinted(form, 'meow', cwd);
      await runPrinted(['s3://photos/from-ann/FILE', '--download-as', 'x'], '', cwd);
      expect(await readFile(join(cwd, 'FILE'), 'utf8')).toBe('meow');
      await expect(runPrinted(form, 'too long', cwd)).rejects.toThrow('400');
    });
  });
});
