/** What workers ask the process that has started them: whatever they have to count together. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Metric } from '@latchkey/server/metrics';
import { metricsOfAll } from '@latchkey/server/metrics-of-all';
import { noSiblings } from '@latchkey/server/siblings';
import type { Answers } from './calls.ts';
import type { Member } from './member.ts';

export type CommonAnswers = {
  /** To the worker of that id. */
  of(id: number): Answers;
  /** It is gone, and says nothing any more. */
  left(id: number): void;
};

/** One that is busy for longer is counted with what it said the last time. */
const ANSWERS_WITHIN_MS = 2000;

export function commonAnswers(members: () => Iterable<Pick<Member, 'id' | 'calls'>>): CommonAnswers {
  const { tries, rates, isToTell } = noSiblings(Date.now);
  const numbers = metricsOfAll();
  const isMember = (id: number) => [...members()].some((member) => member.id === id);
  const heard = (id: number, metrics: readonly Metric[]) => void (isMember(id) && numbers.heard(id, metrics));
  const ask = async ({ id, calls }: Pick<Member, 'id' | 'calls'>) => heard(id, (await calls.call('metrics')) as readonly Metric[]);

  return {
    of: (id) => ({
      beginTry: tries.begin,
      forgiveTry: tries.forgive,
      takeRate: rates.take,
      isToTell,
      async metrics(own: readonly Metric[]): Promise<readonly Metric[]> {
        heard(id, own);
        const others = [...members()].filter((member) => member.id !== id);
        const patience = new AbortController();
        const late = sleep(ANSWERS_WITHIN_MS, undefined, { ref: false, signal: patience.signal }).catch(() => undefined);
        await Promise.all(others.map((member) => Promise.race([ask(member).catch(() => undefined), late])));
        patience.abort();
        return numbers.merged();
      },
      lastMetrics: (own: readonly Metric[]) => heard(id, own),
    }),
    left: numbers.left,
  };
}
