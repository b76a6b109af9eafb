import { dirname, join, resolve } from 'node:path';
import { newHealth } from '@latchkey/storage/health';
import type { ObjectStore } from '@latchkey/storage/object-store';
import { inFlight, repeat } from './background.ts';
import { oneEarlySync } from './blob-writer.ts';
import { makeBlobDirectories, openBlobs } from './blobs.ts';
import { bucketsOf } from './buckets.ts';
import { openCatalogue } from './catalogue.ts';
import { collect } from './collector.ts';
import type { Context } from './commit.ts';
import { requireKnownFormat } from './directory-format.ts';
import { type Files, nodeFiles } from './files.ts';
import { instanceName } from './instance.ts';
import { latelyRead } from './lately-read.ts';
import { objectsOf } from './objects.ts';
import { outboxOf } from './outbox.ts';
import { openPins } from './pins.ts';
import { recover } from './recovery.ts';
import { type Finding, scrub } from './scrub.ts';
import { openSpace } from './space.ts';
import { uploadsOf } from './uploads.ts';

export type LocalObjectStoreOptions = {
  /** Everything is in here; made where it is not there. On one file system, which must know hard links and fsync. */
  readonly directory: string;
  /** Bodies up to this size are kept in the index instead of a file of their own. 16 KiB by default: a put is six times as quick there. */
  readonly inlineLimitBytes?: number | undefined;
  /** How long bytes outlive the object they belonged to. 60,000 by default; readers keep theirs in any case. */
  readonly collectAfterMs?: number | undefined;
  /** How often that is looked after. 15,000 by default; at most a quarter of `collectAfterMs`. */
  readonly collectEveryMs?: number | undefined;
  /** Left free on the disk, so that objects can still be removed when it is full. 16 MiB by default. */
  readonly reserveBytes?: number | undefined;
  /** Milliseconds since the epoch. */
  readonly clock?: (() => number) | undefined;
  /** Told once, in a sentence, when the store becomes read-only. */
  readonly onReadOnly?: ((sentence: string) => void) | undefined;
  /** Told of work in the background that failed; it is tried again. */
  readonly onBackgroundError?: ((error: unknown) => void) | undefined;
  readonly files?: Files | undefined;
};

/** An object store and what only a local one can do. */
export type LocalObjectStore = ObjectStore & {
  /** Removes now what is due, instead of in a while; resolves to how many bodies went. */
  collect(): Promise<number>;
  /** Reads everything that is stored and tells what is not as it should be. Changes nothing. */
  scrub(): AsyncIterable<Finding>;
};

/**
 * Objects in one directory: files under random ids in blobs/, an LMDB index in index/, what is on its way in tmp/. Several processes may
 * have it open. Opening removes what a crash left behind.
 */
export async function openLocalObjectStore(options: LocalObjectStoreOptions): Promise<LocalObjectStore> {
  const {
    files = nodeFiles,
    clock = Date.now,
    inlineLimitBytes = 16 * 1024,
    collectAfterMs = 60_000,
    reserveBytes = 16 * 1024 * 1024,
  } = options;
  const directory = resolve(options.directory);
  const directories = { blobs: join(directory, 'blobs'), tmp: join(directory, 'tmp'), index: join(directory, 'index') };
  const temporary = join(directories.tmp, instanceName());
  await files.makeDirectory(directory);
  await requireKnownFormat(files, directory);
  for (const path of [directories.index, temporary]) await files.makeDirectory(path);
  await makeBlobDirectories(files, directories.blobs);

  const health = newHealth('object store', options.onReadOnly);
  const catalogue = openCatalogue(directories.index, health, () => files.freeBytes(directory));
  // What holds the names of all that was just made: without them, nothing in it would be found after a power cut.
  for (const path of [directories.index, directories.tmp, directory, dirname(directory)]) await files.syncDirectory(path);
  await recover(files, catalogue, directories, clock());
  const blobs = openBlobs(files, health, directories.blobs, temporary);
  const pins = openPins(catalogue, collectAfterMs, clock);
  const space = openSpace(files, directory, reserveBytes, clock);
  const writes = inFlight();
  const context: Context = {
    track: writes.track,
    space,
    earlySync: oneEarlySync(),
    files,
    catalogue,
    health,
    blobs,
    pins,
    lately: latelyRead(),
    clock,
    inlineLimitBytes,
    dueAt: () => clock() + collectAfterMs,
  };

  const tidy = async (): Promise<number> => {
    if (health.readOnlyBecause !== undefined) return 0;
    await files.touch(temporary);
    await pins.renew(clock());
    return collect({ catalogue, blobs, pins, health, graceMs: collectAfterMs }, clock());
  };
  const background = repeat(tidy, Math.min(options.collectEveryMs ?? 15_000, Math.max(collectAfterMs / 4, 10)), options.onBackgroundError);

  return {
    ...bucketsOf(context),
    ...objectsOf(context),
    ...uploadsOf(context),
    outbox: outboxOf(context),
    collect: tidy,
    scrub: () => scrub({ catalogue, files, blobs, directories }),
    async checkHealth() {
      health.requireWritable();
      await space.requireRoom();
    },
    async close() {
      await background.stop();
      await writes.finished();
      await catalogue.close();
      await files.removeDirectory(temporary);
    },
  };
}
