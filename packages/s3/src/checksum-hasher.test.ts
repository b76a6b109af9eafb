import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ChecksumAlgorithm } from './checksum-algorithm.ts';
import { base64Digest, openHasher } from './checksum-hasher.ts';

const CHECK_INPUT = new TextEncoder().encode('123456789');

async function checksumOf(algorithm: ChecksumAlgorithm | 'MD5', ...pieces: readonly Uint8Array[]): Promise<string> {
  const hasher = await openHasher(algorithm);
  for (const piece of pieces) hasher.update(piece);
  return base64Digest(hasher);
}

test.each([
  ['CRC32', 'cbf43926'],
  ['CRC32C', 'e3069283'],
  ['CRC64NVME', 'ae8b14860a799888'],
  ['SHA1', 'f7c3bc1d808e04732adf679965ccc34ca7ae3441'],
  ['SHA256', '15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225'],
  ['MD5', '25f9e794323b453885f5181f1b624d0b'],
] as const)('openHasher computes the published check value of %s', async (algorithm, hex) => {
  expect(await checksumOf(algorithm, CHECK_INPUT)).toBe(Buffer.from(hex, 'hex').toString('base64'));
});

test('a hasher gives the same digest however its input is cut up', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom<ChecksumAlgorithm[]>('CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'),
      fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 6 }),
      async (algorithm, pieces) => {
        expect(await checksumOf(algorithm, ...pieces)).toBe(await checksumOf(algorithm, Buffer.concat(pieces)));
      },
    ),
    { numRuns: 60 },
  );
});

test('hashers used side by side, and one after another, do not disturb each other', async () => {
  const expected = await checksumOf('CRC64NVME', CHECK_INPUT);
  const [one, other] = [await openHasher('CRC64NVME'), await openHasher('CRC64NVME')];
  one.update(CHECK_INPUT.subarray(0, 4));
  other.update(CHECK_INPUT);
  one.update(CHECK_INPUT.subarray(4));
  expect([base64Digest(one), base64Digest(other)]).toEqual([expected, expected]);
  expect(await checksumOf('CRC64NVME', CHECK_INPUT)).toBe(expected);
});

test('openHasher computes SHA-256 as Node does', async () => {
  expect(await checksumOf('SHA256', CHECK_INPUT)).toBe(createHash('sha256').update(CHECK_INPUT).digest('base64'));
});
