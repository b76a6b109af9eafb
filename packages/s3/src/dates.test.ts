import fc from 'fast-check';
import { expect, test } from 'vitest';
import { httpDate, isoDate, parseHttpDate } from './dates.ts';

test('httpDate and isoDate write S3’s forms', () => {
  expect(httpDate(Date.UTC(2026, 0, 1) + 999)).toBe('Thu, 01 Jan 2026 00:00:00 GMT');
  expect(isoDate(Date.UTC(2026, 0, 1))).toBe('2026-01-01T00:00:00.000Z');
});

test('parseHttpDate reads what httpDate wrote', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 250_000_000_000 }), (second) => {
      expect(parseHttpDate(httpDate(second * 1000))).toBe(second * 1000);
    }),
  );
});

test.each([
  'Sun, 06 Nov 1994 08:49:37 GMT',
  'Sunday, 06-Nov-94 08:49:37 GMT',
  'Sun Nov  6 08:49:37 1994',
  'Sun, 6 Nov 1994 08:49:37 +0000',
])('parseHttpDate reads %s', (text) => {
  expect(parseHttpDate(text)).toBe(Date.UTC(1994, 10, 6, 8, 49, 37));
});

test.each(['', '0', 'now', '2026-01-01', 'Sun, 06 Nov 1994 08:49:37', 'Sun, 36 Nov 1994 08:49:37 GMT', 'Sun, 06 Nov 1994 25:00:00 GMT'])(
  'parseHttpDate ignores %j',
  (text) => {
    expect(parseHttpDate(text)).toBeUndefined();
  },
);
