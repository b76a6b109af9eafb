/** The stores behind a pooler that gives each transaction another connection, as many clusters have one. */
import { openPostgresStores, type PostgresStores } from '@latchkey/records-postgres/postgres-stores';
import { afterAll, beforeAll, expect } from 'vitest';
import { describeOnPostgres } from '../support/on-postgres.ts';
import { startPgBouncer } from '../support/pgbouncer.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { needs } from '../support/programs.ts';

const test = needs('/usr/sbin/pgbouncer');

describeOnPostgres('the stores behind PgBouncer in transaction mode', () => {
  let postgres: TestPostgres;
  let pooler: Awaited<ReturnType<typeof startPgBouncer>> | undefined;
  beforeAll(async () => {
    postgres = await startPostgres({ fsync: 'off' });
  });
  afterAll(async () => {
    await pooler?.close();
    await postgres?.close();
  });
  const throughPooler = async (): Promise<string> => {
    pooler ??= await startPgBouncer(postgres);
    return postgres.newUrl().replace(`:${postgres.port}/`, `:${pooler.port}/`);
  };
  const closeAll = async (stores: PostgresStores) => void (await Promise.all(Object.values(stores).map((store) => store.close())));

  test('hear of each other, although no notification ever arrives', async () => {
    const url = await throughPooler();
    const [one, two] = await Promise.all([openPostgresStores({ url }), openPostgresStores({ url })]);
    for (let i = 0; i < 5; i++) {
      const before = two.records.generation('k');
      await one.records.commit([{ put: { kind: 'k', id: 'a', value: i } }]);
      await expect.poll(() => two.records.generation('k'), { timeout: 10_000 }).toBeGreaterThan(before);
    }
    await Promise.all([closeAll(one), closeAll(two)]);
  });
  test('count together, and lose no commit', async () => {
    const url = await throughPooler();
    const nodes = await Promise.all([1, 2, 3].map(() => openPostgresStores({ url })));
    const use = {
      subject: 'link',
      maxUses: 7,
      now: 1,
      forgetAfter: 2,
      kind: 'upload',
      version: '',
      sizeBytes: 0,
      wantedBytes: 0,
      isRange: false,
    } as const;
    const asked = nodes.flatMap(({ uses }, node) => Array.from({ length: 20 }, (_, i) => uses.begin({ ...use, client: `${node}.${i}` })));
    expect((await Promise.all(asked)).filter(({ granted }) => granted)).toHaveLength(7);
    const raced = nodes.flatMap(({ records }) =>
      Array.from({ length: 20 }, (_, value) => records.commit([{ put: { kind: 'race', id: 'a', value }, ifVersion: 0 }])),
    );
    expect((await Promise.all(raced)).filter(({ committed }) => committed)).toHaveLength(1);
    await Promise.all(nodes.map(closeAll));
  });
});
