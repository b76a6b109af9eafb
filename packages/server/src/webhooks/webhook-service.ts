/** Webhooks as the record store keeps them: see `Webhooks` for what each function promises. */
import { randomInt } from 'node:crypto';
import { isIP } from 'node:net';
import { invalidArgument, S3Error } from '@latchkey/s3/errors';
import type { ObjectStore } from '@latchkey/storage/object-store';
import type { JsonValue, RecordStore } from '@latchkey/storage/record-store';
import { changing } from '../identity/documents.ts';
import type { Sealer } from '../identity/sealing.ts';
import type { Site } from '../pipeline.ts';
import type { ReachableAddresses } from './addresses.ts';
import type { DeadLetters } from './dead-letters.ts';
import { webhookArn } from './destination-arn.ts';
import type { KnownWebhooks } from './known-webhooks.ts';
import { MESSAGE, MOST_WEBHOOKS, WEBHOOK, type Webhook, type WebhookFilter, type WebhookSecrets } from './model.ts';
import type { PostOutcome } from './post.ts';
import { objectQueue, recordQueue } from './queues.ts';
import { newSigningSecret } from './signature.ts';
import type { WebhookChange, Webhooks, WebhookView } from './webhooks.ts';

export type WebhookServiceOptions = {
  readonly objects: Pick<ObjectStore, 'outbox'>;
  readonly records: RecordStore;
  readonly known: KnownWebhooks;
  readonly letters: DeadLetters;
  readonly sealer: Sealer;
  readonly addresses: Pick<ReachableAddresses, 'has' | 'isNamed' | 'namesAny'>;
  /** Sends a message, signed. */
  readonly send: (webhook: Webhook, message: { readonly id: string; readonly body: string }) => Promise<PostOutcome>;
  readonly newMessageId: () => string;
  readonly site: Pick<Site, 'region' | 'accountId' | 'owner' | 'now'>;
};

/** So long the secret before signs too, for receivers that have not got the new one yet. */
const OLD_SECRET_MS = 24 * 3_600_000;

export function createWebhooks(options: WebhookServiceOptions): Webhooks {
  const { objects, records, known, letters, sealer, addresses, send, newMessageId, site } = options;
  const secretsOf = (webhook: Webhook) => openedSecrets(webhook, sealer);
  const sealed = (id: string, secrets: WebhookSecrets) => sealer.seal(JSON.stringify(secrets), `webhook/${id}`);

  const viewOf = (webhook: Webhook): WebhookView => {
    const { id, events, filter, note, status, createdAt, createdBy } = webhook;
    return { id, arn: webhookArn(id, site), url: secretsOf(webhook).url, events, filter, note, status, createdAt, createdBy };
  };
  const waitingFor = async (id: string): Promise<number> =>
    (await objectQueue(objects, id, site).size()) + (await recordQueue(records, id).size());

  const stored = async (id: string) => {
    const found = isWebhookId(id) ? await records.get(WEBHOOK, id) : undefined;
    if (found === undefined) throw new S3Error('NoSuchEntity', { message: `There is no webhook ${isWebhookId(id) ? id : 'of that id'}.` });
    return { webhook: found.value as unknown as Webhook, version: found.version };
  };

  return {
    async create({ url, events, filter, note }, createdBy) {
      const address = webhookUrl(url, addresses);
      if ((await known()).length >= MOST_WEBHOOKS) throw new S3Error('LimitExceeded', { message: `There are ${MOST_WEBHOOKS} webhooks.` });
      const id = newWebhookId();
      const secret = newSigningSecret();
      const webhook: Webhook = {
        id,
        events,
        filter: withoutNull(filter),
        ...(note !== undefined && { note }),
        status: 'active',
        createdAt: site.now(),
        createdBy,
        origin: address.origin,
        sealed: sealed(id, { url: address.href, signing: [{ secret }] }),
      };
      await records.commit([{ put: { kind: WEBHOOK, id, value: webhook as unknown as JsonValue }, ifVersion: 0 }]);
      return { ...viewOf(webhook), secret };
    },

    list: async () => (await known()).map(viewOf),

    async show(id) {
      const { webhook } = await stored(id);
      return { ...viewOf(webhook), waiting: await waitingFor(id) };
    },

    async change(id, change) {
      const address = change.url === undefined ? undefined : webhookUrl(change.url, addresses);
      const secret = change.newSecret === true ? newSigningSecret() : undefined;
      const changed = await changing(records, async () => {
        const { webhook, version } = await stored(id);
        const { url, signing } = secretsOf(webhook);
        const [newest] = signing;
        const kept = newest === undefined || secret === undefined ? signing : [{ ...newest, until: site.now() + OLD_SECRET_MS }];
        const secrets = { url: address?.href ?? url, signing: secret === undefined ? signing : [{ secret }, ...kept] };
        const result: Webhook = {
          ...changedWebhook(webhook, change),
          origin: address?.origin ?? webhook.origin,
          sealed: sealed(id, secrets),
        };
        return { changes: [{ put: { kind: WEBHOOK, id, value: result as unknown as JsonValue }, ifVersion: version }], result };
      });
      return { ...viewOf(changed), ...(secret !== undefined && { secret }) };
    },

    async remove(id) {
      await stored(id);
      await records.commit([{ remove: { kind: WEBHOOK, id } }]);
      await letters.removeAll(id);
      for (;;) {
        const { records: waiting } = await records.list(MESSAGE, { prefix: `${id}/`, limit: 500 });
        if (waiting.length === 0) break;
        await records.commit(waiting.map((one) => ({ remove: { kind: MESSAGE, id: one.id } })));
      }
      const queue = objectQueue(objects, id, site);
      for (let left = await queue.read(500); left.length > 0; left = await queue.read(500)) await queue.remove(left);
    },

    async test(id) {
      const { webhook } = await stored(id);
      const body = JSON.stringify({ type: 'webhook.test', timestamp: new Date(site.now()).toISOString(), data: { webhook: id } });
      const outcome = await send(webhook, { id: `evt_${newMessageId()}`, body });
      return outcome.kind === 'delivered'
        ? { isDelivered: true, status: outcome.status }
        : { isDelivered: false, status: outcome.status, reason: outcome.reason };
    },

    async deadLetters(id, page) {
      await stored(id);
      return letters.list(id, page);
    },

    async replay(id, ids) {
      await stored(id);
      return letters.replay(id, ids);
    },

    has: async (id) => (await known()).some((webhook) => webhook.id === id),

    async waiting() {
      const waiting = new Map<string, number>();
      for (const { id } of await known()) waiting.set(id, await waitingFor(id));
      return waiting;
    },
  };
}

