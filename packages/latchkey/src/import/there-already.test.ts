import { bucketName, objectKey } from '@latchkey/s3/names';
import { compareKeys } from '@latchkey/storage/key-order';
import { openMemoryObjectStore } from '@latchkey/storage/memory-object-store';
import type { ObjectStore } from '@latchkey/storage/object-store';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isThere, lookUpInOrder } from './there-already.ts';

const BUCKET = bucketName('box');
const md5 = (digit: string) => digit.repeat(32);

describe('isThere', () => {
  const source = { sizeBytes: 5, etag: md5('a'), lastModified: 10_000 };

  test('takes equal ETags and sizes for the same bytes, whichever is newer', () => {
    expect(isThere(source, { ...source, lastModified: 0 })).toBe(true);
    expect(isThere(source, undefined)).toBe(false);
    expect(isThere(source, { ...source, sizeBytes: 6 })).toBe(false);
  });

  test('takes other ETags for other bytes, whichever is newer', () => {
    expect(isThere(source, { ...source, etag: md5('b'), lastModified: 99_000 })).toBe(false);
  });

  test.each([
    ['of a file', '', md5('b')],
    ['of parts', `${md5('a')}-3`, `${md5('b')}-2`],
    ['of parts that became one', `${md5('a')}-3`, md5('b')],
  ])('goes by size and time where the ETag, %s, can not be compared', (_, etag, other) => {
    const parts = { ...source, etag };
    expect(isThere(parts, { ...source, etag: other, lastModified: 11_000 })).toBe(true);
    expect(isThere(parts, { ...source, etag: other, lastModified: 10_000 })).toBe(false);
    expect(isThere(parts, { ...source, etag: other, lastModified: 11_000, sizeBytes: 6 })).toBe(false);
  });
});

describe('lookUpInOrder', () => {
  const keys = fc.uniqueArray(fc.string({ unit: fc.constantFrom('a', 'b', '/', 'é', '\uffee', '\u{10000}'), minLength: 1, maxLength: 4 }));

  test('finds what is there and nothing else, whatever the keys', async () => {
    await fc.assert(
      fc.asyncProperty(keys, keys, async (there, asked) => {
        const store = await storeWith(there);
        const lookUp = lookUpInOrder(store, BUCKET);
        for (const key of asked.toSorted(compareKeys))
          expect((await lookUp(objectKey(key)))?.key).toBe(there.includes(key) ? key : undefined);
      }),
      { numRuns: 60 },
    );
  });

  test('asks for a page for so many keys, and for none that hold only what nobody asks for', async () => {
    const folder = (name: string, count: number) => Array.from({ length: count }, (_, i) => `${name}/${String(i).padStart(5, '0')}`);
    const store = await storeWith([...folder('a', 1500), ...folder('b', 5000), ...folder('c', 10)]);
    let pages = 0;
    const listObjects: ObjectStore['listObjects'] = (...page) => {
      pages += 1;
      return store.listObjects(...page);
    };
    const lookUp = lookUpInOrder({ ...store, listObjects }, BUCKET);
    for (const key of [...folder('a', 1500), ...folder('c', 10)]) expect((await lookUp(objectKey(key)))?.key).toBe(key);
    expect(await lookUp(objectKey('d'))).toBeUndefined();
    // Two for a/, one that begins in b/, one where c/ is.
    expect(pages).toBeLessThanOrEqual(4);
  });
});

async function storeWith(keys: readonly string[]): Promise<ObjectStore> {
  const store = openMemoryObjectStore();
  await store.createBucket({ name: BUCKET, createdAt: 0, region: 'us-east-1' });
  const body = () => ({
    bytes: (async function* () {
      yield Buffer.from('x');
    })(),
  });
  for (const key of keys) await store.putObject(BUCKET, objectKey(key), body(), { headers: {}, metadata: {} }, { now: 0 });
  return store;
}
