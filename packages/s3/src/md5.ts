import { hexFromBytes } from './bytes.ts';

/**
 * MD5 (RFC 1321) of a few kilobytes, in plain TypeScript: synchronous and the same everywhere. For the ETag of a multipart object, whose
 * input is 16 bytes a part. Objects themselves are hashed by whoever streams them.
 */
export function md5Hex(message: Uint8Array): string {
  const words = paddedWords(message);
  const state = Uint32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476);
  for (let offset = 0; offset < words.length; offset += 16) addBlock(state, words.subarray(offset, offset + 16));
  const digest = new DataView(new ArrayBuffer(16));
  state.forEach((word, index) => {
    digest.setUint32(index * 4, word, true);
  });
  return hexFromBytes(new Uint8Array(digest.buffer));
}

function paddedWords(message: Uint8Array): Uint32Array {
  const paddedLength = Math.ceil((message.length + 9) / 64) * 64;
  const padded = new Uint8Array(paddedLength);
  padded.set(message);
  padded[message.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(paddedLength - 8, (message.length * 8) >>> 0, true);
  view.setUint32(paddedLength - 4, Math.floor(message.length / 0x20000000), true);
  return Uint32Array.from({ length: paddedLength / 4 }, (_, index) => view.getUint32(index * 4, true));
}

const SHIFTS = [
  [7, 12, 17, 22],
  [5, 9, 14, 20],
  [4, 11, 16, 23],
  [6, 10, 15, 21],
] as const;
const SINES = Uint32Array.from({ length: 64 }, (_, index) => Math.floor(Math.abs(Math.sin(index + 1)) * 2 ** 32));

function addBlock(state: Uint32Array, block: Uint32Array): void {
  let [a = 0, b = 0, c = 0, d = 0] = state;
  for (let step = 0; step < 64; step++) {
    const round = step >> 4;
    const sum = (a + mix(round, b, c, d) + (SINES[step] ?? 0) + (block[wordIndex(round, step)] ?? 0)) | 0;
    const shift = SHIFTS[round]?.[step & 3] ?? 0;
    a = d;
    d = c;
    c = b;
    b = (b + ((sum << shift) | (sum >>> (32 - shift)))) | 0;
  }
  [a, b, c, d].forEach((word, index) => {
    state[index] = (state[index] ?? 0) + word;
  });
}

function mix(round: number, b: number, c: number, d: number): number {
  if (round === 0) return (b & c) | (~b & d);
  if (round === 1) return (d & b) | (~d & c);
  if (round === 2) return b ^ c ^ d;
  return c ^ (b | ~d);
}

function wordIndex(round: number, step: number): number {
  if (round === 0) return step;
  if (round === 1) return (5 * step + 1) & 15;
  if (round === 2) return (3 * step + 5) & 15;
  return (7 * step) & 15;
}
