import { describe, expect, it } from 'vitest';
import { type Answers, type Calls, callsOver } from './calls.ts';

/** Two ends; what is sent arrives a little later, as JSON. */
function pair(one: Answers, other: Answers): readonly [Calls, Calls] {
  const over = (to: () => Calls) => (message: object, sent: (error: Error | null) => void) => {
    const text = JSON.stringify(message);
    queueMicrotask(() => to().receive(JSON.parse(text)));
    sent(null);
  };
  const left: Calls = callsOver(
    over(() => right),
    one,
  );
  const right: Calls = callsOver(
    over(() => left),
    other,
  );
  return [left, right];
}

describe('callsOver', () => {
  it('gives each question its own answer, both ways and in whatever order', async () => {
    let release: (value: string) => void = () => undefined;
    const later = new Promise<string>((resolve) => {
      release = resolve;
    });
    const [left, right] = pair({ whoAreYou: () => 'left' }, { slow: () => later, sum: (a: number, b: number) => a + b });
    const first = left.call('slow');
    expect(await left.call('sum', 2, 3)).toBe(5);
    expect(await right.call('whoAreYou')).toBe('left');
    release('done');
    expect(await first).toBe('done');
  });
  it('rejects with the sentence of whoever could not answer', async () => {
    const [left] = pair(
      {},
      {
        fail() {
          throw new Error('No.');
        },
      },
    );
    await expect(left.call('fail')).rejects.toThrow('No.');
  });
  it.each(['nothing', 'constructor', '__proto__', 'toString'])('has no answer to %s', async (name) => {
    const [left] = pair({}, {});
    await expect(left.call(name)).rejects.toThrow(`There is no answer to ${name}.`);
  });
  it('rejects what waits for an answer, and what is asked later, once the other is gone', async () => {
    const [left] = pair({}, { never: () => new Promise(() => undefined) });
    const asked = left.call('never');
    left.end();
    await expect(asked).rejects.toThrow('The other process is gone.');
    await expect(left.call('never')).rejects.toThrow('The other process is gone.');
  });
  it('rejects what could not be sent', async () => {
    const calls = callsOver((_, sent) => sent(new Error('closed')), {});
    await expect(calls.call('any')).rejects.toThrow('closed');
  });
  it('leaves an answer alone that nobody waits for', () => {
    const [left] = pair({}, {});
    expect(() => left.receive({ answer: 7, value: 1 })).not.toThrow();
  });
});
