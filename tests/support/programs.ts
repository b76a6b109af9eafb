import { test } from 'vitest';
import { pathOf } from './path-of.ts';

/**
 * `test`, for tests that run a program which may be absent: `needs('s3cmd')('s3cmd gets what it put', async () => { … })`.
 * Without the program the test is skipped and its name says what it needs; where nothing may be skipped
 * (LATCHKEY_REQUIRE_ALL=1, as in CI) it fails instead.
 */
export function needs(...programs: readonly string[]): Test {
  const absent = programs.filter((program) => pathOf(program) === undefined);
  if (absent.length === 0) return test;
  const reason = `needs ${absent.join(', ')}`;
  if (process.env.LATCHKEY_REQUIRE_ALL === '1') {
    return (name) =>
      test(name, () => {
        throw new Error(`This test ${reason}, and LATCHKEY_REQUIRE_ALL=1 allows no test to be skipped.`);
      });
  }
  return (name) => test.skip(`${name} (skipped: ${reason})`, () => {});
}

type Test = (name: string, run: () => void | Promise<void>, timeoutMs?: number) => void;
