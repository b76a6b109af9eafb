/** Ids of links: not to be guessed, and ordered by time, the newest first, so that a page of a listing shows what was made last. */
import { randomInt } from 'node:crypto';

export const LINK_PREFIX = 'LKLN';

/** In the order of their bytes. */
const DIGITS = '234567ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const TIME_DIGITS = 8;
const RANDOM_DIGITS = 8;
/** Eight digits hold 40 bits: 139 years of steps of four milliseconds, counted down. */
const STEP_MS = 4;
const LAST_STEP = 2 ** 40 - 1;

/** For a link made at `now`, in milliseconds since the epoch. */
export function newLinkId(now: number): string {
  return firstLinkIdAt(now) + Array.from({ length: RANDOM_DIGITS }, () => DIGITS[randomInt(DIGITS.length)]).join('');
}

/** Sorts before every id of that moment and of all before it, behind those of later ones. */
export function firstLinkIdAt(now: number): string {
  const step = LAST_STEP - Math.min(LAST_STEP, Math.max(0, Math.floor(now / STEP_MS)));
  const digits = Array.from({ length: TIME_DIGITS }, (_, index) => DIGITS[Math.floor(step / 32 ** (TIME_DIGITS - 1 - index)) % 32]);
  return LINK_PREFIX + digits.join('');
}

export function isLinkId(text: string): boolean {
  return /^LKLN[A-Z2-7]{16}$/.test(text);
}
