import { openMemoryObjectStore } from './memory-object-store.ts';
import { objectStoreSuite } from './object-store-suite.ts';

objectStoreSuite('the object store in memory', async () => {
  const store = openMemoryObjectStore();
  return { store, close: () => store.close() };
});
