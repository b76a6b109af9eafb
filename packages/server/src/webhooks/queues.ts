/** What waits for a webhook: changes of objects, in the outbox of the object store, and what happened to links, in the record store. */
import type { ObjectEventName } from '@latchkey/s3/notification-events';
import { notificationMessage, sequencerOf } from '@latchkey/s3/notification-record';
import type { ObjectStore } from '@latchkey/storage/object-store';
import type { OutboxEntry } from '@latchkey/storage/outbox';
import type { RecordStore } from '@latchkey/storage/record-store';
import type { Site } from '../pipeline.ts';
import { MESSAGE, type ObjectAnnouncement, type StoredMessage } from './model.ts';

export type Message = StoredMessage & {
  /** The same each time it is sent: receivers know by it what they have had. */
  readonly id: string;
  /** Where it lies in its queue. */
  readonly place: string | number;
};

export type Queue = {
  /** The oldest ones. */
  read(limit: number): Promise<readonly Message[]>;
  remove(messages: readonly Message[]): Promise<void>;
  /** How many wait, counted up to a bound. */
  size(): Promise<number>;
};

export function objectQueue({ outbox }: Pick<ObjectStore, 'outbox'>, webhook: string, site: Pick<Site, 'region' | 'owner'>): Queue {
  return {
    read: async (limit) => (await outbox.read(webhook, { limit })).map((entry) => objectMessage(entry, site)),
    remove: (messages) =>
      outbox.remove(
        webhook,
        messages.map(({ place }) => Number(place)),
      ),
    size: async () => (await outbox.sizes()).get(webhook) ?? 0,
  };
}

function objectMessage({ sequence, what, bucket, key, object }: OutboxEntry, { region, owner }: Pick<Site, 'region' | 'owner'>): Message {
  const { event, rule, at, by, ip, request, host } = JSON.parse(what) as ObjectAnnouncement;
  const body = notificationMessage({
    event: event as ObjectEventName,
    region,
    at,
    principalId: by,
    sourceIp: ip,
    requestId: request,
    hostId: host,
    configurationId: rule,
    ownerId: owner.id,
    bucket,
    key,
    object,
    sequence,
  });
  return { id: `evt_${sequencerOf(sequence)}`, place: sequence, at, lane: `${bucket}/${key}`, body };
}

export function recordQueue(records: RecordStore, webhook: string): Queue {
  const prefix = `${webhook}/`;
  return {
    async read(limit) {
      const page = await records.list(MESSAGE, { prefix, limit });
      return page.records.map(({ id, value }) => ({
        ...(value as unknown as StoredMessage),
        id: `evt_${id.slice(prefix.length)}`,
        place: id,
      }));
    },
    async remove(messages) {
      await records.commit(messages.map(({ place }) => ({ remove: { kind: MESSAGE, id: String(place) } })));
    },
    async size() {
      let size = 0;
      for (let after: string | undefined; ; ) {
        const page = await records.list(MESSAGE, { prefix, after, limit: 500 });
        size += page.records.length;
        after = page.next;
        if (after === undefined || size >= MOST_COUNTED) return size;
      }
    },
  };
}

const MOST_COUNTED = 200_000;
