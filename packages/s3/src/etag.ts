/** ETags: inside without quotes, on the wire with them. */
import { bytesFromHex } from './bytes.ts';
import { md5Hex } from './md5.ts';

export function quoteEtag(etag: string): string {
  return `"${etag}"`;
}

/** An ETag as clients send it: with quotes, without, or marked as weak. */
export function etagFromHeader(text: string): string {
  const trimmed = text.trim().replace(/^W\//i, '');
  return trimmed.length >= 2 && trimmed.startsWith('"') && trimmed.endsWith('"') ? trimmed.slice(1, -1) : trimmed;
}

/** The ETag of an object made of parts: the MD5 of the parts' MD5s, and how many there are. Part ETags in hex, in order. */
export function compositeEtag(partMd5Hex: readonly string[]): string {
  const digests = new Uint8Array(partMd5Hex.length * 16);
  partMd5Hex.forEach((hex, index) => {
    digests.set(bytesFromHex(hex), index * 16);
  });
  return `${md5Hex(digests)}-${partMd5Hex.length}`;
}
