import type { Intent } from './intent.ts';
import type { Announced } from './object-store.ts';
import type { Outbox, OutboxEntry } from './outbox.ts';

/**
 * An outbox apart from the objects: of a store whose objects are in somebody else's hands, so that no step can be both. It keeps before a change that it
 * will be tried, and after it, in one commit, that it was made and what is told of it. What a process left behind that ended in between is there
 * to be looked into.
 */
export type KeptOutbox = {
  readonly outbox: Outbox;
  /** Resolves to the intent once it is kept. */
  intend(intent: Omit<Intent, 'id' | 'at' | 'until'>, withinMs: number): Promise<Intent>;
  /** Resolves once it is kept, and the intent is not any more. Without announcements nothing is. */
  add(announced: Announced | undefined, change: Pick<OutboxEntry, 'bucket' | 'key' | 'object'>, intent?: Intent): void | Promise<void>;
  /** The change was not made. */
  withdraw(intent: Intent): Promise<void>;
  /** Intents whose time is over: at most so many. */
  overdue(limit: number): Promise<readonly Intent[]>;
};
