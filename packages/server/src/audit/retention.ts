/** How long the trail is kept: whole segments go, the oldest first, and that they went is written into the trail. */
import type { TrailSegment, TrailStore } from '@latchkey/storage/trail-store';
import { REMOVE_SEGMENTS, type SegmentsRemoved } from './service-event.ts';

export type Retention = {
  /** Segments whose last line is older go; milliseconds. */
  readonly keepMs?: number | undefined;
  /** The oldest segments go until no more than this is left. */
  readonly maxBytes?: number | undefined;
};

/** How long a segment that no other follows in its chain is left alone after its last line: its process may go on writing to it. */
const UNFINISHED_MS = 24 * 3600 * 1000;

/**
 * Removes what is not to be kept any more. `record` brings what is about to go into the trail, and resolves when that is on disk; only then
 * anything is removed. What a process has recorded that died before it removed it, is not recorded again. Resolves to the number of segments.
 */
export async function applyRetention(
  store: Pick<TrailStore, 'chains' | 'find' | 'remove'>,
  retention: Retention,
  now: number,
  record: (removed: SegmentsRemoved) => Promise<void>,
): Promise<number> {
  const segments = (await store.chains()).flatMap((chain) => chain.segments);
  const open = new Set((await store.chains()).map((chain) => chain.segments.at(-1)?.name));
  const isFinished = ({ name, lastRecordedAt }: TrailSegment): boolean => !open.has(name) || lastRecordedAt < now - UNFINISHED_MS;
  const oldestFirst = segments.filter(isFinished).sort((left, right) => left.lastRecordedAt - right.lastRecordedAt);
  const byAge = ageLimit(retention, now);
  const bySize = sizeLimit(oldestFirst, segments, retention);
  const upTo = Math.max(byAge, bySize);
  const going = oldestFirst.filter(({ lastRecordedAt }) => lastRecordedAt <= upTo);
  if (going.length === 0) return 0;
  if (!(await isRecorded(store, going)))
    await record({
      upTo,
      reason: byAge >= bySize ? 'age' : 'size',
      segments: going.slice(0, NAMES_SHOWN).map(({ name }) => name),
      lines: going.reduce((sum, { first, last }) => sum + last - first + 1, 0),
    });
  await store.remove(going);
  return going.length;
}

const NAMES_SHOWN = 100;

async function isRecorded(store: Pick<TrailStore, 'find'>, going: readonly TrailSegment[]): Promise<boolean> {
  const last = await lastRemoval(store);
  if (last === undefined || going.some(({ lastRecordedAt }) => lastRecordedAt > last.upTo)) return false;
  return last.segments.length >= NAMES_SHOWN || going.every(({ name }) => last.segments.includes(name));
}

async function lastRemoval(store: Pick<TrailStore, 'find'>): Promise<SegmentsRemoved | undefined> {
  for (let after: string | undefined; ; ) {
    const page = await store.find({ terms: [`operation:${REMOVE_SEGMENTS}`], newestFirst: true, after, limit: 1 });
    const [line] = page.lines;
    if (line !== undefined) return (JSON.parse(line) as { readonly serviceEventDetails: SegmentsRemoved }).serviceEventDetails;
    if (page.next === undefined) return undefined;
    after = page.next;
  }
}

function ageLimit({ keepMs }: Retention, now: number): number {
  return keepMs === undefined ? 0 : Math.max(0, now - keepMs);
}

/** The time of the last line that has to go so that the rest is small enough; 0 where all of it is. */
function sizeLimit(oldestFirst: readonly TrailSegment[], all: readonly TrailSegment[], { maxBytes }: Retention): number {
  if (maxBytes === undefined) return 0;
  let sizeBytes = all.reduce((sum, segment) => sum + segment.sizeBytes, 0);
  let upTo = 0;
  for (const segment of oldestFirst) {
    if (sizeBytes <= maxBytes) break;
    sizeBytes -= segment.sizeBytes;
    upTo = segment.lastRecordedAt;
  }
  return upTo;
}
