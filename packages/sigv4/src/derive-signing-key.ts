import { hmacSha256 } from '#sha256';
import { fromHex, utf8 } from './bytes.ts';
import { type Scope, TERMINATOR } from './scope.ts';

/** The chain of HMACs over date, region, service and terminator; 32 bytes. */
export function deriveSigningKey(secretAccessKey: string, scope: Scope): Uint8Array {
  let key: Uint8Array = utf8(`AWS4${secretAccessKey}`);
  for (const part of [scope.date, scope.region, scope.service, TERMINATOR]) key = fromHex(hmacSha256(key)(part));
  return key;
}
