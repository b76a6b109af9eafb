import { mkdir, mkdtemp, readdir, readFile, rename, rm, rmdir, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bucketName } from '@latchkey/s3/names';
import { body, contentOfSize, key, md5, NOTHING, NOW, PART, readAll, required } from '@latchkey/storage/suite/bodies';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Files, nodeFiles } from './files.ts';
import { type LocalObjectStore, openLocalObjectStore } from './local-object-store.ts';

const bucket = bucketName('photos');
const LARGE = 600_000;
/** What a process leaves that ran before the machine was started anew. */
const GONE = '00000000.1.2.3.abcdef';
let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'latchkey-recovery-'));
});
afterEach(() => rm(directory, { recursive: true }));

describe('a crash at any call of the file system', () => {
  const operations: Record<string, (store: LocalObjectStore) => Promise<unknown>> = {
    put: (store) => put(store, 'new', LARGE),
    overwrite: (store) => put(store, 'old', LARGE + 1),
    'part upload': async (store) => {
      const { entries } = await store.listUploads(bucket, { limit: 1 });
      const [upload] = entries;
      if (upload?.kind !== 'upload') throw new Error('the upload is gone');
      await store.uploadPart(bucket, key('upload'), upload.upload.uploadId, 1, body(PART), { now: NOW });
    },
  };
  for (const [name, run] of Object.entries(operations)) {
    test(`of a ${name} leaves the old state or the new one, and nothing else`, { timeout: 60_000 }, async () => {
      let states = new Set<string>();
      for (let callsBeforeCrash = 0; ; callsBeforeCrash++) {
        await rm(directory, { recursive: true });
        await mkdir(directory);
        const crashing = crashAfter(callsBeforeCrash);
        const store = await openLocalObjectStore({ directory, files: crashing.files });
        await store.createBucket({ name: bucket, createdAt: NOW, region: 'us-east-1' });
        await put(store, 'old', LARGE);
        await store.createUpload(bucket, key('upload'), NOTHING, { now: NOW });
        crashing.arm();
        const acknowledged = await run(store).then(
          () => true,
          () => false,
        );
        await store.close().catch(() => undefined);
        const hasCrashed = crashing.hasCrashed();
        states = states.add(await stateAfterRestart(acknowledged ? name : undefined));
        if (!hasCrashed) break;
      }
      expect([...states].sort()).toEqual(['new', 'old']);
    });
  }

  /** Opens what is left as the next process would, checks that it is whole, and says which of the two states it is in. */
  async function stateAfterRestart(acknowledged: string | undefined): Promise<'old' | 'new'> {
    await leaveAsGone();
    const store = await openLocalObjectStore({ directory });
    const state = { old: await sizeOf(store, 'old'), new: await sizeOf(store, 'new'), parts: await partSizes(store) };
    const isNew = state.new === LARGE || state.old === LARGE + 1 || state.parts.length > 0;
    if (acknowledged !== undefined) expect(isNew).toBe(true);
    // The overwritten object's file waits for the collector.
    const bodies = 1 + (isNew ? 1 : 0);
    expect(await filesBelow('blobs')).toHaveLength(bodies);
    expect(await filesBelow('tmp')).toEqual([]);
    await store.close();
    expect(await readdir(join(directory, 'tmp'))).toEqual([]);
    return isNew ? 'new' : 'old';
  }
});

test('a write that is refused at the moment of its commit leaves no file', async () => {
  const store = await openLocalObjectStore({ directory });
  await store.createBucket({ name: bucket, createdAt: NOW, region: 'us-east-1' });
  const condition = { ifNoneMatch: '*' } as const;
  const puts = [1, 2, 3].map((more) =>
    store.putObject(bucket, key('k'), body(contentOfSize(LARGE + more)), NOTHING, { now: NOW, condition }),
  );
  const outcomes = await Promise.allSettled(puts);
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  const upload = await store.createUpload(bucket, key('k'), NOTHING, { now: NOW });
  const part = store.uploadPart(bucket, key('k'), upload.uploadId, 1, body(PART), { now: NOW });
  await store.abortUpload(bucket, key('k'), upload.uploadId);
  await expect(part).rejects.toMatchObject({ code: 'NoSuchUpload' });
  expect(await filesBelow('blobs')).toHaveLength(1);
  expect(await filesBelow('tmp')).toEqual([]);
  await store.close();
});

