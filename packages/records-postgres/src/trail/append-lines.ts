import type { TrailBatch } from '@latchkey/storage/trail-store';
import type { Query } from '../database.ts';
import { packLines } from './pack-lines.ts';

/** Whether the batch follows the head of its chain; where not, nothing is written. */
export async function appendLines(schema: string, query: Query, batch: TrailBatch): Promise<boolean> {
  const { lines, lineBlocks, terms, termBlocks, masks, sizeBytes } = packLines(batch);
  const { chain, segment, recordedAt, head, covers = [] } = batch;
  if (lines.length === 0) return false;
  const [row] = await query<{ follows: boolean }>(
    `SELECT ${schema}.append_trail($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) AS follows`,
    [
      ...[chain, segment, Math.floor(recordedAt), head.count, head.hash, head.seal, sizeBytes],
      ...[lines, lineBlocks, terms, termBlocks, masks],
      ...[covers.map((covered) => covered.chain), covers.map(({ count }) => count)],
    ],
  );
  return row?.follows === true;
}
