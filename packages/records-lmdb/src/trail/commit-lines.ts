import { requireFollows } from '@latchkey/storage/follows-head';
import { writeError } from '@latchkey/storage/health';
import type { SegmentName, TrailBatch } from '@latchkey/storage/trail-store';
import type { Environment } from '../environment.ts';
import { pendingKey, segmentKey } from './keys.ts';
import type { SegmentFiles } from './segment-files.ts';
import { enter, lastSegment, readChain, readSegment, type TrailIndex } from './trail-index.ts';

/** Brings batches to the disk, one after the other. */
export type Committer = {
  commit(batch: TrailBatch): Promise<void>;
  /** Resolves when nothing is under way, and all segment files hold on the disk what was committed. */
  settle(): Promise<void>;
};

/**
 * A batch goes into its segment's file and, with all that is said about it, into one commit of the index. A small one is in that commit with its
 * bytes as well, so that one trip to the disk is enough for an answer to leave; the file follows within a second. A large one is on the disk in
 * its file before the index speaks of it.
 */
export function committer(index: TrailIndex, files: SegmentFiles, { commits, health }: Pick<Environment, 'commits' | 'health'>): Committer {
  let turn: Promise<unknown> = Promise.resolve();
  let pending: Buffer[] = [];
  let pendingBytes = 0;
  const behind = new Map<string, SegmentName>();
  let timer: NodeJS.Timeout | undefined;

  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = turn.then(work);
    turn = mine.catch(() => undefined);
    return mine;
  };

  /** What the files lack is in the index meanwhile, so that a failure here loses nothing: it is tried again. */
  const sync = async (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    if (behind.size === 0) return;
    await health.durably('a line of the audit trail', files.sync(behind.values()));
    const done = pending;
    await commits.change(() => {
      for (const key of done) index.pending.removeSync(key);
    });
    pending = [];
    pendingBytes = 0;
    behind.clear();
  };

  const syncLater = (): void => {
    timer ??= setTimeout(() => {
      timer = undefined;
      inTurn(sync).catch(() => {
        if (health.readOnlyBecause === undefined) syncLater();
      });
    }, SYNC_AFTER_MS).unref();
  };

  return {
    commit: (batch) =>
      inTurn(async () => {
        health.requireWritable();
        const { chain, segment } = batch;
        const lengths = batch.lines.map(({ bytes }) => bytes.byteLength + 1);
        const bytes = Buffer.concat(batch.lines.flatMap((line) => [line.bytes, LINE_END]));
        index.root.resetReadTxn();
        const offset = placeFor(index, batch);
        await files.write(batch, bytes, offset).catch((cause) => {
          throw writeError(cause);
        });
        const isLarge = bytes.byteLength >= LARGE_BYTES;
        if (isLarge) await health.durably('a line of the audit trail', files.sync([batch]));
        const key = pendingKey(batch, offset);
        await commits.change(() => {
          // What retention may have done meanwhile, in another process.
          if (placeFor(index, batch) !== offset) throw new Error(`Segment ${segment} of chain ${chain} is not what it was.`);
          enter(index, batch, lengths, offset);
          if (!isLarge) index.pending.putSync(key, bytes);
        });
        if (isLarge) return;
        behind.set(files.name(batch), { chain, segment });
        pending.push(key);
        pendingBytes += bytes.byteLength;
        syncLater();
        // A failure says nothing about this batch, which is committed.
        if (pendingBytes > MAX_PENDING_BYTES) await sync().catch(() => undefined);
      }),
    settle: () => inTurn(sync),
  };
}

const LINE_END = Buffer.from('\n');
const SYNC_AFTER_MS = 1000;
const LARGE_BYTES = 64 * 1024;
const MAX_PENDING_BYTES = 1024 * 1024;

/** Where in its segment a batch begins. Throws where it does not follow its chain's head. */
function placeFor(index: TrailIndex, batch: TrailBatch): number {
  const row = readChain(index, batch.chain);
  requireFollows(batch, row && { count: row.count, lastSegment: lastSegment(index, batch.chain) });
  return readSegment(index, segmentKey(batch))?.sizeBytes ?? 0;
}
