/** What is done to many objects, folders with everything in them included: a page at a time, so that a million take no more memory than a thousand. */
import { listRows } from '../s3/listing.ts';
import { deleteObjects } from '../s3/objects.ts';
import type { ObjectRow, Row } from '../s3/rows.ts';

export type Progress = (done: number) => void;

/** Deletes objects, and of folders everything under them. Resolves with how many objects that were. */
export async function deleteRows(bucket: string, rows: Iterable<Row>, onProgress: Progress, signal: AbortSignal): Promise<number> {
  let done = 0;
  for await (const objects of inBatches(objectsUnder(bucket, rows, signal), 1000)) {
    signal.throwIfAborted();
    await deleteObjects(
      bucket,
      objects.map(({ key }) => key),
    );
    done += objects.length;
    onProgress(done);
  }
  return done;
}

/** The objects among rows, and those under the folders among them. */
export async function* objectsUnder(bucket: string, rows: Iterable<Row>, signal: AbortSignal): AsyncGenerator<ObjectRow> {
  for (const row of rows) {
    if (row.kind === 'object') {
      yield row;
      continue;
    }
    let after: string | undefined;
    do {
      const page = await listRows({ bucket, prefix: row.key, after, signal });
      for (const found of page.rows) if (found.kind === 'object') yield found;
      after = page.next;
    } while (after !== undefined);
  }
}

export async function* inBatches<Item>(items: AsyncIterable<Item>, size: number): AsyncGenerator<readonly Item[]> {
  let batch: Item[] = [];
  for await (const item of items) {
    batch.push(item);
    if (batch.length < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
