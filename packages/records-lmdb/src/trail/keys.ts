/** Keys of the trail's index, so made that the order of their bytes is the order they are read in. */
import { hash } from 'node:crypto';
import type { SegmentName, TrailTerm } from '@latchkey/storage/trail-store';

const PART_BYTES = 4;
const POSITION_BYTES = 6;
const HASH_BYTES = 16;
const CHAIN_BYTES = 16;

/**
 * What comes before the position in the key of a term's entry, but for the part: the term and a zero byte, so that none begins with another. A
 * long term, and one that has a zero byte itself, goes by its hash: for most, that would cost more than all else.
 */
export function termKey(term: TrailTerm): Buffer {
  const key = Buffer.from(`${term}\0`);
  if (key.byteLength <= LONG_TERM_BYTES && key.indexOf(0) === key.byteLength - 1) return key;
  return Buffer.concat([HASHED, hash('sha256', term, 'buffer').subarray(0, HASH_BYTES)]);
}

const LONG_TERM_BYTES = 100;
/** No dimension begins like this. */
const HASHED = Buffer.from('#');

/** Part, term, position. */
export function entryKey(part: number, term: Buffer, position: number): Buffer {
  const key = Buffer.allocUnsafe(PART_BYTES + term.length + POSITION_BYTES);
  key.writeUInt32BE(part, 0);
  term.copy(key, PART_BYTES);
  key.writeUIntBE(position, PART_BYTES + term.length, POSITION_BYTES);
  return key;
}

export function positionOfEntry(key: Buffer): number {
  return key.readUIntBE(key.length - POSITION_BYTES, POSITION_BYTES);
}

/** The first key of a part. */
export function partKey(part: number): Buffer {
  const key = Buffer.allocUnsafe(PART_BYTES);
  key.writeUInt32BE(part);
  return key;
}

export function blockKey(position: number): Buffer {
  const key = Buffer.allocUnsafe(POSITION_BYTES);
  key.writeUIntBE(position, 0, POSITION_BYTES);
  return key;
}

export function chainKey(chain: string): Buffer {
  return Buffer.from(chain, 'hex');
}

export function segmentKey({ chain, segment }: SegmentName): Buffer {
  const key = Buffer.allocUnsafe(CHAIN_BYTES + 4);
  key.write(chain, 'hex');
  key.writeUInt32BE(segment, CHAIN_BYTES);
  return key;
}

/** A segment and a place in it. */
export function pendingKey(segment: SegmentName, offset: number): Buffer {
  const key = Buffer.alloc(CHAIN_BYTES + 4 + 6);
  segmentKey(segment).copy(key);
  key.writeUIntBE(offset, CHAIN_BYTES + 4, 6);
  return key;
}

export function placeOfPending(key: Buffer): SegmentName & { readonly offset: number } {
  return { ...segmentOfKey(key), offset: key.readUIntBE(CHAIN_BYTES + 4, 6) };
}

export function segmentOfKey(key: Buffer): SegmentName {
  return { chain: key.toString('hex', 0, CHAIN_BYTES), segment: key.readUInt32BE(CHAIN_BYTES) };
}

/** The first key behind all that begin with these bytes; keys of ours never begin with 255s only. */
export function behindAllOf(start: Buffer): Buffer {
  const end = Buffer.from(start);
  let at = end.length - 1;
  while (at > 0 && end[at] === 255) at--;
  end[at] = (end[at] ?? 0) + 1;
  return end.subarray(0, at + 1);
}
