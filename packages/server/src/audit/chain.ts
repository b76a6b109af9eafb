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

/** A line without its hash, as the hash covers it: an opened JSON object, closed by `closed`. */
export function numbered(open: string, recordedAt: number, sequence: number): string {
  return `${open},"recordedAt":${recordedAt},"sequence":${sequence}`;
}

export function hashOfLine(key: ChainKey, previous: string, line: string | Uint8Array): string {
  return createHmac('sha256', key.lines).update(previous).update(line).digest('base64url');
}

export function closed(line: string, hash: string): string {
  return `${line},"hash":"${hash}"}`;
}

/** How many characters `closed` adds. */
export const CLOSING_LENGTH = closed('', 'x'.repeat(43)).length;

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
