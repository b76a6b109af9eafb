import { describe, expect, it } from 'vitest';
import { fieldsOf, type Guardrails, guardrailsOf, isSpan } from './guardrails.ts';

describe('guardrails', () => {
  it.each<Guardrails>([
    {},
    { sigv2: false },
    { presignedUrls: false, presignedForms: false, pageLifetimeSeconds: 2_592_000 },
    {
      maxLifetimeSeconds: { read: 86_400, write: 3600, form: 90 },
      requiredTerms: { write: ['max-size', 'content-types'], form: ['max-size'] },
    },
  ])('come out of their fields as they went in: %j', (guardrails) => {
    expect(guardrailsOf(fieldsOf(guardrails))).toEqual(guardrails);
  });
  it('shows a life in its largest whole unit', () => {
    expect(fieldsOf({ maxLifetimeSeconds: { read: 86_400, write: 5400, form: 61 } }).lifetimes).toEqual({
      read: '1d',
      write: '90m',
      form: '61s',
    });
  });
});

describe('isSpan', () => {
  it.each(['', '15m', '7d', ' 1h '])('takes %j', (text) => expect(isSpan(text)).toBe(true));
  it.each(['15', 'm', '-1h', '1.5h', '0d', '1w'])('does not take %j', (text) => expect(isSpan(text)).toBe(false));
});
