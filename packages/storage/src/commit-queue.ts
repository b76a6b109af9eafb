import { S3Error } from '@latchkey/s3/errors';
import { type Health, isFull, outOfSpace, writeError } from './health.ts';

/** Changes of one index that share their trips to the disk. */
export type CommitQueue = {
  /**
   * Runs `apply` as part of a transaction, and resolves once that is on the disk. `apply` is synchronous and refuses, by throwing an S3Error,
   * before it writes anything; any other error undoes the whole transaction.
   */
  change<T>(apply: () => T): Promise<T>;
  /** Resolves when nothing is under way any more. */
  idle(): Promise<void>;
};

/**
 * Group commit: while one transaction is on its way to the disk, whoever comes next waits for the one after it, and they go together.
 */
export function commitQueue({ transact, health, freeBytes }: CommitQueueOptions): CommitQueue {
  const waiting: Waiting[] = [];
  let working: Promise<void> | undefined;

  const work = async (): Promise<void> => {
    while (waiting.length > 0) {
      await endOfTurn();
      const batch = waiting.splice(0, MAX_BATCH);
      try {
        health.requireWritable();
        await transact(() => {
          for (const { run } of batch) run();
        });
        for (const { resolve } of batch) resolve();
      } catch (error) {
        const failure = await asFailure(error);
        for (const { reject } of batch) reject(failure);
      }
    }
    working = undefined;
  };

  const asFailure = async (error: unknown): Promise<S3Error> => {
    if (!(error instanceof Error && 'commitError' in error)) return writeError(error);
    const cause = await reasonOf(error.commitError);
    // LMDB runs out of space while it writes pages nothing refers to yet: the transaction never was. It calls that an I/O error when the
    // last write went half way. All else may have been a failed fsync.
    const hasNoRoom = isFull(cause) || (await freeBytes().catch(() => NO_ROOM_BYTES)) < NO_ROOM_BYTES;
    return hasNoRoom ? outOfSpace(cause) : health.giveUp('a change of the index', cause);
  };

  return {
    change<T>(apply: () => T): Promise<T> {
      return new Promise((resolve, reject) => {
        let outcome: Outcome<T>;
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

/** Less than the pages of any transaction but the smallest. */
const NO_ROOM_BYTES = 1024 * 1024;

/** Enough to share one fsync among, and few enough not to hold the event loop or the other processes up. */
const MAX_BATCH = 500;

export type CommitQueueOptions = {
  /** Runs its argument in a transaction; resolves when that is durable, rejects when it was undone or may not have reached the disk. */
  readonly transact: (apply: () => void) => Promise<void>;
  readonly health: Health;
  /** How much may still be written to the disk. */
  readonly freeBytes: () => Promise<number>;
};

type Waiting = { readonly run: () => void; readonly resolve: () => void; readonly reject: (error: unknown) => void };
type Outcome<T> = { readonly value: T } | { readonly refusal: S3Error };

/** Lets everything that is ready in this turn of the event loop join the batch. */
function endOfTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function attempt<T>(apply: () => T): Outcome<T> {
  try {
    return { value: apply() };
  } catch (error) {
    if (error instanceof S3Error) return { refusal: error };
    throw error;
  }
}

/** lmdb rejects a failed commit with an error whose `commitError` is a promise that rejects with the system's error a moment later. */
async function reasonOf(commitError: unknown): Promise<unknown> {
  try {
    return await commitError;
  } catch (cause) {
    return cause;
  }
}
