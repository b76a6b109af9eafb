import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { type BodyClaims, checkedBody } from './body-integrity.ts';
import { S3Error } from './errors.ts';

const BODY = Buffer.from('123456789');
const CRC32 = 'y/Q5Jg==';
const sha256 = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex');
const md5 = (bytes: Uint8Array | string) => createHash('md5').update(bytes).digest('base64');

async function* source(): AsyncGenerator<Uint8Array> {
  yield BODY.subarray(0, 4);
  yield BODY.subarray(4);
}

async function read(claims: BodyClaims) {
  const body = await checkedBody(source(), claims);
  const pieces: Uint8Array[] = [];
  for await (const piece of body.bytes) pieces.push(piece);
  return { bytes: Buffer.concat(pieces).toString(), checksums: body.checksums() };
}

async function refusal(claims: BodyClaims): Promise<S3Error> {
  const error: unknown = await read(claims).catch((thrown: unknown) => thrown);
  if (error instanceof S3Error) return error;
  throw new Error('nothing was refused');
}

test('a body with true claims passes through, and its checksum is known', async () => {
  const claims = { checksum: CRC32, contentMd5: md5(BODY), contentSha256: sha256(BODY).toUpperCase(), sizeBytes: 9 };
  expect(await read({ algorithm: 'CRC32', ...claims })).toEqual({
    bytes: '123456789',
    checksums: { type: 'FULL_OBJECT', values: { CRC32 } },
  });
});

test('a claim that comes behind the body is asked for at its end', async () => {
  let asked = 0;
  const checksum = () => {
    asked += 1;
    return CRC32;
  };
  await read({ algorithm: 'CRC32', checksum });
  expect(asked).toBe(1);
  expect(await refusal({ algorithm: 'CRC32', checksum: () => 'AAAAAA==' })).toMatchObject({ code: 'BadDigest' });
});

test('a wrong checksum is refused with its name', async () => {
  expect(await refusal({ algorithm: 'CRC32C', checksum: 'AAAAAA==' })).toMatchObject({
    code: 'BadDigest',
    status: 400,
    message: 'The CRC32C you specified did not match the calculated checksum.',
  });
});

test('a wrong Content-MD5 is refused with both digests', async () => {
  expect(await refusal({ algorithm: 'CRC32', contentMd5: md5('') })).toMatchObject({
    code: 'BadDigest',
    message: 'The Content-MD5 you specified did not match what we received.',
    fields: { ExpectedDigest: 'd41d8cd98f00b204e9800998ecf8427e', CalculatedDigest: md5(BODY) },
  });
});

test.each(['CRC32', 'SHA256'] as const)('a wrong payload hash is refused before anything else, with %s computed', async (algorithm) => {
  const claims = { algorithm, checksum: 'AAAAAA==', contentMd5: md5(''), contentSha256: 'invalid' };
  expect(await refusal(claims)).toMatchObject({
    code: 'XAmzContentSHA256Mismatch',
    fields: { ClientComputedContentSHA256: 'invalid', S3ComputedContentSHA256: sha256(BODY) },
  });
});

test.each([8, 10])('a body that is not %d bytes long is refused', async (sizeBytes) => {
  expect(await refusal({ algorithm: 'CRC32', sizeBytes })).toMatchObject({ code: 'IncompleteBody', status: 400 });
});
