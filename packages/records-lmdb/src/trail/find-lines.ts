import { invalidArgument } from '@latchkey/s3/errors';
import type { FoundLines, TrailQuery } from '@latchkey/storage/trail-store';
import { type Block, decodeBlock, LINES_A_BLOCK, partOf, recordedAtOf } from './block.ts';
import { behindAllOf, blockKey, entryKey, partKey, positionOfEntry, segmentKey, termKey } from './keys.ts';
import { lastBlock, type TrailIndex } from './trail-index.ts';

/** A block with the lines of it that were asked for. */
export type Hit = { readonly position: number; readonly block: Block; readonly lines: readonly number[] };

/** Entries looked at in one call: so many hold the event loop up for a few milliseconds. */
const MAX_EXAMINED = 5000;

/**
 * The lines that have all the terms, in the order of their positions. The terms' entries are gone through side by side, each leaping to where
 * the one that is furthest stands: so the rarest of them sets the pace.
 */
export function findHits(index: TrailIndex, query: TrailQuery): Omit<FoundLines, 'lines'> & { readonly hits: readonly Hit[] } {
  index.root.resetReadTxn();
  const { terms, since, until, after, limit, newestFirst = false } = query;
  const from = after === undefined ? undefined : parseCursor(after);
  const last = lastBlock(index).position;
  const lowest = since === undefined ? 1 : firstRecorded(index, last, (recordedAt) => recordedAt >= since);
  const highest = until === undefined ? last : firstRecorded(index, last, (recordedAt) => recordedAt > until) - 1;
  const keys = terms.map(termKey);
  const step = newestFirst ? -1 : 1;
  const hits: Hit[] = [];
  const cost = { examined: 0 };
  let found = 0;
  let position: number | undefined = newestFirst
    ? Math.min(highest, from?.position ?? highest)
    : Math.max(lowest, from?.position ?? lowest);
  while (position >= lowest && position <= highest) {
    if (cost.examined >= MAX_EXAMINED) return end(cursorBefore(position, newestFirst));
    const met = meet(index, keys, position, newestFirst, cost);
    if (met === undefined || met.position < lowest || met.position > highest) break;
    position = met.position;
    const block = blockAt(index, position);
    if (block !== undefined) {
      const lines = linesOf(met.mask, block, from?.position === position ? from.line : undefined, newestFirst).slice(0, limit + 1 - found);
      found += lines.length;
      const kept = found > limit ? lines.slice(0, -1) : lines;
      if (kept.length > 0) hits.push({ position, block, lines: kept });
      if (found > limit) return end(cursorAt(hits, after));
    }
    position += step;
  }
  const { examined } = cost;
  return { hits, examined, latest: newestFirst ? undefined : cursor(Math.max(last, from?.position ?? 0), LINES_A_BLOCK - 1) };

  function end(next: string) {
    return { hits, examined: cost.examined, next, latest: newestFirst ? undefined : next };
  }
}

/** Counts the entries that were looked at. */
type Cost = { examined: number };

/** The next position, from this one on, at which every term has an entry, and the lines that all of them mean. */
function meet(index: TrailIndex, terms: readonly Buffer[], from: number, isReverse: boolean, cost: Cost): Entry | undefined {
  let position = from;
  for (;;) {
    let mask = -1;
    let furthest = position;
    for (const term of terms.length === 0 ? [undefined] : terms) {
      const next = term === undefined ? nextBlock(index, position, isReverse, cost) : nextEntry(index, term, position, isReverse, cost);
      if (next === undefined) return undefined;
      mask &= next.mask;
      furthest = next.position;
      // Nothing is gained by asking the others about a place that this one has left.
      if (furthest !== position) break;
    }
    if (furthest === position && mask !== 0) return { position, mask };
    position = furthest === position ? position + (isReverse ? -1 : 1) : furthest;
    if (position < 1 || cost.examined >= 2 * MAX_EXAMINED) return position < 1 ? undefined : { position, mask: 0 };
  }
}

type Entry = { readonly position: number; readonly mask: number };

