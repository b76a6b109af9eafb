import { expect, test } from 'vitest';
import { decodedJson } from './decoded.ts';

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
const large = { text: 'x'.repeat(10_000) };

test('bytes that were met before give the value that was made of them then', () => {
  const decoded = decodedJson<object>();
  const first = decoded.decode('a', json(large));
  expect(first).toEqual(large);
  expect(decoded.decode('a', json(large))).toBe(first);
  const written = { ...large, more: 1 };
  decoded.learn('a', json(written), written);
  expect(decoded.decode('a', json(written))).toBe(written);
});

test('other bytes under the same key are decoded, whatever was learnt', () => {
  const decoded = decodedJson<object>();
  decoded.learn('a', json(large), large);
  for (const value of [{ text: `y${'x'.repeat(9_999)}` }, { text: 'x'.repeat(9_999) }, { text: '' }, large]) {
    expect(decoded.decode('a', json(value))).toEqual(value);
  }
});

test('of many values, the one learnt longest ago is forgotten', () => {
  const decoded = decodedJson<object>();
  const first = decoded.decode('first', json(large));
  const second = decoded.decode('second', json(large));
  for (let index = 0; index < 62; index++) decoded.decode(`other ${index}`, json(large));
  expect(decoded.decode('first', json(large))).toBe(first);
  decoded.learn('first', json(large), first);
  decoded.decode('one more', json(large));
  expect(decoded.decode('first', json(large))).toBe(first);
  expect(decoded.decode('second', json(large))).not.toBe(second);
});
