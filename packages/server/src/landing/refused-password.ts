import type { AuditEvent } from '../audit/event.ts';
import type { Link } from '../links/model.ts';
import type { Incoming } from '../pipeline.ts';

/** What the trail has of a password that was wrong, or not looked at: never the address of the page, and nothing of what was typed. */
export function refusedPasswordEvent(
  link: Pick<Link, 'id' | 'bucket' | 'key'>,
  incoming: Incoming,
  { status, endedAt }: { status: number; endedAt: number },
): AuditEvent {
  const { method, headers, peer, requestId, receivedAt } = incoming;
  const reason = status === 429 ? 'Too many passwords were tried.' : 'The password was wrong.';
  return {
    source: 'latchkey',
    name: 'UnlockLink',
    isReadOnly: true,
    incoming: { method, rawTarget: '/l/', headers, peer, requestId, receivedAt },
    query: [],
    bucket: link.bucket,
    key: link.key,
    status,
    error: { code: 'AccessDenied', message: reason },
    bytesIn: 0,
    bytesOut: 0,
    endedAt,
    notes: { linkId: link.id, decision: { check: 'password', reason } },
  };
}
