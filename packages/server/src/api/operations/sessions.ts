/**
 * Sessions of people in the console: begun with an access key, renewed and ended with the cookie, listed and ended by whoever may.
 * No private door: what a session gives is what STS would, for everything else has to be signed.
 */
import { S3Error } from '@latchkey/s3/errors';
import {
  beginConsoleSession,
  CONSOLE_SESSION,
  type ConsoleSession,
  csrfToken,
  endConsoleSession,
  endOf,
  findConsoleSession,
  isOver,
  type SessionCookie,
  touchConsoleSession,
} from '../../console-sessions/console-session.ts';
import {
  clearedSessionCookie,
  newSessionCookie,
  requireCsrfToken,
  requireSameOrigin,
  sessionCookieOf,
} from '../../console-sessions/session-cookie.ts';
import { headerValue } from '../../headers.ts';
import { rootArn } from '../../identity/arns.ts';
import type { Principal } from '../../identity/principals.ts';
import { beginSession } from '../../identity/sessions.ts';
import { members } from '../input.ts';
import { type ApiCall, defineApiOperation } from '../operation.ts';
import type { ApiAnswer } from '../replies.ts';
import { pageOfSessions, sessionQuery, shownSession, signedIn } from '../schemas/session.ts';
import { isoTime } from '../schemas/values.ts';

const CREDENTIALS_MS = 3_600_000;
const MAX_USER_AGENT = 200;
const SCANNED_AT_ONCE = 200;

const needsNothing = () => [];

export const signIn = defineApiOperation({
  name: 'SignIn',
  method: 'POST',
  path: '/sessions',
  summary: 'Begin a session in the console: a cookie for the browser, and temporary credentials that sign everything else for an hour',
  actions: [],
  body: members({}),
  answer: { status: 201, description: 'Who signed in, and what to sign with', body: signedIn },
  // As GetSessionToken: it gives nothing that the caller has not.
  needs: needsNothing,
  async run(call) {
    const { caller, stores, site } = call;
    requireSameOrigin(caller, site, { mayBeSilent: true });
    const given = {
      ...holderOf(caller.principal),
      address: caller.peer.address,
      userAgent: (headerValue(caller.headers, 'user-agent') ?? '').slice(0, MAX_USER_AGENT),
    };
    const { cookie, session } = await beginConsoleSession(stores.records, given, site.now());
    return entered(call, cookie, session, ['Set-Cookie', newSessionCookie(cookie, caller)]);
  },
});

export const renewSession = defineApiOperation({
  name: 'RenewSession',
  method: 'POST',
  path: '/session/renew',
  summary: 'New temporary credentials for a page of the console that was loaded again',
  actions: [],
  authenticatedBy: 'console-session',
  answer: { status: 200, description: 'Who is signed in, and what to sign with', body: signedIn },
  needs: needsNothing,
  async run(call) {
    const cookie = cookieOf(call);
    const session = await touchConsoleSession(call.stores.records, cookie.id, call.site.now());
    if (session === undefined) throw new S3Error('SessionEnded');
    return entered(call, cookie, session, []);
  },
});

export const signOut = defineApiOperation({
  name: 'SignOut',
  method: 'POST',
  path: '/session/end',
  summary: 'End the session of this browser; its temporary credentials end with it',
  actions: [],
  authenticatedBy: 'console-session',
  answer: { status: 204, description: 'Ended' },
  needs: needsNothing,
  async run(call) {
    const cookie = cookieOf(call);
    requireCsrfToken(call.caller, cookie);
    await endConsoleSession(call.stores.records, cookie.id);
    return { headers: ['Set-Cookie', clearedSessionCookie(call.caller)] };
  },
});

