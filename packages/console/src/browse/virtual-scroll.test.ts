import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  MAX_PHYSICAL,
  physicalHeight,
  resized,
  revealing,
  rowsInView,
  scrolledBy,
  scrolledTo,
  scrollTopOf,
  type VirtualScroll,
} from './virtual-scroll.ts';

const of = (rowCount: number): VirtualScroll => ({ rowHeight: 36, viewHeight: 720, rowCount, top: 0, offset: 0 });

describe('a virtual scroll', () => {
  it('is a plain one where the rows fit into an element', () => {
    const list = of(10_000);
    expect(physicalHeight(list)).toBe(360_000);
    expect(scrolledBy(list, 123_456)).toMatchObject({ top: 123_456, offset: 0 });
  });
  it('reaches the first and the last of a million rows', () => {
    const list = of(1_000_000);
    expect(physicalHeight(list)).toBe(MAX_PHYSICAL);
    const bottom = scrolledBy(list, MAX_PHYSICAL - 720);
    expect(rowsInView(bottom, 0)).toEqual({ first: 999_980, end: 1_000_000 });
    expect(rowsInView(scrolledBy(bottom, 0), 0)).toMatchObject({ first: 0 });
  });
  it('passes each row on the way down by the pixel', () => {
    let list = of(1_000_000);
    for (let turn = 0; turn < 5000; turn++) {
      const before = list.top;
      list = scrolledBy(list, scrollTopOf(list) + 100);
      expect(list.top).toBe(before + 100);
    }
  });
  it('keeps what is at the top where it is when more rows come', () => {
    const list = scrolledTo(of(300_000), 9_000_000);
    expect(resized(list, { rowCount: 301_000 }).top).toBe(9_000_000);
  });
  it('goes no further than needed to show a row', () => {
    const list = scrolledTo(of(1000), 360);
    expect(revealing(list, 12).top).toBe(360);
    expect(revealing(list, 9).top).toBe(324);
    expect(revealing(list, 30).top).toBe(396);
  });
  it('stays within its element and its rows, wherever it is scrolled', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3_000_000 }),
        fc.array(fc.integer({ min: 0, max: MAX_PHYSICAL }), { maxLength: 30 }),
        (rows, targets) => {
          let list = of(rows);
          for (const target of targets) {
            list = scrolledBy(list, Math.min(target, Math.max(0, physicalHeight(list) - list.viewHeight)));
            const { first, end } = rowsInView(list, 0);
            expect(first).toBeGreaterThanOrEqual(0);
            expect(end).toBeLessThanOrEqual(rows);
            expect(end).toBeGreaterThan(first);
            expect(scrollTopOf(list)).toBeGreaterThanOrEqual(-1);
            expect(scrollTopOf(list)).toBeLessThanOrEqual(Math.max(0, physicalHeight(list) - list.viewHeight) + 1);
          }
        },
      ),
    );
  });
});
