import type { SegmentName, TrailBatch, TrailTerm } from '@latchkey/storage/trail-store';
import type { Environment } from '../environment.ts';
import { LINES_A_BLOCK } from './block.ts';
import { recover } from './recovery.ts';
import type { SegmentFiles } from './segment-files.ts';
import { enter, type TrailIndex } from './trail-index.ts';

/**
 * Makes the index anew from the files, in the order in which lines were recorded. A line that is not whole at the end of a file is left out. What
 * is wrong with the lines is for a check of the trail to say, not for this.
 */
export async function rebuildIndex(
  index: TrailIndex,
  files: SegmentFiles,
  { commits }: Pick<Environment, 'commits'>,
  termsOf: (line: string) => readonly TrailTerm[],
): Promise<void> {
  // What an index that is still there holds for the files.
  await recover(index, files, { commits });
  await commits.change(() => {
    for (const table of [index.chains, index.segments, index.blocks, index.part, index.entries, index.pending]) table.clearSync();
  });
  const sources = [...byChain(await files.list())].map(([, segments]) => groupsOf(files, segments, termsOf));
  const waiting = (await Promise.all(sources.map(next))).filter((source) => source !== undefined);
  while (waiting.length > 0) {
    waiting.sort((left, right) => left.group.batch.recordedAt - right.group.batch.recordedAt);
    const { group, groups } = waiting.shift() ?? {};
    if (group === undefined || groups === undefined) return;
    await commits.change(() => enter(index, group.batch, group.lengths, group.offset));
    const following = await next(groups);
    if (following !== undefined) waiting.push(following);
  }
}

type Group = { readonly batch: TrailBatch; readonly lengths: readonly number[]; readonly offset: number };

async function next(groups: AsyncGenerator<Group>) {
  const { value, done } = await groups.next();
  return done === true ? undefined : { group: value as Group, groups };
}

function byChain(segments: readonly SegmentName[]): Map<string, SegmentName[]> {
  const chains = new Map<string, SegmentName[]>();
  for (const segment of [...segments].sort((left, right) => left.segment - right.segment)) {
    chains.set(segment.chain, [...(chains.get(segment.chain) ?? []), segment]);
  }
  return chains;
}

/** The lines of a chain, as many of one moment at a time as a block holds, each with its time and number as they stand in it. */
async function* groupsOf(
  files: SegmentFiles,
  segments: readonly SegmentName[],
  termsOf: (line: string) => readonly TrailTerm[],
): AsyncGenerator<Group> {
  let count = 0;
  let recordedAt = 0;
  for (const segment of segments) {
    let offset = 0;
    let waiting: Buffer[] = [];
    const take = (): Group => {
      const end = endOf(waiting.at(-1));
      count = end.sequence ?? count + waiting.length;
      const lines = waiting.map((bytes) => ({ bytes, terms: termsOf(bytes.toString('utf8')) }));
      const lengths = lines.map(({ bytes }) => bytes.byteLength + 1);
      const head = { count, hash: end.hash ?? '', seal: '' };
      const group = { batch: { ...segment, recordedAt, lines, head }, lengths, offset };
      offset += lengths.reduce((sum, length) => sum + length, 0);
      waiting = [];
      return group;
    };
    for await (const bytes of linesOf(files.read(segment))) {
      const moment = Math.max(recordedAt, endOf(bytes).recordedAt ?? 0);
      if (waiting.length === LINES_A_BLOCK || (waiting.length > 0 && moment !== recordedAt)) yield take();
      recordedAt = moment;
      waiting.push(bytes);
    }
    if (waiting.length > 0) yield take();
  }
}

/** Every line of ours ends with these three. */
function endOf(bytes: Buffer | undefined): { readonly recordedAt?: number; readonly sequence?: number; readonly hash?: string } {
  const match = /"recordedAt":(\d{1,15}),"sequence":(\d{1,15}),"hash":"([\w-]{0,64})"\}$/.exec(
    bytes?.toString('latin1', Math.max(0, bytes.byteLength - 200)) ?? '',
  );
  return match === null ? {} : { recordedAt: Number(match[1]), sequence: Number(match[2]), hash: match[3] ?? '' };
}

async function* linesOf(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const piece of pieces) {
    rest = rest.byteLength === 0 ? piece : Buffer.concat([rest, piece]);
    for (let end = rest.indexOf(10); end !== -1; end = rest.indexOf(10)) {
      yield rest.subarray(0, end);
      rest = rest.subarray(end + 1);
    }
  }
}
