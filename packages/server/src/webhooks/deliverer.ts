/**
 * Delivers in the background what waits for webhooks. Of the processes that serve one directory, one does: the one with the lease. Nothing of it
 * is in memory but what is being sent.
 */
import { setMaxListeners } from 'node:events';
import type { ObjectStore } from '@latchkey/storage/object-store';
import type { RecordStore } from '@latchkey/storage/record-store';
import { openLease } from '../lease.ts';
import type { Log } from '../log.ts';
import type { Site } from '../pipeline.ts';
import { type Attempt, COURIER_LIMITS, type Courier, type CourierLimits, createCourier } from './courier.ts';
import type { DeadLetters } from './dead-letters.ts';
import type { DeliveryCounts } from './delivery-counts.ts';
import { tellEnds } from './due-links.ts';
import type { Events } from './events.ts';
import type { KnownWebhooks } from './known-webhooks.ts';
import { MESSAGE, type Webhook } from './model.ts';
import { type Message, objectQueue, type Queue, recordQueue } from './queues.ts';

export type DelivererOptions = {
  readonly objects: Pick<ObjectStore, 'outbox'>;
  readonly records: RecordStore;
  readonly known: KnownWebhooks;
  readonly events: Pick<Events, 'changesFor'>;
  readonly letters: DeadLetters;
  /** Sends a message to a webhook, signed. Never rejects. */
  readonly send: (webhook: Webhook, message: Pick<Message, 'id' | 'body'>, signal: AbortSignal) => Promise<Attempt>;
  readonly site: Pick<Site, 'region' | 'owner' | 'now'>;
  readonly counts: DeliveryCounts;
  readonly log: Log;
  readonly limits?: Partial<CourierLimits> | undefined;
};

export type Deliverer = {
  /** Sends no more, and waits a little for what is on its way. */
  stop(): Promise<void>;
};

/** How long a message waits at most for somebody to look. */
const LOOK_EVERY_MS = 200;
const ENDS_EVERY_MS = 1000;
const SETTLE_EVERY_MS = 30_000;
const PATIENCE_MS = 2000;

export function startDeliverer(options: DelivererOptions): Deliverer {
  const { objects, records, known, events, letters, send, site, counts, log } = options;
  const limits = { ...COURIER_LIMITS, ...options.limits };
  // Waits and the lease go by a clock that tests do not set.
  const lease = openLease(records, 'webhooks', Date.now);
  const stopping = new AbortController();
  // Every message under way listens until it has ended; only so many are sent side by side.
  setMaxListeners(0, stopping.signal);
  /** By the id of the webhook. */
  let all = new Map<string, Served>();
  let before: readonly Webhook[] | undefined;
  let endsAt = 0;
  let settleAt = 0;
  const working = new Set<Promise<void>>();
  const mayDeliver = () => !isStopped && lease.isHeld();
  let isStopped = false;

  const served = (webhook: Webhook): Served => {
    const { id } = webhook;
    const queues = [objectQueue(objects, id, site), recordQueue(records, id)];
    const one: Served = { webhook, couriers: queues.map((queue) => courierOf(queue, id, () => one)) };
    return one;
  };

  const courierOf = (queue: Queue, id: string, one: () => Served): Courier =>
    createCourier({
      queue,
      mayDeliver: () => mayDeliver() && one().webhook.status === 'active' && all.get(id) === one(),
      send: (message) => send(one().webhook, message, stopping.signal),
      bury: async (buried) => {
        const diedAt = site.now();
        const dropped = await letters.add(
          id,
          buried.map(({ message, attempts, reason }) => ({ ...letterOf(message), attempts, reason, diedAt })),
        );
        counts.count('dropped', dropped);
      },
      counted: counts.count,
      onError,
      log,
      name: id,
      now: site.now,
      random: Math.random,
      limits,
    });

  /** Those there are now. One that was changed is tried at once: that may be what it was changed for. */
  const arrange = async (webhooks: readonly Webhook[]): Promise<void> => {
    if (webhooks === before) return;
    const next: typeof all = new Map();
    for (const webhook of webhooks) {
      const one = all.get(webhook.id) ?? served(webhook);
      if (JSON.stringify(one.webhook) !== JSON.stringify(webhook)) {
        one.webhook = webhook;
        for (const courier of one.couriers) courier.tryAtOnce();
      }
      next.set(webhook.id, one);
    }
    all = next;
    await forgetRemoved(new Set(all.keys()));
    before = webhooks;
  };

  /** What waits for a webhook that is gone, waits for nobody. */
  const forgetRemoved = async (ids: ReadonlySet<string>): Promise<void> => {
    for (const [queue] of await objects.outbox.sizes()) {
      if (ids.has(queue)) continue;
      for (;;) {
        const entries = await objects.outbox.read(queue, { limit: 500 });
        if (entries.length === 0) break;
        await objects.outbox.remove(
          queue,
          entries.map(({ sequence }) => sequence),
        );
      }
    }
    for (let after: string | undefined; ; ) {
      const [first] = (await records.list(MESSAGE, { after, limit: 1 })).records;
      if (first === undefined) break;
      const [webhook = ''] = first.id.split('/', 1);
      after = `${webhook}/~`;
      const queue = recordQueue(records, webhook);
      while (!ids.has(webhook)) {
        const messages = await queue.read(500);
        if (messages.length === 0) break;
        await queue.remove(messages);
      }
    }
  };

  const look = async (): Promise<void> => {
    records.latest();
    const webhooks = await known();
    if (webhooks.length === 0) {
      before ??= (await objects.outbox.sizes()).size === 0 ? webhooks : undefined;
      if (before?.length === 0) return;
    }
    if (!(await lease.keep())) return;
    await arrange(webhooks);
    if (Date.now() >= settleAt) {
      settleAt = Date.now() + SETTLE_EVERY_MS;
      // Where the objects are out of reach, the rest goes on.
      await objects.outbox.settle?.().catch((error: unknown) => {
        log.error('changes that were broken off can not be looked into', { cause: reasonOf(error) });
      });
    }
    if (site.now() >= endsAt) {
      endsAt = (await tellEnds(records, events, site.now())) ? 0 : site.now() + ENDS_EVERY_MS;
    }
    for (const { couriers } of all.values()) for (const courier of couriers) start(courier);
  };

  const onError = (error: unknown): void => log.error('messages can not be taken from where they wait', { cause: reasonOf(error) });

  const start = (courier: Courier): void => {
    const work = courier
      .work()
      .then(() => courier.idle())
      .finally(() => working.delete(work));
    working.add(work);
  };

  let failing = false;
  const lookAgain = async (): Promise<void> => {
    try {
      await look();
      failing = false;
    } catch (error) {
      if (!failing) log.error('webhooks can not be looked after', { cause: reasonOf(error) });
      failing = true;
    }
  };

  let looking = Promise.resolve();
  let isLooking = false;
  const timer = setInterval(() => {
    if (isLooking) return;
    isLooking = true;
    looking = lookAgain().finally(() => {
      isLooking = false;
    });
  }, LOOK_EVERY_MS).unref();

  return {
    async stop() {
      isStopped = true;
      clearInterval(timer);
      const impatience = setTimeout(() => stopping.abort(), PATIENCE_MS);
      await looking;
      await Promise.all(working);
      clearTimeout(impatience);
      await lease.release().catch(() => undefined);
    },
  };
}

function letterOf({ id, at, lane, body }: Message) {
  return { id, at, lane, body };
}

type Served = { webhook: Webhook; readonly couriers: readonly Courier[] };

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
