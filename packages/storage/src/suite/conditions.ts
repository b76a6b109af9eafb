import type { BucketName } from '@latchkey/s3/names';
import { describe, expect, test } from 'vitest';
import type { ObjectStore, PutOptions } from '../object-store.ts';
import { body, contentOf, contentOfSize, key, md5, NOTHING, NOW, newBucket, required } from './bodies.ts';
import { type Lacks, testOf } from './lacks.ts';

export function describeConditions(store: () => ObjectStore, lacks: Lacks): void {
  describe('conditions', () => {
    const writing = (bucket: BucketName, content: string, condition: PutOptions['condition']) =>
      store().putObject(bucket, key('k'), body(content), NOTHING, { now: NOW, condition });
    test("of concurrent writes with `ifNoneMatch: '*'` exactly one succeeds", async () => {
      for (const sizeBytes of [10, 100_000]) {
        const bucket = await newBucket(store());
        const attempts = Array.from({ length: 16 }, (_, index) =>
          store().putObject(bucket, key('k'), body(contentOfSize(sizeBytes + index)), NOTHING, {
            now: NOW,
            condition: { ifNoneMatch: '*' },
          }),
        );
        const outcomes = await Promise.allSettled(attempts);
        const won = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value.etag] : []));
        expect(won).toEqual([(await store().headObject(bucket, key('k')))?.etag]);
        for (const outcome of outcomes)
          if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'PreconditionFailed' });
      }
    });
    test('of concurrent writes with the same `ifMatch` exactly one succeeds', async () => {
      const bucket = await newBucket(store());
      await writing(bucket, 'first', undefined);
      const attempts = Array.from({ length: 16 }, (_, index) => writing(bucket, `next ${index}`, { ifMatch: md5('first') }));
      const outcomes = await Promise.allSettled(attempts);
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    });
    test('`ifMatch` writes over the object it names, not another, and is NoSuchKey without one', async () => {
      const bucket = await newBucket(store());
      await expect(writing(bucket, 'a', { ifMatch: md5('a') })).rejects.toMatchObject({ code: 'NoSuchKey' });
      await writing(bucket, 'a', undefined);
      await expect(writing(bucket, 'b', { ifMatch: md5('b') })).rejects.toMatchObject({
        code: 'PreconditionFailed',
        fields: { Condition: 'If-Match' },
      });
      await writing(bucket, 'b', { ifMatch: md5('a') });
      expect(await contentOf(store(), bucket, 'k')).toBe('b');
    });
    testOf(lacks, 'deleteConditions')('a delete happens only if ETag, size and time are as said', async () => {
      const bucket = await newBucket(store());
      await writing(bucket, 'a', undefined);
      const { lastModified } = await required(store().headObject(bucket, key('k')));
      for (const condition of [
        { ifMatch: md5('b') },
        { ifMatchSizeBytes: 2 },
        { ifMatchLastModified: lastModified - 1000 },
        { ifMatch: '*', ifMatchSizeBytes: 2 },
      ]) {
        await expect(store().deleteObject(bucket, key('k'), condition)).rejects.toMatchObject({ code: 'PreconditionFailed' });
      }
      expect(
        await store().deleteObject(bucket, key('k'), { ifMatch: md5('a'), ifMatchSizeBytes: 1, ifMatchLastModified: lastModified }),
      ).toBe(true);
    });
  });
}
