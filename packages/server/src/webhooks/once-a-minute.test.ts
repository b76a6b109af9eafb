import { expect, it } from 'vitest';
import { onceAMinute } from './once-a-minute.ts';

it('says once a minute that something is to be told, of each by itself', () => {
  let now = 0;
  const isToTell = onceAMinute(() => now);
  expect([isToTell('a'), isToTell('a'), isToTell('b')]).toEqual([true, false, true]);
  now += 59_999;
  expect(isToTell('a')).toBe(false);
  now += 1;
  expect([isToTell('a'), isToTell('a')]).toEqual([true, false]);
});

it('remembers a bounded number, and tells the oldest too often rather than not at all', () => {
  const isToTell = onceAMinute(() => 0);
  for (let i = 0; i < 20_000; i++) expect(isToTell(`${i}`)).toBe(true);
  expect([isToTell('19999'), isToTell('0')]).toEqual([false, true]);
});
