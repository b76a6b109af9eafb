import type { KeptOutbox } from '@latchkey/storage/kept-outbox';
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
  /** The gateway's own, since the upstream has none: what is announced is kept right after the change instead of with it. */
  readonly outbox: KeptOutbox;
  /** What our buckets are said to be in: the gateway's region, for which its clients sign. */
  readonly shownRegion: string;
};
