/** What a browser keeps after the right password: sealed, for one link and its present password, for an hour. */
import { createHash } from 'node:crypto';
import { equalInConstantTime } from '@latchkey/sigv4/bytes';
import type { Sealed, Sealer } from '../identity/sealing.ts';
import type { Link } from '../links/model.ts';

/** A link, or what has a page as links do. */
type Guarded = Pick<Link, 'id' | 'landing'>;

const GOOD_FOR_MS = 3_600_000;
const NAME = 'latchkey-unlocked';

/** The value of a Set-Cookie header. It goes back to the link's own address and to nowhere else. */
export function unlockingCookie(
  link: Guarded,
  { path, isSecure, now }: { path: string; isSecure: boolean; now: number },
  sealer: Sealer,
): string {
  const until = now + GOOD_FOR_MS;
  const value = Buffer.from(JSON.stringify(sealer.seal(JSON.stringify({ until, password: passwordId(link) }), placeOf(link))));
  const secure = isSecure ? '; Secure' : '';
  return `${NAME}=${value.toString('base64url')}; Path=${path}; Max-Age=${GOOD_FOR_MS / 1000}; HttpOnly; SameSite=Lax${secure}`;
}

export function isUnlocked(link: Guarded, cookies: string | undefined, now: number, sealer: Sealer): boolean {
  const value = cookies
    ?.split(/;\s*/)
    .find((cookie) => cookie.startsWith(`${NAME}=`))
    ?.slice(NAME.length + 1);
  if (value === undefined) return false;
  try {
    const sealed = JSON.parse(Buffer.from(value, 'base64url').toString()) as Sealed;
    // Another key is made up, or from before a rotation: to look for it would cost whoever sends it nothing, and us time.
    if (sealed.key !== sealer.keyId) return false;
    const { until, password } = JSON.parse(sealer.open(sealed, placeOf(link))) as { readonly until: number; readonly password: string };
    return now < until && equalInConstantTime(password, passwordId(link));
  } catch {
    // Made up, or sealed with a key that is gone: the password is asked for again.
    return false;
  }
}

const placeOf = ({ id }: Guarded): string => `unlocked/${id}`;

/** Another password locks again. */
function passwordId({ landing }: Guarded): string {
  return createHash('sha256')
    .update(JSON.stringify(landing?.password ?? ''))
    .digest('hex');
}
