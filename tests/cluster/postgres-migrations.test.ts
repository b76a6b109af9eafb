/** The tables, from nothing and from what every earlier version left. */
import { postgresAddress } from '@latchkey/records-postgres/connection-url';
import { openDatabase } from '@latchkey/records-postgres/database';
import { migrate } from '@latchkey/records-postgres/migrate';
import { openPostgresStores, type PostgresStores } from '@latchkey/records-postgres/postgres-stores';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeOnPostgres } from '../support/on-postgres.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';

/** What this version knows. A new migration makes it one more. */
const NEWEST = 3;

describeOnPostgres('the tables in PostgreSQL', () => {
  let postgres: TestPostgres;
  beforeAll(async () => {
    postgres = await startPostgres({ fsync: 'off' });
  });
  afterAll(() => postgres?.close());

  const schemaOf = (url: string): string => postgresAddress(url).schema;
  const migrateTo = async (url: string, number: number): Promise<void> => {
    const database = openDatabase(postgresAddress(url), { onAway: () => undefined });
    await migrate(database, number).finally(database.close);
  };
  const close = (stores: PostgresStores) => Promise.all(Object.values(stores).map((store) => store.close()));
  /** Every column, index and function of a schema, in words without its name. */
  const shape = async (url: string): Promise<string> => {
    const schema = schemaOf(url);
    const all = await postgres.ask(`
      SELECT table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable FROM information_schema.columns WHERE table_schema = '${schema}'
      UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = '${schema}'
      UNION ALL SELECT routine_name || ' ' || md5(replace(routine_definition, '${schema}', '')) FROM information_schema.routines WHERE routine_schema = '${schema}'
      ORDER BY 1`);
    return all.replaceAll(schema, '');
  };
  const works = async (url: string): Promise<void> => {
    const stores = await openPostgresStores({ url });
    expect(await stores.records.commit([{ put: { kind: 'k', id: 'a', value: 1 } }])).toEqual({ committed: true });
    expect(await stores.records.get('k', 'a')).toMatchObject({ value: 1 });
    expect(await stores.uses.used('nobody')).toBe(0);
    expect(await stores.trail.chains()).toEqual([]);
    await close(stores);
  };

  for (let from = 0; from <= NEWEST; from++) {
    test(`are those of this version when it has started on ${from === 0 ? 'nothing' : `those of version ${from}`}`, async () => {
      const [url, fresh] = [postgres.newUrl(), postgres.newUrl()];
      if (from > 0) await migrateTo(url, from);
      await works(url);
      await migrateTo(fresh, NEWEST);
      expect(await shape(url)).toBe(await shape(fresh));
      expect(await postgres.ask(`SELECT string_agg(number::text, ' ' ORDER BY number) FROM ${schemaOf(url)}.migrations`)).toBe('1 2 3');
    });
  }
  test('keep what is in them when another version starts on them', async () => {
    const url = postgres.newUrl();
    await migrateTo(url, 1);
    await postgres.ask(`SELECT ${schemaOf(url)}.commit_records('{user}', '{a}', '{"7"}', '{NULL}')`);
    const stores = await openPostgresStores({ url });
    expect(await stores.records.get('user', 'a')).toEqual({ id: 'a', version: 1, value: 7 });
    await close(stores);
  });
  test('are made once by ten that start at the same moment', async () => {
    const url = `${postgres.newUrl()}&connections=2`;
    const all = await Promise.all(Array.from({ length: 10 }, () => openPostgresStores({ url })));
    await Promise.all(all.map(close));
    await works(url);
  });
  test('of a later version are refused, and left as they are', async () => {
    const url = postgres.newUrl();
    await migrateTo(url, NEWEST);
    await postgres.ask(`INSERT INTO ${schemaOf(url)}.migrations (number) VALUES (${NEWEST + 1})`);
    const before = await shape(url);
    await expect(openPostgresStores({ url })).rejects.toThrow(
      `those of a later version of Latchkey (${NEWEST + 1}; this one knows ${NEWEST})`,
    );
    expect(await shape(url)).toBe(before);
  });
  test('are not made where what is acknowledged could be lost, or commits could miss each other', async () => {
    const url = postgres.newUrl();
    for (const [setting, value, sentence] of [
      ['synchronous_commit', 'off', 'synchronous_commit is off'],
      ['default_transaction_isolation', "'repeatable read'", 'default_transaction_isolation is not'],
    ] as const) {
      await postgres.ask(`ALTER ROLE latchkey SET ${setting} = ${value}`);
      await expect(openPostgresStores({ url })).rejects.toThrow(sentence);
      await postgres.ask(`ALTER ROLE latchkey RESET ${setting}`);
    }
    await works(url);
  });
  test('are refused in a sentence where there is no PostgreSQL, or not this user, and no password is in it', async () => {
    await expect(openPostgresStores({ url: 'postgres://u:hidden@127.0.0.1:1/d' })).rejects.toThrow(
      'PostgreSQL: connect ECONNREFUSED 127.0.0.1:1',
    );
    const stranger = postgres.newUrl().replace('latchkey@', 'stranger:hidden@');
    await expect(openPostgresStores({ url: stranger })).rejects.toThrow(/^PostgreSQL: role "stranger" does not exist$/);
  });
});
