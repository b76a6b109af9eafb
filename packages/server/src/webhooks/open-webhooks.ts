/** All there is about webhooks, put together once. */
import type { ObjectStore } from '@latchkey/storage/object-store';
import type { RecordStore } from '@latchkey/storage/record-store';
import type { Sealer } from '../identity/sealing.ts';
import type { Log } from '../log.ts';
import type { Metric } from '../metrics.ts';
import type { Site } from '../pipeline.ts';
import { reachableAddresses } from './addresses.ts';
import { type BucketNotifications, bucketNotifications } from './bucket-notifications.ts';
import type { CourierLimits } from './courier.ts';
import { deadLetters } from './dead-letters.ts';
import { startDeliverer } from './deliverer.ts';
import { deliveryCounts, deliveryMetric, waitingMetric } from './delivery-counts.ts';
import { createEvents, type Events } from './events.ts';
import { knownWebhooks } from './known-webhooks.ts';
import { messageIds } from './message-ids.ts';
import type { Webhook } from './model.ts';
import { createPost, type PostOutcome, type Resolve } from './post.ts';
import { signedHeaders } from './signature.ts';
import { createWebhooks, openedSecrets } from './webhook-service.ts';
import type { Webhooks } from './webhooks.ts';

export type WebhookOptions = {
  /** Networks besides the public Internet that webhooks may be in, where `http://` will do: `10.0.0.0/8`. */
  readonly allowedNetworks?: readonly string[] | undefined;
  /** How long is tried, and how often; for tests. */
  readonly limits?: Partial<CourierLimits> | undefined;
  /** How long a webhook may take for its answer; for tests. */
  readonly timeoutMs?: number | undefined;
  /** Certificates of authorities instead of those of Node, and what names stand for; for tests. */
  readonly ca?: string | undefined;
  readonly resolve?: Resolve | undefined;
};

export type OpenWebhooks = {
  readonly events: Events;
  readonly notifications: BucketNotifications;
  readonly webhooks: Webhooks;
  /** What this process has sent. */
  metrics(): readonly Metric[];
  /** What there is to be sent, by whichever process. */
  waiting(): Promise<Metric>;
  /** Begins to deliver. */
  start(): { stop(): Promise<void> };
};

export type WebhookContext = {
  readonly objects: ObjectStore;
  readonly records: RecordStore;
  readonly sealer: Sealer;
  readonly site: Site;
  readonly log: Log;
};

export function openWebhooks({ objects, records, sealer, site, log }: WebhookContext, options: WebhookOptions = {}): OpenWebhooks {
  const addresses = reachableAddresses(options.allowedNetworks ?? []);
  const post = createPost({ addresses, timeoutMs: options.timeoutMs, ca: options.ca, resolve: options.resolve });
  const known = knownWebhooks(records);
  const notifications = bucketNotifications(records);
  const events = createEvents({ records, known, notifications, site });
  const letters = deadLetters(records, site.now);
  const counts = deliveryCounts();
  const send = (
    webhook: Webhook,
    { id, body }: { readonly id: string; readonly body: string },
    signal?: AbortSignal,
  ): Promise<PostOutcome> => {
    const { url, signing } = openedSecrets(webhook, sealer);
    return post.send(url, { ...signedHeaders(id, body, signing, site.now()), 'user-agent': 'Latchkey' }, body, signal);
  };
  const newMessageId = messageIds(site.now);
  const webhooks = createWebhooks({ objects, records, known, letters, sealer, addresses, send, newMessageId, site });

  return {
    events,
    notifications,
    webhooks,
    metrics: () => [deliveryMetric(counts)],
    waiting: async () => waitingMetric(await webhooks.waiting()),
    start() {
      const deliverer = startDeliverer({
        objects,
        records,
        known,
        events,
        letters,
        site,
        counts,
        log,
        limits: options.limits,
        async send(webhook, message, signal) {
          const outcome = await send(webhook, message, signal);
          return outcome.kind === 'delivered' ? { isDelivered: true } : { isDelivered: false, reason: outcome.reason };
        },
      });
      return {
        async stop() {
          await deliverer.stop();
          post.close();
        },
      };
    },
  };
}
