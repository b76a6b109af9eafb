/**
 * How lines are chained: the hash at the end of each is keyed, and goes over the hash of the line before and all of this line's own bytes. Nobody
 * without the key can change, leave out, add or move a line so that the hashes still fit.
 */
import { createHash, createHmac, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';
import type { TrailHead } from '@latchkey/storage/trail-store';

export type ChainKey = { readonly id: string; readonly lines: KeyObject; readonly heads: KeyObject };

/** Two keys out of one secret, so that the seal of a head is never the hash of a line. */
export function chainKey(id: string, secret: string): ChainKey {
  const derived = (purpose: string): KeyObject =>
    createSecretKey(Buffer.from(hkdfSync('sha256', secret, '', `latchkey audit trail ${purpose}`, 32)));
  return { id, lines: derived('lines'), heads: derived('heads') };
}

/** What the first line of a chain follows. */
export function beginningOf(chain: string): string {
  return createHash('sha256').update(`latchkey audit trail ${chain}`).digest('base64url');
}

/** A line with its number and its hash, made of an opened JSON object. The hash covers all that stands before it. */
export function chainedLine(key: ChainKey, previous: string, open: Buffer, recordedAt: number, sequence: number) {
  const end = `,"recordedAt":${recordedAt},"sequence":${sequence}${closing(NO_HASH)}`;
  const bytes = Buffer.allocUnsafe(open.byteLength + end.length);
  open.copy(bytes);
  bytes.write(end, open.byteLength, 'latin1');
  const hash = hashOfLine(key, previous, bytes.subarray(0, bytes.byteLength - CLOSING_LENGTH));
  bytes.write(hash, bytes.byteLength - NO_HASH.length - 2, 'latin1');
  return { bytes, hash };
}

const NO_HASH = 'x'.repeat(43);
const closing = (hash: string): string => `,"hash":"${hash}"}`;
/** How many bytes stand behind what the hash covers. */
export const CLOSING_LENGTH = closing(NO_HASH).length;

export function hashOfLine(key: ChainKey, previous: string, line: Uint8Array): string {
  return createHmac('sha256', key.lines).update(previous).update(line).digest('base64url');
}

/** The head behind a line. Its seal keeps who can write to the index from setting the head back. */
export function sealedHead(key: ChainKey, chain: string, count: number, hash: string): TrailHead {
  return { count, hash, seal: `${key.id}.${sealOf(key, chain, count, hash)}` };
}

export function isSealed(keys: readonly ChainKey[], chain: string, { count, hash, seal }: TrailHead): boolean {
  const dot = seal.indexOf('.');
  const key = keys.find(({ id }) => id === seal.slice(0, dot));
  return key !== undefined && seal.slice(dot + 1) === sealOf(key, chain, count, hash);
}

function sealOf(key: ChainKey, chain: string, count: number, hash: string): string {
  return createHmac('sha256', key.heads).update(`${chain} ${count} ${hash}`).digest('base64url');
}
