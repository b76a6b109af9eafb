/** Whether something is to be told that may happen again and again: at most once a minute, by this process. */
export type OnceAMinute = (what: string) => boolean;

export function onceAMinute(now: () => number): OnceAMinute {
  const told = new Map<string, number>();
  return (what) => {
    const at = now();
    if (at - (told.get(what) ?? Number.NEGATIVE_INFINITY) < MINUTE_MS) return false;
    // In the order in which they were told.
    told.delete(what);
    told.set(what, at);
    for (const oldest of told.keys()) {
      if (told.size <= MOST_KNOWN) break;
      told.delete(oldest);
    }
    return true;
  };
}

const MINUTE_MS = 60_000;
const MOST_KNOWN = 10_000;
