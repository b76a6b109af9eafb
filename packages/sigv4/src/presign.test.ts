import { describe, expect, test } from 'vitest';
import { aws, r2 } from './presets.ts';
import { type PresignOptions, presign } from './presign.ts';
import { SigningOptionError } from './signing-option-error.ts';

const credentials = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' };
const now = new Date('2013-05-24T00:00:00.999Z');
const make = (options: Partial<PresignOptions> = {}) =>
  presign({ bucket: 'examplebucket', key: 'test.txt', region: 'us-east-1', credentials, expiresIn: 3600, now, ...options });
const query = (options: Partial<PresignOptions>): URLSearchParams => new URL(make(options).url).searchParams;

describe('presign addresses', () => {
  test.each<[string, Partial<PresignOptions>, string]>([
    ['us-east-1 by the global host', {}, 'https://examplebucket.s3.amazonaws.com/test.txt'],
    ['other regions by their own', { region: 'eu-west-1' }, 'https://examplebucket.s3.eu-west-1.amazonaws.com/test.txt'],
    ['China', { region: 'cn-north-1' }, 'https://examplebucket.s3.cn-north-1.amazonaws.com.cn/test.txt'],
    ['AWS in path style when asked', { style: 'path' }, 'https://s3.amazonaws.com/examplebucket/test.txt'],
    ['a bucket with dots on AWS in path style, for its certificate', { bucket: 'a.b.c' }, 'https://s3.amazonaws.com/a.b.c/test.txt'],
    ['an endpoint in path style', { endpoint: 'http://localhost:9000' }, 'http://localhost:9000/examplebucket/test.txt'],
    [
      'an endpoint in virtual-host style when asked',
      { endpoint: 'http://localhost:9000', style: 'virtual' },
      'http://examplebucket.localhost:9000/test.txt',
    ],
    ['an endpoint under a base path', { endpoint: 'https://example.com/a b/s3/' }, 'https://example.com/a%20b/s3/examplebucket/test.txt'],
    [
      'an endpoint that stands for one bucket',
      { endpoint: 'https://files.example.com', bucket: undefined },
      'https://files.example.com/test.txt',
    ],
    ['an endpoint with its default port', { endpoint: 'https://example.com:443' }, 'https://example.com/examplebucket/test.txt'],
    ['an IPv6 endpoint', { endpoint: 'http://[::1]:9000' }, 'http://[::1]:9000/examplebucket/test.txt'],
    ['the bucket itself', { key: undefined }, 'https://examplebucket.s3.amazonaws.com/'],
    ['the bucket itself in path style', { key: undefined, style: 'path' }, 'https://s3.amazonaws.com/examplebucket'],
    ['the service itself', { key: undefined, bucket: undefined }, 'https://s3.amazonaws.com/'],
    ['a regional host of AWS', aws('us-east-1'), 'https://examplebucket.s3.us-east-1.amazonaws.com/test.txt'],
    [
      'a dual-stack FIPS host of AWS',
      aws('us-east-1', { dualStack: true, fips: true }),
      'https://examplebucket.s3-fips.dualstack.us-east-1.amazonaws.com/test.txt',
    ],
    ['R2', r2('abc'), 'https://abc.r2.cloudflarestorage.com/examplebucket/test.txt'],
    ['R2 in the EU', r2('abc', 'eu'), 'https://abc.eu.r2.cloudflarestorage.com/examplebucket/test.txt'],
    ['a key that starts with a slash', { key: '/a//b/' }, 'https://examplebucket.s3.amazonaws.com//a//b/'],
    [
      'a key with everything',
      { key: "é +%/&=?#!'()*~.txt" },
      'https://examplebucket.s3.amazonaws.com/%C3%A9%20%2B%25/%26%3D%3F%23%21%27%28%29%2A~.txt',
    ],
    ['a key with dot segments, when told', { key: 'a/../b', allowDotSegments: true }, 'https://examplebucket.s3.amazonaws.com/a/../b'],
  ])('%s', (_name, options, expected) => {
    expect(make(options).url.split('?')[0]).toBe(expected);
  });
});

