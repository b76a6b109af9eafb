import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bucketName } from '@latchkey/s3/names';
import { body, contentOf, key, NOTHING, NOW, PROPERTIES, put, required } from '@latchkey/storage/suite/bodies';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { latelyRead } from './lately-read.ts';
import { openLocalObjectStore } from './local-object-store.ts';
import { decodeRow, encodeRow } from './row.ts';

const bucket = bucketName('photos');
let directory: string;
let store: Awaited<ReturnType<typeof openLocalObjectStore>>;
let elsewhere: typeof store;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'latchkey-lately-'));
  store = await openLocalObjectStore({ directory });
  elsewhere = await openLocalObjectStore({ directory });
  await store.createBucket({ name: bucket, createdAt: NOW, region: 'us-east-1' });
  await put(store, bucket, 'k', 'before');
  for (let i = 0; i < 4; i++) expect(await contentOf(store, bucket, 'k')).toBe('before');
});
afterEach(async () => {
  await store.close();
  await elsewhere.close();
  await rm(directory, { recursive: true });
});

test('an object that is asked for again and again is the new one as soon as it was overwritten, here or elsewhere', async () => {
  await put(store, bucket, 'k', 'after');
  expect(await contentOf(store, bucket, 'k')).toBe('after');
  await put(elsewhere, bucket, 'k', 'still after');
  for (let i = 0; i < 4; i++) expect(await contentOf(store, bucket, 'k')).toBe('still after');
});

test('its tags are those it has now, and it is gone when it was removed', async () => {
  await elsewhere.setTags(bucket, key('k'), { colour: 'red' });
  const tagged = await required(store.openObject(bucket, key('k')));
  expect(tagged.record.tags).toEqual({ colour: 'red' });
  await elsewhere.deleteObject(bucket, key('k'));
  expect(await store.openObject(bucket, key('k'))).toBeUndefined();
});

test('each object has its own key and properties, though their bytes be the same', async () => {
  await store.putObject(bucket, key('other'), body('before'), PROPERTIES, { now: NOW });
  for (let i = 0; i < 4; i++) {
    for (const [name, { headers, metadata }] of [
      ['k', NOTHING],
      ['other', PROPERTIES],
    ] as const) {
      const { record } = await required(store.openObject(bucket, key(name)));
      expect(record).toMatchObject({ key: name, headers, metadata });
    }
  }
});

test('remembers from the second time on, and only what is small', () => {
  const id = Buffer.alloc(16, 7);
  const bytes = encodeRow({
    sizeBytes: 3,
    lastModified: NOW,
    etag: '0'.repeat(32),
    partCount: 0,
    body: { kind: 'inline', id, crc32: 0 },
    checksums: undefined,
    properties: NOTHING,
  });
  const memory = latelyRead();
  expect(memory.wants(bytes)).toBeUndefined();
  const remember = memory.wants(bytes);
  remember?.(decodeRow(bytes), Buffer.alloc(16 * 1024 + 1));
  expect(memory.get(bytes)).toBeUndefined();
  remember?.(decodeRow(bytes), Buffer.from('abc'));
  expect(memory.get(bytes)?.content.toString()).toBe('abc');
  const other = Buffer.from(bytes);
  other.writeDoubleLE(NOW + 1000, 12);
  expect(memory.get(other)).toBeUndefined();
});
