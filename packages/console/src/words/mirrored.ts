/**
 * A language for tests: English in accented letters, longer by a third, written from right to left. What stays plain on the screen was never
 * given to the words; what is cut off has too little room; what stands on the wrong side names left or right.
 */
import { en } from './en.ts';
import type { Words } from './words.ts';

const LETTERS: Readonly<Record<string, string>> = {
  a: 'á',
  e: 'é',
  i: 'í',
  o: 'ó',
  u: 'ú',
  n: 'ñ',
  s: 'š',
  z: 'ž',
  A: 'Á',
  E: 'É',
  O: 'Ó',
  S: 'Š',
};

export const mirrored: Words = asMirrored(en) as Words;

function asMirrored(value: unknown): unknown {
  switch (typeof value) {
    case 'string':
      return accented(value);
    case 'function':
      return (...values: unknown[]) => accented(String((value as (...values: unknown[]) => unknown)(...values)));
    default:
      return Object.fromEntries(Object.entries(value as object).map(([name, inner]) => [name, asMirrored(inner)]));
  }
}

/** U+200F makes a line of Latin letters begin at the right. */
function accented(text: string): string {
  const changed = text.replace(/[aeiounszAEOS]/g, (letter) => LETTERS[letter] ?? letter);
  return `\u200F${changed}${'~'.repeat(Math.ceil(text.length / 3))}\u200F`;
}
