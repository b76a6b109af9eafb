import { invalidArgument } from '@latchkey/s3/errors';
import type { FoundLines, TrailQuery } from '@latchkey/storage/trail-store';
import type { Database } from '../database.ts';
import { LINES_A_BLOCK, termText } from './pack-lines.ts';
import { PER_MS } from './partitions.ts';

/** Entries looked at in one call: so many take a fraction of a second. */
const MAX_EXAMINED = 5000;
const FIRST_POSITION = 1;
const LAST_POSITION = Number.MAX_SAFE_INTEGER;

/** One statement, so that all of it is seen as it was at one moment. */
export async function findLines({ schema, query }: Database, asked: TrailQuery): Promise<FoundLines> {
  const { terms, since, until, after, limit, newestFirst = false } = asked;
  const from = after === undefined ? undefined : parseCursor(after);
  const lowest = since === undefined ? FIRST_POSITION : clamped(Math.ceil(since) * PER_MS);
  const highest = until === undefined ? LAST_POSITION : clamped((Math.floor(until) + 1) * PER_MS - 1);
  const rows = await query<Hit | End>(`SELECT * FROM ${schema}.find_trail($1, $2, $3, $4, $5, $6, $7, $8)`, [
    terms.map(termText),
    lowest,
    highest,
    from?.position ?? (newestFirst ? highest : lowest),
    from === undefined ? -1 : maskBehind(from.line, newestFirst),
    limit,
    MAX_EXAMINED,
    newestFirst,
  ]);
  const end = rows.at(-1);
  if (end === undefined) throw new Error('A query of the trail has no end.');
  const found = rows.flatMap((row) => (row.lines === null ? [] : linesOf(row, newestFirst)));
  const page = found.slice(0, limit);
  const next =
    found.length > limit
      ? cursor(page.at(-1) ?? NOWHERE)
      : end.at === null
        ? undefined
        : newestFirst
          ? cursor({ position: end.at + 1, line: 0 })
          : cursor({ position: end.at - 1, line: LINES_A_BLOCK - 1 });
  const behindAll = cursor({ position: Math.max(end.trail_end, from?.position ?? 0), line: LINES_A_BLOCK - 1 });
  return {
    lines: page.map(({ text }) => text),
    next,
    latest: newestFirst ? undefined : (next ?? behindAll),
    examined: end.examined,
  };
}

/** The last row has no lines: `at` is then where to go on. */
type Hit = {
  readonly at: number;
  readonly mask: number;
  readonly lines: readonly string[];
  readonly examined: number;
  readonly trail_end: number;
};
type End = { readonly at: number | null; readonly lines: null; readonly examined: number; readonly trail_end: number };

type Place = { readonly position: number; readonly line: number };
const NOWHERE: Place = { position: 0, line: 0 };

function linesOf({ at, mask, lines }: Hit, isReverse: boolean): (Place & { readonly text: string })[] {
  const numbers = Array.from({ length: LINES_A_BLOCK }, (_, line) => line).filter((line) => (mask & (1 << line)) !== 0);
  const all = numbers.map((line, i) => ({ position: at, line, text: lines[i] ?? '' }));
  return isReverse ? all.reverse() : all;
}

/** The bits of the lines behind this one, in the direction that is read. */
function maskBehind(line: number, isReverse: boolean): number {
  if (isReverse) return ~(-1 << line);
  return line >= LINES_A_BLOCK - 1 ? 0 : -1 << (line + 1);
}

/** A cursor is the last line that was seen. */
function cursor({ position, line }: Place): string {
  return `${position.toString(36)}.${line}`;
}

function parseCursor(text: string): Place {
  const match = /^([0-9a-z]{1,11})\.(\d{1,2})$/.exec(text);
  const place = { position: Number.parseInt(match?.[1] ?? '', 36), line: Number(match?.[2]) };
  if (!Number.isSafeInteger(place.position) || !(place.line < LINES_A_BLOCK))
    throw invalidArgument('The cursor is none of this trail.', 'after', text);
  return place;
}

function clamped(position: number): number {
  return Math.min(Math.max(position, FIRST_POSITION - 1), LAST_POSITION);
}
