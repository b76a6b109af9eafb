import { join } from 'node:path';
import type { TrailStore, TrailTerm } from '@latchkey/storage/trail-store';
import { openEnvironment } from './environment.ts';
import { committer } from './trail/commit-lines.ts';
import { findHits, type Hit } from './trail/find-lines.ts';
import { rebuildIndex } from './trail/rebuild-index.ts';
import { recover } from './trail/recovery.ts';
import { removeSegments } from './trail/remove-segments.ts';
import { openSegmentFiles, type SegmentFiles } from './trail/segment-files.ts';
import { allChains, isKnown, makeKnown, trailIndex } from './trail/trail-index.ts';

export type LocalTrailStoreOptions = {
  /** Made where it is not there. On a local file system: LMDB does not work over a network. */
  readonly directory: string;
  /** Told once, in a sentence, when the store becomes read-only. */
  readonly onReadOnly?: ((sentence: string) => void) | undefined;
  /**
   * Makes the index anew from the segment files, with what this says each line is found by. The heads of the chains are then what the files
   * show, and have no seal. No other process may have the directory open.
   */
  readonly rebuildWith?: ((line: string) => readonly TrailTerm[]) | undefined;
};

/**
 * The trail in one directory: files of JSON lines, and an LMDB index of them in `index/`. Several processes may have it open, each with chains of
 * its own. Throws where there are files and no index.
 */
export async function openLocalTrailStore({ directory, onReadOnly, rebuildWith }: LocalTrailStoreOptions): Promise<TrailStore> {
  const files = await openSegmentFiles(directory);
  const environment = await openEnvironment({ directory: join(directory, 'index'), store: 'audit trail', onReadOnly });
  const { root, health, commits } = environment;
  const index = trailIndex(environment);
  const committed = committer(index, files, environment);
  const close = async (): Promise<void> => {
    // What the files lack by then is in the index.
    await committed.settle().catch(() => undefined);
    await environment.close();
    await files.close();
  };
  try {
    if (rebuildWith !== undefined) await rebuildIndex(index, files, environment, rebuildWith);
    else if (!isKnown(index)) await requireNoFiles(files, directory);
    // Before any file is: files without it are then files whose index is gone.
    if (!isKnown(index)) await commits.change(() => makeKnown(index));
    await recover(index, files, environment);
  } catch (error) {
    await close();
    throw error;
  }

  return {
    append: committed.commit,
    async find(query) {
      const { hits, ...page } = findHits(index, query);
      return { ...page, lines: await readLines(files, hits) };
    },
    async chains() {
      root.resetReadTxn();
      return allChains(index, files);
    },
    read: files.read,
    remove: (segments) => removeSegments(index, files, { commits }, segments),
    async checkHealth() {
      health.requireWritable();
    },
    close,
  };
}

/** Without the index nobody knows how long the chains were: that is for a person to look at. */
async function requireNoFiles(files: SegmentFiles, directory: string): Promise<void> {
  const [file] = await files.list();
  if (file === undefined) return;
  throw new Error(
    `The index of the audit trail in ${directory} is gone, and files of the trail are there. Restore it, or make it anew from the files: latchkey verify-audit --rebuild-index.`,
  );
}

/** What can not be read, since it has just been removed or is damaged, is left out: a check of the trail says so. */
async function readLines(files: SegmentFiles, hits: readonly Hit[]): Promise<string[]> {
  const found: string[] = [];
  for (const { block, lines } of hits) {
    const places = lines.map((line) => {
      const before = block.lengths.slice(0, line).reduce((sum, length) => sum + length, 0);
      return { offset: block.offset + before, length: block.lengths[line] ?? 0 };
    });
    for (const [i, bytes] of (await files.readSome(block, places)).entries()) {
      if (bytes.byteLength === places[i]?.length && bytes.at(-1) === LINE_END) found.push(bytes.toString('utf8', 0, bytes.byteLength - 1));
    }
  }
  return found;
}

const LINE_END = 10;
