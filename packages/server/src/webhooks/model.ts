/** The records of webhooks, of what is told to them, and of what could not be. Times are milliseconds since the epoch. */
import type { NotificationRule } from '@latchkey/s3/notification';
import type { Sealed } from '../identity/sealing.ts';

export const WEBHOOK = 'webhook';
/** What a bucket tells to whom: the id is its name. */
export const NOTIFICATION = 'bucket-notification';
/** Waiting to be delivered: `WEBHOOK/ID`, in the order they are to be sent. */
export const MESSAGE = 'webhook-message';
/** Given up: `WEBHOOK/ID`. */
export const DEAD_LETTER = 'webhook-dead-letter';

/** What happens to links and upload requests. */
export const LATCHKEY_EVENTS = [
  'link.created',
  'link.opened',
  'link.used',
  'link.exhausted',
  'link.expired',
  'link.refused',
  'link.revoked',
  'upload-request.fulfilled',
] as const;
export type LatchkeyEvent = (typeof LATCHKEY_EVENTS)[number];

export type Webhook = {
  /** `LKWH` and 16 letters and digits. */
  readonly id: string;
  /** Latchkey's own events that it is told; those of objects are a matter of the bucket's notification configuration. */
  readonly events: readonly LatchkeyEvent[];
  /** Only of links that fit all of these. */
  readonly filter: WebhookFilter;
  readonly note?: string;
  readonly status: 'active' | 'paused';
  readonly createdAt: number;
  /** The ARN of who made it. */
  readonly createdBy: string;
  /** Scheme, host and port: what a log may have of its address. */
  readonly origin: string;
  /** A `WebhookSecrets` as JSON, sealed for `webhook/ID`: the address itself is often all that keeps others from writing to it. */
  readonly sealed: Sealed;
};

export type WebhookFilter = {
  readonly bucket?: string;
  /** Of the key. */
  readonly prefix?: string;
  readonly label?: string;
  /** The id of one link. */
  readonly link?: string;
};

export type WebhookSecrets = {
  readonly url: string;
  /** The newest first; each `whsec_` and 32 bytes in base64. The one before signs too for a day. */
  readonly signing: readonly { readonly secret: string; readonly until?: number }[];
};

/** A message as it waits. */
export type StoredMessage = {
  /** When it happened. */
  readonly at: number;
  /** What it is about: messages about the same are sent one after the other. */
  readonly lane: string;
  /** JSON, as it is sent. */
  readonly body: string;
};

export type DeadLetter = StoredMessage & {
  readonly diedAt: number;
  readonly attempts: number;
  /** In words for who looks after the webhook. */
  readonly reason: string;
};

/** A rule, and the webhook that its destination is. */
export type BucketNotification = readonly { readonly rule: NotificationRule; readonly webhook: string }[];

/** What the object store keeps with a change for a webhook, as JSON: all that the store does not know itself. */
export type ObjectAnnouncement = {
  readonly event: string;
  readonly rule: string;
  readonly at: number;
  readonly by: string;
  readonly ip: string;
  readonly request: string;
  readonly host: string;
};

/** So many there may be: each is asked after several times a second. */
export const MOST_WEBHOOKS = 100;
