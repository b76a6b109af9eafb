/** Questions about names that are taken: one at a time, and none any more once an answer was given for all. */
import type { ConflictAnswer } from './transfer.ts';

export type Question = {
  readonly key: string;
  readonly answer: (answer: ConflictAnswer, isForAll: boolean) => void;
};

/** `show` is called with each question, and with `undefined` once it is answered. What waits is rejected when the signal is aborted. */
export function newAsker(show: (question: Question | undefined) => void, signal: AbortSignal): (key: string) => Promise<ConflictAnswer> {
  let forAll: ConflictAnswer | undefined;
  let before: Promise<unknown> = Promise.resolve();
  return (key) => {
    const asked = before.then(() => forAll ?? askOne(key));
    before = asked.catch(() => undefined);
    return asked;
  };

  function askOne(key: string): Promise<ConflictAnswer> {
    return new Promise((resolve, reject) => {
      signal.throwIfAborted();
      const giveUp = () => reject(signal.reason);
      signal.addEventListener('abort', giveUp, { once: true });
      show({
        key,
        answer(answer, isForAll) {
          signal.removeEventListener('abort', giveUp);
          if (isForAll) forAll = answer;
          show(undefined);
          resolve(answer);
        },
      });
    });
  }
}
