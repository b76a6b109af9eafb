import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bucketName } from '@latchkey/s3/names';
import { body, contentOf, contentOfSize, key, NOTHING, NOW } from '@latchkey/storage/suite/bodies';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Files, nodeFiles } from './files.ts';
import { type LocalObjectStore, openLocalObjectStore } from './local-object-store.ts';

const bucket = bucketName('photos');
const LARGE = 700_000;
let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'latchkey-faults-'));
});
afterEach(() => rm(directory, { recursive: true }));

describe('a failed fsync', () => {
  for (const [what, call] of [
    ['a file', 'sync'],
    ['a directory', 'syncDirectory'],
  ] as const) {
    test(`of ${what} fails its write, leaves nothing, and makes the store read-only for good`, async () => {
      const sentences: string[] = [];
      const faulty = failing({ [call]: 'EIO' });
      const store = await openWithBucket(faulty.files, (sentence) => sentences.push(sentence));
      await put(store, 'kept', 10);
      faulty.begin();
      await expect(put(store, 'lost', LARGE)).rejects.toMatchObject({ code: 'InternalError', status: 500 });
      expect(await store.headObject(bucket, key('lost'))).toBeUndefined();
      expect(await filesBelow('blobs')).toEqual([]);
      expect(await filesBelow('tmp')).toEqual([]);

      // The disk may say it is fine again; nobody believes it.
      faulty.end();
      const refused = { code: 'ServiceUnavailable', status: 503 };
      await expect(put(store, 'later', LARGE)).rejects.toMatchObject(refused);
      await expect(put(store, 'small', 1)).rejects.toMatchObject(refused);
      await expect(store.deleteObject(bucket, key('kept'))).rejects.toMatchObject(refused);
      await expect(store.checkHealth()).rejects.toMatchObject(refused);
      expect(faulty.failures()).toBe(1);
      expect(sentences).toHaveLength(1);
      expect(sentences[0]).toMatch(/^The object store is read-only since .* did not reach the disk: EIO/);

      expect(await contentOf(store, bucket, 'kept')).toBe(contentOfSize(10).toString());
      await store.close();
    });
  }

  test('leaves an overwritten object as it was', async () => {
    const faulty = failing({ sync: 'EIO' });
    const store = await openWithBucket(faulty.files);
    await put(store, 'k', LARGE);
    faulty.begin();
    await expect(put(store, 'k', LARGE + 1)).rejects.toMatchObject({ code: 'InternalError' });
    expect(await contentOf(store, bucket, 'k')).toBe(contentOfSize(LARGE).toString());
    await store.close();
  });
});

describe('a full disk', () => {
  for (const call of ['create', 'append', 'sync', 'link', 'syncDirectory'] as const) {
    test(`met in ${call} is ServiceUnavailable, leaves nothing, and is over when there is space again`, async () => {
      const faulty = failing({ [call]: 'ENOSPC' });
      const store = await openWithBucket(faulty.files);
      faulty.begin();
      await expect(put(store, 'k', LARGE)).rejects.toMatchObject({
        code: 'ServiceUnavailable',
        message: 'There is no space left to store this.',
      });
      expect(faulty.failures()).toBe(1);
      expect(await store.headObject(bucket, key('k'))).toBeUndefined();
      expect(await filesBelow('blobs')).toEqual([]);
      expect(await filesBelow('tmp')).toEqual([]);
      faulty.end();
      await put(store, 'k', LARGE);
      await store.checkHealth();
      expect(await contentOf(store, bucket, 'k')).toBe(contentOfSize(LARGE).toString());
      await store.close();
    });
  }

  test('is told by checkHealth before it is met', async () => {
    const store = await openWithBucket({ ...nodeFiles, freeBytes: async () => 1000 });
    await expect(store.checkHealth()).rejects.toMatchObject({
      code: 'ServiceUnavailable',
      message: 'Only 1000 bytes are free for objects.',
    });
    await store.close();
  });
});

test('any other failure of the file system is InternalError and leaves nothing', async () => {
  for (const call of ['create', 'append', 'close', 'link'] as const) {
    const faulty = failing({ [call]: 'EMFILE' });
    const store = await openWithBucket(faulty.files);
    faulty.begin();
    await expect(put(store, 'k', LARGE)).rejects.toMatchObject({ code: 'InternalError' });
    faulty.end();
    expect(await filesBelow('blobs')).toEqual([]);
    expect(await filesBelow('tmp')).toEqual([]);
    await store.close();
  }
});

test('a temporary name that cannot be removed does not fail a write that is safe already', async () => {
  const faulty = failing({ remove: 'EIO' });
  const store = await openWithBucket(faulty.files);
  faulty.begin();
  await put(store, 'k', LARGE);
  faulty.end();
  expect(await contentOf(store, bucket, 'k')).toBe(contentOfSize(LARGE).toString());
  await store.close();
});

test('a file is closed only when the write under way has ended, also when the body fails meanwhile', async () => {
  const events: string[] = [];
  const files: Files = {
    ...nodeFiles,
    async append(file, chunks) {
      await nodeFiles.append(file, chunks);
      await new Promise((resolve) => setTimeout(resolve, 20));
      events.push('written');
    },
    async close(file) {
      events.push('closed');
      await nodeFiles.close(file);
    },
  };
  const store = await openWithBucket(files);
  const failing = (async function* () {
    yield contentOfSize(2 * 1024 * 1024);
    throw new Error('the client went away');
  })();
  const putting = store.putObject(bucket, key('k'), { bytes: failing }, NOTHING, { now: NOW });
  events.length = 0;
  await expect(putting).rejects.toThrow('the client went away');
  expect(events).toEqual(['written', 'closed']);
  await store.close();
});

/** The file system, some of whose calls fail between `begin` and `end`. */
function failing(codes: { readonly [call in keyof Files]?: string }) {
  let isFailing = false;
  let failures = 0;
  const files = Object.fromEntries(
    Object.entries(nodeFiles).map(([name, call]) => [
      name,
      async (...parameters: unknown[]) => {
        const code = codes[name as keyof Files];
        if (isFailing && code !== undefined) {
          failures += 1;
          // A close that reports an error has closed the file all the same.
          if (name === 'close') await (call as (...given: unknown[]) => Promise<unknown>)(...parameters);
          throw Object.assign(new Error(`${code}: injected into ${name}`), { code });
        }
        return (call as (...given: unknown[]) => Promise<unknown>)(...parameters);
      },
    ]),
  ) as unknown as Files;
  return {
    files,
    begin: () => {
      isFailing = true;
    },
    end: () => {
      isFailing = false;
    },
    failures: () => failures,
  };
}

async function openWithBucket(files: Files, onReadOnly?: (sentence: string) => void): Promise<LocalObjectStore> {
  const store = await openLocalObjectStore({ directory, files, onReadOnly });
  if ((await store.getBucket(bucket)) === undefined) await store.createBucket({ name: bucket, createdAt: NOW, region: 'us-east-1' });
  return store;
}

function put(store: LocalObjectStore, text: string, sizeBytes: number) {
  return store.putObject(bucket, key(text), body(contentOfSize(sizeBytes), 60_000), NOTHING, { now: NOW });
}

async function filesBelow(name: string): Promise<string[]> {
  const entries = await readdir(join(directory, name), { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
}
