import type { RecordKind, RecordStore } from '@latchkey/storage/record-store';

/** How often records of a kind were changed, in one of the rows that count it. */
export type Count = { readonly kind: RecordKind; readonly stripe: number; readonly count: number };

/** What this process knows of the changes of all processes. It never waits for anything. */
export type Generations = Pick<RecordStore, 'latest' | 'generation'> & {
  /** What was counted at a moment behind `askedAt`: a look at the database, or an own commit. */
  learn(counts: readonly Count[], askedAt?: number): void;
  /** The first look over a new connection: what was known before may be of another database, restored from a backup. */
  begin(counts: readonly Count[], askedAt: number): void;
  /** Nothing is heard of the database any more. */
  lost(): void;
};

export type GenerationsOptions = {
  /** Kinds whose records go on to serve, where they are known, for `OUTLASTS_MS` while the database is away. All others are asked for again at once. */
  readonly outlasting: readonly RecordKind[];
  /** Milliseconds that only grow. */
  readonly now: () => number;
};

/** What other processes have changed is known so long after at the latest; where that can not be said, nothing counts as known. */
export const STALE_MS = 1000;
export const OUTLASTS_MS = 60_000;

export function generations({ outlasting, now }: GenerationsOptions): Generations {
  const outlasts = new Set(outlasting);
  const known = new Map<RecordKind, { sum: number; readonly stripes: Map<number, number> }>();
  let beginnings = 0;
  /** Grows with each request while nobody can say that what is known is true. */
  let doubts = 0;
  let longDoubts = 0;
  let confirmedAt = Number.NEGATIVE_INFINITY;
  /** Of what outlasts: when it was last confirmed, lost or not. */
  let lastHeardAt = Number.NEGATIVE_INFINITY;

  const learn = (counts: readonly Count[]): void => {
    for (const { kind, stripe, count } of counts) {
      let entry = known.get(kind);
      if (entry === undefined) {
        entry = { sum: 0, stripes: new Map() };
        known.set(kind, entry);
      }
      const before = entry.stripes.get(stripe) ?? 0;
      if (count <= before) continue;
      entry.stripes.set(stripe, count);
      entry.sum += count - before;
    }
  };
  const confirmed = (askedAt: number): void => {
    confirmedAt = Math.max(confirmedAt, askedAt);
    lastHeardAt = confirmedAt;
  };

  return {
    learn(counts, askedAt) {
      learn(counts);
      if (askedAt !== undefined) confirmed(askedAt);
    },
    begin(counts, askedAt) {
      // The sums stay: a generation never goes back.
      for (const { stripes } of known.values()) stripes.clear();
      const sums = new Map([...known].map(([kind, { sum }]) => [kind, sum]));
      learn(counts);
      for (const [kind, entry] of known) entry.sum = Math.max(entry.sum - (sums.get(kind) ?? 0), sums.get(kind) ?? 0);
      beginnings += 1;
      confirmed(askedAt);
    },
    lost() {
      confirmedAt = Number.NEGATIVE_INFINITY;
    },
    latest() {
      const at = now();
      if (at - confirmedAt <= STALE_MS) return;
      doubts += 1;
      if (at - lastHeardAt > OUTLASTS_MS) longDoubts += 1;
    },
    generation(kind) {
      return (known.get(kind)?.sum ?? 0) + beginnings + (outlasts.has(kind) ? longDoubts : doubts);
    },
  };
}
