import type { S3Error } from '@latchkey/s3/errors';
import { openMemoryRecordStore } from '@latchkey/storage/memory-record-store';
import { describe, expect, test } from 'vitest';
import { Denial } from '../denial.ts';
import type { Admitted, SignatureFacts } from '../pipeline.ts';
import type { Guardrails } from './document.ts';
import { respectGuardrails } from './respect.ts';
import { EVERYWHERE, guardrailStore } from './store.ts';

const NOW = Date.parse('2026-11-22T12:00:00Z');
const signed = (facts: Partial<SignatureFacts> = {}): SignatureFacts => ({
  authType: 'REST-QUERY-STRING',
  version: 'AWS4-HMAC-SHA256',
  signedAt: NOW,
  payloadHash: 'UNSIGNED-PAYLOAD',
  ...facts,
});
const request = (facts: Partial<Admitted> = {}): Admitted =>
  ({ method: 'GET', bucket: 'box', receivedAt: NOW, signature: signed(), ...facts }) as Admitted;

/** What the operator is told; nothing where it is let through. */
async function refusal(facts: Partial<Admitted>, here: Guardrails, everywhere: Guardrails = {}): Promise<string | undefined> {
  const store = guardrailStore(openMemoryRecordStore());
  await store.put('box', here);
  await store.put(EVERYWHERE, everywhere);
  try {
    await respectGuardrails(request(facts), store);
    return undefined;
  } catch (error) {
    const { code, message, cause } = error as S3Error;
    expect([code, message, cause instanceof Denial && cause.check]).toEqual(['AccessDenied', 'Access Denied', 'guardrail']);
    return (cause as Denial).message;
  }
}

describe('respectGuardrails', () => {
  test('lets through whatever is not limited', async () => {
    expect(await refusal({}, {})).toBeUndefined();
    expect(await refusal({}, { presignedForms: false, sigv2: false, maxLifetimeSeconds: { write: 1, form: 1 } })).toBeUndefined();
  });
  test('is about what is pre-signed, and about nothing else', async () => {
    const limits: Guardrails = { presignedUrls: false, presignedForms: false, sigv2: false };
    expect(await refusal({ signature: undefined }, limits)).toBeUndefined();
    expect(await refusal({ signature: signed({ authType: 'REST-HEADER' }) }, limits)).toBeUndefined();
  });
  test('names the place whose guardrail it is, the installation’s first', async () => {
    const off = { presignedUrls: false };
    expect(await refusal({}, off)).toBe('A guardrail of the bucket box refuses this request: Pre-signed URLs are off.');
    expect(await refusal({}, {}, off)).toBe('A guardrail of every bucket refuses this request: Pre-signed URLs are off.');
    expect(await refusal({}, off, { maxLifetimeSeconds: { read: 1 } })).toContain('the bucket box');
    expect(await refusal({ bucket: undefined } as Partial<Admitted>, off)).toBeUndefined();
  });
  test('counts the life from the signature to the second, inclusive', async () => {
    const limits: Guardrails = { maxLifetimeSeconds: { read: 60 } };
    expect(await refusal({ signature: signed({ signedAt: NOW - 60_000 }) }, limits)).toBeUndefined();
    expect(await refusal({ signature: signed({ signedAt: NOW - 60_001 }) }, limits)).toContain(
      'It was signed 60 seconds ago, and works for 60.',
    );
    expect(await refusal({ signature: signed({ signedAt: NOW + 300_000 }) }, limits)).toBeUndefined();
    expect(await refusal({ signature: signed({ version: 'AWS', signedAt: undefined }) }, limits)).toContain('does not say when');
  });
  test.each([
    ['GET', 'read'],
    ['HEAD', 'read'],
    ['PUT', 'write'],
    ['POST', 'write'],
    ['DELETE', 'write'],
  ] as const)('takes a URL for %s for one to %s', async (method, kind) => {
    const old = { method, signature: signed({ signedAt: NOW - 10_000 }) };
    expect(await refusal(old, { maxLifetimeSeconds: { [kind]: 5 } })).toContain('It was signed 10 seconds ago');
    const others = Object.fromEntries((['read', 'write', 'form'] as const).filter((other) => other !== kind).map((other) => [other, 5]));
    expect(await refusal(old, { maxLifetimeSeconds: others })).toBeUndefined();
  });
  test('asks for terms, a link’s or those in the URL, whichever there are', async () => {
    const limits: Guardrails = { requiredTerms: { read: ['max-uses', 'source-ip'] } };
    expect(await refusal({}, limits)).toContain('It needs the term max-uses.');
    expect(await refusal({ terms: { maxUses: 1 } } as Partial<Admitted>, limits)).toContain('It needs the term source-ip.');
    expect(await refusal({ terms: { maxUses: 1, sourceIp: ['10.0.0.0/8'] } } as Partial<Admitted>, limits)).toBeUndefined();
    expect(await refusal({ terms: { noOverwrite: false } } as Partial<Admitted>, { requiredTerms: { read: ['no-overwrite'] } })).toContain(
      'It needs the term no-overwrite.',
    );
  });
});
