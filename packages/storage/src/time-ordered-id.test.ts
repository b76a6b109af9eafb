import { expect, test } from 'vitest';
import { timeOrderedId } from './time-ordered-id.ts';

test('timeOrderedId sorts by time', () => {
  const [early, late] = [timeOrderedId(1_762_000_000_000), timeOrderedId(1_762_000_000_001)];
  expect(Buffer.compare(early, late)).toBe(-1);
});

test('timeOrderedId makes 16 bytes, of which no two are alike', () => {
  const ids = Array.from({ length: 2000 }, () => timeOrderedId(0).toString('hex'));
  expect(new Set(ids).size).toBe(2000);
  expect(ids.every((id) => id.length === 32)).toBe(true);
});
