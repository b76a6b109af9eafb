import type { BucketName } from '@latchkey/s3/names';
import { describe, expect, test } from 'vitest';
import type { ObjectStore } from '../object-store.ts';
import { key, newBucket, put } from './bodies.ts';
import type { Lacks } from './lacks.ts';

export function describeListing(store: () => ObjectStore, lacks: Lacks): void {
  describe('listings', () => {
    test('keys come in the order of their UTF-8 bytes', async () => {
      const bucket = await newBucket(store());
      const sorted = ['A', 'B', 'a', 'a\u0000', 'a!', 'a/', 'aa', 'é', '\uD7FF', '\uFF21', '\uFFFD', '\u{1F600}', '\u{10FFFF}'].filter(
        (text) => lacks.zeroBytes === undefined || !text.includes('\u0000'),
      );
      for (const text of [...sorted].reverse()) await put(store(), bucket, text, text);
      expect(await namesOf(store(), bucket, { limit: 100 })).toEqual(sorted);
    });
    test('pages follow each other without a gap or a repetition', async () => {
      const bucket = await newBucket(store());
      const keys = Array.from({ length: 25 }, (_, index) => `k${String(index).padStart(3, '0')}`);
      await Promise.all(keys.map((text) => put(store(), bucket, text, text)));
      for (const limit of [1, 7, 24, 25, 26]) expect(await allNames(store(), bucket, { limit })).toEqual(keys);
    });
    test('a page of 0 is empty and has no next', async () => {
      const bucket = await newBucket(store());
      await put(store(), bucket, 'a', 'x');
      expect(await store().listObjects(bucket, { limit: 0 })).toEqual({ entries: [], next: undefined });
    });
    test('keys that hold the delimiter behind the prefix are rolled up into one common prefix', async () => {
      const bucket = await newBucket(store());
      for (const text of ['a', 'a/b', 'a/b/c', 'a/d', 'b', 'c//d', 'c/e']) await put(store(), bucket, text, text);
      expect(await namesOf(store(), bucket, { delimiter: '/', limit: 10 })).toEqual(['a', 'a/', 'b', 'c/']);
      expect(await namesOf(store(), bucket, { prefix: 'a/', delimiter: '/', limit: 10 })).toEqual(['a/b', 'a/b/', 'a/d']);
      expect(await namesOf(store(), bucket, { prefix: 'c', delimiter: '//', limit: 10 })).toEqual(['c//', 'c/e']);
      for (const limit of [1, 2, 3]) expect(await allNames(store(), bucket, { delimiter: '/', limit })).toEqual(['a', 'a/', 'b', 'c/']);
    });
    test('a common prefix is after `after` only if the prefix itself is greater', async () => {
      const bucket = await newBucket(store());
      for (const text of ['a/1', 'a/2', 'b/1']) await put(store(), bucket, text, text);
      expect(await namesOf(store(), bucket, { delimiter: '/', after: 'a/1', limit: 10 })).toEqual(['b/']);
      expect(await namesOf(store(), bucket, { delimiter: '/', after: 'a', limit: 10 })).toEqual(['a/', 'b/']);
    });
    test('a listing shows what was put and deleted the moment before', async () => {
      const bucket = await newBucket(store());
      await put(store(), bucket, 'a', 'x');
      expect(await namesOf(store(), bucket, { limit: 10 })).toEqual(['a']);
      await store().deleteObject(bucket, key('a'));
      expect(await namesOf(store(), bucket, { limit: 10 })).toEqual([]);
    });
  });
}

type Listing = Parameters<ObjectStore['listObjects']>[1];

async function namesOf(store: ObjectStore, bucket: BucketName, options: Listing): Promise<string[]> {
  const { entries } = await store.listObjects(bucket, options);
  return entries.map((entry) => (entry.kind === 'object' ? entry.record.key : entry.prefix));
}

async function allNames(store: ObjectStore, bucket: BucketName, options: Listing): Promise<string[]> {
  const names: string[] = [];
  let after: string | undefined;
  do {
    const { entries, next } = await store.listObjects(bucket, { ...options, after });
    names.push(...entries.map((entry) => (entry.kind === 'object' ? entry.record.key : entry.prefix)));
    after = next;
  } while (after !== undefined);
  return names;
}
