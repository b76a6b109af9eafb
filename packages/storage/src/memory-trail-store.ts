import { invalidArgument } from '@latchkey/s3/errors';
import { requireFollows } from './follows-head.ts';
import type { FoundLines, SegmentName, TrailBatch, TrailChain, TrailQuery, TrailSegment, TrailStore, TrailTerm } from './trail-store.ts';

/** A trail in memory: the reference every other one is tested against, and a store for tests. */
export function openMemoryTrailStore(): TrailStore {
  const chains = new Map<string, TrailChain>();
  const segments = new Map<string, Kept>();
  const lines: Line[] = [];
  const byTerm = new Map<TrailTerm, number[]>();

  return {
    async append(batch) {
      const known = chains.get(batch.chain);
      requireFollows(batch, known && { count: known.count, lastSegment: known.segments.at(-1)?.segment });
      const name = segmentKey(batch);
      const kept = segments.get(name) ?? { texts: [] };
      segments.set(name, kept);
      const recordedAt = Math.max(lines.at(-1)?.recordedAt ?? 0, batch.recordedAt);
      for (const { bytes, terms } of batch.lines) {
        const text = bytes.toString('utf8');
        kept.texts.push(`${text}\n`);
        for (const term of terms) positionsOf(byTerm, term).push(lines.length);
        lines.push({ text, terms, recordedAt, segment: name });
      }
      chains.set(batch.chain, extended(batch, known, kept));
      for (const { chain, count } of batch.covers ?? []) {
        const covered = chains.get(chain);
        if (covered !== undefined) chains.set(chain, { ...covered, coveredCount: Math.max(covered.coveredCount, count) });
      }
    },
    async find(query) {
      return find(query, lines, byTerm, segments);
    },
    async chains() {
      return [...chains.values()].sort((left, right) => (left.chain < right.chain ? -1 : 1));
    },
    async *read(segment) {
      for (const text of segments.get(segmentKey(segment))?.texts ?? []) yield Buffer.from(text);
    },
    async remove(names) {
      for (const name of names) {
        segments.delete(segmentKey(name));
        const known = chains.get(name.chain);
        if (known === undefined) continue;
        const left = known.segments.filter(({ segment }) => segment !== name.segment);
        if (left.length === 0) chains.delete(name.chain);
        else chains.set(name.chain, { ...known, segments: left });
      }
    },
    async checkHealth() {},
    async close() {},
  };
}

type Kept = { readonly texts: string[] };
type Line = { readonly text: string; readonly terms: readonly TrailTerm[]; readonly recordedAt: number; readonly segment: string };

function extended({ chain, segment, recordedAt, lines, head }: TrailBatch, known: TrailChain | undefined, { texts }: Kept): TrailChain {
  const before = known?.segments ?? [];
  const begun = before.at(-1)?.segment === segment ? before.at(-1) : undefined;
  const last: TrailSegment = {
    chain,
    segment,
    name: `${chain}-${segment}`,
    sizeBytes: texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0),
    first: begun?.first ?? head.count - lines.length + 1,
    last: head.count,
    lastRecordedAt: recordedAt,
  };
  return {
    ...head,
    chain,
    coveredCount: known?.coveredCount ?? 0,
    segments: [...(begun === undefined ? before : before.slice(0, -1)), last],
  };
}

function find(
  query: TrailQuery,
  lines: readonly Line[],
  byTerm: Map<TrailTerm, number[]>,
  segments: ReadonlyMap<string, Kept>,
): FoundLines {
  const { terms, since = 0, until = Infinity, after, limit, newestFirst = false } = query;
  const rarest = terms.map((term) => positionsOf(byTerm, term)).sort((left, right) => left.length - right.length)[0];
  const positions = rarest ?? lines.map((_, position) => position);
  const from = after === undefined ? undefined : positionOf(after);
  const found: number[] = [];
  let examined = 0;
  for (const position of newestFirst ? [...positions].reverse() : positions) {
    if (from !== undefined && (newestFirst ? position >= from : position <= from)) continue;
    const line = lines[position];
    if (line === undefined || line.recordedAt < since || line.recordedAt > until) continue;
    examined++;
    if (!segments.has(line.segment) || !terms.every((term) => line.terms.includes(term))) continue;
    if (found.push(position) > limit) break;
  }
  const page = found.slice(0, limit);
  const end = cursor(page.at(-1));
  return {
    lines: page.map((position) => lines[position]?.text ?? ''),
    next: found.length > limit ? end : undefined,
    latest: newestFirst ? undefined : found.length > limit ? end : cursor(Math.max(lines.length - 1, from ?? -1)),
    examined,
  };
}

function positionsOf(byTerm: Map<TrailTerm, number[]>, term: TrailTerm): number[] {
  const known = byTerm.get(term) ?? [];
  byTerm.set(term, known);
  return known;
}

const segmentKey = ({ chain, segment }: SegmentName): string => `${chain}-${segment}`;

function cursor(position: number | undefined): string {
  return `at-${position ?? -1}`;
}

function positionOf(text: string): number {
  const match = /^at-(-1|\d{1,15})$/.exec(text);
  if (match === null) throw invalidArgument('The cursor is none of this trail.', 'after', text);
  return Number(match[1]);
}
