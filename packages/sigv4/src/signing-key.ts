import { equalInConstantTime, fromHex, utf8 } from './bytes.ts';
import { type Scope, TERMINATOR } from './scope.ts';
import { type HmacKey, hmacSha256 } from './sha256.ts';

/**
 * The key that signs everything of one secret in one scope. The last {@link MOST_KEYS} made are remembered, because making one costs
 * several times as much as using it. The secret is compared, in constant time, and never part of a cache key.
 */
export function signingKey(accessKeyId: string, secretAccessKey: string, scope: Scope): HmacKey {
  if (latest !== undefined && isFor(latest, accessKeyId, scope) && equalInConstantTime(latest.secretAccessKey, secretAccessKey)) {
    return latest.key;
  }
  const name = `${accessKeyId}/${scope.date}/${scope.region}/${scope.service}`;
  const known = remembered.get(name);
  const isKnown = known !== undefined && equalInConstantTime(known.secretAccessKey, secretAccessKey);
  latest = isKnown ? known : { accessKeyId, scope, secretAccessKey, key: hmacSha256(deriveSigningKey(secretAccessKey, scope)) };
  if (!isKnown) remember(name, latest);
  return latest.key;
}

/** The chain of HMACs over date, region, service and terminator; 32 bytes. */
export function deriveSigningKey(secretAccessKey: string, scope: Scope): Uint8Array {
  let key: Uint8Array = utf8(`AWS4${secretAccessKey}`);
  for (const part of [scope.date, scope.region, scope.service, TERMINATOR]) key = fromHex(hmacSha256(key)(part));
  return key;
}

type Remembered = { readonly accessKeyId: string; readonly scope: Scope; readonly secretAccessKey: string; readonly key: HmacKey };

const MOST_KEYS = 256;
const remembered = new Map<string, Remembered>();
/** One signer at a time is the rule, and needs no look-up by name. */
let latest: Remembered | undefined;

const isFor = (known: Remembered, accessKeyId: string, { date, region, service }: Scope): boolean =>
  known.accessKeyId === accessKeyId && known.scope.date === date && known.scope.region === region && known.scope.service === service;

function remember(name: string, made: Remembered): void {
  remembered.delete(name);
  if (remembered.size === MOST_KEYS) remembered.delete(remembered.keys().next().value ?? '');
  remembered.set(name, made);
}
