import { type Bytes, utf8 } from './bytes.ts';

/** HMAC-SHA1 of a text under a secret; 20 bytes. For SigV2 alone, which is why it is in plain TypeScript only: three microseconds will do. */
export function hmacSha1(secret: string, text: string): Bytes {
  const given = utf8(secret);
  const key = given.length > BLOCK ? toBytes(sha1(INITIAL.slice(), given, 0)) : given;
  const inner = sha1(padded(key, 0x36), utf8(text), BLOCK);
  return toBytes(sha1(padded(key, 0x5c), toBytes(inner), BLOCK));
}

const BLOCK = 64;
const INITIAL = Int32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0);

/** The state after a key with its padding. */
function padded(key: Uint8Array, pad: number): Int32Array {
  const block = new Uint8Array(BLOCK).fill(pad);
  for (let i = 0; i < key.length; i++) block[i] = key[i]! ^ pad;
  const state = INITIAL.slice();
  compress(state, wordsOf(block), 0);
  return state;
}

/** FIPS 180-4, section 6.1, on top of a state that has taken `before` bytes already (whole blocks). */
function sha1(state: Int32Array, data: Uint8Array, before: number): Int32Array {
  const words = wordsOf(data);
  const bits = (before + data.length) * 8;
  words[data.length >> 2]! |= 0x80 << (24 - (data.length & 3) * 8);
  words[words.length - 2] = Math.floor(bits / 0x1_0000_0000);
  words[words.length - 1] = bits;
  for (let at = 0; at < words.length; at += 16) compress(state, words, at);
  return state;
}

/** Bytes as big-endian words, in whole blocks with room for the end mark and the length. */
function wordsOf(data: Uint8Array): Int32Array {
  const words = new Int32Array(((data.length + 72) >> 6) << 4);
  for (let i = 0; i < data.length; i++) words[i >> 2]! |= data[i]! << (24 - (i & 3) * 8);
  return words;
}

function toBytes(words: Int32Array): Bytes {
  const bytes = new Uint8Array(20);
  for (let i = 0; i < 20; i++) bytes[i] = words[i >> 2]! >>> (24 - (i & 3) * 8);
  return bytes;
}

function compress(state: Int32Array, words: Int32Array, at: number): void {
  let a = state[0]!;
  let b = state[1]!;
  let c = state[2]!;
  let d = state[3]!;
  let e = state[4]!;
  for (let i = 0; i < 16; i++) W[i] = words[at + i]!;
  for (let i = 16; i < 80; i++) W[i] = rotate(W[i - 3]! ^ W[i - 8]! ^ W[i - 14]! ^ W[i - 16]!, 1);
  for (let i = 0; i < 80; i++) {
    let mixed = 0;
    if (i < 20) mixed = ((b & c) | (~b & d)) + 0x5a827999;
    else if (i < 40) mixed = (b ^ c ^ d) + 0x6ed9eba1;
    else if (i < 60) mixed = ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc;
    else mixed = (b ^ c ^ d) + 0xca62c1d6;
    const next = (rotate(a, 5) + mixed + e + W[i]!) | 0;
    e = d;
    d = c;
    c = rotate(b, 30);
    b = a;
    a = next;
  }
  state[0]! += a;
  state[1]! += b;
  state[2]! += c;
  state[3]! += d;
  state[4]! += e;
}

const rotate = (x: number, by: number): number => (x << by) | (x >>> (32 - by));
const W = new Int32Array(80);
