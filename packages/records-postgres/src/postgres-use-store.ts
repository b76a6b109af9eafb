import { timeOrderedId } from '@latchkey/storage/time-ordered-id';
import { begin, end, touch, type UseState } from '@latchkey/storage/use-state';
import type { UseAnswer, UseStore } from '@latchkey/storage/use-store';
import type { Database } from './database.ts';
import { asS3Error } from './failures.ts';
import { lateEnds } from './late-ends.ts';
import { type Step, subjectTurns } from './subject-turns.ts';

export type PostgresUseStoreOptions = { readonly database: Database; readonly close: () => Promise<void> };

/**
 * Uses in PostgreSQL, counted by any number of processes together. A change is read, computed and written only if the row still is what was read; no
 * lock is ever held across the network, and of those who meet one always gets ahead.
 */
export function postgresUseStore({ database: { schema, query }, close }: PostgresUseStoreOptions): UseStore {
  const read = async (subject: string): Promise<Stored | undefined> => {
    const [row] = await query<Row>(`SELECT version, state FROM ${schema}.uses WHERE subject = $1`, [subject]);
    return row && { version: row.version, state: JSON.parse(row.state) as UseState };
  };

  /** Whether the row was what it was taken for. */
  const write = async (subject: string, before: Stored | undefined, state: UseState): Promise<boolean> => {
    const values = [subject, state.forgetAfter, JSON.stringify(state)];
    const rows =
      before === undefined
        ? // Not from 1: a row that was forgotten and made anew is never taken for the one before.
          await query(
            `INSERT INTO ${schema}.uses (subject, forget_after, state, version)
             VALUES ($1, $2, $3, extract(epoch FROM clock_timestamp()) * 1000000) ON CONFLICT DO NOTHING RETURNING version`,
            values,
          )
        : await query(
            `UPDATE ${schema}.uses SET forget_after = $2, state = $3, version = version + 1
             WHERE subject = $1 AND version = $4 RETURNING version`,
            [...values, before.version],
          );
    return rows.length > 0;
  };

  const turns = subjectTurns<UseState>(async (subject, change) => {
    for (let attempt = 1; ; attempt++) {
      const before = await read(subject);
      const next = change(before?.state);
      if (next === undefined || (await write(subject, before, next))) return;
      if (attempt >= MAX_ATTEMPTS) throw asS3Error(tooMany());
      await pause(attempt);
    }
  });
  const changed = (subject: string, step: (state: UseState | undefined) => UseState | undefined): Promise<void> =>
    turns.take(subject, (state) => ({ result: undefined, next: step(state) }));
  const ended = (turn: Parameters<UseStore['end']>[0]): Promise<void> => changed(turn.subject, (state) => end(state, turn));
  const late = lateEnds(ended);

  return {
    begin(request) {
      const id = timeOrderedId(request.now).toString('base64url');
      const step: Step<UseState, UseAnswer> = (state) => {
        const { answer, next } = begin(state, request, id);
        return { result: answer, next };
      };
      return turns.take(request.subject, step);
    },
    touch: (turn) => changed(turn.subject, (state) => touch(state, turn)),
    async end(turn) {
      try {
        await ended(turn);
      } catch (error) {
        late.later(turn);
        throw error;
      }
    },
    async used(subject) {
      return (await read(subject))?.state.used ?? 0;
    },
    async sweep(now) {
      // Several processes sweep at once; each takes what no other has in its hands, and no row that was granted more time meanwhile.
      const rows = await query(
        `DELETE FROM ${schema}.uses WHERE subject IN (
           SELECT subject FROM ${schema}.uses WHERE forget_after < $1 ORDER BY forget_after LIMIT ${SWEPT_AT_ONCE} FOR UPDATE SKIP LOCKED
         ) AND forget_after < $1 RETURNING subject`,
        [now],
      );
      return rows.length;
    },
    async close() {
      late.close();
      await close();
    },
  };
}

type Row = { readonly version: number; readonly state: string };
type Stored = { readonly version: number; readonly state: UseState };

const SWEPT_AT_ONCE = 500;

/** Each time another process was faster, and so got ahead: it takes a great many of them to be beaten this often. */
const MAX_ATTEMPTS = 30;

function pause(attempt: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.random() * Math.min(50, 2 ** attempt)));
}

/** As PostgreSQL calls it. */
function tooMany(): Error {
  return Object.assign(new Error('Other processes were faster each time.'), { code: '40001' });
}
