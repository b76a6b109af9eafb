import { S3Error } from '@latchkey/s3/errors';
import type { JsonValue, RecordChange, RecordStore, StoredRecord } from '@latchkey/storage/record-store';
import type { Database } from './database.ts';
import type { Generations } from './generations.ts';
import type { Watch } from './watch.ts';

export type PostgresRecordStoreOptions = {
  readonly database: Database;
  readonly generations: Generations;
  readonly watch: Pick<Watch, 'tell'>;
  readonly close: () => Promise<void>;
};

/**
 * Records in PostgreSQL. Of changes of other processes `generation` knows within a second, mostly within milliseconds; where it could not say so,
 * what it answers changes with each `latest`, so that nothing is taken from a cache.
 */
export function postgresRecordStore({ database, generations, watch, close }: PostgresRecordStoreOptions): RecordStore {
  const { schema, query } = database;
  return {
    async get(kind, id) {
      if (!isText(kind) || !isText(id)) return undefined;
      const [row] = await query<Found>(`SELECT id, version, value FROM ${schema}.records WHERE kind = $1 AND id = $2`, [kind, id]);
      return row && recordOf(row);
    },
    async list(kind, { prefix = '', after, limit }) {
      if (![kind, prefix, after ?? ''].every(isText)) return { records: [] };
      // Ids are compared byte by byte, and no byte of UTF-8 sorts behind U+10FFFF's but itself.
      const rows = await query<Found>(
        `SELECT id, version, value FROM ${schema}.records
         WHERE kind = $1 AND id >= $2 AND starts_with(id, $2) AND ($3::text IS NULL OR id > $3) AND ($4::text IS NULL OR id < $4)
         ORDER BY id LIMIT $5`,
        [kind, prefix, after ?? null, behindAll(prefix), limit + 1],
      );
      const records = rows.slice(0, limit).map(recordOf);
      return { records, next: rows.length > limit ? records.at(-1)?.id : undefined };
    },
    async commit(changes) {
      if (changes.length === 0) return { committed: true };
      const named = changes.map((change) => ('put' in change ? change.put : change.remove));
      if (!named.every(({ kind, id }) => isText(kind) && isText(id))) throw noText();
      const rows = await query<Outcome>(`SELECT * FROM ${schema}.commit_records($1, $2, $3, $4)`, [
        named.map(({ kind }) => kind),
        named.map(({ id }) => id),
        changes.map(jsonOf),
        changes.map(({ ifVersion }) => ifVersion ?? null),
      ]);
      const conflict = named[(rows[0]?.conflict ?? 0) - 1];
      if (conflict !== undefined) return { committed: false, conflict: { kind: conflict.kind, id: conflict.id } };
      generations.learn(rows);
      watch.tell();
      return { committed: true };
    },
    latest: generations.latest,
    generation: generations.generation,
    async time() {
      const [row] = await query<{ now: number }>('SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now');
      return row?.now as number;
    },
    async checkHealth() {
      if (database.awayBecause !== undefined) throw new Error('PostgreSQL is away.');
    },
    close,
  };
}

type Found = { readonly id: string; readonly version: number; readonly value: string };

/** Either one row with the number of the change that could not be made, or a row for each kind that was changed. */
type Outcome = { readonly conflict: number | null; readonly kind: string; readonly stripe: number; readonly count: number };

function recordOf({ id, version, value }: Found): StoredRecord {
  return { id, version, value: JSON.parse(value) as JsonValue };
}

/** JSON as text: jsonb knows neither the order of names nor U+0000. */
function jsonOf(change: RecordChange): string | null {
  return 'put' in change ? JSON.stringify(change.put.value) : null;
}

/** PostgreSQL knows no U+0000 in a text; so no record is called so, whoever asks for one. */
function isText(text: string): boolean {
  return !text.includes('\0');
}

function noText(): S3Error {
  return new S3Error('InvalidArgument', { message: 'A name holds the character U+0000.' });
}

/** The first text behind all that begin so, where there is a simple one: it only narrows what the index is asked for. */
function behindAll(prefix: string): string | null {
  const last = prefix.charCodeAt(prefix.length - 1);
  return last < 0x7f ? prefix.slice(0, -1) + String.fromCharCode(last + 1) : null;
}
