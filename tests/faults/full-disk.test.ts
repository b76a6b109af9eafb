import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { contentOf, md5 } from './content.mjs';
import { type StoreProcess, startStoreProcess } from './store-process.ts';

const LARGE = 1_000_000;
const MIB = 1024 * 1024;
const DISK_MIB = 24;

/** Mounting a disk of one's own takes a namespace of one's own, which takes rights that not everybody has. */
const canMount = spawnSync('unshare', ['-m', 'true']).status === 0;
const onOwnDisk = (name: string, run: () => Promise<void>): void => {
  test.skipIf(!canMount)(canMount ? name : `${name} (skipped: needs the right to mount)`, run);
};

onOwnDisk('a full disk refuses what does not fit, keeps what was acknowledged, and can be emptied', async () => {
  const mountPoint = await mkdtemp(join(tmpdir(), 'latchkey-full-'));
  const store = await startStoreProcess(join(mountPoint, 'store'), { reserveBytes: 8 * MIB }, onDisk(mountPoint));

  const kept = await fill(store, 'large', LARGE);
  expect(kept.length).toBeGreaterThan(8);
  // Small objects live in the index, which is full as well.
  expect(await put(store, 'small', 100)).toMatchObject({ code: 'ServiceUnavailable', status: 503 });
  expect(await store.tell({ health: true })).toMatchObject({ code: 'ServiceUnavailable' });
  for (const key of kept) expect(await store.tell({ get: key })).toHaveProperty('returned.md5');

  // What fits the reserve but not the disk meets the real end of it.
  for (const key of kept.slice(0, 3)) expect(await store.tell({ delete: key })).toEqual(expect.objectContaining({ returned: true }));
  expect(await store.tell({ collect: true })).toMatchObject({ returned: 3 });
  await pause();
  expect(await put(store, 'too-large', (DISK_MIB - 1) * MIB)).toMatchObject({
    code: 'ServiceUnavailable',
    reason: expect.stringContaining('ENOSPC'),
  });
  expect(await store.tell({ get: 'too-large' })).toMatchObject({ returned: null });
  await pause();

  // Nothing of it is left: as much fits as did before.
  expect(await store.tell({ health: true })).toMatchObject({ returned: null });
  expect((await fill(store, 'again', LARGE)).length).toBeGreaterThanOrEqual(2);
  for (const key of kept.slice(3)) expect(await store.tell({ get: key })).toHaveProperty('returned.md5');
  await store.tell({ close: true });
  await rm(mountPoint, { recursive: true });
});

onOwnDisk('an index that meets the end of the disk refuses the change, stays whole, and goes on when there is space again', async () => {
  const mountPoint = await mkdtemp(join(tmpdir(), 'latchkey-full-'));
  const store = await startStoreProcess(join(mountPoint, 'store'), { reserveBytes: 0 }, onDisk(mountPoint));
  await store.tell({ ballast: 10 * MIB });
  const kept: string[] = [];
  for (;;) {
    const key = `small-${kept.length}`;
    const { code } = await put(store, key, 15_000);
    if (code !== undefined) {
      expect(code).toBe('ServiceUnavailable');
      break;
    }
    kept.push(key);
  }
  expect(await put(store, 'still', 15_000)).toMatchObject({ code: 'ServiceUnavailable' });
  expect(kept.length).toBeGreaterThan(300);
  await store.tell({ ballast: 0 });
  await pause();
  expect(await store.tell({ health: true })).toMatchObject({ returned: null });
  expect(await put(store, 'after', 15_000)).toHaveProperty('returned');
  for (const key of [...kept, 'after']) {
    const expected = md5(contentOf(key, 15_000));
    expect(await store.tell({ get: key })).toMatchObject({ returned: { etag: expected, md5: expected } });
  }
  await store.tell({ close: true });
  await rm(mountPoint, { recursive: true });
});

/** How a program is run to have a small disk at the mount point that nobody else sees. */
function onDisk(mountPoint: string): readonly string[] {
  return ['unshare', '-m', 'sh', '-c', `mount -t tmpfs -o size=${DISK_MIB}m tmpfs "$0" && exec "$@"`, mountPoint];
}

/** Puts objects until one is refused; returns the keys of those that were not. */
async function fill(store: StoreProcess, prefix: string, sizeBytes: number): Promise<string[]> {
  const keys: string[] = [];
  for (;;) {
    const key = `${prefix}-${keys.length}`;
    const answer = await put(store, key, sizeBytes);
    if (answer.code !== undefined) {
      expect(answer).toMatchObject({ code: 'ServiceUnavailable', status: 503 });
      return keys;
    }
    keys.push(key);
    // The free space is asked for four times a second.
    await pause();
  }
}

function put(store: StoreProcess, key: string, sizeBytes: number) {
  return store.tell({ put: key, name: key, sizeBytes });
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 300));
}