describe('presign returns', () => {
  test('the moment of expiry, counted from the whole second it signs', () => {
    expect(make({ expiresIn: '15m' }).expiresAt).toEqual(new Date('2013-05-24T00:15:00Z'));
  });
  test.each([
    [1, '1'],
    [604_800, '604800'],
    ['3600', '3600'],
    ['90s', '90'],
    ['15m', '900'],
    ['1h', '3600'],
    ['7d', '604800'],
  ])('for expiresIn %j the seconds %s', (expiresIn, seconds) => {
    expect(query({ expiresIn }).get('X-Amz-Expires')).toBe(seconds);
  });
  test('the same URL all through the period that stable names', () => {
    const at = (time: string) => make({ stable: '1h', expiresIn: '2h', now: new Date(time) });
    expect(at('2013-05-24T10:59:59.999Z')).toEqual(at('2013-05-24T10:00:00Z'));
    expect(at('2013-05-24T10:59:59Z').expiresAt).toEqual(new Date('2013-05-24T12:00:00Z'));
    expect(at('2013-05-24T11:00:00Z').url).not.toBe(at('2013-05-24T10:59:59Z').url);
  });
  test('exactly the headers to send and their names', () => {
    const made = make({
      method: 'PUT',
      contentType: 'image/png',
      contentLength: 0,
      metadata: { Author: 'x' },
      headers: { 'If-None-Match': '*', 'x-amz-checksum-sha256': 'abc=' },
    });
    expect(made.headers).toEqual({
      'content-type': 'image/png',
      'content-length': '0',
      'x-amz-meta-author': 'x',
      'if-none-match': '*',
      'x-amz-checksum-sha256': 'abc=',
    });
    expect(made.signedHeaders).toEqual([
      'content-length',
      'content-type',
      'host',
      'if-none-match',
      'x-amz-checksum-sha256',
      'x-amz-meta-author',
    ]);
    expect(query({ method: 'PUT', contentType: 'image/png' }).get('X-Amz-SignedHeaders')).toBe('content-type;host');
  });
  test('a query sorted by name, in which a name sorts before its extensions', () => {
    const names = [...query({ query: { 'a-b': 1, a: 2, 'x-id': 'GetObject', uploads: '', B: '=&+ ' } }).keys()];
    expect(names).toEqual([
      'B',
      'X-Amz-Algorithm',
      'X-Amz-Credential',
      'X-Amz-Date',
      'X-Amz-Expires',
      'X-Amz-SignedHeaders',
      'a',
      'a-b',
      'uploads',
      'x-id',
      'X-Amz-Signature',
    ]);
    expect(make({ query: { uploads: '', B: '=&+ ' } }).url).toContain('?B=%3D%26%2B%20&');
  });
  test('terms as parameters that Latchkey enforces', () => {
    const made = query({
      method: 'PUT',
      maxUses: 1,
      sourceIp: ['10.0.0.0/8', '::1'],
      minSize: 1,
      maxSize: 5000,
      contentTypes: 'image/*,application/pdf',
      noOverwrite: true,
    });
    expect([...made].filter(([name]) => name.startsWith('X-Latchkey-'))).toEqual([
      ['X-Latchkey-Content-Types', 'image/*,application/pdf'],
      ['X-Latchkey-Max-Size', '5000'],
      ['X-Latchkey-Max-Uses', '1'],
      ['X-Latchkey-Min-Size', '1'],
      ['X-Latchkey-No-Overwrite', 'true'],
      ['X-Latchkey-Source-Ip', '10.0.0.0/8,::1'],
    ]);
    expect(query({ noOverwrite: false }).has('X-Latchkey-No-Overwrite')).toBe(false);
  });
  test('overrides of response headers', () => {
    const made = query({
      responseContentType: 'text/plain',
      responseCacheControl: 'no-store',
      responseContentLanguage: 'de',
      responseContentEncoding: 'gzip',
      responseContentDisposition: 'inline',
      responseExpires: 'Fri, 24 May 2013 00:00:00 GMT',
    });
    expect([...made].filter(([name]) => name.startsWith('response-'))).toEqual([
      ['response-cache-control', 'no-store'],
      ['response-content-disposition', 'inline'],
      ['response-content-encoding', 'gzip'],
      ['response-content-language', 'de'],
      ['response-content-type', 'text/plain'],
      ['response-expires', 'Fri, 24 May 2013 00:00:00 GMT'],
    ]);
  });
  test.each([
    ['report.pdf', 'attachment; filename="report.pdf"'],
    ['résumé.pdf', `attachment; filename="resume.pdf"; filename*=UTF-8''r%C3%A9sum%C3%A9.pdf`],
    ['日本語.txt', `attachment; filename="___.txt"; filename*=UTF-8''%E6%97%A5%E6%9C%AC%E8%AA%9E.txt`],
    ['a"b\\c/d.txt', `attachment; filename="a_b_c_d.txt"; filename*=UTF-8''a%22b_c_d.txt`],
    ['50%.txt', `attachment; filename="50_.txt"; filename*=UTF-8''50%25.txt`],
    ['x\r\nSet-Cookie: a=b', 'attachment; filename="x__Set-Cookie: a=b"'],
    ['\ud800.txt', 'attachment; filename="_.txt"'],
  ])('for downloadAs %j the disposition %s', (downloadAs, expected) => {
    expect(query({ downloadAs }).get('response-content-disposition')).toBe(expected);
  });
  test('what it was given unchanged: no options object is ever written to', () => {
    const deepFreeze = <Value extends object>(value: Value): Value => {
      for (const member of Object.values(value)) if (typeof member === 'object' && !(member instanceof Date)) deepFreeze(member);
      return Object.freeze(value);
    };
    const options = deepFreeze({
      credentials: { ...credentials },
      query: { a: '1' },
      headers: { B: 'c' },
      metadata: { d: 'e' },
      sourceIp: ['::1'],
    });
    expect(() => make(options)).not.toThrow();
  });
  test('the same whatever was signed before: for another bucket, key, region, second or secret', () => {
    const first = make().url;
    const others: Partial<PresignOptions>[] = [
      { bucket: 'other' },
      { region: 'eu-west-1' },
      { now: new Date('2013-05-25T00:00:00Z') },
      { credentials: { ...credentials, secretAccessKey: 'another' } },
      { credentials: { ...credentials, accessKeyId: 'another' } },
      { style: 'path' },
      { endpoint: 'https://example.com' },
    ];
    const made = others.map((options) => make(options).url);
    expect(new Set([first, ...made]).size).toBe(others.length + 1);
    expect([first, ...made]).toEqual([make().url, ...others.map((options) => make(options).url)]);
  });
  test('the same after more access keys than it remembers', () => {
    const first = make().url;
    for (let i = 0; i < 100; i++) make({ credentials: { ...credentials, accessKeyId: `KEY${i}` } });
    expect(make().url).toBe(first);
  });
});

