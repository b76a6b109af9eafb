// Adds one to a counter in a record store, and to another in the same commit, again and again until somebody ends it:
// `node counters.mjs DIRECTORY LIMIT`. Prints each value that was acknowledged to it, a line each.
import { writeSync } from 'node:fs';
import { openLmdbRecordStore } from '@latchkey/records-lmdb/lmdb-record-store';

const [directory = '', limit = ''] = process.argv.slice(2);
const store = await openLmdbRecordStore({ directory });
let own = 0;
while (own < Number(limit)) {
  const before = store.generation('counter');
  const record = await store.get('counter', 'shared');
  const value = Number(record?.value ?? 0) + 1;
  const padding = 'x'.repeat(value % 5000);
  const { committed } = await store.commit([
    { put: { kind: 'counter', id: 'shared', value }, ifVersion: record?.version ?? 0 },
    { put: { kind: 'copy', id: 'shared', value: { value, padding } } },
  ]);
  if (!committed) continue;
  if (store.generation('counter') === before) throw new Error('The generation is what it was before the commit.');
  own += 1;
  writeSync(1, `${value}\n`);
}
await store.close();
