/** What processes that answer at one address as if they were one have to count together. */
import { type TryCounts, tryCounts } from './landing/try-counts.ts';
import { type LinkRates, linkRates } from './links/link-rates.ts';
import type { Metric } from './metrics.ts';
import { type OnceAMinute, onceAMinute } from './webhooks/once-a-minute.ts';

export type Siblings = {
  readonly tries: TryCounts;
  readonly rates: LinkRates;
  /** Whether something is to be told that may happen again and again. */
  readonly isToTell: OnceAMinute;
  /** The numbers of all, with those of this process as they are now. */
  metrics(own: readonly Metric[]): Promise<readonly Metric[]>;
};

/** Of a process that has none. `now` in milliseconds since the epoch. */
export function noSiblings(now: () => number): Siblings {
  return { tries: tryCounts(now), rates: linkRates(now), isToTell: onceAMinute(now), metrics: async (own) => own };
}
