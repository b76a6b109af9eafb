/** Records, uses and trail of a test server in a PostgreSQL: for running wire tests over it, in the project `wire-postgres`. */
import { openPostgresStores, type PostgresStores } from '@latchkey/records-postgres/postgres-stores';
import { OUTLASTING } from '@latchkey/server/identity/outlasting';
import { inject } from 'vitest';
import type {} from './wire-postgres.ts';

let schemas = 0;

/** Stores in a schema of their own, instead of those that are not given; none where the project has no PostgreSQL. */
export async function recordsOverPostgres(given: Partial<PostgresStores>): Promise<Partial<PostgresStores>> {
  const url = inject('postgres');
  if (url === undefined) return {};
  schemas += 1;
  const stores = await openPostgresStores({ url: `${url}${process.pid}_${Date.now()}_${schemas}`, outlasting: OUTLASTING });
  // The connections go with the last of the three.
  const names = ['records', 'uses', 'trail'] as const;
  await Promise.all(names.map((name) => given[name] && stores[name].close()));
  return stores;
}
