import { describe, expect, test } from 'vitest';
import { generations, OUTLASTS_MS, STALE_MS } from './generations.ts';

/** Generations whose clock a test sets, after a first look that found one change of each kind. */
function arrange() {
  const clock = { ms: 0 };
  const known = generations({ outlasting: ['user'], now: () => clock.ms });
  known.begin([count('user', 1), count('link', 1)], 0);
  /** As a request that comes then. */
  const at = (ms: number) => {
    clock.ms = ms;
    known.latest();
    return { user: known.generation('user'), link: known.generation('link') };
  };
  return { known, at };
}

function count(kind: string, count: number, stripe = 0) {
  return { kind, stripe, count };
}

describe('generations', () => {
  test('grow with the kind that was changed, whichever row counts it, and with no other', () => {
    const { known, at } = arrange();
    const before = at(0);
    known.learn([count('link', 2), count('link', 1, 5)]);
    expect(at(0).link).toBe(before.link + 2);
    expect(at(0).user).toBe(before.user);
  });
  test('do not go back where an earlier look is answered after a later one', () => {
    const { known, at } = arrange();
    known.learn([count('link', 9)]);
    const { link } = at(0);
    known.learn([count('link', 3)], 0);
    expect(at(0).link).toBe(link);
  });
  test('stay the same as long as looks say that nothing has changed', () => {
    const { known, at } = arrange();
    const before = at(0);
    for (let ms = 0; ms < 10 * OUTLASTS_MS; ms += STALE_MS) {
      known.learn([count('link', 1)], ms);
      expect(at(ms + STALE_MS)).toEqual(before);
    }
  });
  test('grow with each request once nothing has been heard for a second, but those of what outlasts only after a minute', () => {
    const { at } = arrange();
    const before = at(STALE_MS);
    const first = at(STALE_MS + 1);
    expect(first.link).toBeGreaterThan(before.link);
    expect(at(STALE_MS + 1).link).toBeGreaterThan(first.link);
    expect(at(OUTLASTS_MS).user).toBe(before.user);
    const late = at(OUTLASTS_MS + 1);
    expect(late.user).toBeGreaterThan(before.user);
    expect(at(OUTLASTS_MS + 1).user).toBeGreaterThan(late.user);
  });
  test('grow at once where the connection was lost, and the minute still counts from the last look', () => {
    const { known, at } = arrange();
    const before = at(100);
    known.lost();
    expect(at(101).link).toBeGreaterThan(before.link);
    expect(at(OUTLASTS_MS).user).toBe(before.user);
    expect(at(OUTLASTS_MS + 1).user).toBeGreaterThan(before.user);
  });
  test('all grow with a new connection, also where the database was set back to an earlier state', () => {
    const { known, at } = arrange();
    known.learn([count('user', 7), count('link', 7)]);
    const before = at(0);
    known.lost();
    known.begin([count('user', 2)], 0);
    expect(at(0).user).toBeGreaterThan(before.user);
    expect(at(0).link).toBeGreaterThan(before.link);
    const back = at(0);
    known.learn([count('user', 3)]);
    expect(at(0).user).toBeGreaterThan(back.user);
    expect(at(0).link).toBe(back.link);
  });
});
