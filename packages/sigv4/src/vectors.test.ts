import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { base64, hex, utf8 } from './bytes.ts';
import { canonicalRequest, signature } from './canonical.ts';
import { chunkSigner, chunkVerifier } from './chunks.ts';
import { deriveSigningKey } from './derive-signing-key.ts';
import { type PresignOptions, presign } from './presign.ts';
import { parseAmzDate } from './scope.ts';
import { hmacSha1 } from './sha1.ts';
import * as native from './sha256-node.ts';
import * as plain from './sha256-plain.ts';
import { type SignOptions, sign } from './sign.ts';
import { parseTarget } from './target.ts';
import { type KnownCredentials, verify } from './verify.ts';
import { checkPostSignature, readPostAuthentication } from './verify-post.ts';

/** One published case each: what was signed, and what came out. */
type PresignCase = PresignOptions & { readonly path: string; readonly signature: string; readonly sessionToken?: string };
type HeaderCase = SignOptions & { readonly name: string; readonly signature: string; readonly canonicalHash: string };
type ChunkCase = Pick<SignOptions, 'headers' | 'payloadHash'> & {
  readonly seed: string;
  readonly chunks: readonly string[];
  readonly trailers?: string;
  readonly trailer?: string;
};

const read = (name: string) => JSON.parse(readFileSync(new URL(`../vectors/${name}.json`, import.meta.url), 'utf8'));
const moment = (text: string): Date => parseAmzDate(text) ?? new Date(Number.NaN);
const target = (raw: string) => {
  const parsed = parseTarget(raw);
  if ('problem' in parsed) throw new Error(parsed.problem);
  return parsed;
};
const verifyUrl = (url: string, method: string, headers: readonly (readonly [string, string])[], secret: KnownCredentials, now: Date) => {
  const { origin, host } = new URL(url);
  const rules = { now, region: 'us-east-1', service: 's3', sigv2: true };
  const request = { method, target: target(url.slice(origin.length)), headers: [['host', host] as const, ...headers] };
  return verify(request, rules, () => secret);
};

describe('pre-signed URLs', () => {
  const { credentials, region, date, bucket, cases } = read('presign');
  test.each<PresignCase>(cases)('presign makes the published URL for $name', ({ path, signature: published, sessionToken, ...rest }) => {
    const { url } = presign({ ...rest, bucket, region, credentials: { ...credentials, sessionToken }, now: moment(date) });
    expect(new URL(url).pathname).toBe(path);
    expect(new URL(url).searchParams.get('X-Amz-Signature')).toBe(published);
  });
  test.each<PresignCase>(cases)('verify accepts the published URL for $name', async ({ sessionToken, ...rest }) => {
    const made = presign({ ...rest, bucket, region, credentials: { ...credentials, sessionToken }, now: moment(date) });
    const known = { ...credentials, ...(sessionToken && { sessionToken }) };
    const verdict = await verifyUrl(made.url, made.method, Object.entries(made.headers), known, moment(date));
    expect(verdict.kind).toBe('verified');
  });
});

describe('signed headers', () => {
  const { credentials, region, date, cases, signingKey } = read('header');
  const signed = (options: Omit<HeaderCase, 'signature' | 'name' | 'canonicalHash'>) =>
    sign({ ...options, region, credentials, now: moment(date) });

  test('the signing key is the published one', () => {
    const scope = { date: date.slice(0, 8), region, service: 's3' };
    expect(hex(deriveSigningKey(credentials.secretAccessKey, scope))).toBe(signingKey);
  });
  test.each<HeaderCase>(cases)(
    'sign makes the published signature for $name',
    ({ signature: published, name, canonicalHash, ...options }) => {
      expect(signed(options).signature).toBe(published);
    },
  );
  test.each<HeaderCase>(cases)('verify accepts the published signature for $name', async (options) => {
    const { url, method, headers } = signed(options);
    expect((await verifyUrl(url, method, Object.entries(headers), credentials, moment(date))).kind).toBe('verified');
  });
  test.each([
    ['plain TypeScript', plain],
    ["Node's crypto", native],
  ])('%s hashes the documented canonical request and string to sign as published', (_name, { sha256Hex, hmacSha256 }) => {
    const [first] = cases;
    const lines = `host:examplebucket.s3.amazonaws.com\nrange:bytes=0-9\nx-amz-content-sha256:${sha256Hex('')}\nx-amz-date:${date}\n`;
    const list = 'host;range;x-amz-content-sha256;x-amz-date';
    const canonical = canonicalRequest({ method: 'GET', path: '/test.txt', query: '', lines, list, payloadHash: sha256Hex('') });
    expect(sha256Hex(canonical)).toBe(first.canonicalHash);
    const text = `AWS4-HMAC-SHA256\n${date}\n20130524/us-east-1/s3/aws4_request\n${first.canonicalHash}`;
    expect(hmacSha256(new Uint8Array(Buffer.from(signingKey, 'hex')))(text)).toBe(first.signature);
  });
});

