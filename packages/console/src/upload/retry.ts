/** Trying again what failed on the way: later each time, and not at all while the device has no network. */
import { isRefusal } from '../api/refusal.ts';

const ATTEMPTS = 6;
const FIRST_PAUSE_MS = 500;

/** Runs `work`, which is told the number of the try, until it succeeds, is refused for good, or has failed too often. */
export async function pausing<Result>(signal: AbortSignal, work: (attempt: number) => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    signal.throwIfAborted();
    try {
      return await work(attempt);
    } catch (error) {
      if (signal.aborted || attempt === ATTEMPTS || !isTransient(error)) throw error;
      await online(signal);
      await pause(pauseMs(attempt, Math.random()), signal);
    }
  }
}

/** Twice as long each time, somewhere between half and all of it, so that many who failed together do not come back together. */
export function pauseMs(attempt: number, random: number): number {
  return FIRST_PAUSE_MS * 2 ** (attempt - 1) * (0.5 + random / 2);
}

/** What may be otherwise the next time. What never arrived is a TypeError, by the standard of fetch. */
export function isTransient(error: unknown): boolean {
  if (error instanceof TypeError) return true;
  return isRefusal(error) && (error.status >= 500 || error.status === 408 || error.status === 429 || error.code === 'RequestTimeout');
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });
}

function online(signal: AbortSignal): Promise<void> {
  if (navigator.onLine) return Promise.resolve();
  return new Promise((resolve, reject) => {
    addEventListener('online', () => resolve(), { once: true, signal });
    signal.addEventListener('abort', () => reject(signal.reason));
  });
}
