import { expect, test } from 'vitest';
import { firstLinkIdAt, isLinkId, newLinkId } from './link-id.ts';

const NOW = Date.UTC(2026, 10, 22);

test('newLinkId makes twenty letters and digits that begin with LKLN, never the same twice', () => {
  const ids = Array.from({ length: 1000 }, () => newLinkId(NOW));
  for (const id of ids) expect(isLinkId(id), id).toBe(true);
  expect(new Set(ids).size).toBe(1000);
});

test('newLinkId orders newer links before older ones', () => {
  const moments = [0, 5, 1000, 60_000, 86_400_000, 366 * 86_400_000, 30 * 366 * 86_400_000].map((ms) => newLinkId(NOW + ms));
  expect([...moments].sort()).toEqual([...moments].reverse());
});

test('firstLinkIdAt stands between the links made before and those made later', () => {
  const border = firstLinkIdAt(NOW);
  expect(newLinkId(NOW - 4) > border).toBe(true);
  expect(newLinkId(NOW + 4) < border).toBe(true);
});

test.each([
  '',
  'LKLN',
  'LKLN234567ABCDEFGHIJ2',
  'LKLN234567ABCDEFGHI',
  'lkln234567abcdefghij',
  'LKIA234567ABCDEFGHIJ',
  'LKLN234567ABCDEFGH01',
])('isLinkId knows that %j is none', (text) => {
  expect(isLinkId(text)).toBe(false);
});
