import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { trailStoreSuite } from '@latchkey/storage/trail-store-suite';
import { openLocalTrailStore } from './local-trail-store.ts';

trailStoreSuite('the trail store on files and LMDB', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'latchkey-trail-'));
  let store = await openLocalTrailStore({ directory });
  return {
    store,
    async reopen() {
      await store.close();
      store = await openLocalTrailStore({ directory });
      return store;
    },
    async close() {
      await store.close();
      await rm(directory, { recursive: true });
    },
  };
});
