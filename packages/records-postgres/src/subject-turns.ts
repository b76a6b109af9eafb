/**
 * Steps on one subject, one after the other in the order they came, and those of one moment together: many clients that ask for one link are
 * one write. Steps on different subjects do not wait for each other.
 */
export type SubjectTurns<State> = {
  /** `step` may run several times, each time with what is there by then; what it returned last is what counts. */
  take<Result>(subject: string, step: Step<State, Result>): Promise<Result>;
};

export type Step<State, Result> = (state: State | undefined) => { readonly result: Result; readonly next?: State | undefined };

/** `settle` applies the change to what is stored, and rejects where it could not. */
export function subjectTurns<State>(
  settle: (subject: string, change: (state: State | undefined) => State | undefined) => Promise<void>,
): SubjectTurns<State> {
  const waiting = new Map<string, Waiting<State>[]>();

  const work = async (subject: string, queue: Waiting<State>[]): Promise<void> => {
    while (queue.length > 0) {
      // Whoever comes in this turn of the event loop goes along.
      await new Promise((resolve) => setImmediate(resolve));
      const batch = queue.splice(0, MAX_BATCH);
      try {
        await settle(subject, (state) => {
          let next: State | undefined;
          for (const { run } of batch) next = run(next ?? state) ?? next;
          return next;
        });
        for (const { resolve } of batch) resolve();
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    waiting.delete(subject);
  };

  return {
    take<Result>(subject: string, step: Step<State, Result>): Promise<Result> {
      return new Promise((resolve, reject) => {
        let result: Result;
        const one: Waiting<State> = {
          run(state) {
            const outcome = step(state);
            result = outcome.result;
            return outcome.next;
          },
          resolve: () => resolve(result),
          reject,
        };
        const queue = waiting.get(subject);
        if (queue !== undefined) {
          queue.push(one);
          return;
        }
        const begun = [one];
        waiting.set(subject, begun);
        void work(subject, begun);
      });
    },
  };
}

const MAX_BATCH = 500;

type Waiting<State> = {
  readonly run: (state: State | undefined) => State | undefined;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
};
