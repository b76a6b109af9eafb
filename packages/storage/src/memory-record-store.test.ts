import { openMemoryRecordStore } from './memory-record-store.ts';
import { recordStoreSuite } from './record-store-suite.ts';

recordStoreSuite('the record store in memory', async () => {
  const store = openMemoryRecordStore();
  return { store, close: () => store.close() };
});
