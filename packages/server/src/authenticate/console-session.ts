/** Who a console's session belongs to: for the two operations that a cookie is good for. */
import { S3Error } from '@latchkey/s3/errors';
import { openConsoleSession } from '../console-sessions/console-session.ts';
import { requireSameOrigin, sessionCookieOf } from '../console-sessions/session-cookie.ts';
import { headerValue } from '../headers.ts';
import type { Addressed, Authenticated, Operation, Site, Stores } from '../pipeline.ts';

/**
 * Throws MissingAuthenticationToken without the cookie of the session that is named, SessionEnded where that is over or whoever it belongs to may
 * no longer sign in, AccessDenied for pages that are not the console's.
 */
export async function authenticateConsoleSession(
  addressed: Addressed,
  operation: Operation,
  { records, identities }: Pick<Stores, 'records' | 'identities'>,
  site: Site,
): Promise<Authenticated> {
  const isSigned = headerValue(addressed.headers, 'authorization') !== undefined || addressed.target.query.length > 0;
  if (isSigned) throw new S3Error('InvalidRequest', { message: 'This is asked for with the cookie of a session, and nothing besides.' });
  const cookie = sessionCookieOf(addressed);
  if (cookie === undefined) throw new S3Error('MissingAuthenticationToken');
  requireSameOrigin(addressed, site);
  const session = await openConsoleSession(records, cookie, addressed.receivedAt);
  const found = session && (await identities.find(session.issuer));
  if (session === undefined || found === undefined || !isStill(found.principal, session.of)) throw new S3Error('SessionEnded');
  return { ...addressed, operation, principal: found.principal, signature: undefined } as Authenticated;
}

/** An access key stays with its user; a user of the same name who comes later is another. */
function isStill(
  principal: Authenticated['principal'],
  of: { readonly kind: 'root' } | { readonly kind: 'user'; readonly userId: string },
): boolean {
  return of.kind === 'root' ? principal.kind === 'root' : principal.kind === 'user' && principal.userId === of.userId;
}
