import { randomBytes } from 'node:crypto';
import type { Client } from 'pg';
import type { Database } from './database.ts';
import { type Count, type Generations, STALE_MS } from './generations.ts';

/** Keeps the generations true: over a connection of its own, for as long as the process lives. */
export type Watch = {
  /** Tells other processes to look. They would anyway, a moment later. */
  tell(): void;
  /** Looks now: also whether a database that was away is back. */
  look(): void;
  close(): Promise<void>;
};

export type WatchOptions = {
  readonly database: Database;
  readonly generations: Generations;
  /** Milliseconds that only grow, as those of the generations. */
  readonly now: () => number;
  /** Told in a sentence when the database is away, and when it is back. */
  readonly onChange: (sentence: string, isAway: boolean) => void;
};

/** Twice within the time in which changes of others are to be known, and time for the answer. */
const LOOK_EVERY_MS = 0.4 * STALE_MS;
const ANSWER_MS = 1000;
/** However many changes are told of. */
const LOOKS_APART_MS = 20;
const RETRY_MS = { least: 50, most: 1000 };

/**
 * Listens, and looks now and then all the same: a notification may be lost with the connection, and through a pooler that gives each transaction another
 * connection none ever comes. Resolves once the first look has been taken, and rejects where that is not possible.
 */
export async function watchGenerations({ database, generations, now, onChange }: WatchOptions): Promise<Watch> {
  const self = randomBytes(6).toString('hex');
  const channel = `latchkey_${database.schema.replaceAll('"', '')}`;
  const wake = alarm();
  let isClosed = false;
  let isTold = false;
  let isAway = false;

  const look = async (client: Client): Promise<readonly Count[]> =>
    (await withQuickAnswer(client, `SELECT kind, stripe, count FROM ${database.schema}.generations`)) as readonly Count[];

  const connect = async (): Promise<Client> => {
    const client = database.newClient();
    client.on('notification', ({ payload }) => payload !== self && wake.ring());
    client.on('end', () => wake.ring());
    client.on('error', () => wake.ring());
    try {
      await client.connect();
      await withQuickAnswer(client, `LISTEN "${channel}"`);
      // A standby answers as well, and is not one to write to.
      const [row] = await withQuickAnswer(client, 'SELECT pg_is_in_recovery() AS standby');
      if (row?.standby === true) throw new Error('the server is a standby');
      const askedAt = now();
      generations.begin(await look(client), askedAt);
      return client;
    } catch (error) {
      void client.end().catch(() => undefined);
      throw error;
    }
  };

  /** Until the connection breaks. */
  const attend = async (client: Client): Promise<void> => {
    while (!isClosed) {
      await wake.wait(LOOK_EVERY_MS);
      if (isClosed) return;
      if (isTold) {
        isTold = false;
        // Not worth a trip to the disk: who misses it looks a moment later.
        await withQuickAnswer(client, "SELECT set_config('synchronous_commit', 'off', true), pg_notify($1, $2)", [channel, self]);
      }
      const askedAt = now();
      generations.learn(await look(client), askedAt);
      await pause(LOOKS_APART_MS);
    }
  };

  const keepUp = async (first: Client): Promise<void> => {
    let client: Client | undefined = first;
    for (let tries = 0; !isClosed; ) {
      try {
        client ??= await connect();
        tries = 0;
        database.isBack();
        if (isAway) onChange('PostgreSQL is back.', false);
        isAway = false;
        await attend(client);
      } catch (error) {
        generations.lost();
        // A connection may break by itself; that no new one can be had is another thing.
        if (client === undefined) {
          database.isAway(error);
          if (!isAway) onChange(database.awayBecause ?? '', true);
          isAway = true;
          await wake.wait(Math.min(RETRY_MS.most, RETRY_MS.least * 2 ** tries++) * (0.5 + Math.random()));
        }
      }
      void client?.end().catch(() => undefined);
      client = undefined;
    }
  };

  const working = keepUp(await connect());
  return {
    tell() {
      isTold = true;
      wake.ring();
    },
    look: wake.ring,
    async close() {
      isClosed = true;
      wake.ring();
      await working;
    },
  };
}

type Alarm = { wait(ms: number): Promise<void>; ring(): void };

/** Waits so long, or until it rings; a ring that nobody waited for is heard by the next who does. */
function alarm(): Alarm {
  let hasRung = false;
  let rouse: (() => void) | undefined;
  return {
    ring() {
      hasRung = true;
      rouse?.();
    },
    async wait(ms) {
      if (!hasRung) {
        let timer: NodeJS.Timeout | undefined;
        await new Promise<void>((resolve) => {
          rouse = resolve;
          timer = setTimeout(resolve, ms);
        });
        clearTimeout(timer);
        rouse = undefined;
      }
      hasRung = false;
    },
  };
}

/** A database that does not answer within a second is not there. */
async function withQuickAnswer(client: Client, text: string, values: readonly unknown[] = []): Promise<readonly Record<string, unknown>[]> {
  const query = { text, values: [...values], query_timeout: ANSWER_MS };
  return (await client.query(query)).rows;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
