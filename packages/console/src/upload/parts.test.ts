import { describe, expect, it } from 'vitest';
import { partSizeFor, partsLeft, sizeOfParts } from './parts.ts';

const MIB = 1024 * 1024;

describe('parts', () => {
  it('are of 16 MiB, and larger where there would be more than 10,000', () => {
    expect(partSizeFor(200 * MIB)).toBe(16 * MIB);
    expect(partSizeFor(160_000 * MIB)).toBe(16 * MIB);
    expect(partSizeFor(160_001 * MIB)).toBe(17 * MIB);
    expect(Math.ceil((5 * 1024 * 1024 * MIB) / partSizeFor(5 * 1024 * 1024 * MIB))).toBeLessThanOrEqual(10_000);
  });
  it('cover the file once, without those that were sent', () => {
    const all = partsLeft(40 * MIB, 16 * MIB, []);
    expect(all).toEqual([
      { number: 1, start: 0, end: 16 * MIB },
      { number: 2, start: 16 * MIB, end: 32 * MIB },
      { number: 3, start: 32 * MIB, end: 40 * MIB },
    ]);
    expect(partsLeft(40 * MIB, 16 * MIB, [{ number: 2, etag: 'x' }])).toEqual([all[0], all[2]]);
  });
  it('count the last one for what it has', () => {
    const sent = [1, 3].map((number) => ({ number, etag: 'x' }));
    expect(sizeOfParts(sent, 16 * MIB, 40 * MIB)).toBe(24 * MIB);
  });
});
