/**
 * Who is signed in. What signs requests are temporary credentials, which are kept in this page's memory and nowhere else; the session itself
 * is a cookie that no script can read, good for nothing but new temporary credentials and its own end.
 */
import { sign } from '@latchkey/sigv4/sign';
import { type ReadonlySignal, signal } from '@preact/signals';
import { refusalOf } from '../api/refusal.ts';
import { serverNow, serverTimeIs } from '../clock.ts';
import { site } from '../site.ts';

export type Session =
  /** Asked, and not answered yet. */
  | { readonly state: 'unknown' }
  | { readonly state: 'out'; readonly why?: 'ended' | 'signed-out' | undefined; readonly error?: unknown }
  | ({ readonly state: 'in' } & SignedIn);

export type SignedIn = {
  readonly sessionId: string;
  readonly principal: { readonly kind: 'root' | 'user' | 'role'; readonly name: string; readonly arn: string };
  readonly credentials: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken: string;
    readonly expiresAt: string;
  };
  readonly csrfToken: string;
  /** Of the session, if it is used until then. */
  readonly expiresAt: string;
};

export type Credentials = SignedIn['credentials'];

const current = signal<Session>({ state: 'unknown' });

export const session: ReadonlySignal<Session> = current;

/** Signs in with an access key. The secret signs one request here and is not kept. Throws what the server refuses with. */
export async function signIn(accessKeyId: string, secretAccessKey: string): Promise<void> {
  const url = `${location.origin}/api/v1/sessions`;
  const credentials = { accessKeyId, secretAccessKey };
  const body = '{}';
  const { headers } = sign({
    method: 'POST',
    url,
    service: 'latchkey',
    region: site.region,
    credentials,
    body,
    headers: JSON_BODY,
    now: new Date(serverNow()),
  });
  await enter(await fetch(url, { method: 'POST', headers: { ...headers }, body }));
}

/** After the page was loaded: signs in whom the identity provider has sent back, or takes up the session that the browser has, if it has one. */
export async function resume(returned?: Promise<Response>): Promise<void> {
  addEventListener('storage', ({ key, newValue }) => {
    // Signed out in another tab of this browser.
    if (key === ID && newValue === null && current.value.state === 'in') current.value = { state: 'out', why: 'ended' };
  });
  if (returned !== undefined) {
    try {
      await enter(await returned);
    } catch (error) {
      current.value = { state: 'out', error };
    }
    return;
  }
  if (rememberedId() === undefined) {
    current.value = { state: 'out' };
    return;
  }
  try {
    await renew();
  } catch {
    if (current.value.state === 'unknown') current.value = { state: 'out' };
  }
}

/** Ends the session; the server forgets its credentials at once. */
export async function signOut(): Promise<void> {
  if (current.value.state !== 'in') return;
  const { csrfToken } = current.value;
  const headers = { ...fromPage(), 'csrf-token': csrfToken };
  current.value = { state: 'out', why: 'signed-out' };
  localStorage.removeItem(ID);
  await fetch('/api/v1/session/end', { method: 'POST', headers });
}

const JSON_BODY = { 'content-type': 'application/json' };

/**
 * Which session is meant, beside its cookie. No page of another origin can send this header, nor read the name: a cookie that one of them has
 * planted belongs to no session that is named.
 */
function fromPage(): Readonly<Record<string, string>> {
  return { 'console-session': rememberedId() ?? '' };
}

const ID = 'latchkey-session';
const rememberedId = (): string | undefined => localStorage.getItem(ID) ?? undefined;
const RENEWED_BEFORE_MS = 5 * 60_000;

/** What to sign with, good for minutes yet. Throws where nobody is signed in any more. */
export async function credentials(): Promise<Credentials> {
  const { value } = current;
  if (value.state === 'in' && Date.parse(value.credentials.expiresAt) - serverNow() > RENEWED_BEFORE_MS) return value.credentials;
  return renew();
}

/** Called where the server no longer knows the credentials: new ones, if the session lives. Only where they are still those that failed. */
export async function credentialsInsteadOf(failed: Credentials): Promise<Credentials> {
  const { value } = current;
  return value.state === 'in' && value.credentials.accessKeyId !== failed.accessKeyId ? value.credentials : renew();
}

let renewing: Promise<Credentials> | undefined;

/** One at a time, however many requests wait for it. */
function renew(): Promise<Credentials> {
  renewing ??= renewOnce().finally(() => {
    renewing = undefined;
  });
  return renewing;
}

async function renewOnce(): Promise<Credentials> {
  const answer = await fetch('/api/v1/session/renew', { method: 'POST', headers: fromPage() });
  try {
    return await enter(answer);
  } catch (error) {
    if (answer.status === 401) {
      localStorage.removeItem(ID);
      current.value = { state: 'out', why: 'ended' };
    }
    throw error;
  }
}

async function enter(answer: Response): Promise<Credentials> {
  const date = Date.parse(answer.headers.get('date') ?? '');
  if (!Number.isNaN(date)) serverTimeIs(date);
  if (!answer.ok) throw await refusalOf(answer);
  const entered = (await answer.json()) as SignedIn;
  localStorage.setItem(ID, entered.sessionId);
  current.value = { state: 'in', ...entered };
  return entered.credentials;
}
