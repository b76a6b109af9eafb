import type { BucketName, ObjectKey } from '@latchkey/s3/names';
import { compareKeys } from '@latchkey/storage/key-order';
import type { ListedObject, ListPage, ObjectStore } from '@latchkey/storage/object-store';

type Seen = Pick<ListedObject, 'sizeBytes' | 'etag' | 'lastModified'>;

/**
 * Whether what the destination has is what the source has: as many bytes, and the same ETag. Where ETags can not be compared, since one is
 * not known or is about parts, it has to be newer than the source.
 */
export function isThere(source: Seen, there: Seen | undefined): boolean {
  if (there === undefined || there.sizeBytes !== source.sizeBytes) return false;
  if (there.etag === source.etag) return true;
  const isComparable = [there, source].every(({ etag }) => MD5_HEX.test(etag));
  // In the same second is not newer: that is as finely as times are told.
  return !isComparable && there.lastModified > source.lastModified;
}

const MD5_HEX = /^[0-9a-f]{32}$/;

/** Looks up a bucket's objects by their keys, which are asked for in ascending order: of a listing, one page is held at a time. */
export function lookUpInOrder(store: ObjectStore, bucket: BucketName): (key: ObjectKey) => Promise<ListedObject | undefined> {
  let page: ListPage = { entries: [], next: '' };
  let at = 0;
  return async (key) => {
    for (;;) {
      for (; at < page.entries.length; at++) {
        const entry = page.entries[at];
        const order = entry?.kind === 'object' ? compareKeys(entry.record.key, key) : -1;
        if (order === 0 && entry?.kind === 'object') return entry.record;
        if (order > 0) return undefined;
      }
      if (page.next === undefined) return undefined;
      page = await store.listObjects(bucket, { after: later(page.next, justBefore(key)), limit: 1000 });
      at = 0;
    }
  };
}

/** Not all keys before it are passed over, but whatever has another beginning is. */
function justBefore(key: string): string {
  return [...key].slice(0, -1).join('');
}

function later(left: string, right: string): string {
  return compareKeys(left, right) < 0 ? right : left;
}
