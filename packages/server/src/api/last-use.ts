/** When a link was last used, from where: what its list shows beside it. The trail knows; its index finds a link's events without reading others. */
import type { TrailRecord } from '../audit/record.ts';
import type { AuditTrail } from '../audit/trail.ts';

export type LastUse = { readonly at: string; readonly address: string; readonly operation: string };

/** Looks at no more events than that of each link: what else was done to it, such as asking its head, is in between. */
const LOOKED_AT = 20;

/** The newest time that somebody was given or sent something through it; none where that is long ago, or never. */
export async function lastUseOf(id: string, trail: Pick<AuditTrail, 'query'>): Promise<LastUse | undefined> {
  const { events } = await trail.query({ link: id, result: 'ok' }, { limit: LOOKED_AT, newestFirst: true });
  const found = events.find(isUse);
  return found && { at: timeOf(found), address: found.sourceIPAddress, operation: found.eventName };
}

const USES: ReadonlySet<string> = new Set(['GetObject', 'GetFolderZip', 'PutObject', 'PostObject']);

function isUse({ eventName, eventSource }: TrailRecord): boolean {
  return eventSource === 's3.amazonaws.com' && USES.has(eventName);
}

/** To the millisecond where the event says so: `eventTime` is whole seconds. */
function timeOf({ eventTime, additionalEventData }: TrailRecord): string {
  return additionalEventData.latchkey.receivedAt ?? eventTime;
}
