import { mkdir, open as openFile, statfs } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { type CommitQueue, commitQueue } from '@latchkey/storage/commit-queue';
import { type Health, newHealth } from '@latchkey/storage/health';
import { type Database, open, type RootDatabase } from 'lmdb';
import { requireKnownFormat } from './directory-format.ts';

export type EnvironmentOptions = {
  /** Made where it is not there. On a local file system: LMDB does not work over a network. */
  readonly directory: string;
  /** What is kept there, "record store": in the file FORMAT, and in the sentence that says that it is read-only. */
  readonly store: string;
  /** Told that sentence, once. */
  readonly onReadOnly?: ((sentence: string) => void) | undefined;
  /** Runs the changes that share a transaction; a store that writes once for all of them does so behind them. */
  readonly inTransaction?: ((changes: () => void) => void) | undefined;
};

/** A directory of LMDB's, as every store in it needs it: bytes as keys and values, and commits that are on the disk when they resolve. */
export type Environment = {
  readonly root: RootDatabase<Buffer, Buffer>;
  readonly health: Health;
  readonly commits: CommitQueue;
  table(name: string): Table;
  /** Waits for the commits under way. */
  close(): Promise<void>;
};

export type Table = Database<Buffer, Buffer>;

/** Several processes may have one open; each sees what another has committed once it has called `root.resetReadTxn`. */
export async function openEnvironment(options: EnvironmentOptions): Promise<Environment> {
  const { directory, store, onReadOnly, inTransaction = (changes) => changes() } = options;
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await requireKnownFormat(directory, store);
  const health = newHealth(store, onReadOnly);
  const root = open<Buffer, Buffer>({
    path: directory,
    // Not the library's default: a commit is on the disk before it resolves, and before any reader sees it.
    overlappingSync: false,
    // The library's own batching makes a promise nobody holds, whose rejection would end the process when a commit fails.
    eventTurnBatching: false,
    // Address space, not memory or disk: a store that outgrows it is mapped again, and the old mapping stays.
    mapSize: 2 ** 34,
    maxReaders: 512,
    ...BYTES,
  });
  // What holds the names of all that was just made: without them, nothing in it would be found after a power cut.
  for (const path of [directory, dirname(resolve(directory))]) await syncDirectory(path);
  const transact = (changes: () => void): Promise<void> => root.childTransaction(() => inTransaction(changes));
  const commits = commitQueue({ transact, health, freeBytes: () => freeBytes(directory) });
  return {
    root,
    health,
    commits,
    table: (name) => root.openDB<Buffer, Buffer>(name, BYTES),
    async close() {
      await commits.idle();
      await root.close();
    },
  };
}

const BYTES = { encoding: 'binary', keyEncoding: 'binary' } as const;

async function syncDirectory(path: string): Promise<void> {
  const directory = await openFile(path);
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

async function freeBytes(path: string): Promise<number> {
  const { bavail, bsize } = await statfs(path);
  return bavail * bsize;
}
