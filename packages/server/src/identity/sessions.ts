/**
 * Temporary credentials: opaque names for records here. Nothing about them can be forged, and a removed record, user, role or
 * access key ends them at once.
 */
import type { JsonValue, RecordStore } from '@latchkey/storage/record-store';
import type { Sealed, Sealer } from './sealing.ts';
import { accessKeyId, secretAccessKey, sessionToken } from './unique-ids.ts';

export const SESSION = 'session';

export type Session = {
  readonly issuedAt: number;
  readonly expiresAt: number;
  /** Secret access key and token. */
  readonly secrets: Sealed;
  /** The long-lived access key at the start of the chain: the session works only while that one does. None after a web identity. */
  readonly issuer?: string;
  /** The session of the console that it was made for: it ends with that one. */
  readonly console?: string;
  readonly of:
    | { readonly kind: 'root' }
    | { readonly kind: 'user'; readonly user: string; readonly userId: string }
    | { readonly kind: 'role'; readonly role: string; readonly roleId: string; readonly sessionName: string };
  /** Session policies; where there are any, nothing is allowed that none of them allows. */
  readonly policies?: readonly string[];
  /** Names of managed policies that are session policies, as they read when they are used. */
  readonly policyNames?: readonly string[];
};

export type NewCredentials = {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiresAt: number;
};

/** Makes a session and the credentials for it. */
export async function beginSession(records: RecordStore, sealer: Sealer, session: Omit<Session, 'secrets'>): Promise<NewCredentials> {
  const id = accessKeyId('LKSA');
  const credentials = { accessKeyId: id, secretAccessKey: secretAccessKey(), sessionToken: sessionToken(), expiresAt: session.expiresAt };
  const secrets = sealer.seal(JSON.stringify([credentials.secretAccessKey, credentials.sessionToken]), `session/${id}`);
  const value = JSON.parse(JSON.stringify({ ...session, secrets })) as JsonValue;
  const removals = await longExpired(records, session.issuedAt);
  await records.commit([
    ...removals.map((old) => ({ remove: { kind: SESSION, id: old } })),
    { put: { kind: SESSION, id, value }, ifVersion: 0 },
  ]);
  return credentials;
}

export async function findSession(records: RecordStore, id: string): Promise<Session | undefined> {
  const stored = await records.get(SESSION, id);
  return stored?.value as unknown as Session | undefined;
}

export function openSession(sealer: Sealer, id: string, { secrets }: Session): { secretAccessKey: string; sessionToken: string } {
  const [secretAccessKey, sessionToken] = JSON.parse(sealer.open(secrets, `session/${id}`)) as [string, string];
  return { secretAccessKey, sessionToken };
}

/** Expired credentials are told from unknown ones for a day. */
const KEPT_MS = 24 * 3600 * 1000;
const SWEPT_AT_ONCE = 20;

/** Some that are over for good: each new session sweeps a few out, beginning anywhere. */
async function longExpired(records: RecordStore, now: number): Promise<string[]> {
  const { records: some } = await records.list(SESSION, { after: accessKeyId('LKSA'), limit: SWEPT_AT_ONCE });
  return some.filter(({ value }) => (value as unknown as Session).expiresAt + KEPT_MS < now).map(({ id }) => id);
}
