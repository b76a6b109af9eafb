import { expect, test } from 'vitest';
import { countAttempts } from './attempts.ts';

function arranged() {
  const clock = { now: 0 };
  return { clock, attempts: countAttempts({ most: 3, windowMs: 60_000, now: () => clock.now, namesKept: 4 }) };
}

test('after so many there is a wait until the window ends', () => {
  const { attempts, clock } = arranged();
  for (let i = 0; i < 3; i++) expect(attempts.begin('a')).toBe(0);
  clock.now = 10_500;
  expect(attempts.begin('a')).toBe(50);
  clock.now = 60_000;
  expect(attempts.begin('a')).toBe(0);
});

test('every name counts for itself', () => {
  const { attempts } = arranged();
  for (let i = 0; i < 3; i++) attempts.begin('a');
  expect([attempts.begin('a'), attempts.begin('b')]).toEqual([60, 0]);
});

test('what was right is forgiven', () => {
  const { attempts } = arranged();
  for (let i = 0; i < 9; i++) {
    expect(attempts.begin('a')).toBe(0);
    attempts.forgive('a');
  }
});

test('names beyond so many push out the oldest', () => {
  const { attempts } = arranged();
  for (let i = 0; i < 3; i++) attempts.begin('a');
  for (const name of ['b', 'c', 'd']) attempts.begin(name);
  expect(attempts.begin('a')).toBeGreaterThan(0);
  attempts.begin('e');
  expect(attempts.begin('a')).toBe(0);
});
