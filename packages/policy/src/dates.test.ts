import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readMoment } from './dates.ts';

describe('readMoment', () => {
  test.each([
    ['2026', Date.UTC(2026, 0, 1)],
    ['2026-11', Date.UTC(2026, 10, 1)],
    ['2026-11-21', Date.UTC(2026, 10, 21)],
    ['2026-11-21T10:05Z', Date.UTC(2026, 10, 21, 10, 5)],
    ['2026-11-21T10:05:06Z', Date.UTC(2026, 10, 21, 10, 5, 6)],
    ['2026-11-21T10:05:06.25Z', Date.UTC(2026, 10, 21, 10, 5, 6, 250)],
    ['2026-11-21T10:05:06+02:00', Date.UTC(2026, 10, 21, 8, 5, 6)],
    ['2026-11-21T10:05:06-05:30', Date.UTC(2026, 10, 21, 15, 35, 6)],
    ['2024-02-29', Date.UTC(2024, 1, 29)],
    ['1795255506', 1_795_255_506_000],
    ['1795255506.5', 1_795_255_506_500],
    ['-86400', -86_400_000],
    ['0.0', 0],
  ])('reads %s', (text, milliseconds) => {
    expect(readMoment(text)).toBe(milliseconds);
  });

  test('reads back every moment that toISOString writes', () => {
    const range = { min: new Date('0100-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true };
    const same = fc.property(fc.date(range), (date) => {
      expect(readMoment(date.toISOString())).toBe(date.getTime());
      expect(readMoment((date.getTime() / 1000).toFixed(3))).toBe(date.getTime());
    });
    fc.assert(same, { numRuns: 500 });
  });

  test.each([
    ...['', 'now', '2026-13', '2026-02-30', '2026-04-31', '2026-11-21T24:00Z', '2026-11-21T10:60Z', '2026-11-21T10:00:61Z'],
    ...['2026-11-21T10:00', '2026-11-21T10:00:00', '2026-11-21 10:00Z', '2026-11-21T10:00:00+2', '2026-11-21T10:00:00+15:00', '0050-01-01'],
    ...['20261121T100000Z', '1e9', 'Infinity', 'NaN', '99999999999999', '+2026', '2026-11-21T10:00:00z'],
  ])('does not take %j for a moment', (text) => {
    expect(readMoment(text)).toBeUndefined();
  });
});
