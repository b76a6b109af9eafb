import type { TrailBatch, TrailChain, TrailHead, TrailLine, TrailSegment } from '@latchkey/storage/trail-store';
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
  for (let i = 0; i < lines.length; i += LINES_A_BLOCK) {
    const some = lengths.slice(i, i + LINES_A_BLOCK);
    position += 1;
    index.blocks.putSync(blockKey(position), encodeBlock({ chain, segment, recordedAt, offset: at, lengths: some }));
    enterTerms(index, lines.slice(i, i + LINES_A_BLOCK), position);
    for (const length of some) at += length;
  }
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

function enterTerms(index: TrailIndex, lines: readonly TrailLine[], position: number): void {
  const masks = new Map<string, { readonly term: TrailLine['terms'][number]; mask: number }>();
  for (const [i, { terms }] of lines.entries()) {
    for (const term of terms) {
      const name = `${term[0]} ${term[1]}`;
      const known = masks.get(name);
      if (known === undefined) masks.set(name, { term, mask: 1 << i });
      else known.mask |= 1 << i;
    }
  }
  for (const { term, mask } of masks.values()) {
    const value = Buffer.allocUnsafe(4);
    value.writeInt32LE(mask);
    index.entries.putSync(entryKey(termKey(term), position), value);
  }
}

/** Position 0 is before all blocks. */
export function lastBlock({ blocks }: TrailIndex): { readonly position: number; readonly recordedAt: number } {
  for (const { key, value } of blocks.getRange({ reverse: true, limit: 1 })) {
    return { position: key.readUIntBE(0, key.length), recordedAt: recordedAtOf(value) };
  }
  return { position: 0, recordedAt: 0 };
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
