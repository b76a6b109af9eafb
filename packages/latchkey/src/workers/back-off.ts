/** How long to wait before a worker is put in the place of one that ended: not at all at first, longer each time while they end young. */

export type BackOff = {
  /** One has ended after so many milliseconds; returns how long to wait, in milliseconds. */
  ended(livedMs: number): number;
  /** How many have ended young, one after the other. */
  readonly inARow: number;
};

/** One that has lived so long has died of something else than the last. */
const YOUNG_MS = 10_000;
const FIRST_MS = 100;
const LONGEST_MS = 30_000;

export function backOff(): BackOff {
  let inARow = 0;
  return {
    ended(livedMs) {
      inARow = livedMs < YOUNG_MS ? inARow + 1 : 0;
      return inARow === 0 ? 0 : Math.min(LONGEST_MS, FIRST_MS * 2 ** (inARow - 1));
    },
    get inARow() {
      return inARow;
    },
  };
}
