import { expect, test } from 'vitest';
import { backOff } from './back-off.ts';

test('backOff waits twice as long each time a worker ends young, up to half a minute', () => {
  const wait = backOff();
  expect(Array.from({ length: 12 }, () => wait.ended(50))).toEqual([
    100, 200, 400, 800, 1600, 3200, 6400, 12_800, 25_600, 30_000, 30_000, 30_000,
  ]);
  expect(wait.inARow).toBe(12);
});

test('backOff does not wait for a worker that has lived for a while, and begins anew after it', () => {
  const wait = backOff();
  wait.ended(1);
  wait.ended(1);
  expect(wait.ended(10_000)).toBe(0);
  expect(wait.inARow).toBe(0);
  expect(wait.ended(9999)).toBe(100);
});
