import type { SegmentName } from '@latchkey/storage/trail-store';
import type { Environment, Table } from '../environment.ts';
import { decodeBlock, partOf } from './block.ts';
import { behindAllOf, chainKey, partKey, segmentKey } from './keys.ts';
import type { SegmentFiles } from './segment-files.ts';
import { lastBlock, lastSegment, type TrailIndex } from './trail-index.ts';

/** Removes segments: first they are no part of the trail any more, then their files go, then what the index says about their lines. */
export async function removeSegments(
  index: TrailIndex,
  files: SegmentFiles,
  { commits }: Pick<Environment, 'commits'>,
  segments: readonly SegmentName[],
): Promise<void> {
  await commits.change(() => {
    for (const segment of segments) {
      const key = segmentKey(segment);
      index.segments.removeSync(key);
      for (const pending of [...index.pending.getKeys({ start: key, end: behindAllOf(key) })]) index.pending.removeSync(pending);
    }
    for (const chain of new Set(segments.map(({ chain }) => chain))) {
      if (lastSegment(index, chain) === undefined) index.chains.removeSync(chainKey(chain));
    }
  });
  for (const segment of segments) await files.remove(segment);
  await prune(index, commits);
}

/** Blocks of removed segments, from the oldest on, and the parts of the index in which no block is left. */
async function prune(index: TrailIndex, commits: Environment['commits']): Promise<void> {
  for (let isDone = false; !isDone; ) {
    isDone = await commits.change(() => {
      const last = lastBlock(index).position;
      const gone: Buffer[] = [];
      for (const { key, value } of index.blocks.getRange({ limit: AT_ONCE })) {
        // The last one stays, since positions are counted on from it.
        if (key.readUIntBE(0, key.length) === last || index.segments.doesExist(segmentKey(decodeBlock(value)))) break;
        gone.push(Buffer.from(key));
      }
      for (const key of gone) index.blocks.removeSync(key);
      return gone.length < AT_ONCE;
    });
  }
  const oldest = oldestPart(index.blocks);
  if (oldest === undefined) return;
  for (let isDone = false; !isDone; ) {
    isDone = await commits.change(() => {
      const gone = [...index.entries.getKeys({ end: partKey(oldest), limit: AT_ONCE })].map((key) => Buffer.from(key));
      for (const key of gone) index.entries.removeSync(key);
      return gone.length < AT_ONCE;
    });
  }
}

/** Few enough to hold up neither the event loop nor other processes. */
const AT_ONCE = 1000;

function oldestPart(blocks: Table): number | undefined {
  for (const { value } of blocks.getRange({ limit: 1 })) return partOf(value);
  return undefined;
}
