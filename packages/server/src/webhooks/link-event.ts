/** What a webhook is told of a link: the payload of the message, in the form of Standard Webhooks. */
import type { Link } from '../links/model.ts';
import type { Incoming } from '../pipeline.ts';
import type { LatchkeyEvent, Webhook } from './model.ts';

/** Something that happened to a link or an upload request. */
export type Happened = {
  readonly type: LatchkeyEvent;
  readonly link: AnnouncedLink;
  /** Further members of `data`. */
  readonly more?: Readonly<Record<string, unknown>> | undefined;
  /** When, where that was not just now: webhooks made after it are not told. */
  readonly at?: number | undefined;
  /** Who asked for it, where that is a request. */
  readonly incoming?: Pick<Incoming, 'requestId' | 'peer'> | undefined;
};

/** What messages say of a link: nothing that it works with. */
export type AnnouncedLink = Pick<Link, 'id' | 'method' | 'bucket' | 'createdBy' | 'terms'> &
  Partial<Pick<Link, 'key' | 'keys' | 'keyPrefix' | 'label'>>;

export function wants({ events, filter, createdAt }: Webhook, { type, link, at = createdAt }: Happened): boolean {
  if (!events.includes(type) || at < createdAt) return false;
  const { bucket, prefix, label, link: id } = filter;
  if (bucket !== undefined && bucket !== link.bucket) return false;
  if (prefix !== undefined && !keysOf(link).some((key) => key.startsWith(prefix))) return false;
  if (label !== undefined && label !== link.label) return false;
  return id === undefined || id === link.id;
}

function keysOf({ key, keys, keyPrefix }: AnnouncedLink): readonly string[] {
  return keys ?? [key ?? keyPrefix ?? ''];
}

/** `at` in milliseconds since the epoch. */
export function linkMessage({ type, link, more, incoming }: Happened, at: number): string {
  const { id, method, bucket, key, keys, keyPrefix, label, createdBy, terms } = link;
  const data = {
    link: { id, method, bucket, key, keys: keys?.slice(0, MOST_KEYS), keyPrefix, label, createdBy, expiresAt: isoTime(terms.expiresAt) },
    ...(incoming && { request: { id: incoming.requestId, sourceIPAddress: incoming.peer.address } }),
    ...more,
  };
  return JSON.stringify({ type, timestamp: isoTime(at), data });
}

/** A link for a choice of files may have more keys than a message should hold. */
const MOST_KEYS = 20;

const isoTime = (ms: number): string => new Date(ms).toISOString();
