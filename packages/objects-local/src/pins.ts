import { randomBytes } from 'node:crypto';
import type { Catalogue } from './catalogue.ts';
import { behindAllOf, pinKey } from './keys.ts';

/**
 * Keeps bodies that somebody reads from being collected after their object was overwritten or deleted. This process counts its readers;
 * other processes see a row, written for readers that take long enough for the collector to come by and renewed while they read.
 */
export type Pins = {
  /** Call what it returns when the body is no longer needed; twice does no harm. */
  pin(id: Buffer): () => void;
  /** Whether a reader, in any process, needs the body. */
  isPinned(id: Buffer, now: number): boolean;
  /** Writes and renews the rows for the readers that have been at it for a while, and removes those no longer needed. */
  renew(now: number): Promise<void>;
};

/** A body is collected `graceMs` after it was dropped at the earliest; `renew` is called at least four times in that time. */
export function openPins(catalogue: Pick<Catalogue, 'pins' | 'change'>, graceMs: number, clock: () => number): Pins {
  const holder = randomBytes(8);
  const held = new Map<string, { readonly id: Buffer; readonly since: number; readers: number; hasRow: boolean }>();
  const released: Buffer[] = [];
  return {
    pin(id) {
      const name = id.toString('latin1');
      const entry = held.get(name) ?? { id, since: clock(), readers: 0, hasRow: false };
      held.set(name, entry);
      entry.readers += 1;
      let isHeld = true;
      return () => {
        if (!isHeld) return;
        isHeld = false;
        entry.readers -= 1;
        if (entry.readers > 0) return;
        held.delete(name);
        if (entry.hasRow) released.push(id);
      };
    },
    isPinned(id, now) {
      if (held.has(id.toString('latin1'))) return true;
      for (const { value } of catalogue.pins.getRange({ start: id, end: behindAllOf(id) })) if (value.readDoubleLE(0) > now) return true;
      return false;
    },
    async renew(now) {
      const lasting = [...held.values()].filter(({ since }) => since <= now - graceMs / 4);
      const over = released.splice(0);
      if (lasting.length === 0 && over.length === 0) return;
      const until = Buffer.alloc(8);
      until.writeDoubleLE(now + graceMs);
      await catalogue.change(() => {
        for (const id of over) catalogue.pins.removeSync(pinKey(id, holder));
        for (const { id } of lasting) catalogue.pins.putSync(pinKey(id, holder), until);
      });
      for (const entry of lasting) entry.hasRow = true;
    },
  };
}
