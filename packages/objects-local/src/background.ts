import type { Context } from './commit.ts';

/** Knows which writes are under way, so that closing can wait for them. */
export function inFlight(): { readonly track: Context['track']; finished(): Promise<void> } {
  const underWay = new Set<Promise<unknown>>();
  return {
    track(writing) {
      underWay.add(writing);
      const forget = (): boolean => underWay.delete(writing);
      writing.then(forget, forget);
      return writing;
    },
    async finished() {
      await Promise.allSettled(underWay);
    },
  };
}

/** Does the work again and again, with a pause in between that keeps no process alive. */
export function repeat(
  work: () => Promise<unknown>,
  everyMs: number,
  onError: ((error: unknown) => void) | undefined,
): { stop(): Promise<void> } {
  let underWay: Promise<unknown> = Promise.resolve();
  const timer = setInterval(() => {
    underWay = underWay.then(work).catch((error) => onError?.(error));
  }, everyMs).unref();
  return {
    async stop() {
      clearInterval(timer);
      await underWay;
    },
  };
}
