/** Computing checksums of bytes as they pass. */
import type { IHasher } from 'hash-wasm';
import { base64FromBytes } from './bytes.ts';
import type { ChecksumAlgorithm } from './checksum-algorithm.ts';
import { nodeModule } from './node-modules.ts';

/** Takes bytes in order; asked for its digest once, at the end. */
export type Hasher = {
  update(bytes: Uint8Array): void;
  digest(): Uint8Array;
};

/** A hasher for one of S3's checksums or for MD5. Asynchronous because the code of some is compiled when first needed. */
export async function openHasher(algorithm: ChecksumAlgorithm | 'MD5'): Promise<Hasher> {
  switch (algorithm) {
    case 'CRC32':
      return nodeCrc32() ?? wasmHasher(algorithm, (wasm) => wasm.createCRC32());
    case 'CRC32C':
      return wasmHasher(algorithm, (wasm) => wasm.createCRC32(CRC32C_POLYNOMIAL));
    case 'CRC64NVME':
      return wasmHasher(algorithm, (wasm) => wasm.createCRC64(CRC64NVME_POLYNOMIAL));
    case 'SHA1':
      return nodeHash('sha1') ?? wasmHasher(algorithm, (wasm) => wasm.createSHA1());
    case 'SHA256':
      return nodeHash('sha256') ?? wasmHasher(algorithm, (wasm) => wasm.createSHA256());
    case 'MD5':
      return nodeHash('md5') ?? wasmHasher(algorithm, (wasm) => wasm.createMD5());
  }
}

/** The digest as headers and XML carry it. */
export function base64Digest(hasher: Hasher): string {
  return base64FromBytes(hasher.digest());
}

/** Castagnoli's, bits reversed. */
const CRC32C_POLYNOMIAL = 0x82f63b78;
/** The NVMe specification's, bits reversed. */
const CRC64NVME_POLYNOMIAL = '9a6c9329ac4bc9b5';

type Zlib = { readonly crc32?: (bytes: Uint8Array, value: number) => number };
type Crypto = {
  createHash(algorithm: string): { update(bytes: Uint8Array): unknown; digest(): Uint8Array };
};

const zlib = nodeModule<Zlib>('node:zlib');
const crypto = nodeModule<Crypto>('node:crypto');

/** Node's zlib is twice as fast as WebAssembly at this one. */
function nodeCrc32(): Hasher | undefined {
  const crc32 = zlib?.crc32;
  if (crc32 === undefined) return undefined;
  let value = 0;
  return {
    update(bytes) {
      value = crc32(bytes, value);
    },
    digest() {
      const digest = new Uint8Array(4);
      new DataView(digest.buffer).setUint32(0, value);
      return digest;
    },
  };
}

function nodeHash(algorithm: string): Hasher | undefined {
  const hash = crypto?.createHash(algorithm);
  if (hash === undefined) return undefined;
  return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest() };
}

/**
 * Making an instance costs more than hashing a small object with it, so that each goes back to the idle ones with its digest. One that is
 * never asked for a digest (the upload broke off) is left to the garbage collector.
 */
async function wasmHasher(algorithm: string, create: (wasm: HashWasm) => Promise<IHasher>): Promise<Hasher> {
  const idle = idleHashers.get(algorithm) ?? [];
  idleHashers.set(algorithm, idle);
  const hasher = (idle.pop() ?? (await create(await import('hash-wasm')))).init();
  return {
    update: (bytes) => void hasher.update(bytes),
    digest() {
      const digest = hasher.digest('binary');
      if (idle.length < MAX_IDLE) idle.push(hasher);
      return digest;
    },
  };
}

/** Large, so loaded when first needed. */
type HashWasm = typeof import('hash-wasm');

const MAX_IDLE = 64;
const idleHashers = new Map<string, IHasher[]>();
