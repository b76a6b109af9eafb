import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { useStoreSuite } from '@latchkey/storage/use-store-suite';
import { open } from 'lmdb';
import { expect, test } from 'vitest';
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

test('begins of one moment, also of one subject, share a commit', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'latchkey-uses-'));
  const store = await openLocalUseStore({ directory });
  const commits = (): number => Number((environment.getStats() as { readonly lastTxnId: number }).lastTxnId);
  const environment = open({ path: directory });
  const ask = (subject: string) =>
    store.begin({
      ...{ subject, maxUses: 60, now: 0, forgetAfter: 1, kind: 'download', client: '192.0.2.1' },
      ...{ version: 'v1', sizeBytes: 1000, wantedBytes: 1000, isRange: false },
    } as const);
  const before = commits();
  const answers = await Promise.all(Array.from({ length: 200 }, (_, index) => ask(index % 2 === 0 ? 'one' : `other ${index}`)));
  expect(answers.filter(({ granted }) => granted)).toHaveLength(160);
  expect(commits() - before).toBe(1);
  await store.close();
  await rm(directory, { recursive: true });
});
