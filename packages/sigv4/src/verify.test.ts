import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { withBodyHash } from './authentication.ts';
import { checkSignature } from './check-signature.ts';
import { hoistedHeaders } from './hoisted-headers.ts';
import { type PresignOptions, presign } from './presign.ts';
import { readAuthentication } from './read-authentication.ts';
import type { HeaderField, SignedRequest } from './request.ts';
import type { VerifyRules } from './rules.ts';
import { sha256Hex } from './sha256-node.ts';
import { sign } from './sign.ts';
import { parseTarget } from './target.ts';
import { verify } from './verify.ts';

const credentials = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' };
const now = new Date('2024-01-01T12:00:00Z');
const rules: VerifyRules = { now, region: 'us-east-1', service: 's3', sigv2: true };
const endpoint = 'http://s3.test:9000';

const requestOf = (method: string, url: string, headers: readonly HeaderField[] = []): SignedRequest => {
  const target = parseTarget(url.replace(/^https?:\/\/[^/]*/, ''));
  if ('problem' in target) throw new Error(target.problem);
  return { method, target, headers: [['host', new URL(url).host], ...headers] };
};
const presigned = (options: Partial<PresignOptions> = {}): SignedRequest => {
  const made = presign({ bucket: 'b', key: 'k', region: 'us-east-1', endpoint, credentials, expiresIn: 60, now, ...options });
  return requestOf(made.method, made.url, Object.entries(made.headers));
};
const outcome = async (request: SignedRequest, changes: Partial<VerifyRules> = {}): Promise<string> => {
  const verdict = await verify(request, { ...rules, ...changes }, () => credentials);
  return verdict.kind === 'refused' ? verdict.refusal.kind : verdict.kind;
};

