import { type Bytes, headerBytes, isAscii } from './bytes.ts';

/** SHA-256 of a text (its characters are bytes, see {@link headerBytes}) or of bytes. */
export function sha256(data: string | Uint8Array): Bytes {
  return wordsToBytes(absorb(Int32Array.from(INITIAL), data, 0));
}

/** A secret prepared for HMAC-SHA256: the hash states after the inner and the outer padding. Costs two compressions once instead of at every use. */
export type HmacKey = { readonly inner: Int32Array; readonly outer: Int32Array };

/** Prepares a secret of any length. */
export function hmacKey(secret: string | Uint8Array): HmacKey {
  const given = typeof secret === 'string' ? headerBytes(secret) : secret;
  const key = given.length > BLOCK ? sha256(given) : given;
  return { inner: padded(key, 0x36), outer: padded(key, 0x5c) };
}

/** HMAC-SHA256 (RFC 2104) with a prepared secret. */
export function hmacSha256(key: HmacKey, data: string | Uint8Array): Bytes {
  const inner = wordsToBytes(absorb(key.inner.slice(), data, BLOCK));
  return wordsToBytes(absorb(key.outer.slice(), inner, BLOCK));
}

const BLOCK = 64;

function padded(key: Uint8Array, pad: number): Int32Array {
  const block = new Uint8Array(BLOCK).fill(pad);
  key.forEach((byte, i) => {
    block[i] = byte ^ pad;
  });
  const state = Int32Array.from(INITIAL);
  schedule(block, 0);
  compress(state);
  return state;
}

/** Hashes data on top of a state that has absorbed `before` bytes (a whole number of blocks) and closes the hash. */
function absorb(state: Int32Array, data: string | Uint8Array, before: number): Int32Array {
  const bytes = typeof data === 'string' && !isAscii(data) ? headerBytes(data) : data;
  const length = bytes.length;
  let at = 0;
  for (; at + BLOCK <= length; at += BLOCK) {
    schedule(bytes, at);
    compress(state);
  }
  schedule(bytes, at);
  const rest = length - at;
  W[rest >> 2] = (W[rest >> 2] ?? 0) | (0x80 << (24 - (rest & 3) * 8));
  if (rest >= 56) {
    compress(state);
    W.fill(0, 0, 16);
  }
  const bits = (before + length) * 8;
  W[14] = Math.floor(bits / 0x1_0000_0000);
  W[15] = bits | 0;
  compress(state);
  return state;
}

/** One block as the first sixteen words of the schedule, zeros past the end. */
function schedule(data: string | Uint8Array, at: number): void {
  const end = Math.min(data.length, at + BLOCK);
  W.fill(0, 0, 16);
  if (typeof data === 'string') for (let i = at; i < end; i++) W[(i - at) >> 2]! |= data.charCodeAt(i) << (24 - (i & 3) * 8);
  else for (let i = at; i < end; i++) W[(i - at) >> 2]! |= data[i]! << (24 - (i & 3) * 8);
}

/** The compression function of FIPS 180-4, section 6.2.2. */
function compress(state: Int32Array): void {
  for (let i = 16; i < 64; i++) {
    const x = W[i - 15]!;
    const y = W[i - 2]!;
    const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
    const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
    W[i] = (W[i - 16]! + s0 + W[i - 7]! + s1) | 0;
  }
  let [a, b, c, d, e, f, g, h] = state as unknown as [number, number, number, number, number, number, number, number];
  for (let i = 0; i < 64; i++) {
    const S1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const t1 = (h + S1 + ((e & f) ^ (~e & g)) + K[i]! + W[i]!) | 0;
    const S0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const t2 = (S0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + t1) | 0;
    d = c;
    c = b;
    b = a;
    a = (t1 + t2) | 0;
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

function wordsToBytes(words: Int32Array): Bytes {
  const bytes = new Uint8Array(words.length * 4);
  words.forEach((word, i) => {
    bytes.set([word >>> 24, word >>> 16, word >>> 8, word], i * 4);
  });
  return bytes;
}

const W = new Int32Array(64);
const primes: number[] = [];
for (let n = 2; primes.length < 64; n++) if (primes.every((prime) => n % prime !== 0)) primes.push(n);
const fractionBits = (x: number): number => ((x % 1) * 0x1_0000_0000) | 0;
const K = Int32Array.from(primes, (prime) => fractionBits(Math.cbrt(prime)));
const INITIAL = Int32Array.from(primes.slice(0, 8), (prime) => fractionBits(Math.sqrt(prime)));
