import { expect, test } from 'vitest';
import { claimedChecksum, contentMd5, isChecksumValue, requireChecksumOrMd5, trailerChecksum } from './request-checksums.ts';

const CRC32 = ['x-amz-checksum-crc32', 'AAAAAA=='] as const;
const SINGLE = 'Expecting a single x-amz-checksum- header';
const MULTIPLE = `${SINGLE}. Multiple checksum Types are not allowed.`;

test('claimedChecksum reads a value in the head or the promise of a trailer', () => {
  expect(claimedChecksum([['host', 'h'], CRC32])).toEqual({ where: 'header', algorithm: 'CRC32', value: 'AAAAAA==' });
  expect(claimedChecksum(new Map([['x-amz-trailer', 'X-Amz-Checksum-Sha1, ,']]))).toEqual({ where: 'trailer', algorithm: 'SHA1' });
  expect(
    claimedChecksum([
      ['x-amz-checksum-type', 'COMPOSITE'],
      ['x-amz-checksum-algorithm', 'x'],
      ['x-amz-checksum-mode', 'ENABLED'],
    ]),
  ).toBeUndefined();
  expect(claimedChecksum([CRC32, ['x-amz-sdk-checksum-algorithm', 'crc32']])).toMatchObject({ algorithm: 'CRC32' });
});

test.each([
  [[CRC32, ['x-amz-checksum-crc32c', 'AAAAAA==']], MULTIPLE],
  [[['x-amz-trailer', 'x-amz-checksum-crc32,x-amz-checksum-sha1']], MULTIPLE],
  [[CRC32, ['x-amz-trailer', 'x-amz-checksum-crc32']], SINGLE],
  [[['x-amz-checksum-bad', 'AAAAAA==']], 'The algorithm type you specified in x-amz-checksum- header is invalid.'],
  [[['x-amz-checksum-crc32', 'bad']], 'Value for x-amz-checksum-crc32 header is invalid.'],
  [[['x-amz-checksum-sha1', 'AAAAAA==']], 'Value for x-amz-checksum-sha1 header is invalid.'],
  [[['x-amz-trailer', 'content-md5']], 'The value specified in the x-amz-trailer header is not supported'],
  [[['x-amz-trailer', ', x-amz-checksum-crc32']], 'The value specified in the x-amz-trailer header is not supported'],
  [[['x-amz-trailer', '']], 'The value specified in the x-amz-trailer header is not supported'],
  [[CRC32, ['x-amz-sdk-checksum-algorithm', 'sha256']], 'Value for x-amz-sdk-checksum-algorithm header is invalid.'],
  [[CRC32, ['x-amz-sdk-checksum-algorithm', 'none']], 'Value for x-amz-sdk-checksum-algorithm header is invalid.'],
  [
    [['x-amz-sdk-checksum-algorithm', 'CRC32']],
    'x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.',
  ],
] as [[string, string][], string][])('claimedChecksum refuses %j', (headers, message) => {
  expect(() => claimedChecksum(headers)).toThrow(expect.objectContaining({ code: 'InvalidRequest', message }));
});

test('a trailer announced where there can be none is malformed', () => {
  const headers = [['x-amz-trailer', 'x-amz-checksum-crc32']] as const;
  expect(() => claimedChecksum(headers, { hasTrailers: false })).toThrow(expect.objectContaining({ code: 'MalformedTrailerError' }));
});

test('isChecksumValue wants base64 of the right length', () => {
  expect(isChecksumValue('CRC64NVME', 'AAAAAAAAAAA=')).toBe(true);
  expect(isChecksumValue('CRC64NVME', 'AAAAAA==')).toBe(false);
  expect(trailerChecksum('CRC32', 'x-amz-checksum-crc32', 'AAAAAA==')).toBe('AAAAAA==');
});

test('contentMd5 refuses what is no MD5, with the value', () => {
  expect(contentMd5('1B2M2Y8AsgTpgAmY7PhCfg==')).toBe('1B2M2Y8AsgTpgAmY7PhCfg==');
  for (const value of ['', 'invalid', 'AAAAAA==']) {
    expect(() => contentMd5(value)).toThrow(
      expect.objectContaining({
        code: 'InvalidDigest',
        message: 'The Content-MD5 you specified was invalid.',
        fields: { 'Content-MD5': value },
      }),
    );
  }
});

test('requireChecksumOrMd5 takes either', () => {
  for (const name of ['content-md5', 'x-amz-checksum-sha256', 'x-amz-trailer'])
    expect(() => requireChecksumOrMd5([[name, 'x']])).not.toThrow();
  expect(() => requireChecksumOrMd5([['x-amz-checksum-type', 'x']])).toThrow(
    'Missing required header for this request: Content-MD5 OR x-amz-checksum-*',
  );
});
