import { describe, expect, test } from 'vitest';
import { checkTerms } from './check-terms.ts';
import { type LinkMethod, MAX_SIGNED_MS } from './model.ts';
import type { LinkTerms } from './terms.ts';

const NOW = Date.UTC(2026, 10, 22);
const check = (terms: Partial<LinkTerms>, method: LinkMethod = 'PUT') =>
  checkTerms({ expiresAt: NOW + 1000, ...terms }, method, { now: NOW, signedAt: NOW });

describe('checkTerms', () => {
  test.each<[string, Partial<LinkTerms>, LinkMethod?]>([
    ['nothing but an end', {}],
    ['seven days', { expiresAt: NOW + MAX_SIGNED_MS }],
    ['a beginning', { notBefore: NOW + 500 }],
    ['one use', { maxUses: 1 }],
    ['a thousand million uses', { maxUses: 1e9 }],
    ['addresses and blocks', { sourceIp: ['192.0.2.1', '2001:db8::/32', '0.0.0.0/0'] }],
    ['an exact size', { minSize: 5, maxSize: 5 }],
    ['types that are looked at', { contentTypes: ['image/*', 'application/pdf'], checksContent: true }],
    ['a name to save it under', { downloadName: 'Bericht „März“.pdf', disposition: 'inline' }, 'GET'],
    ['a rate', { maxBytesPerSecond: 1000 }],
  ])('takes %s', (_, terms, method) => {
    expect(() => check(terms, method)).not.toThrow();
  });

  test.each<[string, Partial<LinkTerms>, LinkMethod?]>([
    ['expiresAt', { expiresAt: NOW }],
    ['expiresAt', { expiresAt: NOW + MAX_SIGNED_MS + 1 }],
    ['expiresAt', { expiresAt: Number.NaN }],
    ['notBefore', { notBefore: NOW + 1000 }],
    ['maxUses', { maxUses: 0 }],
    ['maxUses', { maxUses: 1.5 }],
    ['maxUses', { maxUses: 1e9 + 1 }],
    ['sourceIp', { sourceIp: [] }],
    ['sourceIp', { sourceIp: ['example.com'] }],
    ['sourceIp', { sourceIp: Array.from({ length: 51 }, () => '192.0.2.1') }],
    ['maxSize', { minSize: 5, maxSize: 4 }],
    ['minSize', { minSize: -1 }],
    ['contentTypes', { contentTypes: ['Image/PNG'] }],
    ['contentTypes', { contentTypes: ['*/*'] }],
    ['checksContent', { checksContent: true }],
    ['checksContent', { contentTypes: ['application/x-unheard-of'], checksContent: true }],
    ['downloadName', { downloadName: 'x' }],
    ['downloadName', { downloadName: '' }, 'GET'],
    ['disposition', { disposition: 'inline' }, 'POST'],
    ['maxSize', { maxSize: 1 }, 'GET'],
    ['noOverwrite', { noOverwrite: true }, 'GET'],
    ['maxBytesPerSecond', { maxBytesPerSecond: 999 }],
  ])('refuses %s: %j', (name, terms, method) => {
    const fields = expect.objectContaining({ ArgumentName: `terms.${name}` });
    expect(() => check(terms, method)).toThrow(expect.objectContaining({ code: 'InvalidArgument', fields }));
  });
});
