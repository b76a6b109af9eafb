import type { Announced } from './object-store.ts';
import type { Outbox, OutboxEntry } from './outbox.ts';

/** An outbox apart from the objects: of a store whose objects are in somebody else's hands, so that no step can be both. */
export type KeptOutbox = {
  readonly outbox: Outbox;
  /** Resolves once it is kept. Without announcements nothing is. */
  add(announced: Announced | undefined, change: Pick<OutboxEntry, 'bucket' | 'key' | 'object'>): void | Promise<void>;
};
