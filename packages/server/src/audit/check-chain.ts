/** Checks one chain, from the first of its lines that is kept to its head, and what lies behind that. */
import type { TrailChain, TrailSegment, TrailStore } from '@latchkey/storage/trail-store';
import type { Findings } from './findings.ts';
import { LineWalk } from './line-walk.ts';
import { lineEnd, type SegmentLine, segmentBegins, segmentLines } from './segment-lines.ts';
import { type CoveredHead, REMOVE_SEGMENTS } from './service-event.ts';
import type { TrailKeys } from './trail-keys.ts';

/** A head that somebody says a chain had. */
export type SaidHead = CoveredHead & { readonly by: string };

export type CheckedChain = {
  readonly lines: number;
  /** What genuine first lines of its segments say about other chains. */
  readonly says: readonly SaidHead[];
  /** Of the genuine lines that were asked about, by their sequence numbers. */
  readonly hashes: ReadonlyMap<number, { readonly hash: string; readonly segment: string; readonly line: number }>;
  /** Up to when retention has removed segments, by what genuine lines of this chain say. */
  readonly removedUpTo: number;
  /** Lines before the first that is kept: when they ended, and how to say that nobody removed them who may. */
  readonly before: { readonly recordedAt: number; readonly tell: () => void } | undefined;
};

/** `asked` are sequence numbers. */
export async function checkChain(
  store: Pick<TrailStore, 'read'>,
  chain: TrailChain,
  keys: Pick<TrailKeys, 'all'>,
  asked: ReadonlySet<number>,
  report: Findings,
): Promise<CheckedChain> {
  const walk = new LineWalk(chain, keys.all, report);
  const says: SaidHead[] = [];
  const hashes = new Map<number, { hash: string; segment: string; line: number }>();
  let [lines, removedUpTo] = [0, 0];
  let before: CheckedChain['before'];
  let number = chain.segments[0]?.segment ?? 1;
  for (const segment of chain.segments) {
    if (segment.segment !== number) {
      report.find({
        what: 'missing',
        segment: segment.name,
        detail: `The segments before this one, from number ${number} on, are not there.`,
      });
    }
    number = segment.segment + 1;
    await checkSegment(segment, segment === chain.segments[0]);
  }
  walk.finish();
  return { lines, says, hashes, removedUpTo, before };

  async function checkSegment(segment: TrailSegment, isFirstKept: boolean): Promise<void> {
    let [seen, behind] = [0, 0];
    for await (const line of segmentLines(store.read(segment))) {
      seen += 1;
      const where = { segment: segment.name, line: seen };
      if (line.offset >= segment.sizeBytes) {
        const kind = walk.behindHead(line, where);
        if (kind === 'unexpected') break;
        if (kind === 'follows') behind += 1;
        continue;
      }
      if (seen === 1 && !begin(segment, line, isFirstKept)) break;
      lines += 1;
      const genuine = walk.line(line, where, segment);
      if (genuine === undefined) continue;
      if (asked.has(genuine.sequence)) hashes.set(genuine.sequence, { hash: genuine.hash, ...where });
      listen(line, segment);
    }
    if (seen === 0) {
      const detail = `The segment is not there. It had the lines ${segment.first} to ${segment.last}.`;
      report.find({ what: 'missing', segment: segment.name, sequence: segment.first, detail });
    }
    if (behind > 0) report.notice(`${segment.name} has ${behind} lines behind its end, which nobody was told are recorded.`);
    walk.endSegment(segment, seen);
  }

  /** Whether the segment is the one it should be. It says what it follows; before the first that is kept, retention has to account for that. */
  function begin(segment: TrailSegment, { bytes }: SegmentLine, isFirstKept: boolean): boolean {
    const begins = segmentBegins(bytes);
    if (begins === undefined) {
      walk.beginUnknown(segment, isFirstKept, lineEnd(bytes) !== undefined);
      return true;
    }
    if (begins.chain !== segment.chain || begins.segment !== segment.segment) {
      const detail = `Here is segment ${begins.segment} of chain ${begins.chain}.`;
      report.find({ what: 'out-of-order', segment: segment.name, line: 1, detail });
      return false;
    }
    walk.begin(begins, isFirstKept);
    const { previous } = begins;
    if (!isFirstKept || previous === null) return true;
    const detail = `The lines up to ${previous.sequence} of this chain are not there, and retention has not removed them.`;
    const tell = () => report.find({ what: 'missing', segment: segment.name, sequence: segment.first, detail });
    before = { recordedAt: previous.recordedAt, tell };
    return true;
  }

  /** What a genuine line says about the trail. */
  function listen({ bytes, offset }: SegmentLine, { name }: TrailSegment): void {
    if (offset === 0) for (const cover of segmentBegins(bytes)?.covers ?? []) says.push({ ...cover, by: `the first line of ${name}` });
    if (bytes.indexOf(`"eventName":"${REMOVE_SEGMENTS}"`) === -1) return;
    const { serviceEventDetails } = JSON.parse(bytes.toString('utf8')) as { readonly serviceEventDetails?: { readonly upTo?: number } };
    removedUpTo = Math.max(removedUpTo, serviceEventDetails?.upTo ?? 0);
  }
}
