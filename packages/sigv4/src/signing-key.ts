import { hmacSha256 } from '#sha256';
import { equalInConstantTime } from './bytes.ts';
import { deriveSigningKey } from './derive-signing-key.ts';
import type { HmacKey } from './hashes.ts';
import type { Scope } from './scope.ts';

/**
 * The key that signs everything of one secret in one scope. The last {@link MOST_KEYS} made are remembered, because making one costs
 * several times as much as using it. The secret is compared, in constant time, and never part of a cache key.
 */
export function signingKey(accessKeyId: string, secretAccessKey: string, scope: Scope): HmacKey {
  const name = `${accessKeyId}/${scope.date}/${scope.region}/${scope.service}`;
  const known = remembered.get(name);
  if (known !== undefined && equalInConstantTime(known.secretAccessKey, secretAccessKey)) return known.key;
  const key = hmacSha256(deriveSigningKey(secretAccessKey, scope));
  remembered.delete(name);
  remembered.set(name, { secretAccessKey, key });
  if (remembered.size > MOST_KEYS) remembered.delete(remembered.keys().next().value ?? '');
  return key;
}

const MOST_KEYS = 1024;
const remembered = new Map<string, { readonly secretAccessKey: string; readonly key: HmacKey }>();
