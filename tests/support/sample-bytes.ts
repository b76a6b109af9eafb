/** Bytes that no compression or repetition hides, the same for the same seed, made as they are read. */
import { type Cipher, createCipheriv, createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

const STEP_BYTES = 1024 * 1024;

export const KIB = 1024;
export const MIB = 1024 * KIB;
export const GIB = 1024 * MIB;

export function sampleBytes(sizeBytes: number, seed = 1): Buffer<ArrayBuffer> {
  return Buffer.from(generator(seed).update(Buffer.alloc(sizeBytes)));
}

export function sampleStream(sizeBytes: number, seed = 1): Readable {
  return Readable.from(samples(sizeBytes, seed), { objectMode: false });
}

export async function writeSample(path: string, sizeBytes: number, seed = 1): Promise<void> {
  await pipeline(sampleStream(sizeBytes, seed), createWriteStream(path));
}

/** SHA-256 in hexadecimal. */
export async function digestOf(source: Buffer | string | AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash('sha256');
  if (typeof source === 'string' || Buffer.isBuffer(source)) return hash.update(source).digest('hex');
  for await (const chunk of source) hash.update(chunk);
  return hash.digest('hex');
}

export function digestOfFile(path: string): Promise<string> {
  return digestOf(createReadStream(path, { highWaterMark: STEP_BYTES }));
}

function* samples(sizeBytes: number, seed: number): Generator<Buffer> {
  const cipher = generator(seed);
  const zeros = Buffer.alloc(STEP_BYTES);
  for (let left = sizeBytes; left > 0; left -= STEP_BYTES) yield cipher.update(left < STEP_BYTES ? zeros.subarray(0, left) : zeros);
}

function generator(seed: number): Cipher {
  return createCipheriv('aes-128-ctr', Buffer.alloc(16, seed), Buffer.alloc(16));
}
