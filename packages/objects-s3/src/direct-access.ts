/** URLs of the upstream for clients to fetch objects with, signed with credentials of ours. */
import type { AddressingStyle } from '@latchkey/sigv4/address';
import type { Credentials } from '@latchkey/sigv4/credentials';
import { presign } from '@latchkey/sigv4/presign';
import type { DirectAccess } from '@latchkey/storage/object-store';
import type { BucketNames } from './bucket-names.ts';
import { styleFor } from './upstream.ts';

export type DirectAccessOptions = {
  /** As clients reach the upstream: `https://ceph.example.com`, with a port where it needs one, without a path. */
  readonly endpoint: string;
  readonly region: string;
  readonly style: AddressingStyle;
  /** Their id is in every URL. */
  readonly credentials: Credentials;
  readonly names: BucketNames;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
};

export function directAccess({ endpoint, region, style, credentials, names, clock }: DirectAccessOptions): DirectAccess {
  const { protocol, host, origin } = new URL(endpoint);
  return {
    // A bucket with dots in its name is in the path although the others are in the host.
    sources: style === 'virtual' ? `${origin} ${protocol}//*.${host}` : origin,
    url(bucket, key, { expiresInSeconds, query }) {
      if (DOT_SEGMENT.test(key)) return undefined;
      const theirs = names.theirs(bucket);
      return presign({
        method: 'GET',
        bucket: theirs,
        key,
        region,
        endpoint,
        style: styleFor(theirs, endpoint, style),
        credentials,
        expiresIn: expiresInSeconds,
        now: new Date(clock()),
        query,
      }).url;
    },
  };
}

/** Clients take them out of the URLs they are redirected to, and would ask for another object. */
const DOT_SEGMENT = /(?:^|\/)\.\.?(?:\/|$)/;
