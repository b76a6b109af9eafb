import { describe, expect, test } from 'vitest';
import { presign } from './presign.ts';
import type { HeaderField, SignedRequest } from './request.ts';
import type { VerifyRules } from './rules.ts';
import { parseTarget } from './target.ts';
import { verifiedLately } from './verified-lately.ts';
import { type KnownCredentials, verifyAtOnce } from './verify.ts';

const credentials = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' };
const now = new Date('2024-01-01T12:00:00Z');
const later = new Date(now.getTime() + 61_000);
const rules: VerifyRules = { now, region: 'us-east-1', service: 's3', sigv2: true };

let keys = 0;
/** A URL that nobody has asked for yet. */
const freshUrl = (options: { contentType?: string; sessionToken?: string } = {}): string => {
  keys += 1;
  const { sessionToken, contentType } = options;
  const by = sessionToken === undefined ? credentials : { ...credentials, sessionToken };
  const method = contentType === undefined ? 'GET' : 'PUT';
  const common = { bucket: 'b', key: `k${keys}`, region: 'us-east-1', endpoint: 'http://s3.test', credentials: by, expiresIn: 60, now };
  return presign({ ...common, method, ...(contentType !== undefined && { contentType }) }).url;
};
const requestOf = (url: string, headers: readonly HeaderField[] = [['host', 'b.s3.test']], method = 'GET'): SignedRequest => {
  const target = parseTarget(url.replace(/^https?:\/\/[^/]*/, ''));
  if ('problem' in target) throw new Error(target.problem);
  return { method, target, headers };
};
const hostOf = (url: string): HeaderField => ['host', new URL(url).host];
const ask = (request: SignedRequest, changes: Partial<VerifyRules> = {}, known: KnownCredentials | undefined = credentials): string => {
  const verdict = verifyAtOnce(request, { ...rules, ...changes }, () => known);
  if (verdict instanceof Promise) throw new Error('It need not wait.');
  return verdict.kind === 'refused' ? verdict.refusal.kind : verdict.kind;
};
/** A URL that has been verified once. */
const known = (options: Parameters<typeof freshUrl>[0] = {}): { readonly url: string; readonly host: HeaderField } => {
  const url = freshUrl(options);
  const host = hostOf(url);
  const by = options.sessionToken === undefined ? credentials : { ...credentials, sessionToken: options.sessionToken };
  expect(ask(requestOf(url, [host]), {}, by)).toBe('verified');
  return { url, host };
};

describe('a URL that was verified lately', () => {
  test('is known again, and verified', () => {
    const { url, host } = known();
    expect(verifiedLately(requestOf(url, [host]), rules)).toBeDefined();
    expect(ask(requestOf(url, [host, ['range', 'bytes=0-9']]))).toBe('verified');
  });
  test('is refused once its time is over', () => {
    const { url, host } = known();
    expect(ask(requestOf(url, [host]), { now: later })).toBe('expired');
    expect(ask(requestOf(url, [host]), { now: new Date(now.getTime() - 3_600_000) })).toBe('not-yet-valid');
  });
  test('is refused once its access key is gone, or has another secret', () => {
    const { url, host } = known();
    const verdict = verifyAtOnce(requestOf(url, [host]), rules, () => undefined);
    expect(verdict).toMatchObject({ kind: 'refused', refusal: { kind: 'unknown-access-key' } });
    expect(ask(requestOf(url, [host]), {}, { secretAccessKey: 'another' })).toBe('signature-mismatch');
    expect(ask(requestOf(url, [host]))).toBe('verified');
  });
  test('is refused once its session token is another, or over', () => {
    const { url, host } = known({ sessionToken: 'token' });
    expect(ask(requestOf(url, [host]), {}, { ...credentials, sessionToken: 'another' })).toBe('token-invalid');
    expect(ask(requestOf(url, [host]), {}, { ...credentials, sessionToken: 'token', expiresAt: new Date(0) })).toBe('token-expired');
  });
  test.each<[string, (host: HeaderField) => readonly HeaderField[], string]>([
    ['another host', () => [['host', 'other.test']], 'signature-mismatch'],
    ['no host', () => [], 'signature-mismatch'],
    ['two hosts', (host) => [host, host], 'repeated-header'],
    ['an x-amz- header that nobody signed', (host) => [host, ['x-amz-copy-source', 'b/secret']], 'headers-not-signed'],
    ['an x-amz- header before the host', (host) => [['x-amz-meta-a', '1'], host], 'headers-not-signed'],
    ['a second mechanism', (host) => [host, ['authorization', 'AWS4-HMAC-SHA256 Credential=x']], 'two-mechanisms'],
  ])('is refused with %s', (_, headers, refusal) => {
    const { url, host } = known();
    expect(ask(requestOf(url, headers(host)))).toBe(refusal);
    expect(ask(requestOf(url, [host]))).toBe('verified');
  });
  test('is refused with another method', () => {
    const { url, host } = known();
    expect(ask(requestOf(url, [host], 'PUT'))).toBe('signature-mismatch');
  });
  test('is refused where another character of it is another, be it of its signature', () => {
    const { url, host } = known();
    const flipped = url.replace(/.$/, (last) => (last === '0' ? '1' : '0'));
    expect(ask(requestOf(flipped, [host]))).toBe('signature-mismatch');
    expect(ask(requestOf(flipped, [host]))).toBe('signature-mismatch');
  });
  test('is refused by who accepts another region or service', () => {
    const { url, host } = known();
    expect(ask(requestOf(url, [host]), { region: 'eu-west-1' })).toBe('wrong-region');
    expect(ask(requestOf(url, [host]), { service: 'sts' })).toBe('wrong-service');
  });
  test('is not remembered where it signs headers besides the host', () => {
    const url = freshUrl({ contentType: 'text/plain' });
    const sent: readonly HeaderField[] = [hostOf(url), ['content-type', 'text/plain']];
    expect(ask(requestOf(url, sent, 'PUT'))).toBe('verified');
    expect(verifiedLately(requestOf(url, sent, 'PUT'), rules)).toBeUndefined();
    expect(ask(requestOf(url, [hostOf(url), ['content-type', 'text/html']], 'PUT'))).toBe('signature-mismatch');
  });
  test('is not remembered where it was refused', () => {
    const url = freshUrl();
    const wrong = requestOf(url, [hostOf(url)]);
    expect(ask(wrong, {}, { secretAccessKey: 'wrong' })).toBe('signature-mismatch');
    expect(verifiedLately(wrong, rules)).toBeUndefined();
  });
});
