import { newHealth } from '@latchkey/storage/health';
import { describe, expect, test } from 'vitest';
import { oneEarlySync, openBlobWriter } from './blob-writer.ts';
import { type Files, nodeFiles } from './files.ts';

const MIB = 1024 * 1024;
const FILE = 7;

describe('a blob writer', () => {
  test('writes everything, in order, in pieces of a megabyte, one at a time', async () => {
    const disk = slowDisk();
    const writer = openBlobWriter(disk.writing, FILE);
    const writes = (async () => {
      for (let index = 0; index < 35; index++) await writer.write(Buffer.alloc(100_000, index));
      await writer.finish();
    })();
    await disk.runUntil(writes);
    expect(disk.written().equals(Buffer.concat(Array.from({ length: 35 }, (_, index) => Buffer.alloc(100_000, index))))).toBe(true);
    expect(disk.mostAtOnce()).toBe(1);
    expect(disk.calls()).toEqual(['append 1100000', 'append 1100000', 'append 1100000', 'append 200000', 'sync']);
  });

  test('holds back who is quicker than the disk', async () => {
    const disk = slowDisk();
    const writer = openBlobWriter(disk.writing, FILE);
    await writer.write(Buffer.alloc(MIB));
    let isTaken = false;
    const second = writer.write(Buffer.alloc(MIB)).then(() => {
      isTaken = true;
    });
    await turn();
    expect(isTaken).toBe(false);
    await disk.runUntil(second);
    expect(isTaken).toBe(true);
    await disk.runUntil(writer.settle());
  });

  test('makes the disk begin before the end, once for all writers, and waits for it', async () => {
    const disk = slowDisk();
    const [first, second] = [openBlobWriter(disk.writing, FILE), openBlobWriter(disk.writing, FILE)];
    await disk.runUntil(writeMib(first, 64), 'append');
    await disk.runUntil(writeMib(second, 64), 'append');
    expect(disk.waiting().filter((name) => name === 'sync')).toHaveLength(1);
    await disk.runUntil(Promise.all([first.finish(), second.finish()]));
    expect(disk.calls().filter((call) => call === 'sync')).toHaveLength(3);
  });

  test('fails when a sync before the end has failed, even if the one at the end succeeds', async () => {
    const disk = slowDisk();
    const writer = openBlobWriter(disk.writing, FILE);
    await disk.runUntil(writeMib(writer, 64), 'append');
    disk.fail('sync');
    await expect(disk.runUntil(writer.finish())).rejects.toMatchObject({ code: 'InternalError' });
    expect(disk.health.readOnlyBecause).toContain('a file');
  });

  test('is settled only when the write under way has ended', async () => {
    const disk = slowDisk();
    const writer = openBlobWriter(disk.writing, FILE);
    await writer.write(Buffer.alloc(MIB));
    let isSettled = false;
    const settled = writer.settle().then(() => {
      isSettled = true;
    });
    await turn();
    expect(isSettled).toBe(false);
    disk.fail('append');
    await settled;
  });
});

async function writeMib(writer: { write(chunk: Uint8Array): Promise<void> }, count: number): Promise<void> {
  const chunk = Buffer.alloc(MIB);
  for (let index = 0; index < count; index++) await writer.write(chunk);
}

/** A disk whose calls end when the test says so. */
function slowDisk() {
  const waiting: { readonly name: string; readonly end: (error?: Error) => void }[] = [];
  const calls: string[] = [];
  const written: Uint8Array[] = [];
  let atOnce = 0;
  let mostAtOnce = 0;
  const call = (name: string, label: string): Promise<void> => {
    calls.push(label);
    atOnce += 1;
    mostAtOnce = Math.max(mostAtOnce, atOnce);
    return new Promise((resolve, reject) => {
      waiting.push({
        name,
        end: (error) => {
          atOnce -= 1;
          error === undefined ? resolve() : reject(error);
        },
      });
    });
  };
  const files: Files = {
    ...nodeFiles,
    append(_, chunks) {
      written.push(...chunks.map((chunk) => Uint8Array.from(chunk)));
      return call('append', `append ${chunks.reduce((sum, chunk) => sum + chunk.length, 0)}`);
    },
    sync: () => call('sync', 'sync'),
  };
  const health = newHealth('object store');
  const endNext = (name: string | undefined, error?: Error): void => {
    const index = name === undefined ? 0 : waiting.findIndex((each) => each.name === name);
    if (index >= 0) waiting.splice(index, 1)[0]?.end(error);
  };
  return {
    writing: { files, health, earlySync: oneEarlySync() },
    health,
    calls: () => calls,
    written: () => Buffer.concat(written),
    mostAtOnce: () => mostAtOnce,
    waiting: () => waiting.map(({ name }) => name),
    fail: (name: string) => endNext(name, new Error('EIO')),
    /** Ends calls (only those named, where a name is given) until the work is done. */
    async runUntil<T>(work: Promise<T>, name?: string): Promise<T> {
      let isDone = false;
      const finish = (): void => {
        isDone = true;
      };
      work.then(finish, finish);
      while (!isDone) {
        endNext(name);
        await turn();
      }
      return work;
    },
  };
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
