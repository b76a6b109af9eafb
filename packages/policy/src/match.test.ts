import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { matches, matchesCodes, patternOf, wildcardPieces } from './match.ts';

describe('matches', () => {
  test.each([
    ['*', '', true],
    ['*', 'anything: at / all', true],
    ['?', '', false],
    ['?', ':', true],
    ['a*', 'a', true],
    ['a*', 'b', false],
    ['a**', 'a/b:c', true],
    ['*.jpg', 'holiday/2026:11/a.jpg', true],
    ['*.jpg', 'a.jpg.exe', false],
    ['a?c', 'abc', true],
    ['a?c', 'ac', false],
    ['a*b*c', 'a-b-b-c', true],
    ['a*b*c', 'a-c-b', false],
    ['.*', 'anything', false],
    ['[a]', 'a', false],
    ['arn:aws:s3:::b/*', 'arn:aws:s3:::b/a:b/c', true],
    ['arn:aws:s3:::b/*', 'arn:aws:s3:::bb/a', false],
    ['?', '😀', true],
    ['??', '😀', false],
    ['*?', '😀', true],
    ['*??', '😀', false],
    ['?*?', '😀x', true],
  ])('%j and %j: %s', (pattern, text, expected) => {
    expect(matches(patternOf(wildcardPieces(pattern)), text)).toBe(expected);
  });

  test('agrees with a definition by recursion', () => {
    const short = (alphabet: string[]) => fc.array(fc.constantFrom(...alphabet), { maxLength: 8 });
    const alike = fc.property(short(['a', 'b', '*', '?', '😀']), short(['a', 'b', ':', '/', '😀']), (pattern, text) => {
      expect(matches(patternOf(wildcardPieces(pattern.join(''))), text.join(''))).toBe(fits(pattern, text));
    });
    fc.assert(alike, { numRuns: 5000 });
  });

  test('takes pieces of text for what they are, wildcards in them and all', () => {
    const pattern = patternOf([{ literal: 'home/*/' }, { wildcard: '*' }]);
    expect(matches(pattern, 'home/*/x')).toBe(true);
    expect(matches(pattern, 'home/ana/x')).toBe(false);
  });
});

describe('matchesCodes', () => {
  test.each([1, 10, 50, 500])('looks at a text of 1024 characters a bounded number of times for %i stars', (stars) => {
    for (const pattern of ['*a'.repeat(stars), `${'*a'.repeat(stars)}*b`, `${'a*?'.repeat(stars)}b`]) {
      expect(looks(pattern, 'a'.repeat(1024))).toBeLessThanOrEqual(1025 * 2 * 3);
    }
  });

  test('costs the length of the text times the longest run between two stars at most, and no run twice', () => {
    const bounded = fc.property(worst('ab*?'), worst('ab'), (pattern, text) => {
      const longestRun = Math.max(...pattern.split('*').map((run) => run.length));
      expect(looks(pattern, text)).toBeLessThanOrEqual((text.length + 1) * 2 * (longestRun + 1));
    });
    fc.assert(bounded, { numRuns: 500 });
  });

  test('doubles its work, and no more, when the text doubles', () => {
    const pattern = `${'*aaaa'.repeat(50)}*b`;
    const [once, twice] = [looks(pattern, 'a'.repeat(10_000)), looks(pattern, 'a'.repeat(20_000))];
    expect(twice / once).toBeLessThan(2.1);
  });
});

/** How often the matcher looks at a character of the text. */
function looks(pattern: string, text: string): number {
  let count = 0;
  const counting = {
    length: text.length,
    charCodeAt: (at: number) => {
      count += 1;
      return text.charCodeAt(at);
    },
  };
  const compiled = patternOf([...wildcardPieces(pattern), { wildcard: '?' }]);
  if (compiled.kind !== 'wildcards') throw new Error('not a pattern whose steps can be counted');
  matchesCodes(compiled.codes, counting);
  return count;
}

/** Texts of few letters, in which runs nearly fit everywhere. */
function worst(alphabet: string): fc.Arbitrary<string> {
  return fc.array(fc.constantFrom(...alphabet, 'a', 'a', 'a', 'a'), { maxLength: 200 }).map((letters) => letters.join(''));
}

function fits(pattern: string[], text: string[]): boolean {
  const [letter, ...rest] = pattern;
  if (letter === undefined) return text.length === 0;
  if (letter === '*') return fits(rest, text) || (text.length > 0 && fits(pattern, text.slice(1)));
  return text.length > 0 && (letter === '?' || letter === text[0]) && fits(rest, text.slice(1));
}
