/** Ids and secrets that nobody can guess, in letters and digits that need no quoting anywhere. */
import { randomInt } from 'node:crypto';

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const LETTERS_AND_DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** The id that stays with one user, group, role or policy for good, as IAM writes it. */
export function uniqueId(prefix: 'AIDA' | 'AGPA' | 'AROA' | 'ANPA'): string {
  return prefix + pick(17, BASE32);
}

/** 20 characters. `LKIA` belongs to a user, `LKSA` to a session. */
export function accessKeyId(prefix: 'LKIA' | 'LKSA'): string {
  return prefix + pick(16, BASE32);
}

/** 238 bits. */
export function secretAccessKey(): string {
  return pick(40, LETTERS_AND_DIGITS);
}

/** 571 bits: the token of a session is a name for a record here and holds nothing itself. */
export function sessionToken(): string {
  return pick(96, LETTERS_AND_DIGITS);
}

function pick(count: number, alphabet: string): string {
  return Array.from({ length: count }, () => alphabet[randomInt(alphabet.length)]).join('');
}