describe('verify', () => {
  test('tells who signed, when, until when and what the body must be', async () => {
    expect(await verify(presigned(), rules, async () => credentials)).toMatchObject({
      kind: 'verified',
      accessKeyId: credentials.accessKeyId,
      authentication: {
        kind: 'v4-query',
        signedAt: now,
        expiresAt: new Date('2024-01-01T12:01:00Z'),
        expiresInSeconds: 60,
        payloadHash: 'UNSIGNED-PAYLOAD',
        scope: { date: '20240101', region: 'us-east-1', service: 's3' },
        signedHeaders: ['host'],
      },
    });
  });
  test('accepts each of several regions and services, and us-east-1 for the global ones', async () => {
    expect(await outcome(presigned({ region: 'auto' }), { region: ['eu-west-1', 'auto'] })).toBe('verified');
    expect(await outcome(presigned(), { region: ['eu-west-1', 'auto'] })).toBe('wrong-region');
    const iam = sign({ method: 'POST', url: 'http://s3.test/', service: 'iam', region: 'us-east-1', credentials, now, body: '' });
    const authentication = readAuthentication(requestOf('POST', iam.url, Object.entries(iam.headers)), {
      ...rules,
      region: 'eu-west-1',
      service: ['s3', 'iam'],
    });
    expect(authentication).toMatchObject({ kind: 'v4-header', payloadHash: '' });
  });
  test('checks an IAM request whose body hash is signed but not sent, once the body was hashed', () => {
    const made = sign({
      method: 'POST',
      url: 'http://s3.test/',
      service: 'iam',
      region: 'us-east-1',
      credentials,
      now,
      body: 'Action=ListUsers',
    });
    const request = requestOf('POST', made.url, Object.entries(made.headers));
    const authentication = readAuthentication(request, { ...rules, service: 'iam' });
    if (authentication.kind !== 'v4-header') throw new Error(authentication.kind);
    const hashOf = (body: string) => checkSignature(withBodyHash(authentication, body), request, credentials.secretAccessKey).ok;
    expect(hashOf('3b5c8f2d1e')).toBe(false);
    expect(hashOf('')).toBe(false);
    expect(hashOf(sha256Hex('Action=ListUsers'))).toBe(true);
  });
  test('takes a signed header that was not sent from the query, as the AWS SDK for JavaScript 2 sends it', async () => {
    const made = presign({
      method: 'PUT',
      bucket: 'b',
      key: 'k',
      region: 'us-east-1',
      endpoint,
      credentials,
      expiresIn: 60,
      now,
      headers: { 'x-amz-server-side-encryption': 'AES256' },
      query: { 'x-amz-server-side-encryption': 'AES256' },
    });
    expect(await outcome(requestOf('PUT', made.url))).toBe('verified');
    expect(await outcome(requestOf('PUT', made.url, [['x-amz-server-side-encryption', 'aws:kms']]))).toBe('signature-mismatch');
  });
  test.each(['header', 'query'])('uses x-amz-content-sha256 of the %s for the payload line and demands it of the body', async (place) => {
    const hash = 'a'.repeat(64);
    const request = presigned(
      place === 'header'
        ? { method: 'PUT', headers: { 'x-amz-content-sha256': hash } }
        : { method: 'PUT', query: { 'X-Amz-Content-Sha256': hash } },
    );
    expect(await verify(request, rules, () => credentials)).toMatchObject({ kind: 'verified', authentication: { payloadHash: hash } });
  });
  test('demands the digest of an unsigned header of the body where the query says UNSIGNED-PAYLOAD', async () => {
    const request = presigned({ method: 'PUT', query: { 'X-Amz-Content-Sha256': 'UNSIGNED-PAYLOAD' } });
    const withHeader = { ...request, headers: [...request.headers, ['x-amz-content-sha256', 'b'.repeat(64)] as const] };
    expect(await verify(withHeader, rules, () => credentials)).toMatchObject({ authentication: { payloadHash: 'b'.repeat(64) } });
  });
  test('returns the streaming word of a chunked upload signed in its headers', async () => {
    const payloadHash = 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD';
    const made = sign({ method: 'PUT', url: `${endpoint}/b/k`, payloadHash, region: 'us-east-1', credentials, now });
    const verdict = await verify(requestOf('PUT', made.url, Object.entries(made.headers)), rules, () => credentials);
    expect(verdict).toMatchObject({ kind: 'verified', authentication: { payloadHash, signature: made.signature } });
  });
  test('accepts Date where x-amz-date is missing, and an Authorization header in any order without spaces', async () => {
    const scope = '20240101/us-east-1/s3/aws4_request';
    const list = 'date;host;x-amz-content-sha256';
    const date = now.toUTCString();
    const canonical = `GET\n/b/k\n\ndate:${date}\nhost:s3.test:9000\nx-amz-content-sha256:UNSIGNED-PAYLOAD\n\n${list}\nUNSIGNED-PAYLOAD`;
    const text = `AWS4-HMAC-SHA256\n20240101T120000Z\n${scope}\n${sha256Hex(canonical)}`;
    const key = ['20240101', 'us-east-1', 's3', 'aws4_request'].reduce<string | Buffer>(
      (secret, part) => createHmac('sha256', secret).update(part).digest(),
      `AWS4${credentials.secretAccessKey}`,
    );
    const signature = createHmac('sha256', key).update(text).digest('hex');
    const request = requestOf('GET', `${endpoint}/b/k`, [
      ['date', date],
      ['x-amz-content-sha256', 'UNSIGNED-PAYLOAD'],
      ['authorization', `AWS4-HMAC-SHA256 Signature=${signature},SignedHeaders=${list},Credential=${credentials.accessKeyId}/${scope}`],
    ]);
    expect(await outcome(request)).toBe('verified');
  });
  test('judges the host and the path of the request and no others, whatever a header says was asked of the proxy in front', async () => {
    const asked = 'https://pub.test/s3/b/k';
    const { url } = presign({
      bucket: 'b',
      key: 'k',
      region: 'us-east-1',
      endpoint: 'https://pub.test/s3',
      credentials,
      expiresIn: 60,
      now,
    });
    const arrived = (as: string, ...more: HeaderField[]) => outcome(requestOf('GET', url.replace(asked, as), more));
    expect(await arrived(asked)).toBe('verified');
    expect(await arrived('http://10.0.0.7:9000/s3/b/k', ['x-forwarded-host', 'pub.test'])).toBe('signature-mismatch');
    expect(await arrived('https://pub.test/b/k', ['x-forwarded-prefix', '/s3'])).toBe('signature-mismatch');
    expect(await arrived('http://victim.localhost/s3/b/k', ['forwarded', 'host=pub.test'])).toBe('signature-mismatch');
  });
  test('accepts a path encoded twice, or once, of every service but S3, whose paths are encoded once', async () => {
    const signedAs = (service: string, canonicalPath: string): SignedRequest => {
      const scope = `20240101/us-east-1/${service}/aws4_request`;
      const names = 'host;x-amz-content-sha256;x-amz-date';
      const hash = sha256Hex('');
      const lines = `host:s3.test:9000\nx-amz-content-sha256:${hash}\nx-amz-date:20240101T120000Z\n`;
      const canonical = `GET\n${canonicalPath}\n\n${lines}\n${names}\n${hash}`;
      const text = `AWS4-HMAC-SHA256\n20240101T120000Z\n${scope}\n${sha256Hex(canonical)}`;
      const key = scope
        .split('/')
        .reduce<string | Buffer>((from, part) => createHmac('sha256', from).update(part).digest(), `AWS4${credentials.secretAccessKey}`);
      const signature = createHmac('sha256', key).update(text).digest('hex');
      return requestOf('GET', `${endpoint}/a%20b`, [
        ['x-amz-content-sha256', hash],
        ['x-amz-date', '20240101T120000Z'],
        [
          'authorization',
          `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}`,
        ],
      ]);
    };
    const service = ['s3', 'latchkey'];
    expect(await outcome(signedAs('latchkey', '/a%2520b'), { service })).toBe('verified');
    expect(await outcome(signedAs('latchkey', '/a%20b'), { service })).toBe('verified');
    expect(await outcome(signedAs('s3', '/a%20b'), { service })).toBe('verified');
    expect(await outcome(signedAs('s3', '/a%2520b'), { service })).toBe('signature-mismatch');
  });
  test('accepts the current and the former secret of one access key, one after the other', async () => {
    const request = presigned();
    const withSecret = async (secretAccessKey: string) => (await verify(request, rules, () => ({ secretAccessKey }))).kind;
    expect(await withSecret(credentials.secretAccessKey)).toBe('verified');
    expect(await withSecret('rotated')).toBe('refused');
    expect(await withSecret(credentials.secretAccessKey)).toBe('verified');
  });
  test('passes through what the look-up throws, and does not look up what is refused before', async () => {
    const broken = () => Promise.reject(new Error('the store is down'));
    await expect(verify(presigned(), rules, broken)).rejects.toThrow('the store is down');
    expect((await verify(presigned(), { ...rules, region: 'x' }, broken)).kind).toBe('refused');
    expect(await verify(requestOf('GET', `${endpoint}/b/k`), rules, broken)).toEqual({ kind: 'anonymous' });
  });
  test('signs header values as the bytes they are', async () => {
    const bytes = Buffer.from('é ').toString('latin1');
    const url = presign({
      bucket: 'b',
      key: 'k',
      region: 'us-east-1',
      endpoint,
      credentials,
      expiresIn: 60,
      now,
      headers: { 'x-amz-meta-a': 'e' },
    }).url;
    expect(await outcome(requestOf('GET', url, [['x-amz-meta-a', bytes]]))).toBe('signature-mismatch');
  });
});

