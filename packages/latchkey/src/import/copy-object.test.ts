import { S3Error } from '@latchkey/s3/errors';
import { bucketName, objectKey } from '@latchkey/s3/names';
import { openMemoryObjectStore } from '@latchkey/storage/memory-object-store';
import type { ObjectStore, OpenObject, StoredChecksums } from '@latchkey/storage/object-store';
import { beforeEach, describe, expect, test } from 'vitest';
import { copyObject } from './copy-object.ts';
import { type ImportSource, storeSource } from './import-source.ts';

const MIB = 1024 * 1024;
const [BUCKET, KEY] = [bucketName('box'), objectKey('key')];
const PROPERTIES = {
  headers: { 'content-type': 'text/plain', 'x-amz-storage-class': 'GLACIER' },
  metadata: { who: 'Ann' },
  tags: { a: '1' },
};

let from: ObjectStore;
let to: ObjectStore;
beforeEach(async () => {
  [from, to] = [openMemoryObjectStore(), openMemoryObjectStore()];
  for (const store of [from, to]) await store.createBucket({ name: BUCKET, createdAt: 0, region: 'us-east-1' });
});

const bodyOf = (bytes: Buffer) => ({
  sizeBytes: bytes.length,
  bytes: (async function* () {
    yield bytes;
  })(),
});
const put = (text: string, checksums?: StoredChecksums) =>
  from.putObject(BUCKET, KEY, { ...bodyOf(Buffer.from(text)), seal: () => ({ checksums }) }, PROPERTIES, { now: 0 });

async function putInParts(...sizes: readonly number[]): Promise<string> {
  const { uploadId } = await from.createUpload(BUCKET, KEY, PROPERTIES, { now: 0 });
  const parts = [];
  for (const [i, size] of sizes.entries())
    parts.push(await from.uploadPart(BUCKET, KEY, uploadId, i + 1, bodyOf(Buffer.alloc(size, `${i}`)), { now: 0 }));
  const named = parts.map(({ partNumber, etag }) => ({ partNumber, etag }));
  return (await from.completeUpload(BUCKET, KEY, uploadId, named, { now: 0 })).etag;
}

const copy = (source: ImportSource = sourceOf(), target = to) =>
  copyObject(source, target, { bucket: BUCKET, key: KEY, signal: new AbortController().signal, now: 5000 });

/** The source, as somebody who changes what is opened has it. */
function sourceOf(changed: (open: OpenObject, turn: number) => OpenObject = (open) => open, hasMd5Etags = true): ImportSource {
  const source = storeSource(from, { only: [], hasMd5Etags });
  let turn = 0;
  return {
    ...source,
    async open(...object) {
      const open = await source.open(...object);
      turn += 1;
      return open && changed(open, turn);
    },
  };
}

/** As many bytes, and the last one another. */
const damaged = (open: OpenObject): OpenObject => ({
  ...open,
  async *read(range) {
    for await (const bytes of open.read(range)) yield Buffer.concat([bytes.subarray(0, -1), Buffer.from('!')]);
  },
});

describe('copyObject', () => {
  test('keeps what belongs to an object, but for its storage class', async () => {
    const { etag } = await put('hello');
    expect(await copy()).toEqual({ sizeBytes: 5, etag, hasOtherEtag: false });
    const { headers, metadata, tags } = PROPERTIES;
    expect(await to.headObject(BUCKET, KEY)).toMatchObject({ etag, metadata, tags, headers: { 'content-type': headers['content-type'] } });
    expect((await to.headObject(BUCKET, KEY))?.headers).not.toHaveProperty('x-amz-storage-class');
  });

  test('keeps the parts, and with them the ETag', async () => {
    const etag = await putInParts(6 * MIB, 5 * MIB, 10);
    expect(await copy()).toEqual({ sizeBytes: 11 * MIB + 10, etag, hasOtherEtag: false });
    const open = await to.openObject(BUCKET, KEY);
    expect(await open?.part(2)).toEqual({ range: { start: 6 * MIB, end: 11 * MIB - 1 }, partCount: 3 });
    await open?.close();
  });

  test('finds the size of parts that are not known any more by what clients use', async () => {
    const etag = await putInParts(8 * MIB, 8 * MIB, 10);
    const part = () => Promise.reject(new S3Error('NotImplemented'));
    expect(await copy(sourceOf((open) => ({ ...open, part })))).toMatchObject({ etag, hasOtherEtag: false });
  });

  test('says where the ETag became another, since nobody knows the parts', async () => {
    await putInParts(6 * MIB, 5 * MIB, 10);
    const copied = await copy(sourceOf((open) => ({ ...open, part: async () => undefined })));
    expect(copied).toMatchObject({ sizeBytes: 11 * MIB + 10, hasOtherEtag: true });
    expect((await to.headObject(BUCKET, KEY))?.partCount).toBe(3);
  });

  test.each([
    ['the MD5 in its ETag', undefined],
    ['its checksum', { type: 'FULL_OBJECT', values: { SHA256: 'LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=' } } as const],
  ])('stores nothing whose bytes are not those of %s', async (_, checksums) => {
    await put('hello', checksums);
    await expect(copy(sourceOf(damaged))).rejects.toMatchObject({ code: 'BadDigest' });
    expect(await to.headObject(BUCKET, KEY)).toBeUndefined();
    await copy();
    expect((await to.headObject(BUCKET, KEY))?.checksums).toMatchObject(checksums ?? { values: { CRC64NVME: expect.any(String) } });
  });

  test('says that the ETag became another where it was none of the bytes', async () => {
    await put('hello');
    const withOther = (open: OpenObject) => ({ ...open, record: { ...open.record, etag: 'f'.repeat(32) } });
    expect(await copy(sourceOf(withOther, false))).toMatchObject({ hasOtherEtag: true });
  });

  test('stores nothing of what was replaced between two of its parts, and leaves no upload behind', async () => {
    await putInParts(5 * MIB, 10);
    const replaced = (open: OpenObject, turn: number) => (turn < 3 ? open : { ...open, record: { ...open.record, etag: 'other-2' } });
    await expect(copy(sourceOf(replaced))).rejects.toMatchObject({ code: 'PreconditionFailed' });
    expect(await to.headObject(BUCKET, KEY)).toBeUndefined();
    expect((await to.listUploads(BUCKET, { limit: 10 })).entries).toEqual([]);
  });

  test('keeps tags also where the other side takes those of an upload only later', async () => {
    await putInParts(5 * MIB, 10);
    const createUpload: ObjectStore['createUpload'] = (bucket, key, properties, options) =>
      properties.tags === undefined
        ? to.createUpload(bucket, key, properties, options)
        : Promise.reject(new S3Error('NotImplemented', { fields: { Header: 'x-amz-tagging' } }));
    await copy(sourceOf(), { ...to, createUpload });
    expect((await to.headObject(BUCKET, KEY))?.tags).toEqual(PROPERTIES.tags);
  });

  test('is undefined for what is gone', async () => {
    expect(await copy()).toBeUndefined();
  });
});
