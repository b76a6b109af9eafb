import { expect, test } from 'vitest';
import { openHasher } from './checksum-hasher.ts';
import { compositeChecksum, fullObjectChecksum, multipartChecksum } from './multipart-checksums.ts';

test('compositeChecksum hashes the digests of the parts, as AWS answered for two equal parts', async () => {
  const part = 'DjU70AB1bON8k0n0fVHv2PJQVWcA/jWsITp6ti20Tbs=';
  expect(compositeChecksum(await openHasher('SHA256'), [part, part])).toBe('2Wjxbc3N6c1y3Eqve6x8X+xPy4qXhB1vAMgge0qeZJM=-2');
});

test('fullObjectChecksum of one part is that part’s checksum', () => {
  expect(fullObjectChecksum('CRC32', [{ value: 'y/Q5Jg==', sizeBytes: 9 }])).toBe('y/Q5Jg==');
});

test.each([
  [undefined, undefined, undefined],
  ['CRC32', undefined, { algorithm: 'CRC32', type: 'COMPOSITE' }],
  ['crc64nvme', undefined, { algorithm: 'CRC64NVME', type: 'FULL_OBJECT' }],
  ['CRC32C', 'FULL_OBJECT', { algorithm: 'CRC32C', type: 'FULL_OBJECT' }],
  ['SHA256', 'COMPOSITE', { algorithm: 'SHA256', type: 'COMPOSITE' }],
])('multipartChecksum reads algorithm %s and type %s', (algorithm, type, expected) => {
  expect(multipartChecksum(algorithm, type)).toEqual(expected);
});

test.each([
  [undefined, 'FULL_OBJECT', 'The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.'],
  ['SHA1', 'FULL_OBJECT', 'The FULL_OBJECT checksum type cannot be used with the sha1 checksum algorithm.'],
  ['CRC64NVME', 'COMPOSITE', 'The COMPOSITE checksum type cannot be used with the crc64nvme checksum algorithm.'],
  ['CRC32', 'HALF', 'Value for x-amz-checksum-type header is invalid.'],
  ['MD4', undefined, /unsupported/],
])('multipartChecksum refuses algorithm %s with type %s', (algorithm, type, message) => {
  expect(() => multipartChecksum(algorithm, type)).toThrow(
    expect.objectContaining({ code: 'InvalidRequest', message: expect.stringMatching(message) }),
  );
});
