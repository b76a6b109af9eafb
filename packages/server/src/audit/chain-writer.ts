/** This process's chain: numbers lines, chains them, and cuts the chain into segments. */

import { timeOrderedId } from '@latchkey/storage/time-ordered-id';
import type { TrailChain, TrailLine, TrailStore } from '@latchkey/storage/trail-store';
import { beginningOf, type ChainKey, chainedLine, sealedHead } from './chain.ts';
import type { LineSite, OpenLine } from './line.ts';
import { BEGIN_SEGMENT, type CoveredHead, type SegmentBegins, serviceLine } from './service-event.ts';
import type { TrailKeys } from './trail-keys.ts';

export type ChainWriter = {
  /** Appends the lines, all or none. Rejects with what the store says. One call at a time. */
  append(lines: readonly OpenLine[]): Promise<void>;
  readonly chain: string;
};

export type ChainWriterOptions = {
  readonly store: TrailStore;
  /** As they are by then: a new master key brings a new one. */
  readonly keys: () => Promise<TrailKeys>;
  readonly site: LineSite;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** A segment that has grown to this is followed by another. */
  readonly segmentBytes: number;
};

export function chainWriter({ store, keys, site, now, segmentBytes }: ChainWriterOptions): ChainWriter {
  let state = newChain(now());

  return {
    get chain() {
      return state.chain;
    },
    async append(open) {
      const recordedAt = Math.max(now(), state.previous?.recordedAt ?? 0);
      const isNew = isOver(state, recordedAt, segmentBytes);
      const begins = isNew ? await beginSegment(store, (await keys()).newest, state, recordedAt) : undefined;
      const all = begins === undefined ? open : [serviceLine(BEGIN_SEGMENT, begins.details, recordedAt, site), ...open];
      const segment = begins?.segment ?? state.current;
      if (segment === undefined) throw new Error('A chain has no segment to append to.');
      const { lines, last, sizeBytes } = chained(all, state, segment.key, recordedAt);
      const covers = begins?.details.covers.map((cover) => ({ chain: cover.chain, count: cover.sequence }));
      const head = sealedHead(segment.key, state.chain, last.sequence, last.hash);
      try {
        await store.append({ chain: state.chain, segment: segment.number, recordedAt, lines, head, covers });
      } catch (error) {
        // Only for want of room does the chain stand where it stood. Whatever else it was, nothing follows it: the next batch begins another.
        if (!(error instanceof Error && 'code' in error && error.code === 'ServiceUnavailable')) state = newChain(now());
        throw error;
      }
      const grown = begins === undefined ? segment.sizeBytes + sizeBytes : sizeBytes;
      state = { chain: state.chain, previous: last, current: { ...segment, sizeBytes: grown, lastAppendAt: recordedAt } };
    },
  };
}

type State = {
  readonly chain: string;
  readonly previous: { readonly sequence: number; readonly hash: string; readonly recordedAt: number } | undefined;
  readonly current: Segment | undefined;
};

type Segment = {
  readonly number: number;
  readonly key: ChainKey;
  readonly beganAt: number;
  readonly lastAppendAt: number;
  readonly sizeBytes: number;
};

function newChain(now: number): State {
  return { chain: timeOrderedId(now).toString('hex'), previous: undefined, current: undefined };
}

/** Retention takes whole segments that nobody has written to for a day, so that a new one is begun well before. */
const LONGEST_MS = 24 * 3600 * 1000;
const LONGEST_SILENCE_MS = 12 * 3600 * 1000;

function isOver({ current }: State, now: number, segmentBytes: number): boolean {
  if (current === undefined || current.sizeBytes >= segmentBytes) return true;
  return now - current.beganAt >= LONGEST_MS || now - current.lastAppendAt >= LONGEST_SILENCE_MS;
}

async function beginSegment(
  store: TrailStore,
  key: ChainKey,
  { chain, previous, current }: State,
  beganAt: number,
): Promise<{ readonly segment: Segment; readonly details: SegmentBegins }> {
  const number = (current?.number ?? 0) + 1;
  const covers = uncovered(await store.chains(), chain);
  const details = { chain, segment: number, key: key.id, previous: previous ?? null, covers };
  return { segment: { number, key, beganAt, lastAppendAt: beganAt, sizeBytes: 0 }, details };
}

/** More than this many at a time are left to the next segment. */
const MAX_COVERS = 200;

/** Chains with lines that no other chain vouches for: those of processes that have ended since, and those of processes beside this one. */
function uncovered(chains: readonly TrailChain[], own: string): CoveredHead[] {
  return chains
    .filter(({ chain, count, coveredCount }) => chain !== own && coveredCount < count)
    .slice(0, MAX_COVERS)
    .map(({ chain, count, hash, seal, segments }) => ({
      chain,
      sequence: count,
      hash,
      recordedAt: segments.at(-1)?.lastRecordedAt ?? 0,
      wasSealed: seal !== '',
    }));
}

function chained(openLines: readonly OpenLine[], { chain, previous }: State, key: ChainKey, recordedAt: number) {
  let hash = previous?.hash ?? beginningOf(chain);
  let sequence = previous?.sequence ?? 0;
  let sizeBytes = 0;
  const lines: TrailLine[] = [];
  for (const { open, terms } of openLines) {
    sequence += 1;
    const line = chainedLine(key, hash, open, recordedAt, sequence);
    hash = line.hash;
    lines.push({ bytes: line.bytes, terms });
    sizeBytes += line.bytes.byteLength + 1;
  }
  return { lines, sizeBytes, last: { sequence, hash, recordedAt } };
}
