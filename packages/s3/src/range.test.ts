import fc from 'fast-check';
import { expect, test } from 'vitest';
import { contentRange, parseRange } from './range.ts';

test.each([
  ['bytes=0-9', 100, { start: 0, end: 9 }],
  ['bytes=90-', 100, { start: 90, end: 99 }],
  ['bytes=90-1000', 100, { start: 90, end: 99 }],
  ['bytes=-5', 100, { start: 95, end: 99 }],
  ['bytes=-500', 100, { start: 0, end: 99 }],
  ['Bytes=1-1', 100, { start: 1, end: 1 }],
  ['bytes=0-99999999999999999999999', 100, { start: 0, end: 99 }],
  ['bytes=100-', 100, 'unsatisfiable'],
  ['bytes=99999999999999999999999-', 100, 'unsatisfiable'],
  ['bytes=-0', 100, 'unsatisfiable'],
  ['bytes=0-', 0, 'unsatisfiable'],
  ['bytes=-1', 0, 'unsatisfiable'],
  [undefined, 100, 'whole'],
  ['bytes=5-2', 100, 'whole'],
  ['bytes=0-1,5-6', 100, 'whole'],
  ['bytes=-', 100, 'whole'],
  ['bytes=a-b', 100, 'whole'],
  ['items=0-1', 100, 'whole'],
  ['', 100, 'whole'],
])('parseRange reads %s of %d bytes', (header, size, expected) => {
  expect(parseRange(header, size)).toEqual(expected);
});

test('parseRange gives a range inside the object, whatever is asked', () => {
  const bound = fc.option(fc.nat(200), { nil: '' });
  fc.assert(
    fc.property(bound, bound, fc.nat(100), (first, last, size) => {
      const range = parseRange(`bytes=${first}-${last}`, size);
      if (typeof range === 'string') return;
      expect(range.start).toBeGreaterThanOrEqual(0);
      expect(range.end).toBeGreaterThanOrEqual(range.start);
      expect(range.end).toBeLessThan(size);
    }),
  );
});

test('contentRange names the range and the size', () => {
  expect(contentRange({ start: 0, end: 9 }, 100)).toBe('bytes 0-9/100');
});
