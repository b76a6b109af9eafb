/** The checksums of S3, bit by bit from their definitions: slow, and nothing of ours. */
import { createHash } from 'node:crypto';

export type Algorithm = 'CRC32' | 'CRC32C' | 'CRC64NVME' | 'SHA1' | 'SHA256';
export const ALGORITHMS: readonly Algorithm[] = ['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'];

/** In base64, as S3's headers carry it. */
export const checksum = (algorithm: Algorithm, data: string | Buffer): string =>
  rawChecksum(algorithm, Buffer.from(data)).toString('base64');

/** Of an object in parts: the checksum of the checksums, and their number. */
export const compositeChecksum = (algorithm: Algorithm, parts: readonly Buffer[]): string =>
  `${checksum(algorithm, Buffer.concat(parts.map((part) => rawChecksum(algorithm, part))))}-${parts.length}`;

export const headerOf = (algorithm: Algorithm): string => `x-amz-checksum-${algorithm.toLowerCase()}`;

function rawChecksum(algorithm: Algorithm, data: Buffer): Buffer {
  switch (algorithm) {
    case 'SHA1':
      return createHash('sha1').update(data).digest();
    case 'SHA256':
      return createHash('sha256').update(data).digest();
    case 'CRC32':
      return crc(data, 0, 0xedb88320).subarray(4);
    case 'CRC32C':
      return crc(data, 0, 0x82f63b78).subarray(4);
    case 'CRC64NVME':
      return crc(data, 0x9a6c9329, 0xac4bc9b5);
  }
}

/** Reflected, ones before and behind; the polynomial in two halves, of which a 32-bit one has the lower only. */
function crc(data: Buffer, polynomialHigh: number, polynomialLow: number): Buffer {
  const [highs, lows] = tablesOf(polynomialHigh, polynomialLow);
  let [high, low] = [polynomialHigh === 0 ? 0 : -1, -1];
  for (const byte of data) {
    const at = (low ^ byte) & 0xff;
    low = (((low >>> 8) | (high << 24)) ^ (lows[at] as number)) | 0;
    high = (high >>> 8) ^ (highs[at] as number);
  }
  const bytes = Buffer.alloc(8);
  bytes.writeInt32BE(~high, 0);
  bytes.writeInt32BE(~low, 4);
  return bytes;
}

function tablesOf(polynomialHigh: number, polynomialLow: number): readonly [Int32Array, Int32Array] {
  const [highs, lows] = [new Int32Array(256), new Int32Array(256)];
  for (let byte = 0; byte < 256; byte++) {
    let [high, low] = [0, byte];
    for (let bit = 0; bit < 8; bit++) {
      const isOdd = (low & 1) === 1;
      low = (low >>> 1) | (high << 31);
      high >>>= 1;
      if (isOdd) [high, low] = [high ^ polynomialHigh, low ^ polynomialLow];
    }
    highs[byte] = high;
    lows[byte] = low;
  }
  return [highs, lows];
}
