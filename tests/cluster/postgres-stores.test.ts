/** What the stores promise, on a real PostgreSQL. */
import { openPostgresStores } from '@latchkey/records-postgres/postgres-stores';
import { recordStoreSuite } from '@latchkey/storage/record-store-suite';
import { trailStoreSuite } from '@latchkey/storage/trail-store-suite';
import { useStoreSuite } from '@latchkey/storage/use-store-suite';
import { afterAll, beforeAll } from 'vitest';
import { describeOnPostgres } from '../support/on-postgres.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';

describeOnPostgres('the stores on PostgreSQL', () => {
  let postgres: TestPostgres;
  beforeAll(async () => {
    postgres = await startPostgres({ fsync: 'off' });
  });
  afterAll(() => postgres.close());

  /** One of the three stores of a new schema; the others of it are open too, since they share their connections. */
  const opening = (name: 'records' | 'uses' | 'trail') => async () => {
    const url = postgres.newUrl();
    let stores = await openPostgresStores({ url });
    const close = () => Promise.all([stores.records.close(), stores.uses.close(), stores.trail.close()]);
    return {
      store: stores[name],
      async reopen() {
        await close();
        stores = await openPostgresStores({ url });
        return stores[name];
      },
      close: async () => void (await close()),
    };
  };
  // Each is a store of the kind that its suite takes.
  recordStoreSuite('the record store on PostgreSQL', opening('records') as Parameters<typeof recordStoreSuite>[1]);
  useStoreSuite('the use store on PostgreSQL', opening('uses') as Parameters<typeof useStoreSuite>[1]);
  trailStoreSuite('the trail store on PostgreSQL', opening('trail') as Parameters<typeof trailStoreSuite>[1]);
});
