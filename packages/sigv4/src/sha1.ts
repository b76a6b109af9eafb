import { type Bytes, utf8 } from './bytes.ts';

/** HMAC-SHA1 of a text under a secret, for SigV2 alone; 20 bytes. */
export function hmacSha1(secret: string, text: string): Bytes {
  const given = utf8(secret);
  const key = given.length > BLOCK ? sha1(given) : given;
  return sha1(concat(pad(key, 0x5c), sha1(concat(pad(key, 0x36), utf8(text)))));
}

const BLOCK = 64;

function pad(key: Uint8Array, value: number): Uint8Array {
  const block = new Uint8Array(BLOCK).fill(value);
  key.forEach((byte, i) => {
    block[i] = byte ^ value;
  });
  return block;
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
  const whole = new Uint8Array(a.length + b.length);
  whole.set(a);
  whole.set(b, a.length);
  return whole;
}

/** FIPS 180-4, section 6.1. */
function sha1(data: Uint8Array): Bytes {
  const blocks = new DataView(new ArrayBuffer(Math.ceil((data.length + 9) / BLOCK) * BLOCK));
  data.forEach((byte, i) => {
    blocks.setUint8(i, byte);
  });
  blocks.setUint8(data.length, 0x80);
  blocks.setUint32(blocks.byteLength - 8, Math.floor(data.length / 0x2000_0000));
  blocks.setUint32(blocks.byteLength - 4, data.length << 3);
  const state = Int32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0);
  for (let at = 0; at < blocks.byteLength; at += BLOCK) compress(state, blocks, at);
  const digest = new DataView(new ArrayBuffer(20));
  state.forEach((word, i) => {
    digest.setInt32(i * 4, word);
  });
  return new Uint8Array(digest.buffer);
}

function compress(state: Int32Array, blocks: DataView, at: number): void {
  for (let i = 0; i < 16; i++) W[i] = blocks.getInt32(at + i * 4);
  for (let i = 16; i < 80; i++) W[i] = rotate(W[i - 3]! ^ W[i - 8]! ^ W[i - 14]! ^ W[i - 16]!, 1);
  let [a, b, c, d, e] = state as unknown as [number, number, number, number, number];
  for (let i = 0; i < 80; i++) {
    const [mixed, constant] = round(i, b, c, d);
    const next = (rotate(a, 5) + mixed + e + constant + W[i]!) | 0;
    [e, d, c, b, a] = [d, c, rotate(b, 30), a, next];
  }
  [a, b, c, d, e].forEach((word, i) => {
    state[i]! += word;
  });
}

function round(i: number, b: number, c: number, d: number): readonly [number, number] {
  if (i < 20) return [(b & c) | (~b & d), 0x5a827999];
  if (i < 40) return [b ^ c ^ d, 0x6ed9eba1];
  if (i < 60) return [(b & c) | (b & d) | (c & d), 0x8f1bbcdc];
  return [b ^ c ^ d, 0xca62c1d6];
}

const rotate = (x: number, by: number): number => (x << by) | (x >>> (32 - by));
const W = new Int32Array(80);