describe('chunks', () => {
  const { credentials, region, date, url, byte, chunkSizes, cases } = read('chunks');
  const hashes: string[] = chunkSizes.map((size: number) => native.sha256Hex(utf8(byte.repeat(size))));

  test.each<ChunkCase>(cases)(
    '$name: seed, chunks and trailer are the published ones',
    ({ headers, payloadHash, seed, chunks, trailers, trailer }) => {
      const head = sign({ method: 'PUT', url, headers, payloadHash, region, credentials, now: moment(date) });
      expect(head.signature).toBe(seed);
      const options = { ...credentials, ...head, seedSignature: head.signature };
      const signer = chunkSigner(options);
      expect(hashes.map(signer.chunk)).toEqual(chunks);
      if (trailers !== undefined) expect(signer.trailer(trailers)).toBe(trailer);
      const verifier = chunkVerifier(options);
      expect(hashes.map((hash, i) => verifier.chunk(hash, chunks[i] ?? '').ok)).toEqual([true, true, true]);
      if (trailers !== undefined) expect(verifier.trailer(trailers, trailer ?? '').ok).toBe(true);
    },
  );
});

describe('forms', () => {
  const { credentials, region, date, policy, signingKey, signature: published } = read('post');
  const scope = { date: date.slice(0, 8), region, service: 's3' };

  test('the signing key and the signature over the policy are the published ones', () => {
    expect(hex(deriveSigningKey(credentials.secretAccessKey, scope))).toBe(signingKey);
    expect(signature(credentials.accessKeyId, credentials.secretAccessKey, scope, policy)).toBe(published);
  });
  test('the published form verifies', () => {
    const form = readPostAuthentication(
      new Map([
        ['x-amz-algorithm', 'AWS4-HMAC-SHA256'],
        ['x-amz-credential', `${credentials.accessKeyId}/20151229/us-east-1/s3/aws4_request`],
        ['x-amz-date', date],
        ['x-amz-signature', published],
        ['policy', policy],
      ]),
      { now: moment(date), region, service: 's3', sigv2: true },
    );
    if (form.kind !== 'v4-form') throw new Error(form.kind);
    expect(checkPostSignature(form, credentials.secretAccessKey)).toEqual({ ok: true });
  });
});

describe('signature version 2', () => {
  const { credentials, method, bucket, host, path, expires, signature: published } = read('sigv2');
  test('the published URL verifies, in virtual-host style', async () => {
    const raw = `${path}?AWSAccessKeyId=${credentials.accessKeyId}&Signature=${encodeURIComponent(published)}&Expires=${expires}`;
    const rules = { now: new Date(expires * 1000), region: 'us-east-1', service: 's3', sigv2: true, virtualHostBucket: bucket };
    const verdict = await verify({ method, target: target(raw), headers: [['host', host]] }, rules, () => credentials);
    expect(verdict.kind).toBe('verified');
  });
  test('HMAC-SHA1 of the published string to sign is the published signature', () => {
    expect(base64(hmacSha1(credentials.secretAccessKey, `GET\n\n\n${expires}\n/${bucket}${path}`))).toBe(published);
  });
});
