import { describe, expect, it } from 'vitest';
import { endText, remainingText, spanText } from './spans.ts';

describe('spanText', () => {
  it.each([
    [300, '5 min'],
    [3600, '1 hr'],
    [43_200, '12 hr'],
    [86_400, '1 day'],
    [604_800, '7 days'],
    [5400, '90 min'],
  ])('says %s seconds as %s', (seconds, text) => {
    expect(spanText(seconds, 'en')).toBe(text);
  });
});

describe('remainingText', () => {
  it.each([
    [59, '0:59'],
    [299, '4:59'],
    [3723, '1:02:03'],
    [7200, '2 hr 0 min'],
  ])('counts %s seconds down as %s', (seconds, text) => {
    expect(remainingText(seconds, 'en')).toBe(text);
  });
});

describe('endText', () => {
  it('is in the zone of the viewer', () => {
    expect(endText(Date.parse('2026-11-24T13:05:00Z'), 'en-GB', 'Europe/Berlin')).toBe('Tue, 24 Nov 2026, 14:05');
  });
});
