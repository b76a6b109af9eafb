/** To follow the trail: an answer that waits for something to happen, so that nobody has to ask every second. */
import { setTimeout as wait } from 'node:timers/promises';
import type { AuditTrail, TrailFilter, TrailPage, TrailPaging } from '../audit/trail.ts';

const BETWEEN_LOOKS_MS = 500;

/**
 * The first events behind the cursor, or none once `waitMs` are over or the client has gone. To look is an event itself: it is left out,
 * unless it is what is looked for, since otherwise whoever follows would follow nobody but himself.
 */
export async function awaitEvents(
  trail: Pick<AuditTrail, 'query'>,
  filter: TrailFilter,
  paging: TrailPaging,
  { waitMs, signal }: { readonly waitMs: number; readonly signal: AbortSignal },
): Promise<TrailPage> {
  let after = paging.after;
  for (let waitedMs = 0; ; waitedMs += BETWEEN_LOOKS_MS) {
    const found = await trail.query(filter, { ...paging, after });
    const events = filter.operation === undefined ? found.events.filter(({ eventName }) => eventName !== 'QueryAudit') : found.events;
    const isOver = waitedMs >= waitMs || signal.aborted;
    if (events.length > 0 || found.next !== undefined || isOver) return { ...found, events };
    after = found.latest ?? after;
    await wait(Math.min(BETWEEN_LOOKS_MS, waitMs - waitedMs), undefined, { signal }).catch(() => undefined);
  }
}
