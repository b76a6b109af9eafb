/** How fast it goes, over the last seconds. */
export type Speed = {
  /** Told whenever bytes have gone; times in milliseconds. */
  moved(bytes: number, at: number): void;
  /** Bytes a second; 0 where nothing has moved lately. */
  at(now: number): number;
};

const WINDOW_MS = 6000;

export function speed(): Speed {
  let moves: { readonly at: number; readonly bytes: number }[] = [];
  return {
    moved(bytes, at) {
      moves.push({ at, bytes });
    },
    at(now) {
      moves = moves.filter((move) => move.at > now - WINDOW_MS);
      const [first] = moves;
      if (first === undefined) return 0;
      const bytes = moves.reduce((sum, move) => sum + move.bytes, 0);
      return Math.max(0, (bytes * 1000) / Math.max(1000, now - first.at));
    },
  };
}
