import { afterEach, describe, expect, test, vi } from 'vitest';
import { lateEnds } from './late-ends.ts';

const end = (turnId: string) => ({ subject: 's', useId: 'u', turnId, now: 1, deliveredBytes: 0, completed: false });

afterEach(() => vi.useRealTimers());

describe('ends that come late', () => {
  test('are tried until they are written, each once', async () => {
    vi.useFakeTimers();
    const written: string[] = [];
    const state = { isAway: true, tries: 0 };
    const late = lateEnds(async ({ turnId }) => {
      state.tries += 1;
      if (state.isAway) throw new Error('away');
      written.push(turnId);
    }, 1000);
    for (let i = 0; i < 50; i++) late.later(end(`t${i}`));
    await vi.advanceTimersByTimeAsync(3500);
    expect(written).toEqual([]);
    // A database that is away is not asked for all of them each time.
    expect(state.tries).toBe(60);
    state.isAway = false;
    await vi.advanceTimersByTimeAsync(1500);
    expect(written).toHaveLength(50);
    expect(new Set(written).size).toBe(50);
    expect(vi.getTimerCount()).toBe(0);
  });
  test('are left alone when the store is closed', async () => {
    vi.useFakeTimers();
    let tries = 0;
    const late = lateEnds(async () => {
      tries += 1;
      throw new Error('away');
    });
    late.later(end('t'));
    late.close();
    await vi.advanceTimersByTimeAsync(5000);
    expect(tries).toBe(0);
  });
});
