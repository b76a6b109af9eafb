import { equalInConstantTime, utf8 } from './bytes.ts';
import { type Scope, TERMINATOR } from './scope.ts';
import { type HmacKey, hmacKey, hmacSha256 } from './sha256.ts';

/**
 * The key that signs everything of one secret in one scope. The last {@link MOST_KEYS} are remembered, because deriving one costs
 * eight times as much as using it. The secret is compared, in constant time, and never part of a cache key.
 */
export function signingKey(accessKeyId: string, secretAccessKey: string, scope: Scope): HmacKey {
  const name = `${accessKeyId}/${scope.date}/${scope.region}/${scope.service}`;
  const known = remembered.get(name);
  if (known !== undefined && equalInConstantTime(known.secretAccessKey, secretAccessKey)) return known.key;
  const key = hmacKey(deriveSigningKey(secretAccessKey, scope));
  remembered.delete(name);
  remembered.set(name, { secretAccessKey, key });
  if (remembered.size > MOST_KEYS) remembered.delete(remembered.keys().next().value ?? '');
  return key;
}

/** The chain of HMACs over date, region, service and terminator; 32 bytes. */
export function deriveSigningKey(secretAccessKey: string, scope: Scope): Uint8Array {
  let key: Uint8Array = utf8(`AWS4${secretAccessKey}`);
  for (const part of [scope.date, scope.region, scope.service, TERMINATOR]) key = hmacSha256(hmacKey(key), part);
  return key;
}

const MOST_KEYS = 256;
const remembered = new Map<string, { readonly secretAccessKey: string; readonly key: HmacKey }>();
