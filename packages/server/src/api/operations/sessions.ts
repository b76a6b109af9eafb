/**
 * Sessions of people in the console: begun with an access key (or with an identity provider: `provider-sign-in.ts`), renewed and ended with the
 * cookie, listed and ended by whoever may. No private door: what a session gives is what STS would, for everything else has to be signed.
 */
import { S3Error } from '@latchkey/s3/errors';
import type { RecordStore } from '@latchkey/storage/record-store';
import {
  beginConsoleSession,
  CONSOLE_SESSION,
  type ConsoleSession,
  endConsoleSession,
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
import type { Principal } from '../../identity/principals.ts';
import { members } from '../input.ts';
import { type ApiCall, defineApiOperation } from '../operation.ts';
import { pageOfSessions, sessionQuery, shownSession, signedIn } from '../schemas/session.ts';
import { browserOf, entered } from './entered.ts';

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
    const given = { ...holderOf(caller.principal), ...browserOf(caller) };
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
    const own = await ownSessions(caller.principal, stores.records);
    let { after } = query;
    do {
      const page = await stores.records.list(CONSOLE_SESSION, { after, limit: SCANNED_AT_ONCE });
      for (const { id, value } of page.records) {
        const session = value as unknown as ConsoleSession;
        if (isOver(session, site.now()) || !(all || own(session))) continue;
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
    const own = await ownSessions(caller.principal, stores.records);
    if (session === undefined || !own(session)) await caller.demand({ action: 'latchkey:EndSession', resource: '*' });
    if (session !== undefined) await endConsoleSession(stores.records, id);
    return {};
  },
});

/** Sessions are not prolonged by sessions, and a link is nobody who signs in. */
function holderOf(principal: Principal): Pick<ConsoleSession, 'of' | 'name'> & { readonly issuer: string } {
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

/**
 * Which sessions are one's own. Many people may have one role, and choose what their sessions of it are called: theirs are those of the same
 * person to the provider.
 */
async function ownSessions(principal: Principal, records: RecordStore): Promise<(session: ConsoleSession) => boolean> {
  switch (principal.kind) {
    case 'root':
      return ({ of }) => of.kind === 'root';
    case 'user':
      return ({ of }) => of.kind === 'user' && of.userId === principal.userId;
    case 'role-session': {
      const id = currentSession(principal);
      const current = id === undefined ? undefined : await findConsoleSession(records, id);
      return ({ subject }) => subject !== undefined && subject === current?.subject;
    }
    default:
      return () => false;
  }
}

function currentSession(principal: Principal): string | undefined {
  return 'session' in principal ? principal.session?.console : undefined;
}
