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
      return crc(data, 32n, 0xedb88320n);
    case 'CRC32C':
      return crc(data, 32n, 0x82f63b78n);
    case 'CRC64NVME':
      return crc(data, 64n, 0x9a6c9329ac4bc9b5n);
  }
}

const tables = new Map<bigint, readonly bigint[]>();

function crc(data: Buffer, bits: bigint, polynomial: bigint): Buffer {
  const table = tables.get(polynomial) ?? tableOf(polynomial);
  tables.set(polynomial, table);
  const ones = (1n << bits) - 1n;
  let value = ones;
  for (const byte of data) value = (value >> 8n) ^ (table[Number((value ^ BigInt(byte)) & 0xffn)] as bigint);
  return Buffer.from((value ^ ones).toString(16).padStart(Number(bits / 4n), '0'), 'hex');
}

const tableOf = (polynomial: bigint): readonly bigint[] =>
  Array.from({ length: 256 }, (_, byte) => {
    let value = BigInt(byte);
    for (let bit = 0; bit < 8; bit++) value = value & 1n ? (value >> 1n) ^ polynomial : value >> 1n;
    return value;
  });
