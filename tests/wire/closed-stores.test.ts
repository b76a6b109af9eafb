/** Whoever starts a server gives it the stores: it closes them, in any case. */
import { openMemoryObjectStore } from '@latchkey/storage/memory-object-store';
import { openMemoryRecordStore } from '@latchkey/storage/memory-record-store';
import { openMemoryTrailStore } from '@latchkey/storage/memory-trail-store';
import { openMemoryUseStore } from '@latchkey/storage/memory-use-store';
import { expect, test } from 'vitest';
import { testServer } from '../support/test-server.ts';

/** Stores that say when they are closed. */
function watchedStores() {
  const closed: string[] = [];
  const watched = <T extends { close(): Promise<void> }>(name: string, store: T): T => ({
    ...store,
    async close() {
      closed.push(name);
      await store.close();
    },
  });
  const objects = watched('objects', openMemoryObjectStore());
  const records = watched('records', openMemoryRecordStore());
  const uses = watched('uses', openMemoryUseStore());
  const trail = watched('trail', openMemoryTrailStore());
  return { stores: { objects, records, uses, trail }, closed };
}

test('a server that is closed closes its stores', async () => {
  const { stores, closed } = watchedStores();
  const server = await testServer(stores);
  expect(closed).toEqual([]);
  await server.close();
  expect(closed.sort()).toEqual(['objects', 'records', 'trail', 'uses']);
});

test('a server that can not have its address closes its stores', async () => {
  const first = await testServer();
  const { stores, closed } = watchedStores();
  const listen = { host: '127.0.0.1', port: Number(new URL(first.s3).port) };
  await expect(testServer({ ...stores, listen })).rejects.toThrow('EADDRINUSE');
  expect(closed.sort()).toEqual(['objects', 'records', 'trail', 'uses']);
  await first.close();
});
