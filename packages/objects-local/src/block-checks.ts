import { crc32 } from 'node:zlib';

/**
 * A blob file is the bytes and, behind them, a CRC-32 (4 bytes, little-endian) of every block of 256 KiB. A reader checks each block before
 * any byte of it leaves, so that damage on the disk, a cut file included, becomes an error and never a wrong answer. A block is also what is
 * read at a time: small enough that a short range costs little, large enough that a long one runs at the speed of memory.
 */
export const BLOCK_BYTES = 256 * 1024;
const CHECK_BYTES = 4;

export function checksSizeBytes(contentBytes: number): number {
  return Math.ceil(contentBytes / BLOCK_BYTES) * CHECK_BYTES;
}

/** Computes the checks of bytes as they stream by. */
export function blockChecks(): { add(chunk: Uint8Array): void; finish(): Buffer } {
  const done: number[] = [];
  let current = 0;
  let filled = 0;
  return {
    add(chunk) {
      for (let at = 0; at < chunk.length; ) {
        const piece = chunk.subarray(at, at + BLOCK_BYTES - filled);
        current = crc32(piece, current);
        filled += piece.length;
        at += piece.length;
        if (filled === BLOCK_BYTES) {
          done.push(current);
          current = 0;
          filled = 0;
        }
      }
    },
    finish() {
      const checks = filled > 0 ? [...done, current] : done;
      const bytes = Buffer.allocUnsafe(checks.length * CHECK_BYTES);
      for (const [index, check] of checks.entries()) bytes.writeUInt32LE(check, index * CHECK_BYTES);
      return bytes;
    },
  };
}

/** Throws unless the block is as it was written. `checks` are those of the whole blob. */
export function requireIntact(block: Uint8Array, blockIndex: number, checks: Buffer): void {
  if (crc32(block) !== checks.readUInt32LE(blockIndex * CHECK_BYTES)) throw new Error(`Block ${blockIndex} of it is damaged.`);
}
