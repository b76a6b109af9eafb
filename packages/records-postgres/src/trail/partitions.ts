import type { Database } from '../database.ts';

/** The months that the two large tables of the trail are cut into; each is made before it is needed, and dropped when nothing of it is left. */
export type Partitions = {
  /** Makes sure that lines of this time, in milliseconds since the epoch, have a place to go, and those of the month behind it. */
  ensure(time: number): Promise<void>;
  /** Drops what retention has emptied. What is in use at the moment stays for the next time. */
  dropEmpty(): Promise<void>;
};

/** Positions are times in milliseconds, times this. */
export const PER_MS = 1024;

const TABLES = ['trail_blocks', 'trail_entries'] as const;

export function partitions({ schema, query, transaction }: Database): Partitions {
  /** The numbers of months that are known to be there. */
  const known = new Set<number>();

  const make = async (month: number): Promise<void> => {
    if (known.has(month)) return;
    await transaction(async (ask) => {
      await ask('SELECT pg_advisory_xact_lock(hashtext($1), 0)', [`latchkey partitions ${schema}`]);
      for (const table of TABLES) {
        const name = `${schema}.${partitionName(table, month)}`;
        const [found] = await ask<{ found: string | null }>('SELECT to_regclass($1)::text AS found', [name]);
        if (found?.found !== null) continue;
        // Made beside the table and then attached: appends and queries go on meanwhile.
        await ask(`CREATE TABLE ${name} (LIKE ${schema}.${table} INCLUDING ALL)`);
        await ask(`ALTER TABLE ${schema}.${table} ATTACH PARTITION ${name} FOR VALUES FROM (${startOf(month)}) TO (${startOf(month + 1)})`);
      }
    });
    known.add(month);
  };

  return {
    async ensure(time) {
      const month = monthOf(time);
      await make(month);
      await make(month + 1);
    },
    async dropEmpty() {
      const rows = await query<{ name: string }>(
        `SELECT c.relname AS name FROM pg_inherits AS i JOIN pg_class AS c ON c.oid = i.inhrelid WHERE i.inhparent = $1::regclass ORDER BY 1`,
        [`${schema}.trail_blocks`],
      );
      const [end] = await query<{ position: number }>(`SELECT position FROM ${schema}.trail_end`);
      const current = monthOf((end?.position ?? 0) / PER_MS);
      for (const { name } of rows) {
        const month = monthOfName(name);
        // Nothing is ever appended to a month behind the trail's end.
        if (month === undefined || month >= current) continue;
        const [left] = await query<{ some: boolean }>(`SELECT EXISTS (SELECT FROM ${schema}."${name}") AS some`);
        if (left?.some !== false) continue;
        await transaction(async (ask) => {
          for (const table of TABLES) await ask(`DROP TABLE IF EXISTS ${schema}.${partitionName(table, month)}`);
        });
        known.delete(month);
      }
    },
  };
}

/** Months since the year 0, in UTC. */
function monthOf(time: number): number {
  const date = new Date(time);
  return date.getUTCFullYear() * 12 + date.getUTCMonth();
}

/** The first position in it. */
function startOf(month: number): number {
  return Date.UTC(Math.floor(month / 12), month % 12) * PER_MS;
}

function partitionName(table: string, month: number): string {
  return `${table}_${Math.floor(month / 12)}_${String((month % 12) + 1).padStart(2, '0')}`;
}

function monthOfName(name: string): number | undefined {
  const match = /^trail_blocks_(\d+)_(\d\d)$/.exec(name);
  return match === null ? undefined : Number(match[1]) * 12 + Number(match[2]) - 1;
}
