// A page of 1,000 keys, and a page of common prefixes, in a large bucket and in a small one: a page costs what it holds.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLocalObjectStore } from '@latchkey/objects-local/local-object-store';
import { median } from './processes.mjs';

const ROUNDS = 200;

export async function benchList({ large = 1_000_000, small = 10_000 } = {}) {
  const directory = mkdtempSync(join(tmpdir(), 'latchkey-bench-'));
  const store = await openLocalObjectStore({ directory });
  for (const [bucket, count] of [
    ['large', large],
    ['small', small],
  ]) {
    await store.createBucket({ name: bucket, createdAt: 0, region: 'us-east-1' });
    await fill(store, bucket, count);
  }
  const runs = [
    ['1,000 keys from the middle', { limit: 1000, after: keyOf(small / 2) }],
    ['1,000 common prefixes', { limit: 1000, delimiter: '/' }],
  ];
  const rows = [];
  for (const [name, options] of runs) {
    const milliseconds = { large: [], small: [] };
    for (let round = 0; round < ROUNDS; round++) {
      for (const bucket of ['small', 'large']) {
        const started = performance.now();
        const page = await store.listObjects(bucket, options);
        milliseconds[bucket].push(performance.now() - started);
        if (page.entries.length !== Math.min(1000, options.delimiter === undefined ? 1000 : PREFIXES))
          throw new Error(`${page.entries.length} entries`);
      }
    }
    const ratio = median(milliseconds.large) / median(milliseconds.small);
    rows.push({
      name: `${name}: bucket of ${large.toLocaleString('en')} over one of ${small.toLocaleString('en')}`,
      'time, large over small': ratio.toFixed(2),
    });
  }
  await store.close();
  rmSync(directory, { recursive: true, force: true });
  return rows;
}

const PREFIXES = 1000;
/** Keys of the small bucket are spread over as many prefixes as those of the large one. */
const keyOf = (i) => `p${String(i % PREFIXES).padStart(4, '0')}/k${String(Math.floor(i / PREFIXES)).padStart(6, '0')}`;

async function fill(store, bucket, count) {
  const properties = { headers: {}, metadata: {} };
  const empty = (async function* () {})();
  for (let i = 0; i < count; i += 5000) {
    const writes = [];
    for (let j = i; j < Math.min(i + 5000, count); j++) {
      writes.push(store.putObject(bucket, keyOf(j), { bytes: empty, sizeBytes: 0 }, properties, { now: 0 }));
    }
    await Promise.all(writes);
  }
}
