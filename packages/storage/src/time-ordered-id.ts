import { randomFillSync } from 'node:crypto';

/**
 * 16 bytes that nobody guesses and that sort by time: 6 bytes of milliseconds since the epoch, then 80 random bits. Ids made close together
 * lie close together in an ordered index, so that many writes of one moment touch few of its pages.
 */
export function timeOrderedId(now: number): Buffer {
  const id = Buffer.allocUnsafe(16);
  id.writeUIntBE(Math.max(0, Math.floor(now)), 0, TIME_BYTES);
  if (used + RANDOM_BYTES > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  pool.copy(id, TIME_BYTES, used, used + RANDOM_BYTES);
  used += RANDOM_BYTES;
  return id;
}

const TIME_BYTES = 6;
const RANDOM_BYTES = 10;
// One call for 400 ids: asking the system for ten bytes at a time costs more than the rest of a small write.
const pool = Buffer.allocUnsafe(400 * RANDOM_BYTES);
let used = pool.length;