describe('signature version 2', () => {
  const expires = now.getTime() / 1000 + 60;
  const v2 = (text: string): string => createHmac('sha1', credentials.secretAccessKey).update(text).digest('base64');
  const url = (path: string, signature: string, more = ''): string =>
    `${endpoint}${path}?AWSAccessKeyId=${credentials.accessKeyId}&Expires=${expires}&Signature=${encodeURIComponent(signature)}${more}`;

  test('signs the path as it was sent, sorted sub-resources with decoded values, and nothing else of the query', async () => {
    const signature = v2(`GET\n\n\n${expires}\n/b/a%20b?response-content-type=text/plain&versionId=1`);
    const more = '&versionId=1&response-content-type=text%2Fplain&prefix=ignored';
    expect(await outcome(requestOf('GET', url('/b/a%20b', signature, more)))).toBe('verified');
    expect(await outcome(requestOf('GET', url('/b/a%20b', signature, more.replace('=1', '=2'))))).toBe('signature-mismatch');
  });
  test('signs Content-Type, Content-MD5 and all x-amz-* headers, sent or moved to the query', async () => {
    const signature = v2(`PUT\nbWQ1\ntext/plain\n${expires}\nx-amz-acl:private\nx-amz-meta-a:b\n/b/k`);
    const headers: HeaderField[] = [
      ['content-md5', 'bWQ1'],
      ['content-type', 'text/plain'],
      ['x-amz-meta-a', 'b'],
      ['x-amz-acl', 'private'],
    ];
    expect(await outcome(requestOf('PUT', url('/b/k', signature), headers))).toBe('verified');
    const moved = '&content-md5=bWQ1&content-type=text%2Fplain&x-amz-meta-a=b&X-Amz-Acl=private';
    expect(await outcome(requestOf('PUT', url('/b/k', signature, moved)))).toBe('verified');
    for (const extra of [['content-type', 'text/html'] as const, ['x-amz-copy-source', '/a/b'] as const, ['x-amz-meta-a', 'c'] as const]) {
      expect(await outcome(requestOf('PUT', url('/b/k', signature, moved), [extra]))).toBe('signature-mismatch');
    }
  });
  test('forgives a plus in the signature that arrived as a space', async () => {
    const key = Array.from({ length: 100 }, (_, i) => `/b/k${i}`).find((path) => v2(`GET\n\n\n${expires}\n${path}`).includes('+')) ?? '';
    const unencoded = url(key, 'SIGNATURE').replace('SIGNATURE', v2(`GET\n\n\n${expires}\n${key}`));
    expect(await outcome(requestOf('GET', unencoded))).toBe('verified');
  });
  test('reads the session token from the query or a header', () => {
    const request = requestOf('GET', url('/b/k', 'x', '&x-amz-security-token=t%2B'));
    expect(readAuthentication(request, rules)).toMatchObject({ kind: 'v2-query', sessionToken: 't+' });
  });
  test('takes the bucket from the host in virtual-host style', async () => {
    const signature = v2(`GET\n\n\n${expires}\n/b/k`);
    expect(await outcome(requestOf('GET', url('/k', signature)), { virtualHostBucket: 'b' })).toBe('verified');
    expect(await outcome(requestOf('GET', url('/k', signature)), { virtualHostBucket: 'c' })).toBe('signature-mismatch');
  });
});

