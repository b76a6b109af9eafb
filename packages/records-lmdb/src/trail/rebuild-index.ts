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

/** The lines of a chain, as many at a time as a block holds, each with its time and number as they stand in it. */
async function* groupsOf(
  files: SegmentFiles,
  segments: readonly SegmentName[],
  termsOf: (line: string) => readonly TrailTerm[],
): AsyncGenerator<Group> {
  let count = 0;
  let recordedAt = 0;
  let hash = '';
  for (const segment of segments) {
    let offset = 0;
    let texts: string[] = [];
    const take = (): Group => {
      const lengths = texts.map((text) => Buffer.byteLength(text) + 1);
      for (const text of texts) {
        const end = endOf(text);
        count = end.sequence ?? count + 1;
        recordedAt = Math.max(recordedAt, end.recordedAt ?? 0);
        hash = end.hash ?? '';
      }
      const lines = texts.map((text) => ({ bytes: Buffer.from(text), terms: termsOf(text) }));
      const group = { batch: { ...segment, recordedAt, lines, head: { count, hash, seal: '' } }, lengths, offset };
      offset += lengths.reduce((sum, length) => sum + length, 0);
      texts = [];
      return group;
    };
    for await (const text of linesOf(files.read(segment))) {
      texts.push(text);
      if (texts.length === LINES_A_BLOCK) yield take();
    }
    if (texts.length > 0) yield take();
  }
}

/** Every line of ours ends with these three. */
function endOf(text: string): { readonly recordedAt?: number; readonly sequence?: number; readonly hash?: string } {
  const match = /"recordedAt":(\d{1,15}),"sequence":(\d{1,15}),"hash":"([\w-]{0,64})"\}$/.exec(text);
  return match === null ? {} : { recordedAt: Number(match[1]), sequence: Number(match[2]), hash: match[3] ?? '' };
}

async function* linesOf(pieces: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const piece of pieces) {
    rest = rest.byteLength === 0 ? piece : Buffer.concat([rest, piece]);
    for (let end = rest.indexOf(10); end !== -1; end = rest.indexOf(10)) {
      yield rest.toString('utf8', 0, end);
      rest = rest.subarray(end + 1);
    }
  }
}
