/** Tries of passwords of links, no more than are allowed. */
import { readAddress } from '@latchkey/policy/addresses';
import type { TryCounts } from './try-counts.ts';

/** So many of one guest are looked at at a time, the right ones included: nobody fills the queue for all. */
const MOST_AT_ONCE = 3;

export type PasswordTries = {
  /**
   * Whether it is right, or how long to wait before another try. It counts as wrong from the start, so that many at once are no more than so many;
   * one that is right, or could not be looked at, does not count.
   */
  attempt(linkId: string, address: string, check: () => Promise<boolean>): Promise<'right' | 'wrong' | { readonly waitSeconds: number }>;
};

export function passwordTries(counts: TryCounts): PasswordTries {
  const running = new Map<string, number>();

  return {
    async attempt(linkId, address, check) {
      const network = networkOf(address);
      const already = running.get(network) ?? 0;
      if (already >= MOST_AT_ONCE) return { waitSeconds: 1 };
      running.set(network, already + 1);
      try {
        const waitSeconds = await counts.begin(linkId, network);
        if (waitSeconds > 0) return { waitSeconds };
        const isRight = await check().catch(async (error: unknown) => {
          await counts.forgive(linkId, network);
          throw error;
        });
        if (isRight) await counts.forgive(linkId, network);
        return isRight ? 'right' : 'wrong';
      } finally {
        const left = (running.get(network) ?? 1) - 1;
        if (left === 0) running.delete(network);
        else running.set(network, left);
      }
    },
  };
}

/** Of IPv6, everybody has a whole /64 to choose from. */
function networkOf(address: string): string {
  const words = readAddress(address);
  return words === undefined ? address : words.length === 8 ? words.slice(0, 4).join(':') : words.join('.');
}
