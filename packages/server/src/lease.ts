import { randomUUID } from 'node:crypto';
import type { RecordStore } from '@latchkey/storage/record-store';

/** What one process at a time may do: a record says which, and until when unless it says so again. */
export type Lease = {
  /** Takes it where nobody has it, renews it where it is ours. To be called more often than it lasts. */
  keep(): Promise<boolean>;
  /** Whether it is ours at this moment. */
  isHeld(): boolean;
  /** Gives it back, so that another process need not wait for its end. */
  release(): Promise<void>;
};

const LEASE = 'lease';
const LASTS_MS = 10_000;
const RENEWED_AFTER_MS = 3000;
/** So far the clocks of several machines may be apart without one taking from the other what it holds. */
const SKEW_MS = 60_000;

type Held = { readonly holder: string; readonly until: number };

export function openLease(records: RecordStore, name: string, now: () => number): Lease {
  const holder = randomUUID();
  let mine: { readonly version: number; readonly takenAt: number } | undefined;
  const isHeld = () => mine !== undefined && now() - mine.takenAt < LASTS_MS - MARGIN_MS && now() >= mine.takenAt;

  return {
    isHeld,
    async keep() {
      const at = now();
      if (mine !== undefined && isHeld() && at - mine.takenAt < RENEWED_AFTER_MS) return true;
      const stored = await records.get(LEASE, name);
      const held = stored?.value as Held | undefined;
      // One that lasts much longer than any does is of a clock that was wrong.
      const isOthers = held !== undefined && held.holder !== holder && held.until > at && held.until <= at + LASTS_MS + SKEW_MS;
      if (isOthers) {
        mine = undefined;
        return false;
      }
      const version = stored?.version ?? 0;
      const value: Held = { holder, until: at + LASTS_MS };
      const { committed } = await records.commit([{ put: { kind: LEASE, id: name, value }, ifVersion: version }]);
      mine = committed ? { version: version + 1, takenAt: at } : undefined;
      return committed;
    },
    async release() {
      if (mine === undefined) return;
      const { version } = mine;
      mine = undefined;
      // Not removed: versions of a record that is made anew begin anew, and a late release would take somebody else's.
      await records.commit([{ put: { kind: LEASE, id: name, value: { holder: '', until: 0 } }, ifVersion: version }]);
    },
  };
}

/** It ends a little earlier for whoever has it: a request that is under way takes time to be broken off. */
const MARGIN_MS = 2000;
