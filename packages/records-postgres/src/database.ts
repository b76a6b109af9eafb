import { Client, type ClientConfig, Pool, type PoolClient, types } from 'pg';
import type { PostgresAddress } from './connection-url.ts';
import { asS3Error, away, failureOf } from './failures.ts';

export type Row = Readonly<Record<string, unknown>>;
export type Query = <Found extends Row>(text: string, values?: readonly unknown[]) => Promise<readonly Found[]>;

/** A bounded number of connections to one PostgreSQL, and whether it is there at all. */
export type Database = {
  /** As it stands in front of the name of a table: `"latchkey"`. */
  readonly schema: string;
  /**
   * One statement, which is a transaction of its own and durable when this resolves. Repeated where another transaction was in its way. Rejects with
   * SlowDown: at once where PostgreSQL is known to be away, else within `ANSWER_MS`.
   */
  readonly query: Query;
  /** Several statements on one connection, all or none. For work in the background: it holds locks while it waits for the network. */
  transaction<T>(steps: (query: Query) => Promise<T>): Promise<T>;
  /** A connection that nobody else uses, not yet connected. */
  newClient(): Client;
  /** Nothing is sent from now on, until `isBack`. */
  isAway(cause: unknown): void;
  isBack(): void;
  /** Why nothing is sent. */
  readonly awayBecause: string | undefined;
  close(): Promise<void>;
};

export type DatabaseOptions = {
  /** PostgreSQL turned out to be away: a good moment to look. */
  readonly onAway: () => void;
};

const CONNECT_MS = 2000;
/** What the server itself gives a statement, and a lock that it waits for. */
const STATEMENT_MS = 5000;
const LOCK_MS = 2000;
/** How long this process waits, where the server does not even say that it is too late. */
const ANSWER_MS = 6000;

const REPETITIONS = 6;

export function openDatabase(address: PostgresAddress, { onAway }: DatabaseOptions): Database {
  const config = clientConfig(address);
  const pool = new Pool({ ...config, Client: QuietClient, max: address.connections, idleTimeoutMillis: 30_000 });
  // The pool lets go of a connection that breaks while it is idle; its queries say what happened to one in use.
  pool.on('error', () => undefined);
  pool.on('connect', prepare);
  let cause: unknown;
  let isThere = true;

  const goAway = (why: unknown): void => {
    cause = why;
    if (!isThere) return;
    isThere = false;
    onAway();
  };

  const connected = async (): Promise<PoolClient> => {
    if (!isThere) throw away(cause);
    try {
      return await pool.connect();
    } catch (error) {
      if (failureOf(error).isAway) goAway(error);
      // Nothing was sent.
      throw away(error);
    }
  };

  const on = async <T>(work: (client: PoolClient) => Promise<T>): Promise<T> => {
    const client = await connected();
    try {
      const result = await work(client);
      client.release();
      return result;
    } catch (error) {
      const failure = failureOf(error);
      client.release(failure.isBroken);
      if (failure.isAway) goAway(error);
      throw error;
    }
  };

  return {
    schema: `"${address.schema}"`,
    async query(text, values = []) {
      for (let attempt = 1; ; attempt++) {
        try {
          return await on(async (client) => (await client.query({ text, values: [...values] })).rows);
        } catch (error) {
          if (!failureOf(error).mayRepeat || attempt >= REPETITIONS) throw asS3Error(error);
          await pause(attempt);
        }
      }
    },
    async transaction(steps) {
      let failed: unknown;
      try {
        return await on(async (client) => {
          const ask: Query = async (text, values = []) => {
            try {
              return (await client.query({ text, values: [...values] })).rows;
            } catch (error) {
              failed = error;
              throw error;
            }
          };
          try {
            await ask('BEGIN');
            const result = await steps(ask);
            await ask('COMMIT');
            return result;
          } catch (error) {
            if (failed === undefined || !failureOf(failed).isBroken) await client.query('ROLLBACK');
            throw error;
          }
        });
      } catch (error) {
        // What the steps themselves throw is theirs to say.
        throw error === failed ? asS3Error(error) : error;
      }
    },
    newClient: () => new QuietClient(config),
    isAway: goAway,
    isBack() {
      isThere = true;
    },
    get awayBecause() {
      return isThere ? undefined : `PostgreSQL is away: ${cause instanceof Error ? cause.message : String(cause)}`;
    },
    close: () => pool.end(),
  };
}

/** Without a listener, a connection that breaks at the wrong moment would end the process. Its queries say what happened. */
class QuietClient extends Client {
  constructor(config?: string | ClientConfig) {
    super(config);
    this.on('error', () => undefined);
  }
}

/** Sent before the first statement of whoever gets this connection. No parameters of the connection itself: poolers refuse those they do not know. */
function prepare(client: Client | PoolClient): void {
  const settings = [
    `statement_timeout = ${STATEMENT_MS}`,
    `lock_timeout = ${LOCK_MS}`,
    `idle_in_transaction_session_timeout = ${STATEMENT_MS}`,
  ];
  client.query(settings.map((setting) => `SET ${setting}`).join(';')).catch(() => undefined);
}

function clientConfig({ host, port, user, password, database, tls }: PostgresAddress): ClientConfig {
  return {
    host,
    port,
    ...(user !== undefined && { user }),
    ...(password !== undefined && { password }),
    ...(database !== undefined && { database }),
    ssl: tls,
    keepAlive: true,
    connectionTimeoutMillis: CONNECT_MS,
    query_timeout: ANSWER_MS,
    application_name: 'latchkey',
    types: { getTypeParser: parserOf as typeof types.getTypeParser },
  };
}

/** Counts, positions and times: whole numbers far below 2^53. */
const INT8 = 20;

function parserOf(oid: number, format?: 'text' | 'binary'): unknown {
  return oid === INT8 ? Number : types.getTypeParser(oid, format);
}

/** Not at the same time as whoever was in the way. */
function pause(attempt: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.random() * 5 * 2 ** attempt));
}
