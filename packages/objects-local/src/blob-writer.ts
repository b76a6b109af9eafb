import { type Health, writeError } from '@latchkey/storage/health';
import type { Files } from './files.ts';

export type BlobWriter = {
  /** Takes the chunk; resolves when the next may come. */
  write(chunk: Uint8Array): Promise<void>;
  /** Resolves when every byte is on the disk. */
  finish(): Promise<void>;
  /** Resolves when no call on the file is under way, whatever came of them: only then may it be closed. Never rejects. */
  settle(): Promise<void>;
};

export type Writing = { readonly files: Files; readonly health: Health; readonly earlySync: EarlySync };

/**
 * Writes to a file while more arrives: chunks are gathered into writes of a megabyte, one of which is under way while the next is gathered
 * and hashed. Every 64 MiB the disk is made to begin with its part, so that the sync at the end is as short for a large file as for a small
 * one and no more than that waits in memory.
 */
export function openBlobWriter({ files, health, earlySync }: Writing, file: number): BlobWriter {
  let gathered: Uint8Array[] = [];
  let gatheredBytes = 0;
  let unsyncedBytes = 0;
  let writing: Promise<void> = Promise.resolve();
  let syncing: Promise<void> = Promise.resolve();

  const flush = async (): Promise<void> => {
    await writing;
    writing = awaitedLater(files.append(file, gathered).catch(rethrowAsWriteError));
    unsyncedBytes += gatheredBytes;
    gathered = [];
    gatheredBytes = 0;
  };
  const syncEarly = async (): Promise<void> => {
    const early = earlySync(() => health.durably('a file', files.sync(file)));
    if (early === undefined) return;
    await syncing;
    syncing = awaitedLater(early);
    unsyncedBytes = 0;
  };

  return {
    async write(chunk) {
      gathered.push(chunk);
      gatheredBytes += chunk.length;
      if (gatheredBytes >= WRITE_BYTES) await flush();
      if (unsyncedBytes >= SYNC_BYTES) await syncEarly();
    },
    async finish() {
      await flush();
      await writing;
      await syncing;
      await health.durably('a file', files.sync(file));
    },
    async settle() {
      await Promise.allSettled([writing, syncing]);
    },
  };
}

/** Starts a sync, unless one that nobody waits for yet is under way: they would keep the few threads there are from those who wait. */
export type EarlySync = (sync: () => Promise<void>) => Promise<void> | undefined;

export function oneEarlySync(): EarlySync {
  let isUnderWay = false;
  return (sync) => {
    if (isUnderWay) return undefined;
    isUnderWay = true;
    return sync().finally(() => {
      isUnderWay = false;
    });
  };
}

const WRITE_BYTES = 1024 * 1024;
const SYNC_BYTES = 64 * 1024 * 1024;

/** Until it is awaited, a failure is not an unhandled one. */
function awaitedLater(promise: Promise<void>): Promise<void> {
  promise.catch(() => undefined);
  return promise;
}

function rethrowAsWriteError(cause: unknown): never {
  throw writeError(cause);
}
