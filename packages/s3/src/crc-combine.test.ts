import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openHasher } from './checksum-hasher.ts';
import { type CrcAlgorithm, combineCrcs } from './crc-combine.ts';

async function digestOf(algorithm: CrcAlgorithm, bytes: Uint8Array): Promise<Uint8Array> {
  const hasher = await openHasher(algorithm);
  hasher.update(bytes);
  return hasher.digest();
}

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

test.each(['CRC32', 'CRC32C', 'CRC64NVME'] as const)('combineCrcs of %s gives the CRC of the joined bytes', async (algorithm) => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 500 }), { maxLength: 6 }), async (pieces) => {
      const digests = await Promise.all(
        pieces.map(async (piece) => ({ digest: await digestOf(algorithm, piece), sizeBytes: piece.length })),
      );
      expect(hex(combineCrcs(algorithm, digests))).toBe(hex(await digestOf(algorithm, Buffer.concat(pieces))));
    }),
    { numRuns: 50 },
  );
});

test('combineCrcs joins pieces larger than 4 GiB: twice as many zeros is the same shift twice', async () => {
  const [one, zeros] = [await digestOf('CRC64NVME', Uint8Array.of(1)), new Uint8Array(8)];
  const half = 3 * 2 ** 31;
  // A digest of zero stands for no bytes at all, so that these pieces only shift what stands before them.
  const inOne = combineCrcs('CRC64NVME', [
    { digest: one, sizeBytes: 1 },
    { digest: zeros, sizeBytes: 2 * half },
  ]);
  const inTwo = combineCrcs('CRC64NVME', [
    { digest: one, sizeBytes: 1 },
    { digest: zeros, sizeBytes: half },
    { digest: zeros, sizeBytes: half },
  ]);
  expect(hex(inOne)).toBe(hex(inTwo));
  expect(hex(inOne)).not.toBe(hex(one));
});
