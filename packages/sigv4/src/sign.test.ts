import { expect, test } from 'vitest';
import { type SignOptions, sign } from './sign.ts';
import { SigningOptionError } from './signing-option-error.ts';

const credentials = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' };
const make = (options: Partial<SignOptions> = {}) =>
  sign({ method: 'GET', url: 'https://s3.test/b/k', region: 'us-east-1', credentials, now: new Date('2013-05-24T00:00:00Z'), ...options });

test('sign returns every header to send, and signs all but those that change on the way', () => {
  const made = make({
    method: 'put',
    headers: { 'Content-Type': 'text/plain', 'User-Agent': 'x', 'X-Amz-Acl': 'private', Connection: 'close', skipped: undefined },
    body: 'é',
    credentials: { ...credentials, sessionToken: 'token' },
  });
  expect(made.method).toBe('PUT');
  expect(made.signedHeaders).toEqual(['content-type', 'host', 'x-amz-acl', 'x-amz-content-sha256', 'x-amz-date', 'x-amz-security-token']);
  const { authorization, ...others } = made.headers;
  expect(others).toEqual({
    'content-type': 'text/plain',
    'user-agent': 'x',
    'x-amz-acl': 'private',
    connection: 'close',
    'x-amz-content-sha256': '4a99557e4033c3539de2eb65472017cad5f9557f7a0625a09f1c3f6e2ba69c4c',
    'x-amz-date': '20130524T000000Z',
    'x-amz-security-token': 'token',
  });
  expect(authorization).toBe(
    `AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, SignedHeaders=${made.signedHeaders.join(';')}, Signature=${made.signature}`,
  );
});

test('sign treats a text body and its bytes alike, and a URL object and its text', () => {
  expect(make({ body: 'é' })).toEqual(make({ body: new Uint8Array([0xc3, 0xa9]) }));
  expect(make({ url: new URL('https://s3.test/b/k') })).toEqual(make());
});

test('sign keeps dot segments and double slashes of S3 keys, which URL would remove', () => {
  expect(make({ url: 'https://s3.test/b/a/../k' }).signature).not.toBe(make({ url: 'https://s3.test/b/k' }).signature);
  expect(make({ url: 'https://s3.test/b//k' }).signature).not.toBe(make().signature);
});

test('sign tidies the path for other services, unless told', () => {
  const iam = (url: string, more: Partial<SignOptions> = {}) => make({ url, service: 'iam', ...more }).signature;
  expect(iam('https://x.test/a/../b//c/.')).toBe(iam('https://x.test/b/c/'));
  expect(iam('https://x.test/a/../b', { pathEncoding: 'once' })).not.toBe(iam('https://x.test/b', { pathEncoding: 'once' }));
  expect(make({ service: 'iam' }).signedHeaders).toEqual(['host', 'x-amz-date']);
});

test('sign leaves a fragment and a default port out', () => {
  expect(make({ url: 'https://s3.test:443/b/k#part' }).signature).toBe(make().signature);
  expect(make({ url: 'https://s3.test:444/b/k' }).signature).not.toBe(make().signature);
  expect(make({ url: 'https://s3.test?list-type=2' }).signature).toBe(make({ url: 'https://s3.test/?list-type=2' }).signature);
});

test.each<[string, Partial<SignOptions>, string]>([
  ['a relative URL', { url: '/b/k' }, 'url'],
  ['a URL with a space', { url: 'https://s3.test/a b' }, 'url'],
  ['a URL with a broken escape', { url: 'https://s3.test/%' }, 'url'],
  ['a URL whose host is none', { url: 'https://a b/' }, 'url'],
  ['no region', { region: '' }, 'region'],
  ['a date that is none', { now: new Date(Number.NaN) }, 'now'],
  ['an Authorization header', { headers: { Authorization: 'x' } }, 'headers'],
  ['a header that signing adds', { headers: { 'X-Amz-Content-Sha256': 'x' } }, 'headers'],
])('sign refuses %s in a sentence', (_name, options, option) => {
  expect(() => make(options)).toThrow(SigningOptionError);
  expect(() => make(options)).toThrow(expect.objectContaining({ option }));
});
