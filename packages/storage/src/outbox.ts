/**
 * What a store keeps to be told to others: written in the same step as the change it is about, so that neither is there without the other.
 * Each queue is read by whoever delivers it, and what was delivered is removed. The sentences marked "Promise:" reappear as test names in
 * the suite of object stores.
 */
import type { BucketName, ObjectKey } from '@latchkey/s3/names';

/** To be kept with a change, if that happens. */
export type Announcement = {
  /** The queue: up to 64 characters of ASCII. A change is announced to a queue once at the most. */
  readonly to: string;
  /** What the store keeps and does not read. */
  readonly what: string;
};

/** What was kept: the announcement, and what the store knows of the object after the change. */
export type OutboxEntry = {
  /**
   * The same in every queue that was told of the change, and greater than that of every change before, also where an older copy of the store was
   * put back in between. Below 2^53.
   */
  readonly sequence: number;
  readonly what: string;
  readonly bucket: BucketName;
  readonly key: ObjectKey;
  /** Of the object as it is after the change; absent where that removed it. */
  readonly object?: { readonly sizeBytes: number; readonly etag: string } | undefined;
};

export type Outbox = {
  /** Promise: a queue is read in the order of the changes, from after a sequence on, page by page. */
  read(queue: string, page: { readonly after?: number | undefined; readonly limit: number }): Promise<readonly OutboxEntry[]>;
  /** Promise: what was removed is gone, from that queue only; what is not there is no error. */
  remove(queue: string, sequences: readonly number[]): Promise<void>;
  /** Every queue that holds something, and how many entries; without reading them. */
  sizes(): Promise<ReadonlyMap<string, number>>;
  /**
   * Finds out what became of changes whose process ended in the middle of them, and adds what those that were made are announced with. Of a store that
   * keeps both in one step there are none. Called now and then by whoever delivers.
   */
  settle?(): Promise<void>;
};

/**
 * The sequence of a change that comes after `last`, at `now` milliseconds since the epoch. Made of the time, so that it grows even where the
 * store does not remember how far it was; and never the same twice where it does.
 */
export function nextSequence(last: number, now: number): number {
  return Math.max(last + 1, Math.floor(now) * CHANGES_A_MILLISECOND);
}

/** Good until the year 2248, where 2^53 is reached. */
const CHANGES_A_MILLISECOND = 1024;
