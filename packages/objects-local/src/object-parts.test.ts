import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bucketName } from '@latchkey/s3/names';
import { newHealth } from '@latchkey/storage/health';
import { body, key, NOTHING, NOW, PART } from '@latchkey/storage/suite/bodies';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Catalogue, openCatalogue } from './catalogue.ts';
import { type LocalObjectStore, openLocalObjectStore } from './local-object-store.ts';
import { manifestRows } from './manifest.ts';
import { pageOfParts } from './object-parts.ts';

const bucket = bucketName('photos');
const GRACE = 60_000;
let directory: string;
let now: number;
let store: LocalObjectStore;
let index: Catalogue;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'latchkey-object-parts-'));
  now = NOW;
  store = await openLocalObjectStore({ directory, clock: () => now, collectAfterMs: GRACE, collectEveryMs: 1_000_000 });
  index = openCatalogue(join(directory, 'index'), newHealth('index'), async () => 2 ** 40);
  await store.createBucket({ name: bucket, createdAt: NOW, region: 'us-east-1' });
});
afterEach(async () => {
  await index.close();
  await store.close();
  await rm(directory, { recursive: true });
});

describe('the rows of parts', () => {
  test('stay with an object whose checksum is made of theirs, those of its parts only, until its bytes are collected', async () => {
    await completed('COMPOSITE');
    expect(partNumbers()).toEqual([1, 2]);
    await store.setTags(bucket, key('k'), { kept: 'as it is' });
    expect((await store.headParts(bucket, key('k'), { after: 1, limit: 5 }))?.page).toEqual({
      parts: [{ partNumber: 2, sizeBytes: 4, checksums: { CRC32: 'sum 2' } }],
    });
    await store.deleteObject(bucket, key('k'));
    expect(partNumbers()).toEqual([1, 2]);
    now += GRACE;
    await store.collect();
    expect(partNumbers()).toEqual([]);
  });

  test('go with the upload where the object has a checksum of its own, or none', async () => {
    for (const type of ['FULL_OBJECT', undefined] as const) {
      await completed(type);
      expect(partNumbers()).toEqual([]);
    }
  });

  test('that an earlier version did not keep leave the numbers and sizes of the parts', async () => {
    await completed('COMPOSITE');
    await index.change(() => {
      for (const row of [...index.parts.getKeys({ start: Buffer.of(0) })]) index.parts.removeSync(row);
    });
    expect((await store.headParts(bucket, key('k'), { after: 0, limit: 1 }))?.page).toEqual({
      parts: [{ partNumber: 1, sizeBytes: PART.length }],
      next: 1,
    });
    const open = await store.openObject(bucket, key('k'));
    expect(await open?.part(2)).toEqual({ range: { start: PART.length, end: PART.length + 3 }, partCount: 2 });
    await open?.close();
    await store.deleteObject(bucket, key('k'));
    now += GRACE;
    await store.collect();
    expect([...index.manifests.getKeys({ start: Buffer.of(0) })]).toEqual([]);
  });
});

test('pageOfParts gives 10,000 parts in ten pages, each part once and in order', async () => {
  const id = Buffer.alloc(16, 7);
  const pieces = Array.from({ length: 10_000 }, (_, at) => ({
    partNumber: at + 1,
    start: at * 9,
    sizeBytes: 9,
    body: { kind: 'file', id: Buffer.alloc(16, 1) } as const,
  }));
  await index.change(() => {
    for (const [at, row] of manifestRows(id, pieces)) index.manifests.putSync(at, row);
  });
  const seen: number[] = [];
  let pages = 0;
  for (let after: number | undefined = 0; after !== undefined; pages++) {
    const page = pageOfParts(index, id, { after, limit: 1000 });
    seen.push(...page.parts.map(({ partNumber }) => partNumber));
    after = page.next;
  }
  expect([pages, seen.length]).toEqual([10, 10_000]);
  expect(seen.every((partNumber, at) => partNumber === at + 1)).toBe(true);
});

/** `k`, of two of three parts. */
async function completed(type: 'COMPOSITE' | 'FULL_OBJECT' | undefined): Promise<void> {
  const { uploadId } = await store.createUpload(bucket, key('k'), NOTHING, { now: NOW });
  const parts = [];
  for (const [at, content] of [PART, 'last', 'left out'].entries()) {
    const sealed = { ...body(content), seal: () => ({ checksums: { type: 'FULL_OBJECT', values: { CRC32: `sum ${at + 1}` } } as const }) };
    const { etag } = await store.uploadPart(bucket, key('k'), uploadId, at + 1, sealed, { now: NOW });
    parts.push({ partNumber: at + 1, etag });
  }
  const sealChecksums = () => type && { type, values: { CRC32: 'sum' } };
  await store.completeUpload(bucket, key('k'), uploadId, parts.slice(0, 2), { now: NOW, sealChecksums });
}

function partNumbers(): readonly number[] {
  index.latest();
  return [...index.parts.getKeys({ start: Buffer.of(0) })].map((row) => row.readUInt16BE(row.length - 2));
}
