import { timeOrderedId } from './time-ordered-id.ts';
import { begin, end, touch, type UseState } from './use-state.ts';
import type { UseStore } from './use-store.ts';

/** A use store in memory: the reference every other one is tested against, and a store for tests. */
export function openMemoryUseStore(): UseStore {
  const states = new Map<string, UseState>();
  const remember = (subject: string, next: UseState | undefined): void => {
    if (next !== undefined) states.set(subject, next);
  };

  return {
    async begin(request) {
      const { answer, next } = begin(states.get(request.subject), request, timeOrderedId(request.now).toString('base64url'));
      remember(request.subject, next);
      return answer;
    },
    async touch(turn) {
      remember(turn.subject, touch(states.get(turn.subject), turn));
    },
    async end(turn) {
      remember(turn.subject, end(states.get(turn.subject), turn));
    },
    async used(subject) {
      return states.get(subject)?.used ?? 0;
    },
    async sweep(now) {
      const due = [...states].filter(([, { forgetAfter }]) => forgetAfter < now).slice(0, 500);
      for (const [subject] of due) states.delete(subject);
      return due.length;
    },
    async close() {},
  };
}
