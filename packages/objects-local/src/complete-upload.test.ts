import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bucketName } from '@latchkey/s3/names';
import { newHealth } from '@latchkey/storage/health';
import { body, contentOf, key, NOTHING, NOW } from '@latchkey/storage/suite/bodies';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Catalogue, openCatalogue } from './catalogue.ts';
import { partKey } from './keys.ts';
import { type LocalObjectStore, openLocalObjectStore } from './local-object-store.ts';

const bucket = bucketName('photos');
let directory: string;
let store: LocalObjectStore;
/** The index as another process has it open. */
let elsewhere: Catalogue;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'latchkey-complete-'));
  store = await openLocalObjectStore({ directory });
  elsewhere = openCatalogue(join(directory, 'index'), newHealth('index'), async () => 2 ** 40);
  await store.createBucket({ name: bucket, createdAt: NOW, region: 'us-east-1' });
});
afterEach(async () => {
  await elsewhere.close();
  await store.close();
  await rm(directory, { recursive: true });
});

describe('completing an upload', () => {
  test('looks again when a part is replaced between the look and the commit, and does not make an object of the old one', async () => {
    const { id, uploadId, etags } = await uploadOf(['first', 'second']);
    let looks = 0;
    const completing = store.completeUpload(bucket, key('k'), uploadId, [{ partNumber: 1, etag: etags[0] ?? '' }], {
      now: NOW,
      sealChecksums() {
        looks += 1;
        if (looks === 1) replaceWithSecond(id);
        return undefined;
      },
    });
    await expect(completing).rejects.toMatchObject({ code: 'InvalidPart' });
    expect(await store.headObject(bucket, key('k'))).toBeUndefined();
  });

  test('makes the checksums of the parts that are committed', async () => {
    const { id, uploadId, etags } = await uploadOf(['first', 'second']);
    const seen: (string | undefined)[] = [];
    await store.completeUpload(bucket, key('k'), uploadId, [{ partNumber: 2, etag: etags[1] ?? '' }], {
      now: NOW,
      sealChecksums(parts) {
        seen.push(parts[0]?.etag);
        // Something about the parts changes: it may have been this one.
        if (seen.length === 1) countChangeElsewhere(id);
        return { type: 'COMPOSITE', values: { CRC32: `look ${seen.length}` } };
      },
    });
    expect(seen).toEqual([etags[1], etags[1]]);
    expect((await store.headObject(bucket, key('k')))?.checksums?.values.CRC32).toBe('look 2');
    expect(await contentOf(store, bucket, 'k')).toBe('second');
  });

  test('knows of every part uploaded meanwhile, also of one that is uploaded again unchanged', async () => {
    const { id, uploadId } = await uploadOf(['first']);
    const counts = new Set<string | undefined>();
    for (const content of ['first', 'first', 'other']) {
      await store.uploadPart(bucket, key('k'), uploadId, 1, body(content), { now: NOW });
      elsewhere.latest();
      counts.add(elsewhere.parts.getBinary(partKey(id, 0))?.toString('hex'));
    }
    expect(counts.size).toBe(3);
  });

  test('asked twice at the same moment answers the same twice', async () => {
    const { uploadId, etags } = await uploadOf(['only']);
    const named = [{ partNumber: 1, etag: etags[0] ?? '' }];
    const [first, second] = await Promise.all([1, 2].map(() => store.completeUpload(bucket, key('k'), uploadId, named, { now: NOW })));
    expect(second).toEqual(first);
  });

  test('of 10,000 parts leaves an object every byte of which is found, and no part behind', { timeout: 60_000 }, async () => {
    const { uploadId } = await store.createUpload(bucket, key('k'), NOTHING, { now: NOW });
    const id = Buffer.from(uploadId, 'hex');
    const { etag } = await store.uploadPart(bucket, key('k'), uploadId, 1, body('x'.repeat(10)), { now: NOW });
    // The size of a part is what its row says: 5 MiB, without 50 GB of bytes behind it.
    const row = Buffer.from(elsewhere.parts.getBinary(partKey(id, 1)) ?? '');
    row.writeDoubleLE(5 * 2 ** 20, 4);
    await elsewhere.change(() => {
      for (let partNumber = 1; partNumber <= 10_000; partNumber++) elsewhere.parts.putSync(partKey(id, partNumber), row);
    });
    const named = Array.from({ length: 10_000 }, (_, index) => ({ partNumber: index + 1, etag }));
    expect(await store.completeUpload(bucket, key('k'), uploadId, named, { now: NOW })).toMatchObject({ sizeBytes: 10_000 * 5 * 2 ** 20 });
    const open = await store.openObject(bucket, key('k'));
    expect(await open?.part(9_999)).toEqual({ range: { start: 9_998 * 5 * 2 ** 20, end: 9_999 * 5 * 2 ** 20 - 1 }, partCount: 10_000 });
    await open?.close();
    elsewhere.latest();
    expect([...elsewhere.parts.getKeys({ start: Buffer.of(0) })]).toEqual([]);
  });
});

async function uploadOf(contents: readonly string[]) {
  const { uploadId } = await store.createUpload(bucket, key('k'), NOTHING, { now: NOW });
  const etags: string[] = [];
  for (const [index, content] of contents.entries()) {
    etags.push((await store.uploadPart(bucket, key('k'), uploadId, index + 1, body(content), { now: NOW })).etag);
  }
  return { id: Buffer.from(uploadId, 'hex'), uploadId, etags };
}

/** What another process does when it uploads the second part's bytes as the first part. */
function replaceWithSecond(id: Buffer): void {
  elsewhere.parts.putSync(partKey(id, 1), Buffer.from(elsewhere.parts.getBinary(partKey(id, 2)) ?? ''));
  countChangeElsewhere(id);
}

function countChangeElsewhere(id: Buffer): void {
  elsewhere.parts.putSync(partKey(id, 0), Buffer.alloc(4, 0xff));
}
