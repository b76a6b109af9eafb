import { expect, test } from 'vitest';
import { checkTemplate, expandTemplate, isUnique, withOwnId } from './key-template.ts';

const file = { name: 'Tax report.pdf', now: Date.UTC(2026, 10, 22, 9, 5, 7) };

test.each([
  ['{date}/{time}-{name}', /^2026-11-22\/090507-Tax report\.pdf$/],
  ['{id}', /^[a-z2-9]{8}$/],
  ['{uuid}/{name}', /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\/Tax report\.pdf$/],
  ['in-{name}-{name}', /^in-Tax report\.pdf-Tax report\.pdf$/],
])('expandTemplate of %s', (template, key) => {
  expect(() => checkTemplate(template, 'in/')).not.toThrow();
  expect(expandTemplate(template, file)).toMatch(key);
});

test('expandTemplate does not expand what a file is called', () => {
  expect(expandTemplate('{name}', { ...file, name: '{id}' })).toBe('_id_');
});

test.each([
  '',
  '{date}',
  '{user}-{name}',
  '{name',
  'a//{name}',
  '/{name}',
  '{name}/',
  './{name}',
  'a/../{name}',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: that is what is refused
  '${filename}{name}',
  'a\n{name}',
  '\\{name}',
])('checkTemplate refuses %j', (template) => {
  expect(() => checkTemplate(template, '')).toThrow('The key template');
});

test('checkTemplate refuses what might become longer than a key may be', () => {
  expect(() => checkTemplate('{name}', 'p'.repeat(812))).not.toThrow();
  expect(() => checkTemplate('{name}', 'p'.repeat(813))).toThrow('too long');
});

test.each([
  ['in/a.txt', /^in\/a-[a-z2-9]{8}\.txt$/],
  ['in/a', /^in\/a-[a-z2-9]{8}$/],
  ['in.d/a', /^in\.d\/a-[a-z2-9]{8}$/],
  ['in/a.tar.gz', /^in\/a\.tar-[a-z2-9]{8}\.gz$/],
])('withOwnId(%s)', (key, made) => {
  expect(withOwnId(key)).toMatch(made);
});

test('isUnique where each file gets an id', () => {
  expect([isUnique('{date}/{name}'), isUnique('{id}-{name}'), isUnique('{uuid}')]).toEqual([false, true, true]);
});