test('hoistedHeaders are the x-amz-* parameters that act as headers, and listed headers nobody sent; a sent header wins', () => {
  const request = presigned({
    method: 'PUT',
    headers: { 'x-amz-meta-sent': 'header', 'cache-control': 'no-store' },
    query: {
      'X-Amz-Acl': 'private',
      'x-amz-meta-sent': 'query',
      'x-amz-checksum-crc32': 'AAAAAA==',
      'x-amz-sdk-checksum-algorithm': 'CRC32',
      'cache-control': 'no-store',
      prefix: 'p',
    },
  });
  const received = { ...request, headers: request.headers.filter(([name]) => name !== 'cache-control') };
  const authentication = readAuthentication(received, rules);
  if (authentication.kind !== 'v4-query') throw new Error(authentication.kind);
  expect(new Map(hoistedHeaders(authentication, received))).toEqual(
    new Map([
      ['x-amz-acl', 'private'],
      ['cache-control', 'no-store'],
    ]),
  );
});

test('a request with thousands of listed headers, headers and parameters is judged as any other, without taking longer and longer', async () => {
  const many = Array.from({ length: 2000 }, (_, i) => `x-amz-meta-${i}`);
  const headers = Object.fromEntries(many.map((name) => [name, 'a  b']));
  const request = presigned({ method: 'PUT', headers, query: Object.fromEntries(many.map((name) => [`q${name}`, '1'])) });
  expect(await outcome(request)).toBe('verified');
  expect(await outcome({ ...request, headers: request.headers.slice(0, -1) })).toBe('signature-mismatch');
  expect(await outcome({ ...request, headers: [...request.headers, ['x-amz-meta-more', 'x']] })).toBe('headers-not-signed');
  const inQuery = presigned({ method: 'PUT', headers, query: headers });
  expect(await outcome({ ...inQuery, headers: inQuery.headers.filter(([name]) => name === 'host') })).toBe('verified');
});
