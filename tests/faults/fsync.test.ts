import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect } from 'vitest';
import { needs } from '../support/programs.ts';
import { contentOf, md5 } from './content.mjs';
import { type StoreProcess, startStoreProcess } from './store-process.ts';

const test = needs('strace');
const SMALL = 1000;
const LARGE = 300_000;
let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'latchkey-fsync-'));
});
afterEach(() => rm(directory, { recursive: true }));

describe('a disk that fails', () => {
  for (const { what, call, sizeBytes } of [
    { what: 'the fsync of a file', call: 'fdatasync', sizeBytes: LARGE },
    { what: 'the fsync of a directory', call: 'fsync', sizeBytes: LARGE },
    { what: 'the fsync of the index', call: 'fdatasync', sizeBytes: SMALL },
    { what: 'a write to the index', call: 'pwrite64,pwritev,writev', sizeBytes: SMALL },
  ]) {
    test(`in ${what}: the write is refused, nothing is written any more, and all that was acknowledged is there`, async () => {
      const first = await startStoreProcess(directory);
      expect(await put(first, 'before', SMALL)).toHaveProperty('returned');
      expect(await put(first, 'before-large', LARGE)).toHaveProperty('returned');

      const stop = await inject(first, `${call}:error=EIO`);
      expect(await put(first, 'during', sizeBytes)).toMatchObject({ code: 'InternalError', status: 500 });
      await stop();

      // The disk works again, and is not believed.
      for (const size of [SMALL, LARGE]) expect(await put(first, 'later', size)).toMatchObject({ code: 'ServiceUnavailable', status: 503 });
      expect(await first.tell({ delete: 'before' })).toMatchObject({ code: 'ServiceUnavailable' });
      expect(await first.tell({ health: true })).toMatchObject({
        code: 'ServiceUnavailable',
        reason: expect.stringContaining('is read-only since'),
      });
      await first.kill();

      const second = await startStoreProcess(directory);
      for (const [key, size] of [
        ['before', SMALL],
        ['before-large', LARGE],
      ] as const)
        expect(await isWhole(second, key, size)).toBe(true);
      const during = await second.tell({ get: 'during' });
      // It was refused, and yet may be there, whole: nobody can know how much of it had reached the disk.
      if (during.returned !== null) expect(await isWhole(second, 'during', sizeBytes)).toBe(true);
      expect(await put(second, 'after', LARGE)).toHaveProperty('returned');
      await second.tell({ close: true });
    });
  }
});

function put(process: StoreProcess, key: string, sizeBytes: number) {
  return process.tell({ put: key, name: key, sizeBytes });
}

async function isWhole(process: StoreProcess, key: string, sizeBytes: number): Promise<boolean> {
  const expected = md5(contentOf(key, sizeBytes));
  const { returned } = await process.tell({ get: key });
  return JSON.stringify(returned) === JSON.stringify({ etag: expected, md5: expected });
}

/** Makes system calls of a running process fail until the returned function is called. */
async function inject({ pid }: StoreProcess, fault: string): Promise<() => Promise<void>> {
  const [calls = ''] = fault.split(':');
  const strace = spawn('strace', ['-f', '-p', String(pid), '-e', `trace=${calls}`, '-e', `inject=${fault}`], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = new Promise<void>((resolve) => strace.once('close', () => resolve()));
  await new Promise<void>((resolve, reject) => {
    let output = '';
    strace.stderr.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      if (output.includes('attached')) resolve();
    });
    void ended.then(() => reject(new Error(output)));
  });
  return async () => {
    strace.kill('SIGINT');
    await ended;
  };
}
