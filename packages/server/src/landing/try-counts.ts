/** How often passwords of links may be tried: by one guest on one link, by one guest on all links, and on one link by all. */
import { type Attempts, countAttempts } from './attempts.ts';

/** Where processes serve one address together, what is counted is counted for all of them. */
export type TryCounts = {
  /** 0 where one more is allowed, which counts from now on; otherwise how long to wait, in seconds. */
  begin(linkId: string, network: string): number | Promise<number>;
  /** One that was begun was right, or could not be looked at, and does not count. */
  forgive(linkId: string, network: string): void | Promise<void>;
};

const WINDOW_MS = 10 * 60_000;
/** An office behind one address tries more than a person, and on a link that many know many are wrong. */
const MOST = { guestOnLink: 10, guest: 100, link: 1000 } as const;

/** In memory of this process. `now` in milliseconds since the epoch. */
export function tryCounts(now: () => number): TryCounts {
  const counters: readonly (readonly [Attempts, (linkId: string, network: string) => string])[] = [
    [countAttempts({ most: MOST.guestOnLink, windowMs: WINDOW_MS, now }), (linkId, network) => `${linkId} ${network}`],
    [countAttempts({ most: MOST.guest, windowMs: WINDOW_MS, now }), (_, network) => network],
    [countAttempts({ most: MOST.link, windowMs: WINDOW_MS, now }), (linkId) => linkId],
  ];
  const forgive = (linkId: string, network: string, counted = counters) => {
    for (const [attempts, nameOf] of counted) attempts.forgive(nameOf(linkId, network));
  };
  return {
    begin(linkId, network) {
      for (const [i, [attempts, nameOf]] of counters.entries()) {
        const waitSeconds = attempts.begin(nameOf(linkId, network));
        if (waitSeconds === 0) continue;
        // What is not tried does not count with the others.
        forgive(linkId, network, counters.slice(0, i));
        return waitSeconds;
      }
      return 0;
    },
    forgive: (linkId, network) => forgive(linkId, network),
  };
}
