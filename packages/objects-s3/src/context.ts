import type { Announced } from '@latchkey/storage/object-store';
import type { Outbox, OutboxEntry } from '@latchkey/storage/outbox';
import type { Abilities } from './abilities.ts';
import type { BucketNames } from './bucket-names.ts';
import type { Upstream } from './upstream.ts';

/** What every operation of the store works with. */
export type Context = {
  readonly upstream: Upstream;
  readonly names: BucketNames;
  readonly abilities: Abilities;
  /** For which the upstream's own buckets are made. */
  readonly upstreamRegion: string;
  readonly outbox: KeptOutbox;
  /** What our buckets are said to be in: the gateway's region, for which its clients sign. */
  readonly shownRegion: string;
};

/** An outbox of the gateway's own: the upstream has none, so that what is announced is kept right after the change instead of with it. */
export type KeptOutbox = {
  readonly outbox: Outbox;
  /** Resolves once it is kept. */
  add(announced: Announced | undefined, change: Pick<OutboxEntry, 'bucket' | 'key' | 'object'>): void | Promise<void>;
};
