import { join } from 'node:path';
import type { Health } from '@latchkey/storage/health';
import { type Files, isSystemError } from './files.ts';

/**
 * The files that hold bytes: blobs/XX/ID, and a second name in tmp/PROCESS/ID for as long as nothing in the index refers to the file. That
 * second name is how a crash is cleaned up after: whatever it left in flight has a name in tmp/, and nothing else needs looking at.
 */
export type Blobs = {
  /** A new file under its temporary name. */
  create(id: Buffer): Promise<number>;
  /** Gives a written and synced file its lasting name; when it resolves, the name is on the disk. */
  publish(id: Buffer): Promise<void>;
  /** Removes the temporary name of a file the index refers to. */
  settle(id: Buffer): Promise<void>;
  /** Removes both names of a file nothing will refer to. */
  discard(id: Buffer): Promise<void>;
  open(id: Buffer): Promise<number>;
  /** Removes files for good, so that none of them comes back after a crash. */
  remove(ids: readonly Buffer[]): Promise<void>;
};

export function openBlobs(files: Files, health: Health, directory: string, temporary: string): Blobs {
  const path = (id: Buffer): string => blobPath(directory, id.toString('hex'));
  const temporaryPath = (id: Buffer): string => join(temporary, id.toString('hex'));
  const syncDirectory = shared((parent: string) => files.syncDirectory(parent));
  return {
    async create(id) {
      try {
        return await files.create(temporaryPath(id));
      } catch (error) {
        if (!isSystemError(error, 'ENOENT')) throw error;
        // Somebody took this process for gone, as after a long sleep of the machine.
        await files.makeDirectory(temporary);
        return files.create(temporaryPath(id));
      }
    },
    async publish(id) {
      await files.link(temporaryPath(id), path(id));
      await health.durably('the name of a file', syncDirectory(join(path(id), '..')));
    },
    async settle(id) {
      await files.remove(temporaryPath(id));
    },
    async discard(id) {
      // The temporary name goes last: as long as it is there, a start after a crash finds the other.
      await files.remove(path(id));
      await files.remove(temporaryPath(id));
    },
    open: (id) => files.open(path(id)),
    async remove(ids) {
      for (const id of ids) await files.remove(path(id));
      for (const parent of new Set(ids.map((id) => join(path(id), '..'))))
        await health.durably('the removal of a file', syncDirectory(parent));
    },
  };
}

/** 256 directories, made beforehand. Which one follows from the time: writes of one moment share a directory, and so its fsync. */
export function blobPath(directory: string, id: string): string {
  // Bits 12 to 19 of the milliseconds an id begins with: another directory every four seconds.
  return join(directory, id.slice(7, 9), id);
}

export async function makeBlobDirectories(files: Files, directory: string): Promise<void> {
  await files.makeDirectory(directory);
  const names = Array.from({ length: 256 }, (_, index) => index.toString(16).padStart(2, '0'));
  const existing = new Set(await files.list(directory));
  const missing = names.filter((name) => !existing.has(name));
  if (missing.length === 0) return;
  await Promise.all(missing.map((name) => files.makeDirectory(join(directory, name))));
  await files.syncDirectory(directory);
}

/** Calls that come while one for the same path is under way wait for a single next one: what they need came after it began. */
function shared(run: (path: string) => Promise<void>): (path: string) => Promise<void> {
  const underWay = new Map<string, { readonly now: Promise<void>; next?: Promise<void> }>();
  const start = (path: string): Promise<void> => {
    const entry: { readonly now: Promise<void>; next?: Promise<void> } = {
      now: run(path).finally(() => {
        if (underWay.get(path) === entry) underWay.delete(path);
      }),
    };
    underWay.set(path, entry);
    return entry.now;
  };
  return (path) => {
    const entry = underWay.get(path);
    if (entry === undefined) return start(path);
    entry.next ??= entry.now.then(
      () => start(path),
      () => start(path),
    );
    return entry.next;
  };
}