function nextEntry({ entries, blocks }: TrailIndex, term: Buffer, from: number, isReverse: boolean, cost: Cost): Entry | undefined {
  let part = partAt(blocks, from, isReverse);
  let start = from;
  while (part !== undefined) {
    cost.examined += 1;
    const first = Buffer.concat([partKey(part), term]);
    // A reverse range begins at its upper bound, inclusive.
    const bounds = isReverse
      ? { start: entryKey(part, term, start), end: first }
      : { start: entryKey(part, term, start), end: behindAllOf(first) };
    for (const { key, value } of entries.getRange({ ...bounds, reverse: isReverse, limit: 1 }))
      return { position: positionOfEntry(key), mask: value.readInt32LE(0) };
    part = nextPart(entries, part, isReverse);
    start = isReverse ? LAST_POSITION : 0;
  }
  return undefined;
}

const LAST_POSITION = 2 ** 48 - 1;

/** Of the block there, or the next one. */
function partAt(blocks: TrailIndex['blocks'], position: number, isReverse: boolean): number | undefined {
  for (const { value } of blocks.getRange({ start: blockKey(position), reverse: isReverse, limit: 1 })) return partOf(value);
  return undefined;
}

/** The neighbouring part that has any entries at all. */
function nextPart(entries: TrailIndex['entries'], part: number, isReverse: boolean): number | undefined {
  if (isReverse && part === 0) return undefined;
  const range = isReverse ? { start: partKey(part), reverse: true, limit: 1 } : { start: partKey(part + 1), limit: 1 };
  for (const key of entries.getKeys(range)) return key.readUInt32BE(0);
  return undefined;
}

function nextBlock({ blocks }: TrailIndex, from: number, isReverse: boolean, cost: Cost): Entry | undefined {
  cost.examined += 1;
  for (const key of blocks.getKeys({ start: blockKey(from), reverse: isReverse, limit: 1 })) {
    return { position: key.readUIntBE(0, key.length), mask: -1 };
  }
  return undefined;
}

/** The block, unless its segment has been removed. */
function blockAt(index: TrailIndex, position: number): Block | undefined {
  const bytes = index.blocks.getBinaryFast(blockKey(position));
  const block = bytes && decodeBlock(bytes);
  return block !== undefined && index.segments.doesExist(segmentKey(block)) ? block : undefined;
}

function linesOf(mask: number, { lengths }: Block, after: number | undefined, isReverse: boolean): number[] {
  const lines = lengths.flatMap((_, line) => ((mask & (1 << line)) === 0 ? [] : [line]));
  if (isReverse) lines.reverse();
  return after === undefined ? lines : lines.filter((line) => (isReverse ? line < after : line > after));
}

/** The lowest position whose block's time passes the test, or one behind the last. Times grow with positions, so halving finds it. */
function firstRecorded({ blocks }: TrailIndex, last: number, passes: (recordedAt: number) => boolean): number {
  let [low, high] = [1, last + 1];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    // Where retention has removed blocks, the next one that is left speaks for them.
    let speaks = last + 1;
    let isLate = true;
    for (const { key, value } of blocks.getRange({ start: blockKey(middle), limit: 1 })) {
      speaks = key.readUIntBE(0, key.length);
      isLate = passes(recordedAtOf(value));
    }
    if (isLate) high = middle;
    else low = speaks + 1;
  }
  return low;
}

/** A cursor is the last line that was seen. */
function cursor(position: number, line: number): string {
  return `${position.toString(36)}.${line}`;
}

function parseCursor(text: string): { readonly position: number; readonly line: number } {
  const match = /^([0-9a-z]{1,9})\.(\d{1,2})$/.exec(text);
  if (match === null) throw invalidArgument('The cursor is none of this trail.', 'after', text);
  return { position: Number.parseInt(match[1] ?? '', 36), line: Number(match[2]) };
}

function cursorAt(hits: readonly Hit[], otherwise: string | undefined): string {
  const hit = hits.at(-1);
  return hit === undefined ? (otherwise ?? cursor(0, 0)) : cursor(hit.position, hit.lines.at(-1) ?? 0);
}

/** Everything up to this position has been seen, the position itself has not. */
function cursorBefore(position: number, isReverse: boolean): string {
  return isReverse ? cursor(position + 1, 0) : cursor(position - 1, LINES_A_BLOCK - 1);
}
