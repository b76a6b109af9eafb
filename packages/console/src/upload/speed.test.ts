import { describe, expect, it } from 'vitest';
import { speed } from './speed.ts';

describe('speed', () => {
  it('is that of the last seconds', () => {
    const measured = speed();
    for (let at = 0; at <= 10_000; at += 500) measured.moved(at < 5000 ? 1_000_000 : 500_000, at);
    expect(Math.round(measured.at(10_000))).toBe(1_181_818);
    expect(measured.at(20_000)).toBe(0);
  });
  it('promises nothing after the first instant', () => {
    const measured = speed();
    measured.moved(16_000_000, 0);
    expect(measured.at(1)).toBe(16_000_000);
  });
});
