import type { TrailBatch, TrailChain } from '@latchkey/storage/trail-store';
import { postgresAddress } from './connection-url.ts';
import { openDatabase, type Query } from './database.ts';
import { migrate } from './migrate.ts';
import { appendLines } from './trail/append-lines.ts';
import { partitions } from './trail/partitions.ts';

/** All that another store keeps, as it is. */
export type Kept = {
  readonly records: AsyncIterable<{ readonly kind: string; readonly id: string; readonly version: number; readonly json: string }>;
  readonly uses: AsyncIterable<{ readonly subject: string; readonly forgetAfter: number; readonly json: string }>;
  /** In the order of their times; heads of batches but the last of a chain need no hash. */
  readonly batches: AsyncIterable<TrailBatch>;
  readonly chains: readonly TrailChain[];
};

export type Imported = { readonly records: number; readonly uses: number; readonly lines: number };

/**
 * Takes over what another store keeps: all of it, or nothing. Rejects with a sentence where there is anything already. Nodes may be started behind it,
 * not before.
 */
export async function importStores(
  options: { readonly url: string; readonly password?: string | undefined },
  kept: Kept,
): Promise<Imported> {
  const address = postgresAddress(options.url);
  const database = openDatabase({ ...address, password: options.password ?? address.password }, { onAway: () => undefined });
  const { schema } = database;
  const months = partitions(database);
  try {
    await migrate(database);
    return await database.transaction(async (query) => {
      const [found] = await query<{ some: boolean }>(
        `SELECT EXISTS (SELECT FROM ${schema}.records) OR EXISTS (SELECT FROM ${schema}.uses) OR EXISTS (SELECT FROM ${schema}.trail_chains) AS some`,
      );
      if (found?.some !== false)
        throw new Error(`There are records in schema ${schema} already. Choose another, such as ?schema=latchkey_2.`);
      const records = await inBatches(kept.records, (some) =>
        query(
          `INSERT INTO ${schema}.records (kind, id, version, value) SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[])`,
          [some.map(({ kind }) => kind), some.map(({ id }) => id), some.map(({ version }) => version), some.map(({ json }) => json)],
        ),
      );
      await query(`INSERT INTO ${schema}.generations (kind, stripe, count) SELECT DISTINCT kind, 0, 1 FROM ${schema}.records`);
      const uses = await inBatches(kept.uses, (some) =>
        query(
          `INSERT INTO ${schema}.uses (subject, version, forget_after, state) SELECT s, 1, f, j FROM unnest($1::text[], $2::float8[], $3::text[]) AS u(s, f, j)`,
          [some.map(({ subject }) => subject), some.map(({ forgetAfter }) => forgetAfter), some.map(({ json }) => json)],
        ),
      );
      let lines = 0;
      for await (const batch of kept.batches) {
        await months.ensure(batch.recordedAt);
        if (!(await appendLines(schema, query, batch))) throw new Error(`The trail can not be taken over: chain ${batch.chain} has a gap.`);
        lines += batch.lines.length;
      }
      await takeHeads(schema, query, kept.chains);
      return { records, uses, lines };
    });
  } finally {
    await database.close();
  }
}

/** As they were sealed, also where lines are missing: a check of the trail then says so, as it would have. */
function takeHeads(schema: string, query: Query, chains: readonly TrailChain[]): Promise<unknown> {
  return query(
    `UPDATE ${schema}.trail_chains AS c SET count = h.count, hash = h.hash, seal = h.seal, covered_count = h.covered
     FROM unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::bigint[]) AS h(chain, count, hash, seal, covered) WHERE c.chain = h.chain`,
    [
      chains.map(({ chain }) => chain),
      chains.map(({ count }) => count),
      chains.map(({ hash }) => hash),
      chains.map(({ seal }) => seal),
      chains.map(({ coveredCount }) => coveredCount),
    ],
  );
}

const ROWS_AT_ONCE = 500;

/** Resolves to how many there were. */
async function inBatches<One>(all: AsyncIterable<One>, write: (some: readonly One[]) => Promise<unknown>): Promise<number> {
  let some: One[] = [];
  let count = 0;
  for await (const one of all) {
    count += 1;
    if (some.push(one) < ROWS_AT_ONCE) continue;
    await write(some);
    some = [];
  }
  if (some.length > 0) await write(some);
  return count;
}
