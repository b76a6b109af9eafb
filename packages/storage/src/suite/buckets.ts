import { bucketName } from '@latchkey/s3/names';
import { describe, expect, test } from 'vitest';
import type { ObjectStore } from '../object-store.ts';
import { body, contentOf, key, NOTHING, NOW, newBucket, nextName, put } from './bodies.ts';
import { type Lacks, timeOf } from './lacks.ts';

export function describeBuckets(store: () => ObjectStore, lacks: Lacks): void {
  describe('buckets', () => {
    test('a bucket created twice is refused with BucketAlreadyOwnedByYou and stays as it was', async () => {
      const bucket = await newBucket(store());
      const again = store().createBucket({ name: bucket, createdAt: NOW + 5000, region: 'eu-west-1' });
      await expect(again).rejects.toMatchObject({ code: 'BucketAlreadyOwnedByYou' });
      expect(await store().getBucket(bucket)).toEqual({ name: bucket, createdAt: timeOf(lacks, NOW), region: 'us-east-1' });
    });
    test('of concurrent creations of one bucket exactly one succeeds', async () => {
      const name = nextName();
      const record = { name, createdAt: NOW, region: 'us-east-1' };
      const outcomes = await Promise.allSettled(Array.from({ length: 8 }, () => store().createBucket(record)));
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    });
    test('a bucket that is not there is undefined', async () => {
      expect(await store().getBucket(bucketName('nowhere-at-all'))).toBeUndefined();
    });
    test('buckets are listed in the order of their names, from `after` on, exclusive', async () => {
      const names = ['order.b', 'order-c', 'order-a', 'order-b'].map(bucketName);
      for (const name of names) await store().createBucket({ name, createdAt: NOW, region: 'us-east-1' });
      const first = await store().listBuckets({ prefix: 'order', limit: 2 });
      expect(first.buckets.map(({ name }) => name)).toEqual(['order-a', 'order-b']);
      const second = await store().listBuckets({ prefix: 'order', after: first.next, limit: 2 });
      expect(second.buckets.map(({ name }) => name)).toEqual(['order-c', 'order.b']);
      expect(second.next).toBeUndefined();
    });
    test('a bucket with an object in it is refused with BucketNotEmpty', async () => {
      const bucket = await newBucket(store());
      await put(store(), bucket, 'a', 'x');
      await expect(store().deleteBucket(bucket)).rejects.toMatchObject({ code: 'BucketNotEmpty' });
      await store().deleteObject(bucket, key('a'));
      await store().deleteBucket(bucket);
      expect(await store().getBucket(bucket)).toBeUndefined();
    });
    test('unfinished uploads are dropped with the bucket', async () => {
      const bucket = await newBucket(store());
      const { uploadId } = await store().createUpload(bucket, key('a'), NOTHING, { now: NOW });
      await store().uploadPart(bucket, key('a'), uploadId, 1, body('part'), { now: NOW });
      await store().deleteBucket(bucket);
      await store().createBucket({ name: bucket, createdAt: NOW, region: 'us-east-1' });
      expect(await store().getUpload(bucket, key('a'), uploadId)).toBeUndefined();
      expect((await store().listUploads(bucket, { limit: 10 })).entries).toEqual([]);
    });
    test('a bucket that begins with the name of another keeps its objects to itself', async () => {
      const short = await newBucket(store());
      const long = bucketName(`${short}.x`);
      await store().createBucket({ name: long, createdAt: NOW, region: 'us-east-1' });
      await put(store(), long, 'a', 'x');
      expect((await store().listObjects(short, { limit: 10 })).entries).toEqual([]);
      await store().deleteBucket(short);
      expect(await contentOf(store(), long, 'a')).toBe('x');
    });
    test('everything about a bucket that is not there is refused with NoSuchBucket', async () => {
      const gone = bucketName('nowhere-at-all');
      const calls = [
        () => store().deleteBucket(gone),
        () => put(store(), gone, 'a', 'x'),
        () => store().headObject(gone, key('a')),
        () => store().openObject(gone, key('a')),
        () => store().deleteObject(gone, key('a')),
        () => store().listObjects(gone, { limit: 1 }),
        () => store().createUpload(gone, key('a'), NOTHING, { now: NOW }),
        () => store().listUploads(gone, { limit: 1 }),
      ];
      for (const call of calls) await expect(call()).rejects.toMatchObject({ code: 'NoSuchBucket' });
    });
  });
}
