/** What time it is at the server: the clocks of devices are off, and signatures and countdowns mind. */
import { type ReadonlySignal, signal } from '@preact/signals';

let aheadMs = 0;
const ticking = signal(Date.now());

/** Milliseconds since the epoch, moving on every quarter of a minute: for what is drawn. */
export const now: ReadonlySignal<number> = ticking;

/** Milliseconds since the epoch, at this moment. */
export function serverNow(): number {
  return Date.now() + aheadMs;
}

/** Called with the time that an answer of the server carries. */
export function serverTimeIs(milliseconds: number): void {
  aheadMs = milliseconds - Date.now();
  ticking.value = serverNow();
}

export function startClock(): void {
  setInterval(() => {
    ticking.value = serverNow();
  }, 15_000);
}
