import type { BucketName, ObjectKey } from '@latchkey/s3/names';
import { type CommitQueue, commitQueue } from '@latchkey/storage/commit-queue';
import type { Health } from '@latchkey/storage/health';
import { sharedLook } from '@latchkey/storage/shared-look';
import { type Database, type DatabaseOptions, open, type RangeOptions } from 'lmdb';
import { writeInBucket } from './keys.ts';
import { decodeRowHead, type RowHead } from './row.ts';

/** Keys and values are bytes, ordered as bytes. Inside `change`, `putSync` and `removeSync` belong to that change. */
export type Table = Database<Buffer, Buffer>;

/**
 * A table whose keys are a bucket and an object key: written as bytes, listed as text, `bucket\0key`, and with values of the listing's
 * choice. Decoding straight from the index's memory makes a page of a listing four times as quick as copying it out first.
 */
export type KeyTable<V> = Pick<Table, 'putSync' | 'removeSync'> & {
  /** The library's own memory, good until its next look-up: `length` is right, what a native method takes for it is not. */
  getBinaryFast(key: Buffer | ObjectName): Buffer | undefined;
  getRange(range: RangeOptions): Iterable<{ readonly key: string; readonly value: V }>;
  getKeys(range: RangeOptions): Iterable<string>;
};

/** The index: which objects there are and where their bytes lie. `keys.ts` says how each table's keys are made. */
export type Catalogue = {
  /** Bucket name → JSON. */
  readonly buckets: Table;
  /** Bucket, object key → row (`row.ts`). */
  readonly objects: KeyTable<RowHead>;
  /** Body id → the bytes of a small object. */
  readonly inline: Table;
  /** Body id → size of a file in blobs/ that something refers to, or that is marked as lost. */
  readonly blobs: Table;
  /** Body id, offset → some of the parts an object is made of (`manifest.ts`). */
  readonly manifests: Table;
  /** Upload id → JSON. */
  readonly uploads: Table;
  /** Bucket, object key → upload ids, as sorted duplicates: the order of listings. */
  readonly uploadKeys: KeyTable<Buffer>;
  /** Upload id, part number → row. Part number 0 counts the changes. Some rows outlive the upload (`object-parts.ts`). */
  readonly parts: Table;
  /** Due time, body id → what to remove (`collector.ts`). */
  readonly garbage: Table;
  /** Body id, process → until when a reader needs it (`pins.ts`). */
  readonly pins: Table;
  /** Queue, sequence → what a change was announced with (`outbox.ts`). */
  readonly outbox: Table;
  /** Queue → how much is in it; and the last sequence. */
  readonly outboxSizes: Table;
  /** From here on, reads see what any process has committed. Called at the start of every operation that reads. */
  latest(): void;
  /** The same for who reads one row, as most requests do: requests that were read together share it. */
  latestOfTurn(): void;
  /** Runs `apply` as one step that no other process sees half of; see the queue for what it promises. */
  readonly change: CommitQueue['change'];
  close(): Promise<void>;
};

export function openCatalogue(directory: string, health: Health, freeBytes: () => Promise<number>): Catalogue {
  const root = open<Buffer, Buffer>({
    path: directory,
    // Not the library's default: a commit is on the disk before it resolves, and before any reader sees it.
    overlappingSync: false,
    // The library's own batching makes a promise nobody holds, whose rejection would end the process when a commit fails.
    eventTurnBatching: false,
    // Address space, not memory or disk: an index that outgrows it is mapped again, and the old mapping stays.
    mapSize: 2 ** 38,
    maxDbs: 16,
    maxReaders: 512,
    ...BYTES,
  });
  const table = (name: string): Table => root.openDB<Buffer, Buffer>(name, BYTES);
  // The library types a key by what is written; here it is read as something else.
  const keyTable = <V>(name: string, options: object): KeyTable<V> =>
    root.openDB(name, { ...options, keyEncoder: KEYS } as DatabaseOptions) as unknown as KeyTable<V>;
  const latestOfTurn = sharedLook(() => root.resetReadTxn());
  // What is committed here is there for whoever comes next, in this turn, too.
  const transact = (apply: () => void): Promise<void> => root.childTransaction(apply).finally(latestOfTurn.forget);
  const commits = commitQueue({ transact, health, freeBytes });
  return {
    buckets: table('buckets'),
    objects: keyTable('objects', { encoder: ROWS }),
    inline: table('inline'),
    blobs: table('blobs'),
    manifests: table('manifests'),
    uploads: table('uploads'),
    uploadKeys: keyTable('uploadKeys', { encoding: 'binary', dupSort: true }),
    parts: table('parts'),
    garbage: table('garbage'),
    pins: table('pins'),
    outbox: table('outbox'),
    outboxSizes: table('outboxSizes'),
    latest: () => root.resetReadTxn(),
    latestOfTurn,
    change: commits.change,
    async close() {
      await commits.idle();
      await root.close();
    },
  };
}

const BYTES = { encoding: 'binary', keyEncoding: 'binary' } as const;

/** An object's key is written where the index wants it, without bytes of its own: it is looked up for every request. */
export type ObjectName = { readonly bucket: BucketName; readonly key: ObjectKey };

const KEYS = {
  writeKey(key: Buffer | ObjectName, into: Buffer, at: number): number {
    if (key instanceof Uint8Array) {
      into.set(key, at);
      return at + key.length;
    }
    return writeInBucket(key.bucket, key.key, into, at);
  },
  readKey(from: Buffer, start: number, end: number): string {
    return from.toString('utf8', start, end);
  },
};

const ROWS = { encode: (bytes: Buffer): Buffer => bytes, decode: decodeRowHead };
