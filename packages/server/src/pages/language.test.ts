import { describe, expect, test } from 'vitest';
import { languageOf, sizeText, timeText } from './language.ts';

describe('languageOf', () => {
  test.each([
    [undefined, 'en'],
    ['', 'en'],
    ['de', 'de'],
    ['de-AT,de;q=0.9,en;q=0.8', 'de'],
    ['fr-CH, fr;q=0.9, de;q=0.7, en;q=0.8', 'en'],
    ['fr', 'en'],
    ['de;q=0, en', 'en'],
    ['DE-de', 'de'],
    [';;;,,,q=', 'en'],
  ])('%j is answered in %s', (accepted, language) => {
    expect(languageOf(accepted)).toBe(language);
  });
});

test('sizes are told in the unit that fits', () => {
  expect(sizeText(0, 'en')).toBe('0 bytes');
  expect(sizeText(999, 'en')).toBe('999 bytes');
  expect(sizeText(1_540_000, 'en')).toBe('1.5 MB');
  expect(sizeText(1_540_000, 'de')).toBe('1,5 MB');
  expect(sizeText(5e15, 'en')).toBe('5,000 TB');
});

test('times say that they are those of Greenwich', () => {
  expect(timeText(Date.UTC(2026, 10, 22, 9, 5), 'en')).toMatch(/^November 22, 2026 at 9:05\sAM UTC$/);
});
