import { openMemoryRecordStore } from '@latchkey/storage/memory-record-store';
import type { JsonValue, RecordStore } from '@latchkey/storage/record-store';
import { expect, it } from 'vitest';
import type { Authenticated } from '../pipeline.ts';
import { bucketNotifications } from './bucket-notifications.ts';
import { createEvents } from './events.ts';
import { knownWebhooks } from './known-webhooks.ts';
import type { Happened } from './link-event.ts';
import { type BucketNotification, MESSAGE, WEBHOOK } from './model.ts';

const request = {
  bucket: 'box',
  key: 'in/cat.jpg',
  requestId: 'REQUEST',
  peer: { address: '192.0.2.7', secure: true },
  principal: { kind: 'anonymous' },
} as unknown as Authenticated;
const used = {
  type: 'link.used',
  link: { id: 'LKLN', method: 'GET', bucket: 'box', key: 'a', createdBy: 'root', terms: { expiresAt: 5 } },
} as Happened;

/** Counts how often the records are read. */
function arranged() {
  const inner = openMemoryRecordStore();
  const reads = { count: 0 };
  const records: RecordStore = {
    ...inner,
    get: (...args) => {
      reads.count++;
      return inner.get(...args);
    },
    list: (...args) => {
      reads.count++;
      return inner.list(...args);
    },
  };
  const notifications = bucketNotifications(records);
  const events = createEvents({
    records,
    known: knownWebhooks(records),
    notifications,
    site: { now: () => 1000, hostId: 'HOST', accountId: '123456789012' },
  });
  const addWebhook = (id: string, more: Readonly<Record<string, JsonValue>> = {}) =>
    records.commit([{ put: { kind: WEBHOOK, id, value: { id, events: [], filter: {}, status: 'active', createdAt: 1, ...more } } }]);
  const tell = (notification: BucketNotification) => records.commit([notifications.changeOf('box', notification)]);
  return { records, reads, events, addWebhook, tell };
}

const ruleFor = (webhook: string, events: readonly string[], prefix?: string): BucketNotification[number] => ({
  webhook,
  rule: { id: `rule of ${webhook}`, kind: 'queue', destination: '', events, prefix },
});

it('without a webhook nothing is read and nothing waited for', async () => {
  const { events, reads } = arranged();
  await events.areTold('link.used');
  reads.count = 0;
  for (let i = 0; i < 100; i++) {
    expect(events.ofObject(request, 'ObjectCreated:Put')).toBeUndefined();
    expect(events.areTold('link.used')).toBe(false);
  }
  expect(await events.changesFor([used])).toEqual([]);
  expect(reads.count).toBe(0);
});

it('with webhooks that are told of other things, everything is in memory', async () => {
  const { events, reads, addWebhook } = arranged();
  await addWebhook('LKWHA', { events: ['link.revoked'] });
  await events.ofObject(request, 'ObjectCreated:Put');
  reads.count = 0;
  expect(events.ofObject(request, 'ObjectCreated:Put')).toBeUndefined();
  expect(events.areTold('link.used')).toBe(false);
  expect(reads.count).toBe(0);
});

it('an object is announced once to each webhook whose rule it fits, from the next request on', async () => {
  const { events, addWebhook, tell } = arranged();
  await addWebhook('LKWHA');
  await addWebhook('LKWHB');
  expect(await events.ofObject(request, 'ObjectCreated:Put')).toBeUndefined();
  await tell([
    ruleFor('LKWHA', ['s3:ObjectCreated:*'], 'in/'),
    ruleFor('LKWHB', ['s3:ObjectRemoved:*']),
    ruleFor('GONE', ['s3:ObjectCreated:Put']),
  ]);
  const announced = await events.ofObject(request, 'ObjectCreated:Put');
  expect(announced?.map(({ to, what }) => [to, JSON.parse(what)])).toEqual([
    [
      'LKWHA',
      { event: 'ObjectCreated:Put', rule: 'rule of LKWHA', at: 1000, by: 'Anonymous', ip: '192.0.2.7', request: 'REQUEST', host: 'HOST' },
    ],
  ]);
  expect(await events.ofObject(request, 'ObjectCreated:Put', 'out/cat.jpg')).toBeUndefined();
  expect((await events.ofObject(request, 'ObjectRemoved:Delete'))?.map(({ to }) => to)).toEqual(['LKWHB']);
});

it('what happens to a link becomes a message for each webhook that wants it', async () => {
  const { events, records, addWebhook } = arranged();
  await addWebhook('LKWHA', { events: ['link.used'] });
  await addWebhook('LKWHB', { events: ['link.used'], filter: { bucket: 'other' } });
  await addWebhook('LKWHC', { events: ['link.used'], createdAt: 2000 });
  await events.tell([used, { ...used, type: 'link.exhausted' }]);
  await events.tell([{ ...used, at: 1500 }]);
  const { records: messages } = await records.list(MESSAGE, { limit: 10 });
  expect(messages.map(({ id }) => id.split('/')[0])).toEqual(['LKWHA', 'LKWHA', 'LKWHC']);
  expect(messages[0]?.value).toMatchObject({ at: 1000, lane: 'LKLN' });
});
