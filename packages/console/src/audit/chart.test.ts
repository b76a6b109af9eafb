import { describe, expect, it } from 'vitest';
import { seriesOf } from './chart.ts';

describe('seriesOf', () => {
  it('counts events, bytes and refusals into columns, the last moment into the last', () => {
    const events = [
      { at: 0, bytes: 10, isRefused: false },
      { at: 10, bytes: 5, isRefused: true },
      { at: 99, bytes: 1, isRefused: false },
      { at: 100, bytes: 2, isRefused: true },
    ];
    expect(seriesOf(events, 4)).toEqual({ from: 0, until: 100, requests: [2, 0, 0, 2], bytes: [15, 0, 0, 3], refusals: [1, 0, 0, 1] });
  });
  it('draws nothing of nothing, and one moment as one column', () => {
    expect(seriesOf([], 4)).toBeUndefined();
    expect(seriesOf([{ at: 5, bytes: 0, isRefused: false }], 2)?.requests).toEqual([1, 0]);
  });
});
