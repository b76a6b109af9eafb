import { describe, expect, it } from 'vitest';
import { parseSize } from './size.ts';

describe('parseSize', () => {
  it.each([
    ['0', 0],
    ['1048576', 1048576],
    ['10MB', 10_000_000],
    ['5 GiB', 5_368_709_120],
    ['1kib', 1024],
  ])('reads %s', (text, bytes) => expect(parseSize(text, '--max-size')).toBe(bytes));
  it.each(['', '-1', '1.5', 'ten', '1PB', '1e3', '99999999TiB'])('refuses "%s"', (text) => {
    expect(() => parseSize(text, '--max-size')).toThrow('--max-size is a number of bytes');
  });
});
