import type { TrailTerm } from '@latchkey/storage/trail-store';
import { describe, expect, test } from 'vitest';
import { packLines, termText } from './pack-lines.ts';

const line = (text: string, ...terms: readonly TrailTerm[]) => ({ bytes: Buffer.from(text), terms });

describe('packed lines', () => {
  test('stand in blocks of 32, with a bit for each line that has a term', () => {
    const lines = Array.from({ length: 34 }, (_, i) => line(`${i}`, ...(i % 33 === 0 ? (['link:a'] as const) : [])));
    const { lineBlocks, terms, termBlocks, masks } = packLines({ lines });
    expect([lineBlocks[0], lineBlocks[31], lineBlocks[32], lineBlocks[33]]).toEqual([1, 1, 2, 2]);
    expect(terms).toEqual(['link:a', 'link:a']);
    expect(termBlocks).toEqual([1, 2]);
    expect(masks).toEqual([1, 2]);
  });
  test('have the sign bit for the 32nd line', () => {
    const lines = Array.from({ length: 32 }, () => line('x', 'link:a'));
    expect(packLines({ lines }).masks).toEqual([-1]);
  });
  test('have an entry once where a line has a term twice', () => {
    expect(packLines({ lines: [line('x', 'link:a', 'link:a')] })).toMatchObject({ terms: ['link:a'], masks: [1] });
  });
  test('begin another block where one would be larger than 64 KiB, and a long line has one for itself', () => {
    const lines = [line('a'), line('b'.repeat(100_000)), line('c'), line('d')];
    expect(packLines({ lines }).lineBlocks).toEqual([1, 2, 3, 3]);
  });
  test('are as large as their bytes and a line end each', () => {
    expect(packLines({ lines: [line('Zoë'), line('')] }).sizeBytes).toBe(4 + 1 + 1);
  });
});

test('a long term, and one with a character that PostgreSQL has not, goes by its hash', () => {
  expect(termText('link:LKLNABC')).toBe('link:LKLNABC');
  const long: TrailTerm = `object:b/${'k'.repeat(1000)}`;
  for (const term of [long, 'object:b/a\0b'] as const) expect(termText(term)).toMatch(/^#[\w-]{43}$/);
  expect(termText(`${long}x`)).not.toBe(termText(long));
});