export function openedSecrets({ id, sealed }: Webhook, sealer: Sealer): WebhookSecrets {
  return JSON.parse(sealer.open(sealed, `webhook/${id}`)) as WebhookSecrets;
}

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

function newWebhookId(): string {
  return `LKWH${Array.from({ length: 16 }, () => BASE32[randomInt(BASE32.length)]).join('')}`;
}

function isWebhookId(text: string): boolean {
  return /^LKWH[A-Z2-7]{16}$/.test(text);
}

const MOST_URL_LENGTH = 2048;

/** Throws InvalidArgument. What a name stands for is looked at each time a message is sent. */
function webhookUrl(text: string, addresses: WebhookServiceOptions['addresses']): URL {
  const refused = (message: string) => invalidArgument(message, 'url');
  if (text.length > MOST_URL_LENGTH || !URL.canParse(text)) throw refused('This is no URL.');
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw refused('The URL of a webhook begins with https://.');
  if (url.username !== '' || url.password !== '')
    throw refused('The URL of a webhook has no name and password in it: messages are signed.');
  if (url.hash !== '') throw refused('The URL of a webhook has no fragment.');
  if (url.protocol === 'http:' && !addresses.namesAny)
    throw refused('Messages name objects and links, so they are only sent encrypted: the URL of a webhook begins with https://.');
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  if (isIP(host) !== 0 && !(url.protocol === 'http:' ? addresses.isNamed : addresses.has)(host))
    throw refused('This address is not one that webhooks may have here.');
  return url;
}

function changedWebhook({ note, ...webhook }: Webhook, change: WebhookChange): Webhook {
  const nextNote = change.note === undefined ? note : (change.note ?? undefined);
  return {
    ...webhook,
    ...(nextNote !== undefined && { note: nextNote }),
    events: change.events ?? webhook.events,
    filter: withoutNull({ ...webhook.filter, ...change.filter }),
    status: change.status ?? webhook.status,
  };
}

function withoutNull(filter: { readonly [Name in keyof WebhookFilter]?: string | null | undefined }): WebhookFilter {
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined && value !== null)) as WebhookFilter;
}
