/** A server in front of an S3 that ended between a change and what is told of it: the next one that delivers finds out, and tells. */
import { openS3ObjectStore } from '@latchkey/objects-s3/s3-object-store';
import type { KeptOutbox } from '@latchkey/storage/kept-outbox';
import { openMemoryRecordStore } from '@latchkey/storage/memory-record-store';
import { recordOutbox } from '@latchkey/storage/record-outbox';
import { expect, test } from 'vitest';
import { done } from '../support/json-api.ts';
import { REGION, ROOT, type TestServer, testServer } from '../support/test-server.ts';
import { webhookReceiver } from '../support/webhook-receiver.ts';
import { send, signed, type Wanted } from '../support/wire-client.ts';

const HOUR_MS = 3_600_000;

test('what was changed and not told is told by the next server, and what was not changed is not', { timeout: 60_000 }, async () => {
  const receiver = await webhookReceiver();
  const upstream = await testServer();
  const records = openMemoryRecordStore();
  const serverWith = (outbox: KeptOutbox): Promise<TestServer> => {
    const objects = openS3ObjectStore({ endpoint: upstream.s3.replace(/\/$/, ''), region: REGION, credentials: ROOT, outbox });
    return testServer({ objects, records, webhooks: { allowedNetworks: ['127.0.0.1'] } });
  };
  const ask = (server: TestServer, method: string, path: string, wanted?: Wanted) => send(server, signed(server, method, path, wanted));

  const outbox = recordOutbox(records);
  const meant: string[] = [];
  const never = new Promise<never>(() => undefined);
  // Ends, as far as anybody can see, before it has kept that the change was made; for `never-made`, before it is made.
  const ending: KeptOutbox = {
    ...outbox,
    async intend(intended, withinMs) {
      const intent = await outbox.intend(intended, withinMs);
      meant.push(intended.key);
      return intended.key === 'never-made' ? never : intent;
    },
    add: () => never,
  };
  const first = await serverWith(ending);
  const hook = await done(first, 'POST', '/webhooks', { json: { url: receiver.url } });
  await ask(first, 'PUT', '/box');
  const queue = `<QueueConfiguration><Queue>${hook.arn}</Queue><Event>s3:ObjectCreated:*</Event></QueueConfiguration>`;
  const body = `<NotificationConfiguration>${queue}</NotificationConfiguration>`;
  await ask(first, 'PUT', '/box', { query: { notification: '' }, body, headers: { 'x-amz-skip-destination-validation': 'true' } });
  for (const key of ['made', 'never-made']) void ask(first, 'PUT', `/box/${key}`, { body: 'hello' }).catch(() => undefined);
  await expect.poll(() => meant.toSorted(), { timeout: 20_000 }).toEqual(['made', 'never-made']);
  await expect.poll(async () => (await ask(upstream, 'HEAD', '/box/made')).status, { timeout: 20_000 }).toBe(200);
  await first.close(0);

  const second = await serverWith(recordOutbox(records, () => Date.now() + HOUR_MS));
  try {
    const [message] = await receiver.until((received) => received.length >= 1, 'the event', 20_000);
    expect(message?.json.Records[0]).toMatchObject({
      eventName: 'ObjectCreated:Put',
      s3: { object: { key: 'made', size: 5, eTag: '5d41402abc4b2a76b9719d911017c592' } },
    });
    await ask(second, 'PUT', '/box/later', { body: 'x' });
    const received = await receiver.until((all) => all.length >= 2, 'the event after it', 20_000);
    expect(received.map(({ json }) => json.Records[0].s3.object.key)).toEqual(['made', 'later']);
  } finally {
    await second.close(0);
    await upstream.close(0);
    await receiver.close();
  }
});