describe('opening', () => {
  test('leaves alone what a living process has on its way', async () => {
    const store = await openLocalObjectStore({ directory });
    await store.createBucket({ name: bucket, createdAt: NOW, region: 'us-east-1' });
    let release = (): void => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const slow = (async function* () {
      yield contentOfSize(LARGE);
      await held;
    })();
    const putting = store.putObject(bucket, key('slow'), { bytes: slow }, NOTHING, { now: NOW });
    await expect.poll(() => filesBelow('tmp')).toHaveLength(1);
    const other = await openLocalObjectStore({ directory });
    release();
    await putting;
    expect(md5(await readAll(await required(other.openObject(bucket, key('slow')))))).toBe(md5(contentOfSize(LARGE)));
    await other.close();
    await store.close();
  });

  test('marks what it removes as lost, so that a process wrongly taken for gone cannot acknowledge it', async () => {
    let steal = async (): Promise<void> => {};
    const files: Files = {
      ...nodeFiles,
      async syncDirectory(path) {
        await nodeFiles.syncDirectory(path);
        if (/blobs\/..$/.test(path)) await steal();
      },
    };
    const store = await openLocalObjectStore({ directory, files });
    await store.createBucket({ name: bucket, createdAt: NOW, region: 'us-east-1' });
    // Between the file's lasting name and its commit, another start takes this process for gone.
    steal = async () => {
      await leaveAsGone();
      await (await openLocalObjectStore({ directory })).close();
    };
    await expect(put(store, 'k', LARGE)).rejects.toMatchObject({ code: 'InternalError' });
    steal = async () => {};
    expect(await store.headObject(bucket, key('k'))).toBeUndefined();
    await store.close();
  });

  test('is not the end of a process that was wrongly taken for gone, which shows itself as long as it lives', async () => {
    const store = await openLocalObjectStore({ directory });
    await store.createBucket({ name: bucket, createdAt: NOW, region: 'us-east-1' });
    const [own] = await readdir(join(directory, 'tmp'));
    const temporary = join(directory, 'tmp', own ?? '');
    await utimes(temporary, 0, 0);
    await store.collect();
    expect((await stat(temporary)).mtimeMs).toBeGreaterThan(0);
    await rmdir(temporary);
    await put(store, 'k', LARGE);
    expect(await sizeOf(store, 'k')).toBe(LARGE);
    await store.close();
  });

  test('refuses a directory of a later format, and one that is something else, in a sentence', async () => {
    await (await openLocalObjectStore({ directory })).close();
    expect(await readFile(join(directory, 'FORMAT'), 'utf8')).toBe('latchkey-objects 1\n');
    await writeFile(join(directory, 'FORMAT'), 'latchkey-objects 2\n');
    await expect(openLocalObjectStore({ directory })).rejects.toThrow(/has format 2; this version of Latchkey knows format 1/);
    await writeFile(join(directory, 'FORMAT'), 'something else\n');
    await expect(openLocalObjectStore({ directory })).rejects.toThrow(/is no object store of Latchkey/);
  });

  test('waits, when it closes again, for the writes under way', async () => {
    const store = await openLocalObjectStore({ directory });
    await store.createBucket({ name: bucket, createdAt: NOW, region: 'us-east-1' });
    const writes = [put(store, 'large', LARGE), put(store, 'small', 10)];
    await store.close();
    await Promise.all(writes);
    const again = await openLocalObjectStore({ directory });
    expect(await sizeOf(again, 'large')).toBe(LARGE);
    expect(await sizeOf(again, 'small')).toBe(10);
    await again.close();
  });
});

/** The file system, which after so many changes stops answering: nothing that comes later happens, clean-up included. */
function crashAfter(calls: number) {
  let left = Number.POSITIVE_INFINITY;
  let hasCrashed = false;
  const changes: readonly string[] = ['create', 'append', 'sync', 'close', 'link', 'syncDirectory', 'remove'];
  const files = Object.fromEntries(
    Object.entries(nodeFiles).map(([name, call]) => [
      name,
      async (...parameters: unknown[]) => {
        if (changes.includes(name) && left-- <= 0) {
          hasCrashed = true;
          throw new Error('crashed');
        }
        return (call as (...given: unknown[]) => Promise<unknown>)(...parameters);
      },
    ]),
  ) as unknown as Files;
  return {
    files,
    arm: () => {
      left = calls;
    },
    hasCrashed: () => hasCrashed,
  };
}

/** Makes what is in tmp/ that of a process that is gone, as it would be after a crash. */
async function leaveAsGone(): Promise<void> {
  const names = await readdir(join(directory, 'tmp'));
  for (const [index, name] of names.entries()) await rename(join(directory, 'tmp', name), join(directory, 'tmp', `${GONE}${index}`));
}

function put(store: LocalObjectStore, text: string, sizeBytes: number) {
  return store.putObject(bucket, key(text), body(contentOfSize(sizeBytes), 50_000), NOTHING, { now: NOW });
}

/** The size of an object, whose bytes are those put. */
async function sizeOf(store: LocalObjectStore, text: string): Promise<number | undefined> {
  const open = await store.openObject(bucket, key(text));
  if (open === undefined) return undefined;
  expect(md5(await readAll(open))).toBe(md5(contentOfSize(open.record.sizeBytes)));
  return open.record.sizeBytes;
}

async function partSizes(store: LocalObjectStore): Promise<number[]> {
  const { entries } = await store.listUploads(bucket, { limit: 1 });
  const [upload] = entries;
  if (upload?.kind !== 'upload') throw new Error('the upload is gone');
  const { parts } = await store.listParts(bucket, key('upload'), upload.upload.uploadId, { after: 0, limit: 10 });
  return parts.map(({ sizeBytes }) => sizeBytes);
}

async function filesBelow(name: string): Promise<string[]> {
  const entries = await readdir(join(directory, name), { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
}
