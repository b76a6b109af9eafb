import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { done, type Json } from '../support/json-api.ts';
import { inTemporaryDirectory } from '../support/latchkey-command.ts';
import { type ServerProcess, serverProcess, serverProcesses, stopAll } from '../support/several-servers.ts';
import { type Receiver, webhookReceiver } from '../support/webhook-receiver.ts';
import { send, signed } from '../support/wire-client.ts';
import { randomFrom } from './content.mjs';

const FLAGS = ['--allow-webhook-networks', '127.0.0.1'];
const ROUNDS = process.env.FULL === '1' ? 30 : 5;
const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));

let receiver: Receiver;
beforeEach(async () => {
  receiver = await webhookReceiver();
});
afterEach(() => receiver.close());

/** A bucket all of whose objects are told of. */
async function arrange(server: ServerProcess): Promise<Json> {
  const hook = await done(server, 'POST', '/webhooks', { json: { url: receiver.url } });
  await send(server, signed(server, 'PUT', '/box'));
  const rule = `<Queue>${hook.arn}</Queue><Event>s3:ObjectCreated:*</Event><Event>s3:ObjectRemoved:*</Event>`;
  const body = `<NotificationConfiguration><QueueConfiguration>${rule}</QueueConfiguration></NotificationConfiguration>`;
  const headers = { 'x-amz-skip-destination-validation': 'true' };
  const reply = await send(server, signed(server, 'PUT', '/box', { query: { notification: '' }, body, headers }));
  expect(reply.status, reply.text).toBe(200);
  return hook;
}

/** An object's changes, as they were told for the first time: an ETag, or `gone`. */
function toldByKey(): ReadonlyMap<string, { readonly what: string; readonly sequencer: string }[]> {
  const seen = new Set<string>();
  const told = new Map<string, { what: string; sequencer: string }[]>();
  for (const { json, id } of receiver.received) {
    if (seen.has(id)) continue;
    seen.add(id);
    const { key, eTag = 'gone', sequencer } = json.Records[0].s3.object;
    told.set(key, [...(told.get(key) ?? []), { what: eTag, sequencer }]);
  }
  return told;
}

const md5 = (body: string | Buffer) => createHash('md5').update(body).digest('hex');

describe('kill -9 under writers, and a webhook that often fails', () => {
  test(`every acknowledged change is told, in its order (${ROUNDS} rounds, SEED=${seed})`, {
    timeout: ROUNDS * 60_000 + 120_000,
  }, async () => {
    process.stderr.write(`webhooks under kill -9: SEED=${seed}\n`);
    const random = randomFrom(seed);
    // What was acknowledged of each key, in order: each writer has keys of its own, and makes one change at a time.
    const acknowledged = new Map<string, string[]>();
    let count = 0;
    receiver.answer = () => {
      const dice = random();
      return dice < 0.01 ? 'hangs' : dice < 0.2 ? 503 : 200;
    };

    await inTemporaryDirectory(async (directory) => {
      for (let round = 0; round < ROUNDS; round++) {
        const server = await serverProcess(directory, FLAGS);
        if (round === 0) await arrange(server);
        let isKilled = false;
        const before = receiver.received.length;
        const writers = Array.from({ length: 12 }, async (_, writer) => {
          while (!isKilled) {
            const key = `w${writer}-${Math.floor(random() * 2)}`;
            const isRemoval = random() < 0.2 && acknowledged.get(key)?.at(-1) !== undefined && acknowledged.get(key)?.at(-1) !== 'gone';
            const body = Buffer.alloc(random() < 0.8 ? 100 : 30_000, `${round}/${writer}/${count++}/`);
            const request = isRemoval ? signed(server, 'DELETE', `/box/${key}`) : signed(server, 'PUT', `/box/${key}`, { body });
            const reply = await send(server, request).catch(() => undefined);
            if (reply !== undefined && reply.status < 300)
              acknowledged.set(key, [...(acknowledged.get(key) ?? []), isRemoval ? 'gone' : md5(body)]);
            // What was under way may be there or not: nobody may rely on either.
            else if (isRemoval) acknowledged.set(key, [...(acknowledged.get(key) ?? []), 'perhaps']);
            await sleep(20);
          }
        });
        // Every other time in the midst of delivering, which begins once the lease of the one before is over.
        if (round % 2 === 1) await receiver.until((received) => received.length > before + 20, 'the first messages of a round', 40_000);
        await sleep(100 + random() * 900);
        isKilled = true;
        await server.process.stop('SIGKILL');
        await Promise.all(writers);
      }

      receiver.answer = () => 200;
      const last = await serverProcess(directory, FLAGS);
      const [{ id }] = (await done(last, 'GET', '/webhooks')).items;
      while ((await done(last, 'GET', `/webhooks/${id}`)).waiting > 0) await sleep(200);
      expect((await done(last, 'GET', `/webhooks/${id}/dead-letters`)).items).toEqual([]);
      await last.close();
    });

    const told = toldByKey();
    let changes = 0;
    for (const [key, expected] of acknowledged) {
      const all = told.get(key) ?? [];
      const sequencers = all.map(({ sequencer }) => sequencer);
      expect(sequencers, `the order in which changes of ${key} were told`).toEqual([...sequencers].sort());
      // Each acknowledged change, in this order, among those that were told.
      let at = 0;
      for (const what of expected) {
        if (what === 'perhaps') continue;
        changes++;
        const found = all.findIndex((one, index) => index >= at && one.what === what);
        expect(found, `${what} of ${key} after ${at} others, of ${all.map((one) => one.what).join(' ')}`).toBeGreaterThanOrEqual(at);
        at = found + 1;
      }
    }
    expect(changes).toBeGreaterThan(ROUNDS * 20);
    process.stderr.write(`webhooks under kill -9: ${changes} changes, ${receiver.attempts.length} attempts\n`);
  });
});

describe('several processes on one directory', () => {
  test('one of them delivers, each message once; another goes on where it stops', async () => {
    await inTemporaryDirectory(async (directory) => {
      const servers = await serverProcesses(directory, 3, FLAGS);
      try {
        await arrange(servers[0]!);
        const put = async (server: ServerProcess, key: string) => {
          const reply = await send(server, signed(server, 'PUT', `/box/${key}`, { body: key }));
          expect(reply.status, reply.text).toBe(200);
        };
        for (let i = 0; i < 60; i++) await put(servers[i % 3]!, `first-${i}`);
        await receiver.until((received) => received.length >= 60, '60 messages', 30_000);
        const [one, two, three] = servers as readonly [ServerProcess, ServerProcess, ServerProcess];
        await one.close();
        for (let i = 0; i < 30; i++) await put(i % 2 === 0 ? two : three, `second-${i}`);
        await receiver.until((received) => received.length >= 90, '90 messages', 30_000);
        await two.close();
        for (let i = 0; i < 30; i++) await put(three, `third-${i}`);
        await receiver.until((received) => received.length >= 120, '120 messages', 30_000);
        expect(new Set(receiver.attempts.map(({ id }) => id)).size).toBe(120);
        expect(receiver.attempts).toHaveLength(120);
      } finally {
        await stopAll(servers);
      }
    });
  });
});
