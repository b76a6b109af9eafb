import { describe } from 'vitest';
import { postgresPrograms } from './postgres.ts';

/**
 * `describe`, for tests that start a PostgreSQL: without it they are skipped and the name says why; where nothing may be skipped
 * (LATCHKEY_REQUIRE_ALL=1, as in CI) they fail instead.
 */
export function describeOnPostgres(name: string, body: () => void): void {
  if (postgresPrograms !== undefined || process.env.LATCHKEY_REQUIRE_ALL === '1') describe(name, body);
  else describe.skip(`${name} (skipped: needs PostgreSQL)`, body);
}
