/** What the project `wire-postgres` has more than `wire`: a PostgreSQL. */
import type { TestProject } from 'vitest/node';
import { startPostgres } from './postgres.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Of a PostgreSQL that all files share, with the name of a schema to come. */
    readonly postgres?: string;
  }
}

/** One PostgreSQL for all files of the project. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const postgres = await startPostgres({ fsync: 'off' });
  project.provide('postgres', `postgres://latchkey@127.0.0.1:${postgres.port}/postgres?connections=4&schema=t`);
  return postgres.close;
}
