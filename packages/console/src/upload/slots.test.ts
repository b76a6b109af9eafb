import { describe, expect, it } from 'vitest';
import { slots } from './slots.ts';

const never = new AbortController().signal;
const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('slots', () => {
  it('let so many work at a time, in the order in which they came', async () => {
    const two = slots(2);
    const begun: number[] = [];
    const endings: (() => void)[] = [];
    const all = [0, 1, 2, 3].map((which) =>
      two.use(never, () => {
        begun.push(which);
        return new Promise<void>((resolve) => endings.push(resolve));
      }),
    );
    await turn();
    expect(begun).toEqual([0, 1]);
    endings[1]?.();
    await turn();
    expect(begun).toEqual([0, 1, 2]);
    endings[0]?.();
    endings[2]?.();
    await turn();
    endings[3]?.();
    await Promise.all(all);
    expect(begun).toEqual([0, 1, 2, 3]);
  });
  it('are given back by who fails, and not taken by who has gone', async () => {
    const one = slots(1);
    await expect(one.use(never, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    let end = () => {};
    const first = one.use(never, () => new Promise<void>((resolve) => (end = resolve)));
    const gone = new AbortController();
    const second = one.use(gone.signal, () => Promise.reject(new Error('was run')));
    gone.abort(new Error('gone'));
    await expect(second).rejects.toThrow('gone');
    end();
    await first;
    expect(await one.use(never, () => Promise.resolve('free'))).toBe('free');
  });
});
