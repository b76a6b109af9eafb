/** How often passwords of links may be tried: by one guest on one link, by one guest on all links, and on one link by all. */
import { readAddress } from '@latchkey/policy/addresses';
import { type Attempts, countAttempts } from './attempts.ts';

const WINDOW_MS = 10 * 60_000;
/** An office behind one address tries more than a person, and on a link that many know many are wrong. */
const MOST = { guestOnLink: 10, guest: 100, link: 1000 } as const;

export type PasswordTries = {
  /** `waitSeconds` is 0 where it may be tried; it counts as wrong until it is forgiven. */
  begin(linkId: string, address: string): { readonly waitSeconds: number; forgive(): void };
};

export function passwordTries(now: () => number): PasswordTries {
  const counters: readonly (readonly [Attempts, (linkId: string, network: string) => string])[] = [
    [countAttempts({ most: MOST.guestOnLink, windowMs: WINDOW_MS, now }), (linkId, network) => `${linkId} ${network}`],
    [countAttempts({ most: MOST.guest, windowMs: WINDOW_MS, now }), (_, network) => network],
    [countAttempts({ most: MOST.link, windowMs: WINDOW_MS, now }), (linkId) => linkId],
  ];
  return {
    begin(linkId, address) {
      const network = networkOf(address);
      const begun: (() => void)[] = [];
      const forgive = () => {
        for (const undo of begun) undo();
      };
      for (const [attempts, nameOf] of counters) {
        const name = nameOf(linkId, network);
        const waitSeconds = attempts.begin(name);
        if (waitSeconds > 0) {
          // What is not tried does not count with the others.
          forgive();
          return { waitSeconds, forgive: () => undefined };
        }
        begun.push(() => attempts.forgive(name));
      }
      return { waitSeconds: 0, forgive };
    },
  };
}

/** Of IPv6, everybody has a whole /64 to choose from. */
function networkOf(address: string): string {
  const words = readAddress(address);
  return words === undefined ? address : words.length === 8 ? words.slice(0, 4).join(':') : words.join('.');
}
