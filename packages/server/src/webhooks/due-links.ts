/**
 * When links end: a record each, in the order of time, so that somebody can be told without looking at every link. Written with the link, whoever
 * wants to know.
 */
import type { RecordChange, RecordStore } from '@latchkey/storage/record-store';
import { LINK, type Link } from '../links/model.ts';
import type { Events } from './events.ts';

const DUE = 'link-end';

/** To be committed with a link that is made, changed (`before` is what it was) or forgotten (`after` is nothing). */
export function dueChanges(before: Link | undefined, after: Link | undefined): readonly RecordChange[] {
  const [old, next] = [before && dueId(before), after && dueId(after)];
  if (old === next) return [];
  return [
    ...(old === undefined ? [] : [{ remove: { kind: DUE, id: old } }]),
    ...(next === undefined ? [] : [{ put: { kind: DUE, id: next, value: null } }]),
  ];
}

/** Tells of links that have ended by `now`; resolves to whether there may be more. What was revoked had its end before. */
export async function tellEnds(records: RecordStore, events: Pick<Events, 'changesFor'>, now: number): Promise<boolean> {
  const { records: due } = await records.list(DUE, { limit: AT_ONCE });
  const over = due.filter(({ id }) => timeOf(id) <= now);
  for (const { id, version } of over) {
    const stored = await records.get(LINK, id.slice(TIME_DIGITS + 1));
    const link = stored?.value as unknown as Link | undefined;
    const isEnd = link !== undefined && link.status !== 'revoked' && dueId(link) === id;
    const told = isEnd ? await events.changesFor([{ type: 'link.expired', link, at: link.terms.expiresAt }]) : [];
    await records.commit([{ remove: { kind: DUE, id }, ifVersion: version }, ...told] satisfies readonly RecordChange[]);
  }
  return over.length === AT_ONCE;
}

const AT_ONCE = 100;
const TIME_DIGITS = 12;

function dueId({ id, terms }: Link): string {
  return `${Math.max(0, Math.floor(terms.expiresAt)).toString(16).padStart(TIME_DIGITS, '0')}/${id}`;
}

function timeOf(id: string): number {
  return Number.parseInt(id.slice(0, TIME_DIGITS), 16);
}
