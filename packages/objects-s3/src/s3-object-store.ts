import type { Credentials } from '@latchkey/sigv4/credentials';
import type { KeptOutbox } from '@latchkey/storage/kept-outbox';
import { openMemoryRecordStore } from '@latchkey/storage/memory-record-store';
import type { ObjectStore } from '@latchkey/storage/object-store';
import { recordOutbox } from '@latchkey/storage/record-outbox';
import { findAbilities, type GivenAbilities } from './abilities.ts';
import { type BucketNames, prefixedNames } from './bucket-names.ts';
import { bucketsOf } from './buckets.ts';
import { checkHealth } from './check-health.ts';
import type { Context } from './context.ts';
import { directAccess } from './direct-access.ts';
import { objectsOf } from './objects.ts';
import { settleIntents } from './settle-intents.ts';
import { openTransport } from './transport.ts';
import { uploadsOf } from './uploads.ts';
import { openUpstream } from './upstream.ts';

export type S3ObjectStoreOptions = {
  /** `https://s3.example.com`, with a port where it needs one, without a path. */
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: Credentials;
  /** Where the upstream wants the name of a bucket. Default: in the path. */
  readonly style?: 'path' | 'virtual' | undefined;
  /** Default: all of the upstream's buckets, by their own names. */
  readonly names?: BucketNames | undefined;
  /** What is known of the upstream, and so need not be tried. */
  readonly abilities?: GivenAbilities | undefined;
  /** Where announcements are kept. Default: in memory, where nobody announces anything. */
  readonly outbox?: KeptOutbox | undefined;
  /** How clients reach the upstream, where objects may be handed over to it; default: not at all. */
  readonly direct?: { readonly endpoint: string; readonly credentials: Credentials } | undefined;
  /** The region that buckets are said to be in; the upstream's by default. */
  readonly shownRegion?: string | undefined;
  /** PEM of the authority that the upstream's certificate is from. Default: those Node.js knows. */
  readonly ca?: string | undefined;
  /** At most so many connections for reading, for writing and for questions, each. 256 by default. */
  readonly maxConnections?: number | undefined;
  /** A connection on which nothing moves for so long is given up. 60,000 by default. */
  readonly idleMs?: number | undefined;
  /** Milliseconds since the epoch. */
  readonly clock?: (() => number) | undefined;
  /** How long to wait before a request is sent again, in milliseconds. */
  readonly pauseMs?: ((retry: number) => number) | undefined;
};

/**
 * An object store whose buckets are those of an S3 that already exists. Nothing is kept here: what was put there by others is served, and what
 * is put here is there for others.
 *
 * @example
 * const store = openS3ObjectStore({ endpoint: 'https://ceph.example.com', region: 'default', credentials });
 */
export function openS3ObjectStore(options: S3ObjectStoreOptions): ObjectStore {
  const { endpoint, region, credentials, style = 'path', names = prefixedNames(''), clock = Date.now, pauseMs } = options;
  const { maxConnections, idleMs, ca } = options;
  const transport = openTransport({ maxConnections, idleMs, ca });
  const upstream = openUpstream({ endpoint, region, style, credentials, names, transport, clock, pauseMs });
  const abilities = findAbilities(upstream, options.abilities);
  const outbox = options.outbox ?? recordOutbox(openMemoryRecordStore());
  const direct = options.direct && directAccess({ ...options.direct, region, style, names, clock });
  const context: Context = { upstream, names, abilities, outbox, upstreamRegion: region, shownRegion: options.shownRegion ?? region };
  return {
    ...bucketsOf(context),
    ...objectsOf(context),
    ...uploadsOf(context),
    isElsewhere: true,
    direct,
    outbox: { ...outbox.outbox, settle: () => settleIntents(context) },
    checkHealth: () => checkHealth(upstream),
    async close() {
      transport.close();
    },
  };
}
