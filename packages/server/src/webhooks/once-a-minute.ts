/** Whether something is to be told that may happen again and again: at most once a minute. */
export type OnceAMinute = (what: string) => boolean | Promise<boolean>;

/** In memory of this process. */
export function onceAMinute(now: () => number): (what: string) => boolean {
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
