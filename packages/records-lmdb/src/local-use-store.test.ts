import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { useStoreSuite } from '@latchkey/storage/use-store-suite';
import { openLocalUseStore } from './local-use-store.ts';

useStoreSuite('the use store on LMDB', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'latchkey-uses-'));
  let store = await openLocalUseStore({ directory });
  return {
    store,
    async reopen() {
      await store.close();
      store = await openLocalUseStore({ directory });
      return store;
    },
    async close() {
      await store.close();
      await rm(directory, { recursive: true });
    },
  };
});
