import type { SegmentName } from '@latchkey/storage/trail-store';

/**
 * Lines that were committed together, and where their bytes lie. Blocks are numbered by their position: the order of commits, over all processes.
 */
export type Block = SegmentName & {
  /** The part of the index that its terms are entered in. */
  readonly part: number;
  /** Milliseconds since the epoch; grows from block to block. */
  readonly recordedAt: number;
  /** Of its first line, in the segment. */
  readonly offset: number;
  /** Of each line, in bytes, with its line end. */
  readonly lengths: readonly number[];
};

/** As many as a bit mask of 32 bits can tell apart. */
export const LINES_A_BLOCK = 32;

export function encodeBlock({ chain, segment, part, recordedAt, offset, lengths }: Block): Buffer {
  const bytes = Buffer.allocUnsafe(HEAD_BYTES + 4 * lengths.length);
  bytes.writeDoubleLE(recordedAt, 0);
  bytes.writeDoubleLE(offset, 8);
  bytes.write(chain, 16, 'hex');
  bytes.writeUInt32LE(segment, 32);
  bytes.writeUInt32LE(part, 36);
  for (const [i, length] of lengths.entries()) bytes.writeUInt32LE(length, HEAD_BYTES + 4 * i);
  return bytes;
}

const HEAD_BYTES = 40;

export function decodeBlock(bytes: Buffer): Block {
  const lengths: number[] = [];
  for (let at = HEAD_BYTES; at < bytes.length; at += 4) lengths.push(bytes.readUInt32LE(at));
  return {
    recordedAt: recordedAtOf(bytes),
    offset: bytes.readDoubleLE(8),
    chain: bytes.toString('hex', 16, 32),
    segment: bytes.readUInt32LE(32),
    part: partOf(bytes),
    lengths,
  };
}

export function partOf(block: Buffer): number {
  return block.readUInt32LE(36);
}

export function recordedAtOf(block: Buffer): number {
  return block.readDoubleLE(0);
}
