import { S3Error } from '@latchkey/s3/errors';
import { type Database, open } from 'lmdb';
import { type Health, isFull, writeError } from './health.ts';

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
  /**
   * Runs `apply` as one step that no other process sees half of, and resolves once it is on the disk. Changes asked for in the same
   * moment share one fsync. `apply` is synchronous and refuses, by throwing an S3Error, before it writes anything.
   */
  change<T>(apply: () => T): Promise<T>;
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
  const batch = commitQueue((apply) => root.childTransaction(apply), health);
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
    change: batch.change,
    async close() {
      await batch.idle();
      await root.close();
    },
  };
}

const BYTES = { encoding: 'binary', keyEncoding: 'binary' } as const;

type Waiting = { readonly run: () => void; readonly resolve: () => void; readonly reject: (error: unknown) => void };

/** Group commit: while one transaction is on its way to the disk, whoever comes next waits for the one after it. */
function commitQueue(
  transact: (apply: () => void) => Promise<void>,
  health: Health,
): Pick<Catalogue, 'change'> & { idle(): Promise<void> } {
  let waiting: Waiting[] = [];
  let working: Promise<void> | undefined;

  const work = async (): Promise<void> => {
    while (waiting.length > 0) {
      await endOfTurn();
      const batch = waiting;
      waiting = [];
      try {
        health.requireWritable();
        await transact(() => {
          for (const { run } of batch) run();
        });
        for (const { resolve } of batch) resolve();
      } catch (error) {
        const failure = await asFailure(error, health);
        for (const { reject } of batch) reject(failure);
      }
    }
    working = undefined;
  };

  return {
    change<T>(apply: () => T): Promise<T> {
      return new Promise((resolve, reject) => {
        let outcome: { readonly value: T } | { readonly refusal: S3Error };
        waiting.push({
          run: () => {
            outcome = attempt(apply);
          },
          resolve: () => ('refusal' in outcome ? reject(outcome.refusal) : resolve(outcome.value)),
          reject,
        });
        working ??= work();
      });
    },
    async idle() {
      await working;
    },
  };
}

/** Anything but a refusal, which comes before the first write, throws and so undoes the whole batch. */
function attempt<T>(apply: () => T): { readonly value: T } | { readonly refusal: S3Error } {
  try {
    return { value: apply() };
  } catch (error) {
    if (error instanceof S3Error) return { refusal: error };
    throw error;
  }
}

/** Lets everything that is ready in this turn of the event loop join the batch. */
function endOfTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

async function asFailure(error: unknown, health: Health): Promise<S3Error> {
  if (error instanceof S3Error) return error;
  if (!(error instanceof Error && 'commitError' in error)) return writeError(error);
  const cause = await reasonOf(error.commitError);
  // LMDB runs out of space while it writes pages nothing refers to yet: the transaction never was. All else may have been a failed fsync.
  return isFull(cause) ? writeError(cause) : health.giveUp('a change of the index', cause);
}

/** lmdb rejects a failed commit with an error whose `commitError` is a promise that rejects with the system's error a moment later. */
async function reasonOf(commitError: unknown): Promise<unknown> {
  try {
    return await commitError;
  } catch (cause) {
    return cause;
  }
}
