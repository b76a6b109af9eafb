import type { Database } from './database.ts';
import { asS3Error } from './failures.ts';
import { MIGRATIONS } from './migrations/migrations.ts';

/**
 * Brings the tables to the state that this version knows, `upTo` one of the earlier states; they are made where there are none. Several nodes may
 * start at once: one goes ahead, the others wait. Each step takes effect whole or not at all. Throws a sentence where the tables are those of a later
 * version, or where PostgreSQL is set up so that it could not keep what it promises.
 */
export async function migrate(database: Database, upTo: number = MIGRATIONS.length): Promise<void> {
  const { schema } = database;
  const client = database.newClient();
  try {
    await client.connect();
    requireSettings((await client.query(SETTINGS)).rows);
    for (let done = -1; done < upTo; ) {
      await client.query('BEGIN');
      await client.query('SELECT pg_advisory_xact_lock(hashtext($1), 0)', [`latchkey migrations ${schema}`]);
      done = await stateOf(client, schema);
      if (done > MIGRATIONS.length)
        throw new Error(
          `The tables in schema ${schema} are those of a later version of Latchkey (${done}; this one knows ${MIGRATIONS.length}). Use that version.`,
        );
      if (done < upTo) {
        await client.query(MIGRATIONS[done]?.(schema) ?? '');
        await client.query(`INSERT INTO ${schema}.migrations (number) VALUES ($1)`, [done + 1]);
      }
      await client.query('COMMIT');
    }
  } catch (error) {
    throw error instanceof Error && 'code' in error ? sentence(error) : error;
  } finally {
    await client.end().catch(() => undefined);
  }
}

type Client = ReturnType<Database['newClient']>;

/** How many migrations have been applied. */
async function stateOf(client: Client, schema: string): Promise<number> {
  const { rows } = await client.query<{ found: string | null }>('SELECT to_regclass($1)::text AS found', [`${schema}.migrations`]);
  if (rows[0]?.found === null) {
    await client.query(`CREATE SCHEMA IF NOT EXISTS ${schema}`);
    await client.query(`CREATE TABLE ${schema}.migrations (number int PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())`);
  }
  const counted = await client.query<{ done: number }>(`SELECT coalesce(max(number), 0) AS done FROM ${schema}.migrations`);
  return counted.rows[0]?.done ?? 0;
}

const SETTINGS = `SELECT name, setting FROM pg_settings
  WHERE name IN ('synchronous_commit', 'default_transaction_isolation', 'server_encoding', 'server_version_num')`;

function requireSettings(rows: readonly { readonly name: string; readonly setting: string }[]): void {
  const settings = Object.fromEntries(rows.map(({ name, setting }) => [name, setting]));
  if (Number(settings.server_version_num) < 130_000) throw new Error('PostgreSQL 13 or later is needed.');
  if (settings.server_encoding !== 'UTF8')
    throw new Error(
      `The database has encoding ${settings.server_encoding}; UTF8 is needed: CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0.`,
    );
  if (settings.synchronous_commit === 'off')
    throw new Error('synchronous_commit is off, so that what was acknowledged could be lost: ALTER ROLE … SET synchronous_commit = on.');
  if (settings.default_transaction_isolation !== 'read committed')
    throw new Error(
      "default_transaction_isolation is not what commits count on: ALTER ROLE … SET default_transaction_isolation = 'read committed'.",
    );
}

/** For who starts a node: what PostgreSQL or the network says, which names no secret. */
function sentence(error: Error): Error {
  return new Error(`PostgreSQL: ${error.message || asS3Error(error).message}`, { cause: error });
}
