import type { BucketName, ObjectKey } from '@latchkey/s3/names';
import { compareKeys } from '@latchkey/storage/key-order';
import type { ListEntry, ListedObject, ListOptions, ListPage } from '@latchkey/storage/object-store';
import type { KeyTable } from './catalogue.ts';
import { behindAll, inBucket, justBehind } from './keys.ts';
import type { RowHead } from './row.ts';

/** A page of a bucket's objects. It costs what the page holds: a common prefix is one step, whatever lies beneath it. */
export function listObjects(objects: KeyTable<RowHead>, bucket: BucketName, options: ListOptions): ListPage {
  const entries: ListEntry[] = [];
  const hasMore =
    options.limit > 0 &&
    walk(objects, bucket, options, (name, value) => {
      if (entries.length === options.limit) return 'enough';
      entries.push(value === undefined ? { kind: 'prefix', prefix: name } : { kind: 'object', record: listed(name, value) });
      return 'next';
    });
  const last = entries.at(-1);
  return { entries, next: hasMore && last ? (last.kind === 'object' ? last.record.key : last.prefix) : undefined };
}

/**
 * Visits the keys behind `after`, in order, each with its value, and common prefixes without one, until the visitor has enough; returns
 * whether it did. `startAt` begins earlier than `after` does: at the key itself.
 */
export function walk<V>(
  table: KeyTable<V>,
  bucket: BucketName,
  { prefix = '', delimiter = '', after = '', startAt }: Omit<ListOptions, 'limit'> & { readonly startAt?: string | undefined },
  visit: (name: string, value: V | undefined) => 'next' | 'enough',
): boolean {
  const end = behindAll(inBucket(bucket, prefix));
  let start = firstKey(bucket, prefix, after, startAt);
  for (;;) {
    const skippedTo = scan();
    if (skippedTo === undefined) return false;
    if (skippedTo === 'enough') return true;
    start = skippedTo;
  }

  /** One cursor, up to the next common prefix, which the next one begins behind. */
  function scan(): Buffer | 'enough' | undefined {
    for (const { key, value } of table.getRange({ start, end })) {
      const name = key.slice(bucket.length + 1);
      const at = delimiter === '' ? -1 : name.indexOf(delimiter, prefix.length);
      if (at < 0) {
        if (visit(name, value) === 'enough') return 'enough';
        continue;
      }
      const common = name.slice(0, at + delimiter.length);
      if (compareKeys(common, after) > 0 && visit(common, undefined) === 'enough') return 'enough';
      return behindAll(inBucket(bucket, common));
    }
    return undefined;
  }
}

function firstKey(bucket: BucketName, prefix: string, after: string, startAt: string | undefined): Buffer {
  const fromPrefix = inBucket(bucket, prefix);
  const fromAfter = startAt !== undefined ? inBucket(bucket, startAt) : after === '' ? fromPrefix : justBehind(inBucket(bucket, after));
  return Buffer.compare(fromPrefix, fromAfter) > 0 ? fromPrefix : fromAfter;
}

function listed(name: string, { sizeBytes, etag, lastModified, checksums }: RowHead): ListedObject {
  return { key: name as ObjectKey, sizeBytes, etag, lastModified, checksums };
}
