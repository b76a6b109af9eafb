import { describe, expect, test } from 'vitest';
import { subjectTurns } from './subject-turns.ts';

/** Turns over numbers in memory, and how often each subject was written. `inTheWay` runs between reading and writing. */
function arrange(inTheWay: (subject: string, states: Map<string, number>) => void = () => undefined) {
  const states = new Map<string, number>();
  const writes: string[] = [];
  const turns = subjectTurns<number>(async (subject, change) => {
    for (;;) {
      const before = states.get(subject);
      const next = change(before);
      inTheWay(subject, states);
      if (states.get(subject) !== before) continue;
      writes.push(subject);
      if (next !== undefined) states.set(subject, next);
      return;
    }
  });
  const add = (subject: string) => turns.take(subject, (state = 0) => ({ result: state, next: state + 1 }));
  return { states, writes, turns, add };
}

describe('turns of subjects', () => {
  test('of one moment are one write, and each sees what the one before it left', async () => {
    const { states, writes, add } = arrange();
    const seen = await Promise.all(Array.from({ length: 50 }, () => add('a')));
    expect(seen).toEqual(Array.from({ length: 50 }, (_, i) => i));
    expect(states.get('a')).toBe(50);
    expect(writes).toEqual(['a']);
  });
  test('of different subjects are written apart', async () => {
    const { states, writes, add } = arrange();
    await Promise.all(['a', 'b', 'a', 'c'].map(add));
    expect([...states]).toEqual([
      ['a', 2],
      ['b', 1],
      ['c', 1],
    ]);
    expect(writes.sort()).toEqual(['a', 'b', 'c']);
  });
  test('are taken again where somebody else was faster, and answer what they then found', async () => {
    let times = 3;
    const { states, add } = arrange((subject, all) => {
      if (times-- > 0) all.set(subject, (all.get(subject) ?? 0) + 10);
    });
    expect(await Promise.all([add('a'), add('a')])).toEqual([30, 31]);
    expect(states.get('a')).toBe(32);
  });
  test('that change nothing leave what is there to those behind them', async () => {
    const { states, turns, add } = arrange();
    const looking = () => turns.take('a', (state) => ({ result: state }));
    expect(await Promise.all([add('a'), looking(), add('a'), looking()])).toEqual([0, 1, 1, 2]);
    expect(states.get('a')).toBe(2);
  });
  test('all reject where nothing can be written, and the next may go well', async () => {
    let isAway = true;
    const turns = subjectTurns<number>(async (_, change) => {
      change(undefined);
      if (isAway) throw new Error('away');
    });
    const add = () => turns.take('a', () => ({ result: 'done', next: 1 }));
    const results = await Promise.allSettled([add(), add()]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    isAway = false;
    expect(await add()).toBe('done');
  });
});
