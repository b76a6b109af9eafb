import { type CommitQueue, commitQueue } from '@latchkey/storage/commit-queue';
import type { Health } from '@latchkey/storage/health';
import { type Database, open } from 'lmdb';

/** Keys and values are bytes, ordered as bytes. Inside `change`, `putSync` and `removeSync` belong to that change. */
export type Table = Database<Buffer, Buffer>;

/** The index: which objects there are and where their bytes lie. `keys.ts` says how each table's keys are made. */
export type Catalogue = {
  /** Bucket name → JSON. */
  readonly buckets: Table;
  /** Bucket, object key → row (`row.ts`). */
  readonly objects: Table;
  /** Body id → the bytes of a small object. */
  readonly inline: Table;
  /** Body id → size of a file in blobs/ that something refers to, or that is marked as lost. */
  readonly blobs: Table;
  /** Body id, offset → some of the parts an object is made of (`manifest.ts`). */
  readonly manifests: Table;
  /** Upload id → JSON. */
  readonly uploads: Table;
  /** Bucket, object key → upload ids, as sorted duplicates: the order of listings. */
  readonly uploadKeys: Table;
  /** Upload id, part number → row. Part number 0 counts the changes. */
  readonly parts: Table;
  /** Due time, body id → what to remove (`collector.ts`). */
  readonly garbage: Table;
  /** Body id, process → until when a reader needs it (`pins.ts`). */
  readonly pins: Table;
  /** From here on, reads see what any process has committed. Called at the start of every operation that reads. */
  latest(): void;
  /** Runs `apply` as one step that no other process sees half of; see the queue for what it promises. */
  readonly change: CommitQueue['change'];
  close(): Promise<void>;
};

export function openCatalogue(directory: string, health: Health): Catalogue {
  const root = open<Buffer, Buffer>({
    path: directory,
    // Not the library's default: a commit is on the disk before it resolves, and before any reader sees it.
    overlappingSync: false,
    maxDbs: 16,
    maxReaders: 512,
    ...BYTES,
  });
  const table = (name: string, dupSort = false): Table => root.openDB<Buffer, Buffer>(name, { ...BYTES, dupSort });
  const commits = commitQueue((apply) => root.childTransaction(apply), health);
  return {
    buckets: table('buckets'),
    objects: table('objects'),
    inline: table('inline'),
    blobs: table('blobs'),
    manifests: table('manifests'),
    uploads: table('uploads'),
    uploadKeys: table('uploadKeys', true),
    parts: table('parts'),
    garbage: table('garbage'),
    pins: table('pins'),
    latest: () => root.resetReadTxn(),
    change: commits.change,
    async close() {
      await commits.idle();
      await root.close();
    },
  };
}

const BYTES = { encoding: 'binary', keyEncoding: 'binary' } as const;
