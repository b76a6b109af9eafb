/** So many at a time, and no more; in the order in which they came. */
export type Slots = {
  readonly count: number;
  use<Result>(signal: AbortSignal, work: () => Promise<Result>): Promise<Result>;
};

export function slots(count: number): Slots {
  let free = count;
  const waiting = new Set<() => void>();
  return {
    count,
    async use(signal, work) {
      signal.throwIfAborted();
      if (free === 0) await turn(signal);
      else free--;
      try {
        return await work();
      } finally {
        const [next] = waiting;
        if (next === undefined) free++;
        else next();
      }
    },
  };

  /** A slot is handed on without becoming free in between. */
  function turn(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const take = () => {
        waiting.delete(take);
        resolve();
      };
      waiting.add(take);
      signal.addEventListener('abort', () => {
        if (waiting.delete(take)) reject(signal.reason);
      });
    });
  }
}
