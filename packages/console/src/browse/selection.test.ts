import { describe, expect, it } from 'vitest';
import type { Row } from '../s3/rows.ts';
import { chosen, cursorAfter, NOTHING, onlyRow } from './selection.ts';

const rows: readonly Row[] = ['a', 'b', 'c', 'd', 'e'].map((key) => ({ kind: 'folder', key }));
const rowAt = (index: number) => rows[index];
const keys = (selection: { readonly rows: ReadonlyMap<string, Row> }) => [...selection.rows.keys()].sort().join('');

describe('a selection', () => {
  it('is one row by a click, and several by Shift from there, in both directions', () => {
    const one = chosen(NOTHING, 2, 'only', rowAt);
    expect(onlyRow(one)?.key).toBe('c');
    expect(keys(chosen(one, 4, 'extend', rowAt))).toBe('cde');
    expect(keys(chosen(chosen(one, 4, 'extend', rowAt), 0, 'extend', rowAt))).toBe('abc');
  });
  it('takes in and leaves out single rows', () => {
    const two = chosen(chosen(NOTHING, 0, 'only', rowAt), 3, 'toggle', rowAt);
    expect(keys(two)).toBe('ad');
    expect(keys(chosen(two, 0, 'toggle', rowAt))).toBe('d');
    expect(onlyRow(two)).toBeUndefined();
  });
  it('moves to a row that is not at hand yet without choosing it', () => {
    expect(chosen(NOTHING, 9, 'only', rowAt)).toEqual({ ...NOTHING, cursor: 9 });
  });
});

describe('the cursor', () => {
  const size = { rowCount: 5, pageRows: 3 };
  it.each([
    ['ArrowDown', -1, 0],
    ['ArrowDown', 4, 4],
    ['ArrowUp', -1, 0],
    ['ArrowUp', 2, 1],
    ['PageDown', 1, 4],
    ['PageUp', 1, 0],
    ['Home', 3, 0],
    ['End', 0, 4],
    ['x', 0, undefined],
  ])('goes with %s from %i to %s', (key, cursor, to) => {
    expect(cursorAfter(key, { ...NOTHING, cursor }, size)).toBe(to);
  });
});
