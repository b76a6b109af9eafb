/**
 * What is to be told to webhooks, made where it happens and kept with what happened. Where there are no webhooks, none of this costs more than
 * the comparison of two numbers.
 */
import { S3Error } from '@latchkey/s3/errors';
import { isToldOf, type ObjectEventName } from '@latchkey/s3/notification-events';
import type { Announcement } from '@latchkey/storage/outbox';
import type { RecordChange, RecordStore } from '@latchkey/storage/record-store';
import type { Principal } from '../identity/principals.ts';
import type { Authenticated, Site } from '../pipeline.ts';
import type { BucketNotifications } from './bucket-notifications.ts';
import type { KnownWebhooks } from './known-webhooks.ts';
import { type Happened, linkMessage, wants } from './link-event.ts';
import { messageIds } from './message-ids.ts';
import { type LatchkeyEvent, MESSAGE, type ObjectAnnouncement, type StoredMessage, type Webhook } from './model.ts';

export type Announcements = readonly Announcement[] | undefined;

export type Events = {
  /** What the object store is to keep with a change of an object, of this or another key; without a promise where all is in memory. */
  ofObject(request: Authenticated, event: ObjectEventName, key?: string): Announcements | Promise<Announcements>;
  /** Whether anybody is told of such events, so that whoever makes them need not. */
  areTold(type: LatchkeyEvent): boolean | Promise<boolean>;
  /** What is to be committed with a change of records; nothing where nobody is told. */
  changesFor(happened: readonly Happened[]): Promise<readonly RecordChange[]>;
  /** Whatever is to be sent to these webhooks; to be committed. */
  messagesTo(webhooks: readonly string[], message: Pick<StoredMessage, 'lane' | 'body'>): readonly RecordChange[];
  /** The same for what changes no record: on disk when it resolves. */
  tell(happened: readonly Happened[]): Promise<void>;
};

export type EventsOptions = {
  readonly records: RecordStore;
  readonly known: KnownWebhooks;
  readonly notifications: BucketNotifications;
  readonly site: Pick<Site, 'now' | 'hostId' | 'accountId'>;
};

export function createEvents({ records, known, notifications, site }: EventsOptions): Events {
  const newMessageId = messageIds(site.now);

  const announcements = (
    request: Authenticated,
    event: ObjectEventName,
    key: string,
    found: ReturnType<BucketNotifications['find']>,
    webhooks: readonly Webhook[],
  ): Announcements | Promise<Announcements> => {
    if (found instanceof Promise) return found.then((settled) => announcements(request, event, key, settled, webhooks));
    const told = new Map<string, Announcement>();
    for (const { rule, webhook } of found) {
      const fits = key.startsWith(rule.prefix ?? '') && key.endsWith(rule.suffix ?? '') && rule.events.some((one) => isToldOf(one, event));
      if (!fits || told.has(webhook) || !webhooks.some(({ id }) => id === webhook)) continue;
      const what: ObjectAnnouncement = {
        event,
        rule: rule.id,
        at: site.now(),
        by: principalIdOf(request.principal, site.accountId),
        ip: request.peer.address,
        request: request.requestId,
        host: site.hostId,
      };
      told.set(webhook, { to: webhook, what: JSON.stringify(what) });
    }
    return told.size === 0 ? undefined : [...told.values()];
  };

  const messagesTo: Events['messagesTo'] = (webhooks, { lane, body }) => {
    const value: StoredMessage = { at: site.now(), lane, body };
    return webhooks.map((id) => ({ put: { kind: MESSAGE, id: `${id}/${newMessageId()}`, value } }));
  };

  const changesFor: Events['changesFor'] = async (happened) => {
    const webhooks = await known();
    return happened.flatMap((one) => {
      const told = webhooks.filter((webhook) => wants(webhook, one)).map(({ id }) => id);
      return told.length === 0 ? [] : messagesTo(told, { lane: one.link.id, body: linkMessage(one, one.at ?? site.now()) });
    });
  };

  return {
    ofObject(request, event, key = request.key ?? '') {
      const webhooks = known();
      const { bucket = '' } = request;
      if (webhooks instanceof Promise)
        return webhooks.then((all) => (all.length === 0 ? undefined : announcements(request, event, key, notifications.find(bucket), all)));
      return webhooks.length === 0 ? undefined : announcements(request, event, key, notifications.find(bucket), webhooks);
    },
    areTold(type) {
      const webhooks = known();
      const areTold = (all: readonly Webhook[]) => all.some(({ events }) => events.includes(type));
      return webhooks instanceof Promise ? webhooks.then(areTold) : areTold(webhooks);
    },
    changesFor,
    messagesTo,
    async tell(happened) {
      const changes = await changesFor(happened);
      if (changes.length === 0) return;
      if (!(await records.commit(changes)).committed) throw new S3Error('ConcurrentModification');
    },
  };
}

/** As S3's messages name who it was. */
function principalIdOf(principal: Principal, accountId: string): string {
  switch (principal.kind) {
    case 'user':
    case 'role-session':
      return `AWS:${principal.userId}`;
    case 'root':
      return accountId;
    case 'anonymous':
    case 'federated':
      return 'Anonymous';
  }
}
