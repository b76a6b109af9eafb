// Bytes that follow from a name, so that whoever knows the name can tell whether they are whole.
import { createHash } from 'node:crypto';

/** @param {string} name @param {number} sizeBytes */
export function contentOf(name, sizeBytes) {
  const block = createHash('sha512').update(name).digest().subarray(0, 61);
  return Buffer.alloc(sizeBytes, block);
}

/** @param {Uint8Array} bytes */
export function md5(bytes) {
  return createHash('md5').update(bytes).digest('hex');
}

/** Numbers from 0 to 1 that follow from a seed (mulberry32). @param {number} seed */
export function randomFrom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
