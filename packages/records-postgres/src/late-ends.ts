import type { UseStore } from '@latchkey/storage/use-store';

type End = Parameters<UseStore['end']>[0];

/**
 * Ends of turns that could not be written when they came: tried again until they are, so that a link is not used up by a download that broke off
 * together with the database. A second end changes nothing, so it does no harm where the first had arrived after all.
 */
export type LateEnds = {
  later(turn: End): void;
  /** What has not been written by then stays counted. */
  close(): void;
};

const MAX_WAITING = 10_000;
const AT_ONCE = 20;

/** `write` rejects where it is still no use. */
export function lateEnds(write: (turn: End) => Promise<void>, retryEveryMs = 1000): LateEnds {
  const waiting = new Map<string, End>();
  let timer: NodeJS.Timeout | undefined;

  const again = async (): Promise<void> => {
    const some = [...waiting].slice(0, AT_ONCE);
    const results = await Promise.allSettled(some.map(([, turn]) => write(turn)));
    for (const [i, { status }] of results.entries()) if (status === 'fulfilled') waiting.delete(some[i]?.[0] ?? '');
    timer = undefined;
    schedule(results.some(({ status }) => status === 'rejected') ? retryEveryMs : 0);
  };
  const schedule = (ms: number): void => {
    if (waiting.size > 0) timer ??= setTimeout(() => void again(), ms).unref();
  };

  return {
    later(turn) {
      if (waiting.size < MAX_WAITING) waiting.set(turn.turnId, turn);
      schedule(retryEveryMs);
    },
    close() {
      waiting.clear();
      clearTimeout(timer);
    },
  };
}
