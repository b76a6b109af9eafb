/** The lines of a trail in the order of their times, as batches for another store: what is said by them, and by whom, stays the same. */
import type { TrailBatch, TrailChain, TrailLine, TrailStore } from '@latchkey/storage/trail-store';
import { lineEnd, segmentLines } from './segment-lines.ts';
import { termsOfLine } from './terms.ts';

/** Lines of chains that were written side by side may change places within this. */
const TOGETHER_MS = 1000;
const MAX_LINES = 500;

export async function* movedLines(store: Pick<TrailStore, 'read'>, chains: readonly TrailChain[]): AsyncGenerator<TrailBatch> {
  // The id of a chain begins with the time it was begun at, so that few have to be open at a time.
  const waiting = chains.map((chain) => ({ chain, beganAt: Number.parseInt(chain.chain.slice(0, TIME_DIGITS), 16) }));
  const open: Reader[] = [];
  for (;;) {
    const earliest = (): number => Math.min(...open.map(({ next }) => next?.recordedAt ?? Number.POSITIVE_INFINITY));
    while (waiting[0] !== undefined && (open.length === 0 || waiting[0].beganAt <= earliest())) {
      const reader = await opened(store, waiting.shift()?.chain as TrailChain);
      if (reader !== undefined) open.push(reader);
    }
    if (open.length === 0) return;
    open.sort((left, right) => left.next.recordedAt - right.next.recordedAt);
    const [first, second] = open as [Reader, Reader?];
    const until = Math.min(second?.next.recordedAt ?? Number.POSITIVE_INFINITY, first.next.recordedAt) + TOGETHER_MS;
    const { batch, isAtEnd } = await take(first, until);
    yield batch;
    if (isAtEnd) open.shift();
  }
}

/** 6 bytes in hex. */
const TIME_DIGITS = 12;

type Found = { readonly line: TrailLine; readonly segment: number; readonly recordedAt: number };
type Reader = { readonly chain: TrailChain; readonly rest: AsyncGenerator<Found>; next: Found; count: number };

async function opened(store: Pick<TrailStore, 'read'>, chain: TrailChain): Promise<Reader | undefined> {
  const rest = linesOf(store, chain);
  const { value, done } = await rest.next();
  if (done === true) return undefined;
  return { chain, rest, next: value, count: (chain.segments[0]?.first ?? 1) - 1 };
}

/** Lines of one segment, up to a moment. */
async function take(reader: Reader, until: number): Promise<{ readonly batch: TrailBatch; readonly isAtEnd: boolean }> {
  const { chain, rest } = reader;
  const { segment } = reader.next;
  const lines: TrailLine[] = [];
  let isAtEnd = false;
  let { recordedAt } = reader.next;
  while (!isAtEnd && lines.length < MAX_LINES && reader.next.segment === segment && reader.next.recordedAt <= until) {
    lines.push(reader.next.line);
    ({ recordedAt } = reader.next);
    const { value, done } = await rest.next();
    if (done === true) isAtEnd = true;
    else reader.next = value;
  }
  reader.count += lines.length;
  const head = { count: reader.count, hash: chain.hash, seal: chain.seal };
  return { batch: { chain: chain.chain, segment, recordedAt, lines, head }, isAtEnd };
}

async function* linesOf(store: Pick<TrailStore, 'read'>, { segments }: TrailChain): AsyncGenerator<Found> {
  let recordedAt = 0;
  for (const { chain, segment, first, last } of segments) {
    let left = last - first + 1;
    for await (const { bytes, isWhole } of segmentLines(store.read({ chain, segment }))) {
      if (!isWhole || left-- <= 0) break;
      // A damaged line goes along as it is.
      recordedAt = lineEnd(bytes)?.recordedAt ?? recordedAt;
      yield { line: { bytes: Buffer.from(bytes), terms: termsOfLine(bytes.toString()) }, segment, recordedAt };
    }
  }
}
