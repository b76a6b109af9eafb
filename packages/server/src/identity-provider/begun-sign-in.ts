/** A sign-in that a browser has begun: sealed into a cookie that no script reads, so that nothing is kept here for whoever never comes back. */
import { createHash, randomBytes } from 'node:crypto';
import { equalInConstantTime } from '@latchkey/sigv4/bytes';
import { cookieAttributes, cookieName, cookieValues } from '../console-sessions/session-cookie.ts';
import type { Sealed, Sealer } from '../identity/sealing.ts';
import type { Incoming } from '../pipeline.ts';

export type BegunSignIn = {
  /** Comes back in the address: this browser was sent there. */
  readonly state: string;
  /** Comes back in the token: it was made for this sign-in. */
  readonly nonce: string;
  /** Whose hash was sent along: the code is good for nobody else (PKCE). */
  readonly verifier: string;
  /** Milliseconds since the epoch. */
  readonly until: number;
};

type Request = Pick<Incoming, 'headers' | 'peer'>;

const NAME = 'latchkey-sign-in';
const PATH = '/api/v1/session/provider';
const GOOD_FOR_MS = 10 * 60_000;
const PLACE = 'console-sign-in';

export function newSignIn(now: number): BegunSignIn {
  const secret = () => randomBytes(32).toString('base64url');
  return { state: secret(), nonce: secret(), verifier: secret(), until: now + GOOD_FOR_MS };
}

/** The value of a Set-Cookie header. */
export function signInCookie(begun: BegunSignIn, request: Request, sealer: Sealer): string {
  const value = Buffer.from(JSON.stringify(sealer.seal(JSON.stringify(begun), PLACE))).toString('base64url');
  return `${cookieName(NAME, request)}=${value}; Path=${PATH}; Max-Age=${GOOD_FOR_MS / 1000}${cookieAttributes(request)}`;
}

export function clearedSignInCookie(request: Request): string {
  return `${cookieName(NAME, request)}=; Path=${PATH}; Max-Age=0${cookieAttributes(request)}`;
}

/** The one of that state; `undefined` where there is none, where it is too old, and where it was made up. */
export function begunSignIn(request: Request, state: string, sealer: Sealer, now: number): BegunSignIn | undefined {
  const all = cookieValues(NAME, request).map((value) => opened(value, sealer));
  const begun = all.find((one) => one !== undefined && equalInConstantTime(one.state, state));
  return begun !== undefined && now < begun.until ? begun : undefined;
}

function opened(value: string, sealer: Sealer): BegunSignIn | undefined {
  try {
    const sealed = JSON.parse(Buffer.from(value, 'base64url').toString()) as Sealed;
    // To look for a key that is not there would cost whoever made it up nothing, and us time.
    if (sealed.key !== sealer.keyId) return undefined;
    return JSON.parse(sealer.open(sealed, PLACE)) as BegunSignIn;
  } catch {
    return undefined;
  }
}

export function challengeOf({ verifier }: BegunSignIn): string {
  return createHash('sha256').update(verifier).digest('base64url');
}

/** The id of the one session that comes of it: a second one would have the same, and is not made. */
export function sessionIdOf({ state }: BegunSignIn): string {
  return createHash('sha256').update(`latchkey console sign-in ${state}`).digest('hex').slice(0, 24);
}
