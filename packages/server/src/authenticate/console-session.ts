/** Who a console's session belongs to: for the two operations that a cookie is good for. */
import { S3Error } from '@latchkey/s3/errors';
import { type ConsoleSession, openConsoleSession } from '../console-sessions/console-session.ts';
import { requireSameOrigin, sessionCookieOf } from '../console-sessions/session-cookie.ts';
import { headerValue } from '../headers.ts';
import type { Principal } from '../identity/principals.ts';
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
  refuseSigned(addressed);
  const cookie = sessionCookieOf(addressed);
  if (cookie === undefined) throw new S3Error('MissingAuthenticationToken');
  requireSameOrigin(addressed, site);
  const session = await openConsoleSession(records, cookie, addressed.receivedAt);
  const principal = session && (await holderOf(session, cookie.id, identities));
  if (session === undefined || principal === undefined || !isStill(principal, session.of)) throw new S3Error('SessionEnded');
  return { ...addressed, operation, principal, signature: undefined } as Authenticated;
}

/** One mechanism, and no other beside it. Throws InvalidRequest. */
export function refuseSigned({ headers, target }: Pick<Addressed, 'headers' | 'target'>): void {
  if (headerValue(headers, 'authorization') === undefined && target.query.length === 0) return;
  throw new S3Error('InvalidRequest', { message: 'This is asked for by a page of the console with its cookie, and nothing besides.' });
}

async function holderOf(
  { of, issuer, createdAt, expiresAt }: ConsoleSession,
  id: string,
  identities: Stores['identities'],
): Promise<Principal | undefined> {
  if (of.kind === 'role') return identities.inRole(of, id, { issuedAt: createdAt, expiresAt, console: id });
  return issuer === undefined ? undefined : (await identities.find(issuer))?.principal;
}

/** An access key stays with its user; a user of the same name who comes later is another. */
function isStill(principal: Principal, of: ConsoleSession['of']): boolean {
  switch (of.kind) {
    case 'root':
      return principal.kind === 'root';
    case 'user':
      return principal.kind === 'user' && principal.userId === of.userId;
    case 'role':
      return principal.kind === 'role-session';
  }
}
