/** What is done to many objects, folders with everything in them included: a page at a time, so that a million take no more memory than a thousand. */
import { listRows } from '../s3/listing.ts';
import { copyObject, deleteObjects } from '../s3/objects.ts';
import type { Row } from '../s3/rows.ts';

export type Progress = (done: number) => void;

/** Deletes objects, and of folders everything under them. Resolves with how many objects that were. */
export async function deleteRows(bucket: string, rows: Iterable<Row>, onProgress: Progress, signal: AbortSignal): Promise<number> {
  let done = 0;
  for await (const keys of inBatches(keysUnder(bucket, rows, signal), 1000)) {
    signal.throwIfAborted();
    await deleteObjects(bucket, keys);
    done += keys.length;
    onProgress(done);
  }
  return done;
}

/**
 * Moves objects, and of folders everything under them: what begins with `from` begins with `to` then. Each is copied and then deleted, so that
 * none is lost where it stops half-way. Resolves with how many objects that were.
 */
export async function moveRows(
  bucket: string,
  moves: readonly { readonly row: Row; readonly to: string }[],
  onProgress: Progress,
  signal: AbortSignal,
): Promise<number> {
  let done = 0;
  for (const { row, to } of moves) {
    for await (const keys of inBatches(keysUnder(bucket, [row], signal), 100)) {
      await eachOf(keys, MOVED_AT_ONCE, async (key) => {
        signal.throwIfAborted();
        await copyObject({ bucket, key }, { bucket, key: to + key.slice(row.key.length) });
      });
      await deleteObjects(bucket, keys);
      done += keys.length;
      onProgress(done);
    }
  }
  return done;
}

const MOVED_AT_ONCE = 4;

/** Why rows can not go where they are sent: into themselves, or where they are. */
export function moveProblem(row: Row, to: string): 'same' | 'inside' | undefined {
  if (to === row.key) return 'same';
  return row.kind === 'folder' && to.startsWith(row.key) ? 'inside' : undefined;
}

async function* keysUnder(bucket: string, rows: Iterable<Row>, signal: AbortSignal): AsyncGenerator<string> {
  for (const row of rows) {
    if (row.kind === 'object') {
      yield row.key;
      continue;
    }
    let after: string | undefined;
    do {
      const page = await listRows({ bucket, prefix: row.key, after, signal });
      for (const { key } of page.rows) yield key;
      after = page.next;
    } while (after !== undefined);
  }
}

async function* inBatches(keys: AsyncGenerator<string>, size: number): AsyncGenerator<readonly string[]> {
  let batch: string[] = [];
  for await (const key of keys) {
    batch.push(key);
    if (batch.length < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/** Runs `work` for each item, so many at a time; the first failure ends it. */
async function eachOf<Item>(items: readonly Item[], atOnce: number, work: (item: Item) => Promise<void>): Promise<void> {
  const queue = items.values();
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (const item of queue) await work(item);
    }),
  );
}
