import { fromHex } from './bytes.ts';
import type { HmacSha256, Sha256Hex } from './hashes.ts';

/** SHA-256 in plain TypeScript, for wherever there is no synchronous native one. */
export const sha256Hex: Sha256Hex = (data) => hex(finish(INITIAL.slice(), data, 0));

/** HMAC-SHA256; the states after the inner and the outer padding are kept, which halves the cost of a short text. */
export const hmacSha256: HmacSha256 = (secret) => {
  const key = secret.length > BLOCK ? fromHex(sha256Hex(secret)) : secret;
  const [inner, outer] = [0x36, 0x5c].map((pad) => {
    const state = INITIAL.slice();
    compress(state, wordsOf(new Uint8Array(BLOCK).map((_, i) => (key[i] ?? 0) ^ pad)), 0);
    return state;
  }) as [Int32Array, Int32Array];
  return (text) => hex(finish(outer.slice(), fromHex(hex(finish(inner.slice(), text, BLOCK))), BLOCK));
};

const BLOCK = 64;

/** Closes a hash: data after a state that has taken `before` bytes already (whole blocks). */
function finish(state: Int32Array, data: string | Uint8Array, before: number): Int32Array {
  const words = wordsOf(data);
  const bits = (before + data.length) * 8;
  words[data.length >> 2]! |= 0x80 << (24 - (data.length & 3) * 8);
  words[words.length - 2] = Math.floor(bits / 0x1_0000_0000);
  words[words.length - 1] = bits;
  for (let at = 0; at < words.length; at += 16) compress(state, words, at);
  return state;
}

/** Bytes as big-endian words, in whole blocks with room for the end mark and the length. */
function wordsOf(data: string | Uint8Array): Int32Array {
  const words = new Int32Array(((data.length + 72) >> 6) << 4);
  for (let i = 0; i < data.length; i++) {
    const byte = typeof data === 'string' ? data.charCodeAt(i) & 0xff : data[i]!;
    words[i >> 2]! |= byte << (24 - (i & 3) * 8);
  }
  return words;
}

function hex(words: Int32Array): string {
  let text = '';
  for (const word of words) text += (word >>> 0).toString(16).padStart(8, '0');
  return text;
}

/** The compression function of FIPS 180-4, section 6.2.2. */
function compress(state: Int32Array, words: Int32Array, at: number): void {
  let a = state[0]!;
  let b = state[1]!;
  let c = state[2]!;
  let d = state[3]!;
  let e = state[4]!;
  let f = state[5]!;
  let g = state[6]!;
  let h = state[7]!;
  for (let i = 0; i < 16; i++) W[i] = words[at + i]!;
  for (let i = 16; i < 64; i++) {
    const x = W[i - 15]!;
    const y = W[i - 2]!;
    const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
    const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
    W[i] = W[i - 16]! + s0 + W[i - 7]! + s1;
  }
  for (let i = 0; i < 64; i++) {
    const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const t = (h + s1 + (g ^ (e & (f ^ g))) + K[i]! + W[i]!) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + t) | 0;
    d = c;
    c = b;
    b = a;
    a = (t + s0 + ((b & c) ^ (d & (b ^ c)))) | 0;
  }
  state[0]! += a;
  state[1]! += b;
  state[2]! += c;
  state[3]! += d;
  state[4]! += e;
  state[5]! += f;
  state[6]! += g;
  state[7]! += h;
}

/** The constants are the first 32 bits of the fractions of the square and cube roots of the first primes. */
const W = new Int32Array(64);
const K = new Int32Array(64);
const INITIAL = new Int32Array(8);
for (let n = 2, found = 0; found < 64; n++) {
  let divisor = 2;
  while (n % divisor !== 0) divisor++;
  if (divisor < n) continue;
  if (found < 8) INITIAL[found] = fraction(n ** (1 / 2));
  K[found++] = fraction(n ** (1 / 3));
}

function fraction(x: number): number {
  return (x % 1) * 0x1_0000_0000;
}
