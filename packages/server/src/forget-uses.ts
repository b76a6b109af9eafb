import type { UseStore } from '@latchkey/storage/use-store';
import type { Log } from './log.ts';

export type ForgetUsesOptions = {
  readonly uses: UseStore;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly log: Log;
  /** How long to wait between two looks. */
  readonly everyMs?: number | undefined;
};

/** Forgets what was counted for links and URLs that ended long ago: now and then, in the background, until it is stopped. */
export function forgetUses({ uses, now, log, everyMs = 60_000 }: ForgetUsesOptions): { stop(): Promise<void> } {
  let isStopped = false;
  const forget = async (): Promise<void> => {
    try {
      while (!isStopped && (await uses.sweep(now() - KEPT_LONGER_MS)) > 0);
    } catch (error) {
      log.error('spent uses could not be forgotten', { cause: error instanceof Error ? error.message : String(error) });
    }
  };
  let underWay = Promise.resolve();
  const timer = setInterval(() => {
    underWay = underWay.then(forget);
  }, everyMs).unref();
  return {
    async stop() {
      isStopped = true;
      clearInterval(timer);
      await underWay;
    },
  };
}

/** A clock that ran ahead for days must not make a spent URL fresh, which is valid again once the clock is right. */
const KEPT_LONGER_MS = 10 * 24 * 3_600_000;
