import type { BucketName, ObjectKey } from '@latchkey/s3/names';
import type { ListedObject, ObjectStore, OpenObject, OpenOptions } from '@latchkey/storage/object-store';

/** Where objects come from. It is only read. */
export type ImportSource = {
  /** Whether objects come in the order of their keys, so that they can be compared with a listing of where they go. */
  readonly isOrdered: boolean;
  /** Whether an ETag that looks like an MD5 is one. With encryption by keys of its own, an S3 has others. */
  readonly hasMd5Etags: boolean;
  buckets(): AsyncIterable<BucketName>;
  /** One after the other, however many there are. What is not known of an object beforehand, such as the ETag of a file, is empty. */
  objects(bucket: BucketName): AsyncIterable<ListedObject>;
  /** Undefined for what is gone meanwhile. */
  open(bucket: BucketName, key: ObjectKey, options?: OpenOptions): Promise<OpenObject | undefined>;
  close(): Promise<void>;
};

/** An object store, all of it or only these buckets. */
export function storeSource(store: ObjectStore, { only, hasMd5Etags }: StoreSourceOptions): ImportSource {
  return {
    isOrdered: true,
    hasMd5Etags,
    buckets: () => (only.length > 0 ? named(only) : allBuckets(store)),
    objects: (bucket) => allObjects(store, bucket),
    open: async (bucket, key, options) => store.openObject(bucket, key, options),
    close: () => store.close(),
  };
}

export type StoreSourceOptions = { readonly only: readonly BucketName[]; readonly hasMd5Etags: boolean };

async function* named(buckets: readonly BucketName[]): AsyncGenerator<BucketName, void, undefined> {
  yield* buckets;
}

async function* allBuckets(store: ObjectStore): AsyncGenerator<BucketName, void, undefined> {
  let after: string | undefined;
  do {
    const page: Awaited<ReturnType<ObjectStore['listBuckets']>> = await store.listBuckets({ after, limit: 1000 });
    for (const { name } of page.buckets) yield name;
    after = page.next;
  } while (after !== undefined);
}

async function* allObjects(store: ObjectStore, bucket: BucketName): AsyncGenerator<ListedObject, void, undefined> {
  let after: string | undefined;
  do {
    const page: Awaited<ReturnType<ObjectStore['listObjects']>> = await store.listObjects(bucket, { after, limit: 1000 });
    for (const entry of page.entries) if (entry.kind === 'object') yield entry.record;
    after = page.next;
  } while (after !== undefined);
}
