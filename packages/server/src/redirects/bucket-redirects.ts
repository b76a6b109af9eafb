/** Of which buckets downloads are handed over to the upstream: kept in the record store, asked for each time one might be. */
import type { JsonValue, RecordChange, RecordStore } from '@latchkey/storage/record-store';
import { boundedCache } from '../identity/bounded-cache.ts';

export type BucketRedirect = {
  /**
   * Which downloads: none; those whose terms have nothing that ends with the redirect (number of uses, addresses, pace, password); or all.
   */
  readonly downloads: 'none' | 'unlimited' | 'all';
  /** What asks for fewer bytes is delivered from here. */
  readonly minSizeBytes: number;
  /** How long the upstream's URL is good for. */
  readonly lifetimeSeconds: number;
};

export const NO_REDIRECT: BucketRedirect = { downloads: 'none', minSizeBytes: 8 * 1024 * 1024, lifetimeSeconds: 30 };

export type BucketRedirects = {
  /** Without a promise where it is in memory. */
  find(bucket: string): BucketRedirect | Promise<BucketRedirect>;
  /** To be committed. */
  changeOf(bucket: string, redirect: BucketRedirect): RecordChange;
};

export const BUCKET_REDIRECT = 'bucket-redirect';
const KEPT = 10_000;

export function bucketRedirects(records: RecordStore): BucketRedirects {
  const cache = boundedCache<BucketRedirect>(KEPT, () => records.generation(BUCKET_REDIRECT));
  const read = async (bucket: string) => ((await records.get(BUCKET_REDIRECT, bucket))?.value ?? NO_REDIRECT) as unknown as BucketRedirect;
  return {
    find: (bucket) => cache.get(bucket, () => read(bucket)) as BucketRedirect | Promise<BucketRedirect>,
    changeOf: (bucket, redirect) =>
      redirect.downloads === 'none'
        ? { remove: { kind: BUCKET_REDIRECT, id: bucket } }
        : { put: { kind: BUCKET_REDIRECT, id: bucket, value: redirect as unknown as JsonValue } },
  };
}
