/** Continuation tokens: where a listing goes on, as text that clients hand back untouched. */
import { base64UrlFromBytes, bytesFromBase64Url } from './bytes.ts';
import { invalidArgument } from './errors.ts';

/** A token for the key or common prefix that the next page comes after. Any string goes in and comes out again. */
export function continuationToken(after: string): string {
  const key = new TextEncoder().encode(after);
  const bytes = new Uint8Array(key.length + 1);
  bytes[0] = VERSION;
  bytes.set(key, 1);
  return base64UrlFromBytes(bytes);
}

/** What the token was made of. Throws InvalidArgument for anything `continuationToken` did not make. */
export function readContinuationToken(token: string): string {
  const bytes = bytesFromBase64Url(token);
  const after = bytes?.[0] === VERSION ? decodeUtf8(bytes.subarray(1)) : undefined;
  if (after === undefined) throw invalidArgument('The continuation token provided is incorrect', 'continuation-token');
  return after;
}

/** Says how the rest is to be read, so that the form of a token can change. */
const VERSION = 1;

function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
