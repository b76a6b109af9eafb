/** Bytes no faster than a link may have them: all transfers of one link in this process share its rate. */

export type Clock = {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly pause: (ms: number) => Promise<void>;
};

export type Pacer = {
  /** The same bytes, in smaller pieces where they have to be, each when it is due. `id` names whose rate they count against. */
  paced(bytes: AsyncIterable<Uint8Array>, id: string, bytesPerSecond: number): AsyncIterable<Uint8Array>;
};

/** No piece is more than this share of a second's bytes, so that what is slow is slow and steady. */
const PIECES_A_SECOND = 8;

export function createPacer({ now, pause }: Clock): Pacer {
  const rates = new Map<string, Rate>();

  return {
    async *paced(bytes, id, bytesPerSecond) {
      const rate = rateOf(id);
      rate.running++;
      const pieceBytes = Math.max(1, Math.floor(bytesPerSecond / PIECES_A_SECOND));
      try {
        for await (const chunk of bytes) {
          for (let start = 0; start < chunk.byteLength; start += pieceBytes) {
            // A copy: a part of a chunk may still be on its way when the next chunk is asked for, and chunks may be lent.
            const piece = Uint8Array.prototype.slice.call(chunk, start, start + pieceBytes);
            const begins = Math.max(rate.dueAt, now());
            // Taken before the wait, so that whoever asks meanwhile queues up behind.
            rate.dueAt = begins + (piece.byteLength / bytesPerSecond) * 1000;
            const waitMs = begins - now();
            if (waitMs > 0) await pause(waitMs);
            yield piece;
          }
        }
      } finally {
        rate.running--;
      }
    },
  };

  function rateOf(id: string): Rate {
    const known = rates.get(id);
    if (known !== undefined) return known;
    if (rates.size >= MOST_RATES) for (const [old, { running, dueAt }] of rates) if (running === 0 && dueAt <= now()) rates.delete(old);
    const rate = { dueAt: now(), running: 0 };
    rates.set(id, rate);
    return rate;
  }
}

/**
 * `dueAt` is when the next piece may go. It outlives a transfer, so that many short ones are no faster than a long one; what was not
 * taken is not saved up.
 */
type Rate = { dueAt: number; running: number };

/** So many are kept before those that nobody waits for are looked for. */
const MOST_RATES = 1000;
