import type { TrailBatch, TrailChain, TrailHead, TrailLine, TrailSegment, TrailTerm } from '@latchkey/storage/trail-store';
import type { Environment, Table } from '../environment.ts';
import { encodeBlock, LINES_A_BLOCK, recordedAtOf } from './block.ts';
import { behindAllOf, blockKey, chainKey, entryKey, segmentKey, termKey } from './keys.ts';
import type { SegmentFiles } from './segment-files.ts';

/** Tables about what lies in the segment files. */
export type TrailIndex = {
  readonly root: Environment['root'];
  /** Chain → head. */
  readonly chains: Table;
  /** Chain and number → what a segment holds. */
  readonly segments: Table;
  /** Position → block. */
  readonly blocks: Table;
  /** The part that is entered into now, and how full it is. */
  readonly part: Table;
  /** Part, term and position → which lines of the block have the term. */
  readonly entries: Table;
  /** Segment and offset → bytes that are committed, and may not have reached the segment's file. */
  readonly pending: Table;
};

export function trailIndex({ root, table }: Pick<Environment, 'root' | 'table'>): TrailIndex {
  return {
    root,
    chains: table('chains'),
    segments: table('segments'),
    blocks: table('blocks'),
    part: table('part'),
    entries: table('entries'),
    pending: table('pending'),
  };
}

type ChainRow = TrailHead & { readonly coveredCount: number };
export type SegmentRow = Pick<TrailSegment, 'sizeBytes' | 'first' | 'last' | 'lastRecordedAt'>;

export function readChain(index: TrailIndex, chain: string): ChainRow | undefined {
  return json<ChainRow>(index.chains.getBinaryFast(chainKey(chain)));
}

export function readSegment(index: TrailIndex, key: Buffer): SegmentRow | undefined {
  return json<SegmentRow>(index.segments.getBinaryFast(key));
}

function json<T>(bytes: Buffer | undefined): T | undefined {
  return bytes && (JSON.parse(bytes.toString('utf8')) as T);
}

function segmentsOf(index: TrailIndex, chain: string, name: (segment: number) => string): TrailSegment[] {
  const start = chainKey(chain);
  const found: TrailSegment[] = [];
  for (const { key, value } of index.segments.getRange({ start, end: behindAllOf(start) })) {
    const segment = key.readUInt32BE(start.length);
    found.push({ chain, segment, name: name(segment), ...(JSON.parse(value.toString('utf8')) as SegmentRow) });
  }
  return found;
}

/** Whether this is an index that has been with its files from their beginning, or was made from them, and not one that LMDB has just begun. */
export function isKnown({ part }: TrailIndex): boolean {
  return part.doesExist(KNOWN);
}

export function makeKnown({ part }: TrailIndex): void {
  part.putSync(KNOWN, Buffer.alloc(0));
}

const KNOWN = Buffer.from('known');

/** The number of the chain's last segment. */
export function lastSegment(index: TrailIndex, chain: string): number | undefined {
  const start = chainKey(chain);
  for (const key of index.segments.getKeys({ start: behindAllOf(start), end: start, reverse: true, limit: 1 })) {
    return key.readUInt32BE(start.length);
  }
  return undefined;
}

/** What is written about a batch; `offset` is where its bytes begin in its segment. Inside a transaction. */
export function enter(index: TrailIndex, batch: TrailBatch, lengths: readonly number[], offset: number): void {
  const { chain, segment, lines, head, covers = [] } = batch;
  const last = lastBlock(index);
  const recordedAt = Math.max(last.recordedAt, batch.recordedAt);
  let [position, at] = [last.position, offset];
  let { part, entries } = last;
  for (let i = 0; i < lines.length; i += LINES_A_BLOCK) {
    const some = lengths.slice(i, i + LINES_A_BLOCK);
    position += 1;
    if (entries >= ENTRIES_A_PART) [part, entries] = [part + 1, 0];
    index.blocks.putSync(blockKey(position), encodeBlock({ chain, segment, part, recordedAt, offset: at, lengths: some }));
    entries += enterTerms(index, lines.slice(i, i + LINES_A_BLOCK), part, position);
    for (const length of some) at += length;
  }
  putJson<PartRow>(index.part, THE_PART, { part, entries });
  const key = segmentKey(batch);
  const first = readSegment(index, key)?.first ?? head.count - lines.length + 1;
  putJson<SegmentRow>(index.segments, key, { sizeBytes: at, first, last: head.count, lastRecordedAt: batch.recordedAt });
  const coveredCount = readChain(index, chain)?.coveredCount ?? 0;
  putJson<ChainRow>(index.chains, chainKey(chain), { ...head, coveredCount });
  for (const cover of covers) {
    const row = readChain(index, cover.chain);
    if (row !== undefined && row.coveredCount < cover.count)
      putJson<ChainRow>(index.chains, chainKey(cover.chain), { ...row, coveredCount: cover.count });
  }
}

/**
 * The index is cut into parts of about so many entries. Terms are entered in no order, so that the pages of a part are all written to while it
 * grows: it is as small as one likes to write, and what is old goes in one piece. A query looks into each part once.
 */
const ENTRIES_A_PART = 4096;

/** Returns how many entries that makes. */
function enterTerms(index: TrailIndex, lines: readonly TrailLine[], part: number, position: number): number {
  const masks = new Map<TrailTerm, number>();
  for (const [i, { terms }] of lines.entries()) {
    for (const term of terms) masks.set(term, (masks.get(term) ?? 0) | (1 << i));
  }
  for (const [term, mask] of masks) {
    const value = Buffer.allocUnsafe(4);
    value.writeInt32LE(mask);
    index.entries.putSync(entryKey(part, termKey(term), position), value);
  }
  return masks.size;
}

type PartRow = { readonly part: number; readonly entries: number };
const THE_PART = Buffer.from('now');

/** Position 0 is before all blocks. */
export function lastBlock({ blocks, part }: TrailIndex): PartRow & { readonly position: number; readonly recordedAt: number } {
  const row = json<PartRow>(part.getBinaryFast(THE_PART)) ?? { part: 0, entries: 0 };
  for (const { key, value } of blocks.getRange({ reverse: true, limit: 1 })) {
    return { ...row, position: key.readUIntBE(0, key.length), recordedAt: recordedAtOf(value) };
  }
  return { ...row, position: 0, recordedAt: 0 };
}

function putJson<T>(table: Table, key: Buffer, value: T): void {
  table.putSync(key, Buffer.from(JSON.stringify(value)));
}

/** Oldest first. */
export function allChains(index: TrailIndex, files: Pick<SegmentFiles, 'name'>): TrailChain[] {
  const found: TrailChain[] = [];
  for (const { key, value } of index.chains.getRange()) {
    const chain = key.toString('hex');
    const { count, hash, seal, coveredCount } = JSON.parse(value.toString('utf8')) as ChainRow;
    found.push({ chain, count, hash, seal, coveredCount, segments: [] });
  }
  return found.map((row) => ({ ...row, segments: segmentsOf(index, row.chain, (segment) => files.name({ chain: row.chain, segment })) }));
}