describe('presign refuses in a sentence', () => {
  const secret = credentials.secretAccessKey;
  test.each<[string, Record<string, unknown>, string]>([
    ['no credentials', { credentials: undefined }, 'credentials'],
    ['credentials without a secret', { credentials: { accessKeyId: 'a' } }, 'credentials'],
    ['no region', { region: undefined }, 'region'],
    ['a method that S3 does not have', { method: 'PATCH' }, 'method'],
    ['an empty key', { key: '' }, 'key'],
    ['a key with a dot segment', { key: 'a/./b' }, 'key'],
    ['a key that ends in a dot segment', { key: '..' }, 'key'],
    ['a key with half a surrogate pair', { key: 'a\ud800' }, 'key'],
    ['a bucket that is no name', { bucket: 'a/b' }, 'bucket'],
    ['an endpoint without a scheme', { endpoint: 'localhost:9000' }, 'endpoint'],
    ['an endpoint with a query', { endpoint: 'https://example.com/?a' }, 'endpoint'],
    ['an endpoint with a password', { endpoint: 'https://a:b@example.com' }, 'endpoint'],
    ['an endpoint that is no URL', { endpoint: 'https://exa mple' }, 'endpoint'],
    ['a bucket before an IP address', { endpoint: 'http://127.0.0.1:9000', style: 'virtual' }, 'style'],
    ['a bucket before an IPv6 address', { endpoint: 'http://[::1]', style: 'virtual' }, 'style'],
    ...[0, -1, 604_801, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '8d', '1w', '', '1e3', ' 60', undefined].map(
      (expiresIn): [string, Record<string, unknown>, string] => [`the duration ${String(expiresIn)}`, { expiresIn }, 'expiresIn'],
    ),
    ['a date that is none', { now: new Date(Number.NaN) }, 'now'],
    ['a stable period that is not shorter than the life', { stable: '1h', expiresIn: '1h' }, 'stable'],
    ['a parameter that signing adds', { query: { 'x-amz-date': '1' } }, 'query'],
    ['a parameter of signature version 2', { query: { Signature: '1' } }, 'query'],
    ['a parameter given twice', { query: { 'response-content-type': 'a' }, responseContentType: 'b' }, 'responseContentType'],
    ['a header that the address decides', { headers: { Host: 'x' } }, 'headers'],
    ['a header that the credentials decide', { headers: { 'X-Amz-Security-Token': 'x' } }, 'headers'],
    ['a header that is no name', { headers: { 'a b': 'x' } }, 'headers'],
    ['a header given twice', { method: 'PUT', headers: { 'Content-Type': 'a' }, contentType: 'b' }, 'contentType'],
    ['a header with a line break', { headers: { a: 'b\r\nc: d' } }, 'headers'],
    ['metadata that is not ASCII', { metadata: { a: 'é' } }, 'metadata'],
    ['a type for a download', { contentType: 'text/plain' }, 'contentType'],
    ['a length that is no size', { method: 'PUT', contentLength: -1 }, 'contentLength'],
    ['an override that no header can hold', { responseContentType: 'text/😀' }, 'responseContentType'],
    ['an override with a line break', { responseContentDisposition: 'a\nb' }, 'responseContentDisposition'],
    ['no uses at all', { maxUses: 0 }, 'maxUses'],
    ['sizes that exclude each other', { minSize: 2, maxSize: 1 }, 'minSize'],
    ['a list of nothing', { sourceIp: [] }, 'sourceIp'],
    ['a list with an empty member', { contentTypes: 'a/b,' }, 'contentTypes'],
  ])('%s', (_name, options, option) => {
    const attempt = () =>
      presign({ bucket: 'examplebucket', key: 'k', region: 'us-east-1', credentials, expiresIn: 60, ...options } as PresignOptions);
    expect(attempt).toThrow(SigningOptionError);
    expect(attempt).toThrow(expect.objectContaining({ option, name: 'SigningOptionError' }));
    expect(attempt).toThrow(new RegExp(`^${option} .+\\.$`));
    expect(attempt).not.toThrow(secret);
  });
});
