import { openMemoryUseStore } from './memory-use-store.ts';
import { useStoreSuite } from './use-store-suite.ts';

useStoreSuite('the use store in memory', async () => {
  const store = openMemoryUseStore();
  return { store, close: () => store.close() };
});
