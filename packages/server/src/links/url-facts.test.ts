import { createHash } from 'node:crypto';
import { presign } from '@latchkey/sigv4/presign';
import { expect, test } from 'vitest';
import { presignedUrlFacts } from './url-facts.ts';

const now = new Date('2026-11-22T00:00:00Z');
const urlOf = (accessKeyId: string) =>
  presign({
    bucket: 'box',
    key: 'ä b',
    region: 'us-east-1',
    endpoint: 'https://files.example.com',
    credentials: { accessKeyId, secretAccessKey: 'secret' },
    expiresIn: '1h',
    now,
  }).url;

test('presignedUrlFacts reads who signed a URL, when it ends and what its signature is known by', () => {
  const url = urlOf('LKIAEXAMPLE');
  const signature = new URL(url).searchParams.get('X-Amz-Signature') ?? '';
  expect(presignedUrlFacts(url)).toMatchObject({
    accessKeyId: 'LKIAEXAMPLE',
    linkId: undefined,
    signatureHash: createHash('sha256').update(Buffer.from(signature, 'hex')).digest('hex'),
    signedAt: now.getTime(),
    expiresAt: now.getTime() + 3600_000,
  });
});

test('presignedUrlFacts names the link of a link’s URL', () => {
  expect(presignedUrlFacts(urlOf('LKLN234567ABCDEFGHIJ'))?.linkId).toBe('LKLN234567ABCDEFGHIJ');
});

test('presignedUrlFacts knows a SigV2 URL, and its signature though its plus became a space', () => {
  const at = (signature: string) =>
    presignedUrlFacts(`https://files.example.com/box/k?AWSAccessKeyId=A&Expires=1800000000&Signature=${signature}`);
  expect(at('a%2Bb%3D')).toMatchObject({ accessKeyId: 'A', signedAt: undefined, expiresAt: 1_800_000_000_000 });
  expect(at('a+b%3D')?.signatureHash).toBe(at('a%2Bb%3D')?.signatureHash);
});

test.each(['', 'not a url', 'https://files.example.com/box/k', 'https://files.example.com/box/k?X-Amz-Signature=ab', 'ftp://x/y'])(
  'presignedUrlFacts knows that %j is none',
  (url) => {
    expect(presignedUrlFacts(url)).toBeUndefined();
  },
);
