import { S3Error } from '@latchkey/s3/errors';
import type { SegmentName, TrailBatch, TrailChain, TrailSegment, TrailStore } from '@latchkey/storage/trail-store';
import type { Database } from './database.ts';
import { codeOf, wasUndone } from './failures.ts';
import { appendLines } from './trail/append-lines.ts';
import { findLines } from './trail/find-lines.ts';
import { PER_MS, partitions } from './trail/partitions.ts';

export type PostgresTrailStoreOptions = { readonly database: Database; readonly close: () => Promise<void> };

/**
 * The trail in PostgreSQL, with chains of any number of processes. Where the answer to an append is lost, nobody knows whether its lines are there:
 * it rejects with InternalError then, and the chain may be longer than its writer believes.
 */
export function postgresTrailStore({ database, close }: PostgresTrailStoreOptions): TrailStore {
  const { schema, query } = database;
  const months = partitions(database);

  const append = (batch: TrailBatch) => appendLines(schema, query, batch);

  /** The trail may have gone further than this batch's own time: where another node's clock runs ahead. */
  const appendSomewhere = async (batch: TrailBatch): Promise<boolean> => {
    await months.ensure(batch.recordedAt);
    try {
      return await append(batch);
    } catch (error) {
      if (!(error instanceof Error) || codeOf(error.cause) !== NO_PARTITION) throw error;
      const [end] = await query<{ position: number }>(`SELECT position FROM ${schema}.trail_end`);
      await months.ensure((end?.position ?? 0) / PER_MS);
      return append(batch);
    }
  };

  return {
    async append(batch) {
      let follows = false;
      try {
        follows = await appendSomewhere(batch);
      } catch (cause) {
        throw new S3Error(wasUndone(cause) ? 'ServiceUnavailable' : 'InternalError', { cause });
      }
      if (!follows) throw new Error(`The batch that ends with line ${batch.head.count} does not follow the head of chain ${batch.chain}.`);
    },
    find: (asked) => findLines(database, asked),
    async chains() {
      const rows = await query<ChainRow>(
        `SELECT c.chain, c.count, c.hash, c.seal, c.covered_count, s.segment, s.size_bytes, s.first, s.last, s.last_recorded_at
         FROM ${schema}.trail_chains AS c LEFT JOIN ${schema}.trail_segments AS s USING (chain) ORDER BY c.chain, s.segment`,
      );
      return chainsOf(rows);
    },
    async *read({ chain, segment }) {
      for (let after = 0; ; ) {
        const rows = await query<{ position: number; text: string }>(
          `SELECT position, array_to_string(lines, E'\\n') || E'\\n' AS text FROM ${schema}.trail_blocks
           WHERE chain = $1 AND segment = $2 AND position > $3 ORDER BY position LIMIT ${BLOCKS_AT_ONCE}`,
          [chain, segment, after],
        );
        for (const { text } of rows) yield Buffer.from(text);
        if (rows.length < BLOCKS_AT_ONCE) return;
        after = rows.at(-1)?.position ?? after;
      }
    },
    async remove(segments) {
      for (const { chain, segment } of segments) await query(`SELECT ${schema}.remove_trail_segment($1, $2)`, [chain, segment]);
      // Room is made now or the next time; what was to go is gone.
      await months.dropEmpty().catch(() => undefined);
    },
    async checkHealth() {
      if (database.awayBecause !== undefined) throw new Error('PostgreSQL is away.');
    },
    close,
  };
}

/** A block is 64 KiB, or one long line. */
const BLOCKS_AT_ONCE = 8;
const NO_PARTITION = '23514';

type ChainRow = Omit<TrailSegment, keyof SegmentName | 'name' | 'sizeBytes' | 'lastRecordedAt'> & {
  readonly chain: string;
  readonly count: number;
  readonly hash: string;
  readonly seal: string;
  readonly covered_count: number;
  readonly segment: number | null;
  readonly size_bytes: number;
  readonly last_recorded_at: number;
};

function chainsOf(rows: readonly ChainRow[]): TrailChain[] {
  const chains = new Map<string, TrailChain & { readonly segments: TrailSegment[] }>();
  for (const { chain, count, hash, seal, covered_count, segment, size_bytes, first, last, last_recorded_at } of rows) {
    const found = chains.get(chain) ?? { chain, count, hash, seal, coveredCount: covered_count, segments: [] };
    chains.set(chain, found);
    if (segment === null) continue;
    const name = `${chain}-${String(segment).padStart(6, '0')}`;
    found.segments.push({ chain, segment, name, sizeBytes: size_bytes, first, last, lastRecordedAt: last_recorded_at });
  }
  return [...chains.values()];
}
