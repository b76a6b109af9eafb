/** Stores that reject, as those do that are somewhere else and away: the request is refused, and no rejection is left to end the process. */
import { S3Error } from '@latchkey/s3/errors';
import { openMemoryObjectStore } from '@latchkey/storage/memory-object-store';
import { openMemoryRecordStore } from '@latchkey/storage/memory-record-store';
import { openMemoryTrailStore } from '@latchkey/storage/memory-trail-store';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newUser } from '../support/query-client.ts';
import { type TestServer, testServer } from '../support/test-server.ts';
import { expectError, send, signed } from '../support/wire-client.ts';

const failing = { records: false, trail: false };
const unhandled: unknown[] = [];
const note = (reason: unknown) => void unhandled.push(reason);
let server: TestServer;
beforeAll(async () => {
  process.on('unhandledRejection', note);
  const records = openMemoryRecordStore();
  const trail = openMemoryTrailStore();
  server = await testServer({
    records: {
      ...records,
      async get(kind, id) {
        if (!failing.records) return records.get(kind, id);
        await new Promise((resolve) => setTimeout(resolve, 20));
        throw new S3Error('SlowDown');
      },
    },
    trail: {
      ...trail,
      async append(batch) {
        if (failing.trail) throw new S3Error('ServiceUnavailable');
        await trail.append(batch);
      },
    },
  });
});
afterAll(async () => {
  await server.close(0);
  process.off('unhandledRejection', note);
});

test('refuse a change with 503 where what decides about it can not be read and the trail can not be written', async () => {
  await send(server, signed(server, 'PUT', '/box'));
  failing.records = true;
  failing.trail = true;
  try {
    // The first to find out that the trail can not be written, and those that know.
    for (let i = 0; i < 3; i++) expect((await send(server, signed(server, 'PUT', `/fresh-${i}`))).status).toBe(503);
    for (let i = 0; i < 3; i++) expect((await send(server, signed(server, 'PUT', `/fresh-${i}/key`, { body: 'x' }))).status).toBe(503);
    await new Promise((resolve) => setTimeout(resolve, 100));
  } finally {
    failing.records = false;
    failing.trail = false;
  }
  expect(unhandled).toEqual([]);
  await expect.poll(async () => (await send(server, signed(server, 'PUT', '/box/key', { body: 'x' }))).status).toBe(200);
});

test('refuse a read with SlowDown where what decides about it can not be read', async () => {
  failing.records = true;
  try {
    expectError(await send(server, signed(server, 'GET', '/elsewhere/key')), { status: 503, code: 'SlowDown' });
  } finally {
    failing.records = false;
  }
  expect(unhandled).toEqual([]);
});

test('refuse whoever may not look as ever, where it can not be asked whether there is a bucket', async () => {
  const objects = openMemoryObjectStore();
  const elsewhere = await testServer({
    objects: { ...objects, isElsewhere: true, getBucket: () => Promise.reject(new S3Error('ServiceUnavailable')) },
  });
  const nobody = await newUser(elsewhere, 'nobody');
  for (const path of ['/box', '/box/key'])
    expectError(await send(elsewhere, signed(elsewhere, 'GET', path, { credentials: nobody })), { status: 403, code: 'AccessDenied' });
  await elsewhere.close();
  expect(unhandled).toEqual([]);
});
