/** What a page of the console is given when somebody enters, and whenever it asks again: credentials for an hour, of the session and as long as it. */
import { type ConsoleSession, csrfToken, endOf, type SessionCookie } from '../../console-sessions/console-session.ts';
import { headerValue } from '../../headers.ts';
import { rootArn } from '../../identity/arns.ts';
import type { Principal } from '../../identity/principals.ts';
import { beginSession } from '../../identity/sessions.ts';
import type { ApiCall } from '../operation.ts';
import { isoTime } from '../schemas/values.ts';

const CREDENTIALS_MS = 3_600_000;
const MAX_USER_AGENT = 200;

export async function entered(
  { stores, site, caller }: Pick<ApiCall, 'stores' | 'site' | 'caller'>,
  cookie: SessionCookie,
  session: ConsoleSession,
  headers: readonly string[],
  arn = arnOf(caller.principal, site.accountId),
): Promise<{ readonly body: unknown; readonly headers: readonly string[] }> {
  const now = site.now();
  const expiresAt = Math.min(now + CREDENTIALS_MS, session.expiresAt);
  const { of, issuer } = session;
  const chain = { ...(issuer !== undefined && { issuer }), console: cookie.id };
  const made = await beginSession(stores.records, stores.identities.sealer, { issuedAt: now, expiresAt, of, ...chain });
  const body = {
    sessionId: cookie.id,
    principal: { kind: of.kind, name: session.name, arn },
    credentials: { ...made, expiresAt: isoTime(made.expiresAt) },
    csrfToken: csrfToken(cookie.secret),
    expiresAt: isoTime(endOf(session)),
  };
  return { body, headers };
}

/** From where, and with what: for people to know their own. */
export function browserOf({ peer, headers }: ApiCall['caller']): Pick<ConsoleSession, 'address' | 'userAgent'> {
  return { address: peer.address, userAgent: (headerValue(headers, 'user-agent') ?? '').slice(0, MAX_USER_AGENT) };
}

function arnOf(principal: Principal, accountId: string): string {
  return 'arn' in principal ? principal.arn : rootArn(accountId);
}
