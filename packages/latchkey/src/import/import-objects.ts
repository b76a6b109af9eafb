import { setTimeout as pause } from 'node:timers/promises';
import { S3Error } from '@latchkey/s3/errors';
import type { BucketName, ObjectKey } from '@latchkey/s3/names';
import type { ListedObject, ObjectStore } from '@latchkey/storage/object-store';
import { copyObject } from './copy-object.ts';
import type { ImportSource } from './import-source.ts';
import { inParallel } from './in-parallel.ts';
import { isThere, lookUpInOrder } from './there-already.ts';

/** What became of an object. */
export type Outcome = { readonly bucket: BucketName; readonly key: ObjectKey; readonly sizeBytes: number } & (
  | { readonly outcome: 'copied'; readonly etag: string; readonly hasOtherEtag: boolean }
  | { readonly outcome: 'planned' | 'there' | 'gone' }
  | { readonly outcome: 'failed'; readonly error: unknown }
);

export type ImportOptions = {
  readonly isDryRun: boolean;
  readonly atOnce: number;
  /** Of buckets that have to be made. */
  readonly region: string;
  readonly signal: AbortSignal;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Before an object is tried for the `retry`-th time again, in milliseconds. Default: 500, then 1000. */
  readonly pauseMs?: ((retry: number) => number) | undefined;
  /** Told of each object, in no particular order. What it throws ends the import. */
  readonly onOutcome: (outcome: Outcome) => void;
};

/**
 * Copies what `to` does not have yet, so that an import which was stopped goes on where it was. Whatever is held is held for a page of a
 * listing or for an object on its way, never for all of them. Rejects where a listing fails or the signal is aborted; an object that fails
 * is told, and the others go on.
 */
export async function importObjects(source: ImportSource, to: ObjectStore, options: ImportOptions): Promise<void> {
  const { signal, onOutcome } = options;
  for await (const bucket of source.buckets()) {
    signal.throwIfAborted();
    const isNew = await makeBucket(to, bucket, options);
    const lookUp = isNew
      ? async () => undefined
      : source.isOrdered
        ? lookUpInOrder(to, bucket)
        : (key: ObjectKey) => to.headObject(bucket, key);
    await inParallel(missing(source.objects(bucket), lookUp, bucket, onOutcome), options.atOnce, async (listed) => {
      signal.throwIfAborted();
      onOutcome(await outcomeOf(source, to, { bucket, listed }, options));
    });
  }
}

/** Resolves to whether there is nothing in it yet. */
async function makeBucket(to: ObjectStore, name: BucketName, { isDryRun, region, now }: ImportOptions): Promise<boolean> {
  if ((await to.getBucket(name)) !== undefined) return false;
  if (!isDryRun) await to.createBucket({ name, region, createdAt: now() });
  return true;
}

async function* missing(
  objects: AsyncIterable<ListedObject>,
  lookUp: (key: ObjectKey) => Promise<Pick<ListedObject, 'sizeBytes' | 'etag' | 'lastModified'> | undefined>,
  bucket: BucketName,
  onOutcome: ImportOptions['onOutcome'],
): AsyncGenerator<ListedObject, void, undefined> {
  for await (const object of objects) {
    const { key, sizeBytes } = object;
    if (isThere(object, await lookUp(key))) onOutcome({ bucket, key, sizeBytes, outcome: 'there' });
    else yield object;
  }
}

type Wanted = { readonly bucket: BucketName; readonly listed: ListedObject };

async function outcomeOf(
  source: ImportSource,
  to: ObjectStore,
  { bucket, listed: { key, sizeBytes } }: Wanted,
  options: ImportOptions,
): Promise<Outcome> {
  const { isDryRun, signal, now, pauseMs = (retry) => 500 * retry } = options;
  if (isDryRun) return { bucket, key, sizeBytes, outcome: 'planned' };
  for (let retry = 1; ; retry++) {
    try {
      const copied = await copyObject(source, to, { bucket, key, signal, now: now() });
      return copied === undefined ? { bucket, key, sizeBytes, outcome: 'gone' } : { bucket, key, outcome: 'copied', ...copied };
    } catch (error) {
      signal.throwIfAborted();
      if (retry > RETRIES || !isPassing(error)) return { bucket, key, sizeBytes, outcome: 'failed', error };
      await pause(pauseMs(retry), undefined, { signal });
    }
  }
}

const RETRIES = 2;

/** What may be otherwise in a moment. */
function isPassing(error: unknown): boolean {
  return error instanceof S3Error && error.status >= 500 && error.code !== 'NotImplemented';
}
