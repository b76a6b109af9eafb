import { describe, expect, test } from 'vitest';
import { type Guardrails, parseGuardrails, TERMS } from './document.ts';

describe('parseGuardrails', () => {
  test('reads everything that may be said, and nothing is a limit unless it is said', () => {
    const all: Guardrails = {
      sigv2: false,
      presignedUrls: true,
      presignedForms: false,
      maxLifetimeSeconds: { read: 3600, write: 60, form: 1 },
      requiredTerms: { read: ['source-ip'], write: [...TERMS], form: [] },
    };
    expect(parseGuardrails(JSON.stringify(all))).toEqual(all);
    expect(parseGuardrails('{}')).toEqual({});
  });
  test.each<[unknown, string]>([
    [{ sigv2: 'false' }, 'sigv2 is true or false.'],
    [{ presignedUrls: 0 }, 'presignedUrls is true or false.'],
    [{ presignedForms: null }, 'presignedForms is true or false.'],
    [{ maxLifetime: 60 }, 'There is no guardrail called maxLifetime.'],
    [{ SigV2: false }, 'There is no guardrail called SigV2.'],
    [{ maxLifetimeSeconds: 60 }, 'maxLifetimeSeconds are an object.'],
    [{ maxLifetimeSeconds: { get: 60 } }, 'maxLifetimeSeconds is by kind: read, write, form; not get.'],
    [{ maxLifetimeSeconds: { read: 0 } }, 'maxLifetimeSeconds.read is a whole number of seconds, 1 or more.'],
    [{ maxLifetimeSeconds: { read: 1.5 } }, 'maxLifetimeSeconds.read is a whole number of seconds, 1 or more.'],
    [{ maxLifetimeSeconds: { read: '60' } }, 'maxLifetimeSeconds.read is a whole number of seconds, 1 or more.'],
    [{ requiredTerms: { write: 'max-size' } }, 'requiredTerms.write is a list of terms:'],
    [{ requiredTerms: { write: ['maxSize'] } }, 'requiredTerms.write is a list of terms:'],
    [{ requiredTerms: [] }, 'requiredTerms are an object.'],
    [[], 'The guardrails are an object.'],
    [null, 'The guardrails are an object.'],
    ['x', 'The guardrails are an object.'],
  ])('refuses %j with a sentence that names the member', (document, sentence) => {
    expect(() => parseGuardrails(JSON.stringify(document))).toThrow(sentence);
  });
  test('refuses what is no JSON', () => {
    for (const text of ['', '{', '{"sigv2": false,}', 'sigv2: false']) expect(() => parseGuardrails(text)).toThrow('not JSON');
  });
  test('takes names for what they are, whatever they are called', () => {
    for (const name of ['__proto__', 'constructor', 'toString'])
      expect(() => parseGuardrails(`{"${name}": {"sigv2": false}}`)).toThrow(`There is no guardrail called ${name}.`);
    expect(() => parseGuardrails('{"maxLifetimeSeconds": {"__proto__": 5}}')).toThrow('not __proto__');
  });
});
