/** What buckets tell to whom: kept in the record store, asked for with each change of an object once there are webhooks. */
import type { JsonValue, RecordChange, RecordStore } from '@latchkey/storage/record-store';
import { boundedCache } from '../identity/bounded-cache.ts';
import { type BucketNotification, NOTIFICATION } from './model.ts';

export type BucketNotifications = {
  /** Empty where nothing is set; without a promise where it is in memory. */
  find(bucket: string): BucketNotification | Promise<BucketNotification>;
  /** To be committed; an empty one is none. */
  changeOf(bucket: string, notification: BucketNotification): RecordChange;
};

const KEPT = 10_000;

export function bucketNotifications(records: RecordStore): BucketNotifications {
  const cache = boundedCache<BucketNotification>(KEPT, () => records.generation(NOTIFICATION));
  const read = async (bucket: string) => ((await records.get(NOTIFICATION, bucket))?.value ?? []) as unknown as BucketNotification;
  return {
    find: (bucket) => cache.get(bucket, () => read(bucket)) as BucketNotification | Promise<BucketNotification>,
    changeOf: (bucket, notification) =>
      notification.length === 0
        ? { remove: { kind: NOTIFICATION, id: bucket } }
        : { put: { kind: NOTIFICATION, id: bucket, value: notification as unknown as JsonValue } },
  };
}
