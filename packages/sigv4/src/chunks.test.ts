import { expect, test } from 'vitest';
import { chunkSigner, chunkVerifier } from './chunks.ts';
import { refusalAsS3 } from './refusal-text.ts';

const options = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  scope: { date: '20130524', region: 'us-east-1', service: 's3' },
  amzDate: '20130524T000000Z',
  seedSignature: '4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9',
};
const [a, b, empty] = ['a', 'b', 'c'].map((digit) => digit.repeat(64)) as [string, string, string];

const signed = (hashes: readonly string[]): readonly string[] => hashes.map(chunkSigner(options).chunk);
const accepted = (hashes: readonly string[], signatures: readonly string[]): readonly boolean[] => {
  const verifier = chunkVerifier(options);
  return hashes.map((hash, i) => verifier.chunk(hash, signatures[i] ?? '').ok);
};

test('chunks that are swapped, repeated or left out do not verify, nor does anything after them', () => {
  const signatures = signed([a, b, empty]);
  const [first = '', second = '', last = ''] = signatures;
  expect(accepted([a, b, empty], signatures)).toEqual([true, true, true]);
  expect(accepted([b, a, empty], [second, first, last])).toEqual([false, false, false]);
  expect(accepted([a, a, b, empty], [first, first, second, last])).toEqual([true, false, false, false]);
  expect(accepted([a, empty], [first, last])).toEqual([true, false]);
  expect(accepted([a, b], [first, `${second.slice(1)}0`])).toEqual([true, false]);
});

test('a chain from another seed, secret, scope or time does not verify', () => {
  const [first = ''] = signed([a]);
  const others = [
    { seedSignature: a },
    { secretAccessKey: 'x' },
    { scope: { ...options.scope, region: 'eu-west-1' } },
    { amzDate: '20130524T000001Z' },
  ];
  for (const other of others) expect(chunkVerifier({ ...options, ...other }).chunk(a, first).ok).toBe(false);
});

test('a wrong chunk is refused with the string that was signed, which starts with the algorithm of chunks', () => {
  const checked = chunkVerifier(options).chunk(a, b);
  if (checked.ok) throw new Error('accepted');
  const { code, fields } = refusalAsS3(checked.refusal);
  expect(code).toBe('SignatureDoesNotMatch');
  expect(fields).toMatchObject({ SignatureProvided: b, AWSAccessKeyId: options.accessKeyId });
  expect(fields.StringToSign?.split('\n')).toEqual([
    'AWS4-HMAC-SHA256-PAYLOAD',
    options.amzDate,
    '20130524/us-east-1/s3/aws4_request',
    options.seedSignature,
    'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    a,
  ]);
});

test('changed trailers do not verify', () => {
  const signer = chunkSigner(options);
  const last = signer.chunk(empty);
  const trailer = signer.trailer('x-amz-checksum-crc32c:sOO8/Q==\n');
  const check = (trailers: string): boolean => {
    const verifier = chunkVerifier(options);
    verifier.chunk(empty, last);
    return verifier.trailer(trailers, trailer).ok;
  };
  expect(check('x-amz-checksum-crc32c:sOO8/Q==\n')).toBe(true);
  expect(check('x-amz-checksum-crc32c:sOO8/R==\n')).toBe(false);
  expect(check('x-amz-checksum-crc32c:sOO8/Q==\r\n')).toBe(false);
});
