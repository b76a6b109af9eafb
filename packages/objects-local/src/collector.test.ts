import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bucketName } from '@latchkey/s3/names';
import { newHealth } from '@latchkey/storage/health';
import { body, contentOfSize, key, md5, NOTHING, NOW, PART, readAll, required } from '@latchkey/storage/suite/bodies';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openCatalogue } from './catalogue.ts';
import { type LocalObjectStore, openLocalObjectStore } from './local-object-store.ts';
import { openPins } from './pins.ts';

const bucket = bucketName('photos');
const LARGE = 100_000;
const GRACE = 60_000;
let directory: string;
let store: LocalObjectStore;
let now: number;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'latchkey-collector-'));
  now = NOW;
  // Only collected when a test says so.
  store = await openLocalObjectStore({ directory, clock: () => now, collectAfterMs: GRACE, collectEveryMs: 1_000_000 });
  await store.createBucket({ name: bucket, createdAt: NOW, region: 'us-east-1' });
});
afterEach(async () => {
  await store.close();
  await rm(directory, { recursive: true });
});

describe('the collector', () => {
  test('removes the file of a deleted or overwritten object after the grace, and not before', async () => {
    await put('deleted');
    await put('overwritten');
    await store.deleteObject(bucket, key('deleted'));
    await store.putObject(bucket, key('overwritten'), body('small now'), NOTHING, { now: NOW });
    now += GRACE - 1;
    expect(await store.collect()).toBe(0);
    expect(await fileCount()).toBe(2);
    now += 1;
    expect(await store.collect()).toBe(2);
    expect(await fileCount()).toBe(0);
    expect(await store.collect()).toBe(0);
  });

  test('leaves what is referred to', async () => {
    await put('kept');
    now += GRACE * 10;
    expect(await store.collect()).toBe(0);
    expect(md5(await readAll(await required(store.openObject(bucket, key('kept')))))).toBe(md5(contentOfSize(LARGE)));
  });

  test('removes the parts of an object made of parts, of an aborted upload, and of a bucket dropped with its uploads', async () => {
    const completed = await uploadOf('completed', [PART, contentOfSize(20_000), contentOfSize(10)]);
    await completed.complete([1, 2]);
    expect(await fileCount()).toBe(2);
    // The third part was not chosen; it was in the index, and went with the change.
    const aborted = await uploadOf('aborted', [contentOfSize(LARGE), contentOfSize(5)]);
    await store.abortUpload(bucket, key('aborted'), aborted.uploadId);
    await uploadOf('left', [contentOfSize(LARGE)]);
    await store.deleteObject(bucket, key('completed'));
    await store.deleteBucket(bucket);
    now += GRACE;
    expect(await store.collect()).toBe(2 + 2 + 1);
    expect(await fileCount()).toBe(0);
  });

  test('removes a part that was replaced or not chosen', async () => {
    const upload = await uploadOf('k', [PART, contentOfSize(LARGE), contentOfSize(LARGE)]);
    await upload.part(2, contentOfSize(LARGE + 1));
    await upload.complete([1, 2]);
    expect(await fileCount()).toBe(4);
    now += GRACE;
    await store.collect();
    expect(await fileCount()).toBe(2);
    const content = Buffer.concat([PART, contentOfSize(LARGE + 1)]);
    expect(md5(await readAll(await required(store.openObject(bucket, key('k')))))).toBe(md5(content));
  });

  test('works through more files than it takes at a time', async () => {
    const { uploadId } = await uploadOf(
      'many',
      Array.from({ length: 300 }, (_, index) => contentOfSize(20_000 + index)),
    );
    await Promise.all(Array.from({ length: 30 }, (_, index) => put(`single-${index}`)));
    await Promise.all(Array.from({ length: 30 }, (_, index) => store.deleteObject(bucket, key(`single-${index}`))));
    await store.abortUpload(bucket, key('many'), uploadId);
    now += GRACE;
    expect(await store.collect()).toBe(330);
    expect(await fileCount()).toBe(0);
  });

  test('keeps what somebody still reads until it is read or closed', async () => {
    await put('file');
    await (await uploadOf('parts', [PART, contentOfSize(LARGE)])).complete([1, 2]);
    const reading = await required(store.openObject(bucket, key('file')));
    const readingParts = await required(store.openObject(bucket, key('parts')));
    const unread = await required(store.openObject(bucket, key('file')));
    for (const text of ['file', 'parts']) await store.deleteObject(bucket, key(text));
    now += GRACE;
    expect(await store.collect()).toBe(0);
    expect(md5(await readAll(reading))).toBe(md5(contentOfSize(LARGE)));
    expect(md5(await readAll(readingParts))).toBe(md5(Buffer.concat([PART, contentOfSize(LARGE)])));
    now += GRACE;
    expect(await store.collect()).toBe(2);
    await unread.close();
    now += GRACE;
    expect(await store.collect()).toBe(1);
    expect(await fileCount()).toBe(0);
  });

  test('removes the pins that processes left which are gone', async () => {
    await put('k');
    const catalogue = openCatalogue(join(directory, 'index'), newHealth('index'), async () => 2 ** 40);
    const gone = openPins(catalogue, GRACE, () => now);
    const [file] = (await readdir(join(directory, 'blobs'), { recursive: true })).filter((name) => name.length > 32);
    gone.pin(Buffer.from(file?.slice(-32) ?? '', 'hex'));
    now += GRACE;
    await gone.renew(now);
    await store.deleteObject(bucket, key('k'));
    now += GRACE - 1;
    expect(await store.collect()).toBe(0);
    now += 1;
    expect(await store.collect()).toBe(1);
    catalogue.latest();
    expect([...catalogue.pins.getKeys({ start: Buffer.of(0) })]).toEqual([]);
    await catalogue.close();
  });

  test('goes on after a restart with what was due', async () => {
    await put('k');
    await store.deleteObject(bucket, key('k'));
    await store.close();
    now += GRACE;
    store = await openLocalObjectStore({ directory, clock: () => now, collectAfterMs: GRACE, collectEveryMs: 1_000_000 });
    expect(await store.collect()).toBe(1);
    expect(await fileCount()).toBe(0);
  });
});

function put(text: string) {
  return store.putObject(bucket, key(text), body(contentOfSize(LARGE)), NOTHING, { now: NOW });
}

async function uploadOf(text: string, contents: readonly Uint8Array[]) {
  const { uploadId } = await store.createUpload(bucket, key(text), NOTHING, { now: NOW });
  const etags = new Map<number, string>();
  const part = async (partNumber: number, content: Uint8Array): Promise<void> => {
    etags.set(partNumber, (await store.uploadPart(bucket, key(text), uploadId, partNumber, body(content), { now: NOW })).etag);
  };
  await Promise.all(contents.map((content, index) => part(index + 1, content)));
  const complete = (numbers: readonly number[]) =>
    store.completeUpload(
      bucket,
      key(text),
      uploadId,
      numbers.map((partNumber) => ({ partNumber, etag: etags.get(partNumber) ?? '' })),
      { now: NOW },
    );
  return { uploadId, part, complete };
}

async function fileCount(): Promise<number> {
  const entries = await readdir(join(directory, 'blobs'), { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).length;
}
