import { describe, expect, it } from 'vitest';
import { newAsker, type Question } from './asker.ts';

function asking() {
  const shown: (Question | undefined)[] = [];
  const stop = new AbortController();
  return { shown, stop, ask: newAsker((question) => shown.push(question), stop.signal) };
}
const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('an asker', () => {
  it('asks one question at a time', async () => {
    const { shown, ask } = asking();
    const answers = Promise.all([ask('a'), ask('b')]);
    await turn();
    expect(shown.map((question) => question?.key)).toEqual(['a']);
    shown.at(-1)?.answer('skip', false);
    await turn();
    expect(shown.map((question) => question?.key)).toEqual(['a', undefined, 'b']);
    shown.at(-1)?.answer('both', false);
    expect(await answers).toEqual(['skip', 'both']);
  });
  it('asks no more once an answer was for all, not even those that waited', async () => {
    const { shown, ask } = asking();
    const answers = Promise.all([ask('a'), ask('b'), ask('c')]);
    await turn();
    shown.at(-1)?.answer('replace', true);
    expect(await answers).toEqual(['replace', 'replace', 'replace']);
    expect(await ask('d')).toBe('replace');
    expect(shown.filter((question) => question !== undefined)).toHaveLength(1);
  });
  it('leaves nobody waiting when it is given up', async () => {
    const { stop, ask, shown } = asking();
    const answers = [ask('a'), ask('b')];
    await turn();
    stop.abort(new Error('over'));
    expect((await Promise.allSettled(answers)).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(shown).toHaveLength(1);
  });
});