export const listSessions = defineApiOperation({
  name: 'ListSessions',
  method: 'GET',
  path: '/sessions',
  summary: 'Your sessions in the console; with all=true everybody’s',
  actions: ['latchkey:ReadSession'],
  query: sessionQuery,
  answer: { status: 200, description: 'A page of sessions', body: pageOfSessions },
  needs: ({ query }) => (query.all === true ? [{ action: 'latchkey:ReadSession', resource: '*' }] : []),
  async run({ input: { query }, caller, stores, site }) {
    const { limit = 100, all = false } = query;
    const items: ReturnType<typeof shownSession>[] = [];
    let { after } = query;
    do {
      const page = await stores.records.list(CONSOLE_SESSION, { after, limit: SCANNED_AT_ONCE });
      for (const { id, value } of page.records) {
        const session = value as unknown as ConsoleSession;
        if (isOver(session, site.now()) || !(all || isOwn(session, caller.principal))) continue;
        if (items.length === limit) return { body: { items, next: after } };
        items.push(shownSession(id, session, currentSession(caller.principal)));
        after = id;
      }
      after = page.next;
    } while (after !== undefined);
    return { body: { items } };
  },
});

export const endSession = defineApiOperation({
  name: 'EndSession',
  method: 'DELETE',
  path: '/sessions/{id}',
  summary: 'End a session: your own, or with the right for it anybody’s',
  actions: ['latchkey:EndSession'],
  answer: { status: 204, description: 'Ended, or there was none' },
  needs: needsNothing,
  async run({ input, caller, stores }) {
    const id = input.path.id ?? '';
    const session = await findConsoleSession(stores.records, id);
    if (session === undefined || !isOwn(session, caller.principal)) await caller.demand({ action: 'latchkey:EndSession', resource: '*' });
    if (session !== undefined) await endConsoleSession(stores.records, id);
    return {};
  },
});

async function entered(
  { stores, site, caller }: Pick<ApiCall, 'stores' | 'site' | 'caller'>,
  cookie: SessionCookie,
  session: ConsoleSession,
  headers: readonly string[],
): Promise<ApiAnswer> {
  const now = site.now();
  const expiresAt = Math.min(now + CREDENTIALS_MS, session.expiresAt);
  const { of, issuer } = session;
  const made = await beginSession(stores.records, stores.identities.sealer, { issuedAt: now, expiresAt, of, issuer, console: cookie.id });
  const body = {
    sessionId: cookie.id,
    principal: { kind: of.kind, name: session.name, arn: arnOf(caller.principal, site.accountId) },
    credentials: { ...made, expiresAt: isoTime(made.expiresAt) },
    csrfToken: csrfToken(cookie.secret),
    expiresAt: isoTime(endOf(session)),
  };
  return { body, headers };
}

/** Sessions are not prolonged by sessions, and a link is nobody who signs in. */
function holderOf(principal: Principal): Pick<ConsoleSession, 'of' | 'issuer' | 'name'> {
  if ((principal.kind === 'root' || principal.kind === 'user') && principal.session === undefined && principal.link === undefined) {
    const issuer = principal.accessKeyId;
    if (principal.kind === 'root') return { of: { kind: 'root' }, issuer, name: 'root' };
    return { of: { kind: 'user', user: principal.name.toLowerCase(), userId: principal.userId }, issuer, name: principal.name };
  }
  throw new S3Error('AccessDenied', { message: 'Signing in takes an access key of a user or of root, not temporary credentials.' });
}

/** Authentication has found it there. */
function cookieOf({ caller }: Pick<ApiCall, 'caller'>): SessionCookie {
  const cookie = sessionCookieOf(caller);
  if (cookie === undefined) throw new Error('a session without its cookie');
  return cookie;
}

function isOwn({ of }: ConsoleSession, principal: Principal): boolean {
  return of.kind === 'root' ? principal.kind === 'root' : principal.kind === 'user' && principal.userId === of.userId;
}

function currentSession(principal: Principal): string | undefined {
  return 'session' in principal ? principal.session?.console : undefined;
}

function arnOf(principal: Principal, accountId: string): string {
  return 'arn' in principal ? principal.arn : rootArn(accountId);
}
