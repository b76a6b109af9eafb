/** How often passwords of links may be tried: by one guest on one link, by one guest on all links, and on one link by all. */
import { readAddress } from '@latchkey/policy/addresses';
import { type Attempts, countAttempts } from './attempts.ts';

const WINDOW_MS = 10 * 60_000;
/** An office behind one address tries more than a person, and on a link that many know many are wrong. */
const MOST = { guestOnLink: 10, guest: 100, link: 1000 } as const;

/** So many of one guest are looked at at a time, the right ones included: nobody fills the queue for all. */
const MOST_AT_ONCE = 3;

export type PasswordTries = {
  /**
   * Whether it is right, or how long to wait before another try. It counts as wrong from the start, so that many at once are no more than so many;
   * one that is right, or could not be looked at, does not count.
   */
  attempt(linkId: string, address: string, check: () => Promise<boolean>): Promise<'right' | 'wrong' | { readonly waitSeconds: number }>;
};

export function passwordTries(now: () => number): PasswordTries {
  const counters: readonly (readonly [Attempts, (linkId: string, network: string) => string])[] = [
    [countAttempts({ most: MOST.guestOnLink, windowMs: WINDOW_MS, now }), (linkId, network) => `${linkId} ${network}`],
    [countAttempts({ most: MOST.guest, windowMs: WINDOW_MS, now }), (_, network) => network],
    [countAttempts({ most: MOST.link, windowMs: WINDOW_MS, now }), (linkId) => linkId],
  ];
  const running = new Map<string, number>();

  return {
    async attempt(linkId, address, check) {
      const network = networkOf(address);
      const already = running.get(network) ?? 0;
      const begun = already >= MOST_AT_ONCE ? 1 : begin(linkId, network);
      if (typeof begun === 'number') return { waitSeconds: begun };
      running.set(network, already + 1);
      try {
        if (!(await check())) return 'wrong';
        begun();
        return 'right';
      } catch (error) {
        begun();
        throw error;
      } finally {
        const left = (running.get(network) ?? 1) - 1;
        if (left === 0) running.delete(network);
        else running.set(network, left);
      }
    },
  };

  /** What takes it back, or how many seconds to wait. */
  function begin(linkId: string, network: string): (() => void) | number {
    const counted: (() => void)[] = [];
    const forgive = () => {
      for (const undo of counted) undo();
    };
    for (const [attempts, nameOf] of counters) {
      const name = nameOf(linkId, network);
      const waitSeconds = attempts.begin(name);
      if (waitSeconds > 0) {
        // What is not tried does not count with the others.
        forgive();
        return waitSeconds;
      }
      counted.push(() => attempts.forgive(name));
    }
    return forgive;
  }
}

/** Of IPv6, everybody has a whole /64 to choose from. */
function networkOf(address: string): string {
  const words = readAddress(address);
  return words === undefined ? address : words.length === 8 ? words.slice(0, 4).join(':') : words.join('.');
}
