import { describe, expect, test } from 'vitest';
import { boundedCache } from './bounded-cache.ts';

/** A cache, the generation that a test may raise, and what was read so far. */
function arrange(limit = 3) {
  const state = { generation: 1, reads: [] as string[] };
  const cache = boundedCache<string>(limit, () => state.generation);
  const read = (id: string, value: string | undefined) =>
    cache.get(id, async () => {
      state.reads.push(id);
      return value;
    });
  return { state, cache, get: (id: string, value = `value of ${id}`) => read(id, value), missing: (id: string) => read(id, undefined) };
}

describe('a bounded cache', () => {
  test('reads what it does not know, and gives what it knows without a promise', async () => {
    const { state, get } = arrange();
    expect(get('a')).toBeInstanceOf(Promise);
    expect(await get('b')).toBe('value of b');
    expect([await get('a'), get('a'), state.reads]).toEqual(['value of a', 'value of a', ['a', 'b']]);
  });
  test('forgets everything when the generation has changed', async () => {
    const { state, get } = arrange();
    await get('a');
    state.generation++;
    expect(await get('a', 'another')).toBe('another');
    expect([get('a'), state.reads]).toEqual(['another', ['a', 'a']]);
  });
  test('forgets when the generation has gone back, too: it is another one', async () => {
    const { state, get } = arrange();
    await get('a');
    state.generation = 0;
    expect(await get('a', 'another')).toBe('another');
  });
  test('does not remember what is not there, so that made-up names take no room', async () => {
    const { state, get, missing } = arrange();
    await get('a');
    for (let i = 0; i < 10; i++) expect(await missing(`none-${i}`)).toBeUndefined();
    expect(get('a')).toBe('value of a');
    await missing('none-1');
    expect(state.reads.filter((id) => id === 'none-1')).toHaveLength(2);
  });
  test('keeps so many and no more, and lets the one go that was read first', async () => {
    const { state, get } = arrange(3);
    for (const id of ['a', 'b', 'c', 'd']) await get(id);
    expect(['b', 'c', 'd'].map((id) => get(id))).toEqual(['value of b', 'value of c', 'value of d']);
    expect(get('a')).toBeInstanceOf(Promise);
    expect(state.reads).toEqual(['a', 'b', 'c', 'd', 'a']);
  });
  test('serves what was read while something changed once, and does not keep it', async () => {
    const { state, cache } = arrange();
    let release: (value: string) => void = () => undefined;
    const reading = cache.get('a', () => new Promise((resolve) => (release = resolve)));
    state.generation++;
    release('read before the change');
    expect(await reading).toBe('read before the change');
    expect(await cache.get('a', async () => 'read after it')).toBe('read after it');
    expect(cache.get('a', async () => 'never')).toBe('read after it');
  });
  test('does not keep what was read before a change that another reader has seen', async () => {
    const { state, cache } = arrange();
    let release: (value: string) => void = () => undefined;
    const early = cache.get('a', () => new Promise((resolve) => (release = resolve)));
    state.generation++;
    await cache.get('b', async () => 'new');
    release('old');
    await early;
    expect(await cache.get('a', async () => 'new')).toBe('new');
  });
  test('passes on what reading throws, and remembers nothing of it', async () => {
    const { cache } = arrange();
    await expect(cache.get('a', () => Promise.reject(new Error('the disk is gone')))).rejects.toThrow('the disk is gone');
    expect(await cache.get('a', async () => 'there')).toBe('there');
  });
});
