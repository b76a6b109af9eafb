/** How fast the bytes of each link may go, whatever transfers there are of it. */
export type LinkRates = {
  /** So many bytes are to go; returns how long they have to wait, in milliseconds. Whoever asks next waits for these as well. */
  take(linkId: string, bytes: number, bytesPerSecond: number): number | Promise<number>;
};

/** In memory of this process. `now` in milliseconds since the epoch. */
export function linkRates(now: () => number): LinkRates & { take(linkId: string, bytes: number, bytesPerSecond: number): number } {
  /**
   * When the next bytes of a link may go. It outlives a transfer, so that many short ones are no faster than a long one; what was not taken is not
   * saved up.
   */
  const due = new Map<string, number>();
  return {
    take(linkId, bytes, bytesPerSecond) {
      const at = now();
      if (!due.has(linkId) && due.size >= MOST_LINKS) for (const [other, dueAt] of due) if (dueAt <= at) due.delete(other);
      const begins = Math.max(due.get(linkId) ?? at, at);
      due.set(linkId, begins + (bytes / bytesPerSecond) * 1000);
      return begins - at;
    },
  };
}

/** So many are kept before those that nobody waits for are looked for. */
const MOST_LINKS = 1000;
