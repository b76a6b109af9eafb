import { words } from '../words/words.ts';
import type { nameProblem } from './names.ts';

/** What is wrong with a name, in a sentence. */
export function problemText(problem: NonNullable<ReturnType<typeof nameProblem>>): string {
  const text = words().browse;
  return { empty: text.problemEmpty, dots: text.problemDots, slashes: text.problemSlashes, long: text.problemLong }[problem];
}
