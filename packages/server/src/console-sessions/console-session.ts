/**
 * Sessions of people in the console. A browser keeps a cookie that no script can read; here is a record of it, which holds the hash of its
 * secret. The record is good for two things: new temporary credentials, and its own end. Those credentials sign everything else, and work for
 * as long as the record is there.
 */
import { createHash, createHmac, randomBytes } from 'node:crypto';
import { S3Error } from '@latchkey/s3/errors';
import { equalInConstantTime } from '@latchkey/sigv4/bytes';
import type { JsonValue, RecordStore } from '@latchkey/storage/record-store';
import type { Session } from '../identity/sessions.ts';

export const CONSOLE_SESSION = 'console-session';

/** Without use for so long, it is over. */
export const IDLE_MS = 12 * 3_600_000;
/** However much it is used. */
export const LIFETIME_MS = 7 * 24 * 3_600_000;

export type ConsoleSession = {
  /** Whose access key signed in; or the role that an identity provider's word was good for. */
  readonly of: Session['of'];
  /** The user's name, as it is written; or the address or subject that the provider gave. */
  readonly name: string;
  /** That access key: the session is over once it is inactive or deleted, or its user is. None where a provider was asked. */
  readonly issuer?: string;
  /** Who it is to the provider, under its ARN: a name may be given to another, this not. */
  readonly subject?: string;
  /** SHA-256 of the cookie's secret, in hex. */
  readonly secretHash: string;
  readonly createdAt: number;
  readonly expiresAt: number;
  /** When it last gave credentials. */
  readonly seenAt: number;
  /** From where, and with what, it was begun: for people to know their own. */
  readonly address: string;
  readonly userAgent: string;
};

/** What a browser keeps: the name of the record, and the secret that only the browser has. */
export type SessionCookie = { readonly id: string; readonly secret: string };

export function isOver(session: ConsoleSession, now: number): boolean {
  return now >= session.expiresAt || now >= session.seenAt + IDLE_MS;
}

/** When it ends if nobody uses it again. */
export function endOf({ seenAt, expiresAt }: ConsoleSession): number {
  return Math.min(seenAt + IDLE_MS, expiresAt);
}

/** Throws AccessDenied where there is one with that id. */
export async function beginConsoleSession(
  records: RecordStore,
  given: Pick<ConsoleSession, 'of' | 'name' | 'issuer' | 'subject' | 'address' | 'userAgent'>,
  now: number,
  { id = randomBytes(12).toString('hex'), lifetimeMs = LIFETIME_MS }: NewSessionOptions = {},
): Promise<{ readonly cookie: SessionCookie; readonly session: ConsoleSession }> {
  const cookie = { id, secret: randomBytes(32).toString('base64url') };
  const secretHash = hashOf(cookie.secret);
  const session: ConsoleSession = { ...given, secretHash, createdAt: now, seenAt: now, expiresAt: now + lifetimeMs };
  const over = await someThatAreOver(records, now);
  const { committed } = await records.commit([
    ...over.map((old) => ({ remove: { kind: CONSOLE_SESSION, id: old } })),
    { put: { kind: CONSOLE_SESSION, id: cookie.id, value: session as unknown as JsonValue }, ifVersion: 0 },
  ]);
  if (!committed) throw new S3Error('AccessDenied', { message: 'This sign-in has been used already. Begin again.' });
  return { cookie, session };
}

export type NewSessionOptions = {
  /** 24 hex digits, where there must not be a second one. Default: random ones. */
  readonly id?: string | undefined;
  readonly lifetimeMs?: number | undefined;
};

/** The session of a cookie, if the secret is right and the session not over. */
export async function openConsoleSession(records: RecordStore, cookie: SessionCookie, now: number): Promise<ConsoleSession | undefined> {
  const session = await findConsoleSession(records, cookie.id);
  if (session === undefined || !equalInConstantTime(session.secretHash, hashOf(cookie.secret))) return undefined;
  return isOver(session, now) ? undefined : session;
}

export async function findConsoleSession(records: RecordStore, id: string): Promise<ConsoleSession | undefined> {
  return (await records.get(CONSOLE_SESSION, id))?.value as unknown as ConsoleSession | undefined;
}

/** Notes that it was used; not where it has ended meanwhile. */
export async function touchConsoleSession(records: RecordStore, id: string, now: number): Promise<ConsoleSession | undefined> {
  const stored = await records.get(CONSOLE_SESSION, id);
  if (stored === undefined) return undefined;
  const session = { ...(stored.value as unknown as ConsoleSession), seenAt: now };
  const value = session as unknown as JsonValue;
  const { committed } = await records.commit([{ put: { kind: CONSOLE_SESSION, id, value }, ifVersion: stored.version }]);
  return committed ? session : touchConsoleSession(records, id, now);
}

export async function endConsoleSession(records: RecordStore, id: string): Promise<void> {
  await records.commit([{ remove: { kind: CONSOLE_SESSION, id } }]);
}

/** Known to the page that was given it, and derived, so that all tabs of a browser have the same. */
export function csrfToken(secret: string): string {
  return createHmac('sha256', secret).update('latchkey csrf').digest('base64url');
}

function hashOf(secret: string): string {
  return createHash('sha256').update(`latchkey console session ${secret}`).digest('hex');
}

const SWEPT_AT_ONCE = 20;

/** Each new session sweeps a few out, beginning anywhere. */
async function someThatAreOver(records: RecordStore, now: number): Promise<string[]> {
  const { records: some } = await records.list(CONSOLE_SESSION, { after: randomBytes(12).toString('hex'), limit: SWEPT_AT_ONCE });
  return some.filter(({ value }) => isOver(value as unknown as ConsoleSession, now)).map(({ id }) => id);
}
