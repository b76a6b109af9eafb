import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { everyRecord, everyUse } from './everything.ts';
import { openLmdbRecordStore } from './lmdb-record-store.ts';
import { openLocalUseStore } from './local-use-store.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'latchkey-everything-'));
});
afterEach(() => rm(directory, { recursive: true }));

async function all<One>(source: AsyncIterable<One>): Promise<One[]> {
  const found: One[] = [];
  for await (const one of source) found.push(one);
  return found;
}

test('every record comes with its kind, id, version and value', async () => {
  const store = await openLmdbRecordStore({ directory });
  await store.commit([{ put: { kind: 'link', id: 'a/Zoë', value: { b: 1, a: '\u0000' } } }, { put: { kind: 'links', id: 'a', value: 1 } }]);
  await store.commit([{ put: { kind: 'links', id: 'a', value: 2 } }, { put: { kind: 'gone', id: 'a', value: 1 } }]);
  await store.commit([{ remove: { kind: 'gone', id: 'a' } }]);
  await store.close();
  expect(await all(everyRecord(directory))).toEqual([
    { kind: 'link', id: 'a/Zoë', version: 1, json: '{"b":1,"a":"\\u0000"}' },
    { kind: 'links', id: 'a', version: 2, json: '2' },
  ]);
});

test('every use comes with what is known of it, and until when', async () => {
  const store = await openLocalUseStore({ directory });
  const request = { maxUses: 3, now: 1, kind: 'upload', client: 'c', version: '', sizeBytes: 0, wantedBytes: 0, isRange: false } as const;
  await store.begin({ ...request, subject: 'a', forgetAfter: 9 });
  await store.begin({ ...request, subject: 'a', forgetAfter: 7 });
  await store.begin({ ...request, subject: 'b', forgetAfter: Number.POSITIVE_INFINITY });
  await store.close();
  const found = await all(everyUse(directory));
  expect(found.map(({ subject, forgetAfter }) => [subject, forgetAfter])).toEqual([
    ['a', 9],
    ['b', Number.MAX_VALUE],
  ]);
  expect(JSON.parse(found[0]?.json ?? '')).toMatchObject({ used: 2, forgetAfter: 9 });
});
