/** How long a policy may be. */
import type { PolicyKind } from './statement.ts';

/** Where a policy is stored decides what it may say and how long it may be. */
export type PolicyPlace = keyof typeof POLICY_PLACES;

/** AWS's limits. Those of inline policies are for all of a user's, group's or role's together: sum up `policySize`. */
export const POLICY_PLACES = {
  'user-inline': { kind: 'identity', maxSize: 2048, unit: 'characters without white space' },
  'group-inline': { kind: 'identity', maxSize: 5120, unit: 'characters without white space' },
  'role-inline': { kind: 'identity', maxSize: 10_240, unit: 'characters without white space' },
  managed: { kind: 'identity', maxSize: 6144, unit: 'characters without white space' },
  trust: { kind: 'trust', maxSize: 2048, unit: 'characters without white space' },
  session: { kind: 'session', maxSize: 2048, unit: 'characters' },
  bucket: { kind: 'resource', maxSize: 20_480, unit: 'bytes' },
} as const satisfies Record<string, { kind: PolicyKind; maxSize: number; unit: string }>;

/** No text longer than this is looked at: the most that AWS takes as a parameter, in UTF-16 units. */
export const MAX_TEXT_LENGTH = 131_072;

/** The size that counts against the limit, in the unit of the place. */
export function policySize(text: string, place: PolicyPlace): number {
  const { unit } = POLICY_PLACES[place];
  let size = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (unit === 'bytes') size += utf8Length(code);
    else if (unit === 'characters' || !isBlank(code)) size += 1;
  }
  return size;
}

/** Each half of a surrogate pair counts for half of the pair's four bytes. */
function utf8Length(code: number): number {
  if (code < 0x80) return 1;
  if (code < 0x800) return 2;
  return code >= 0xd800 && code < 0xe000 ? 2 : 3;
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09 || code === 0x0a || code === 0x0d;
}
