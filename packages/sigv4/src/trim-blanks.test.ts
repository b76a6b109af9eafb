import { describe, expect, test } from 'vitest';
import { trimBlanks } from './trim-blanks.ts';

describe('trimBlanks', () => {
  test('takes spaces and tabs away at both ends, and only there', () => {
    expect(['a', ' a', 'a\t', ' \t a b \t', '', ' \t '].map(trimBlanks)).toEqual(['a', 'a', 'a', 'a b', '', '']);
  });
  test('leaves what else looks blank: it is signed', () => {
    for (const character of ['\u00a0', '\n', '\r', '\u000b', '\u3000', '\ufeff']) {
      expect(trimBlanks(`${character}a${character}`)).toBe(`${character}a${character}`);
    }
  });
});
