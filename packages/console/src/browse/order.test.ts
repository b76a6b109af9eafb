import { describe, expect, it } from 'vitest';
import type { Row } from '../s3/rows.ts';
import { BY_NAME, comparisonOf, type Order, orderAfter, orderOf, orderText } from './order.ts';

const object = (key: string, sizeBytes: number, modifiedAt: number): Row => ({ kind: 'object', key, sizeBytes, modifiedAt, etag: '' });
const ROWS: readonly Row[] = [
  object('a', 3, 30),
  { kind: 'folder', key: 'b/' },
  object('c', 1, 20),
  { kind: 'folder', key: 'd/' },
  object('e', 3, 10),
  object('\u{10000}', 2, 40),
  object('\uffee', 2, 40),
];
const sorted = (order: Order) => [...ROWS].sort(comparisonOf(order)).map(({ key }) => key);

describe('an order', () => {
  it.each([
    [undefined, BY_NAME],
    ['name', BY_NAME],
    ['-name', { by: 'name', isDescending: true }],
    ['size', { by: 'size', isDescending: false }],
    ['-modified', { by: 'modified', isDescending: true }],
    ['constructor', BY_NAME],
    ['--size', BY_NAME],
    ['size\n', BY_NAME],
  ] as const)('is read from %j', (text, order) => {
    expect(orderOf(text)).toEqual(order);
    expect(orderOf(orderText(order))).toEqual(order);
  });
  it('turns round where it was by that column already', () => {
    const bySize = orderAfter(BY_NAME, 'size');
    expect([bySize, orderAfter(bySize, 'size'), orderAfter(orderAfter(bySize, 'size'), 'size')]).toEqual([
      { by: 'size', isDescending: false },
      { by: 'size', isDescending: true },
      { by: 'size', isDescending: false },
    ]);
    expect(orderAfter(BY_NAME, 'name')).toEqual({ by: 'name', isDescending: true });
  });
  it('leaves what S3 lists as it is', () => {
    expect(comparisonOf(BY_NAME)).toBeUndefined();
  });
  it('puts folders first by name, and what is alike by name', () => {
    expect(sorted({ by: 'size', isDescending: false })).toEqual(['b/', 'd/', 'c', '\uffee', '\u{10000}', 'a', 'e']);
    expect(sorted({ by: 'size', isDescending: true })).toEqual(['b/', 'd/', 'a', 'e', '\uffee', '\u{10000}', 'c']);
    expect(sorted({ by: 'modified', isDescending: true })).toEqual(['b/', 'd/', '\uffee', '\u{10000}', 'a', 'c', 'e']);
  });
  it('by name is that of the bytes, the other way round', () => {
    expect(sorted({ by: 'name', isDescending: true })).toEqual(['\u{10000}', '\uffee', 'e', 'd/', 'c', 'b/', 'a']);
  });
});
