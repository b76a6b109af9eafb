import { randomBytes } from 'node:crypto';

/**
 * Ids of messages in the order they were made, also where the clock is set back: 12 digits of milliseconds, 6 of a count, 8 random ones, all in
 * hex. Of messages of different processes those of the same millisecond are in no order.
 */
export function messageIds(now: () => number): () => string {
  let last = 0;
  let count = 0;
  return () => {
    const time = Math.max(last, Math.floor(now()));
    count = time === last ? count + 1 : 0;
    last = time;
    return hex(time, 12) + hex(count, 6) + randomBytes(4).toString('hex');
  };
}

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');
