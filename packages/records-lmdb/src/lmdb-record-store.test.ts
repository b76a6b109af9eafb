import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { recordStoreSuite } from '@latchkey/storage/record-store-suite';
import { openLmdbRecordStore } from './lmdb-record-store.ts';

recordStoreSuite('the record store on LMDB', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'latchkey-records-'));
  let store = await openLmdbRecordStore({ directory });
  return {
    store,
    async reopen() {
      await store.close();
      store = await openLmdbRecordStore({ directory });
      return store;
    },
    async close() {
      await store.close();
      await rm(directory, { recursive: true });
    },
  };
});
