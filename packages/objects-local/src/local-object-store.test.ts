import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { objectStoreSuite } from '@latchkey/storage/object-store-suite';
import { openLocalObjectStore } from './local-object-store.ts';

objectStoreSuite('the object store in one directory', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'latchkey-objects-'));
  let store = await openLocalObjectStore({ directory });
  return {
    store,
    async reopen() {
      await store.close();
      store = await openLocalObjectStore({ directory });
      return store;
    },
    async close() {
      await store.close();
      await rm(directory, { recursive: true });
    },
  };
});
