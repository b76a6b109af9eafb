/** A bucket of more objects than anybody wants to wait for: written beside the server, into the same directory, without a request for each. */
import { openLocalObjectStore } from '@latchkey/objects-local/local-object-store';
import type { BucketName, ObjectKey } from '@latchkey/s3/names';
import type { Served } from './served.ts';

/** As many share one commit to the disk. */
const AT_ONCE = 5000;

/** `keyAt(0)` to `keyAt(count - 1)`, empty objects of this moment, in a bucket that is there. */
export async function fillBucket({ data }: Served, bucket: string, count: number, keyAt: (index: number) => string): Promise<void> {
  const store = await openLocalObjectStore({ directory: `${data}/objects` });
  const now = Date.now();
  try {
    for (let start = 0; start < count; start += AT_ONCE) {
      const keys = Array.from({ length: Math.min(AT_ONCE, count - start) }, (_, index) => keyAt(start + index));
      await Promise.all(keys.map((key) => store.putObject(bucket as BucketName, key as ObjectKey, nothing(), PLAIN, { now })));
    }
  } finally {
    await store.close();
  }
}

const PLAIN = { headers: {}, metadata: {} } as const;

function nothing() {
  return { bytes: (async function* () {})(), sizeBytes: 0 };
}
