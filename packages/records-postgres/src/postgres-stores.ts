import type { RecordKind, RecordStore } from '@latchkey/storage/record-store';
import type { TrailStore } from '@latchkey/storage/trail-store';
import type { UseStore } from '@latchkey/storage/use-store';
import { postgresAddress } from './connection-url.ts';
import { openDatabase } from './database.ts';
import { generations } from './generations.ts';
import { migrate } from './migrate.ts';
import { postgresRecordStore } from './postgres-record-store.ts';
import { postgresTrailStore } from './postgres-trail-store.ts';
import { postgresUseStore } from './postgres-use-store.ts';
import { watchGenerations } from './watch.ts';

export type PostgresStoresOptions = {
  /** `postgres://USER:PASSWORD@HOST:PORT/DATABASE?…`; see `postgresAddress`. It is never logged, and in no error. */
  readonly url: string;
  /** Instead of one in the URL. */
  readonly password?: string | undefined;
  /** Kinds whose records, where they are known, go on to serve for a minute while PostgreSQL is away. Default: none. */
  readonly outlasting?: readonly RecordKind[] | undefined;
  /** Told in a sentence when PostgreSQL is away, and when it is back. */
  readonly onChange?: ((sentence: string, isAway: boolean) => void) | undefined;
};

export type PostgresStores = { readonly records: RecordStore; readonly uses: UseStore; readonly trail: TrailStore };

/**
 * The three stores in one schema of a PostgreSQL, over one bounded set of connections, which go with the last of the three. Any number of processes
 * may have them open, on any number of machines. Rejects with a sentence where PostgreSQL is not there or has not what is needed.
 *
 * While PostgreSQL is away, all that would ask it rejects with SlowDown, at once; when it is back, so are the stores, by themselves.
 */
export async function openPostgresStores(options: PostgresStoresOptions): Promise<PostgresStores> {
  const { url, password, outlasting = [], onChange = () => {} } = options;
  const address = postgresAddress(url);
  let look = (): void => {};
  const database = openDatabase({ ...address, password: password ?? address.password }, { onAway: () => look() });
  try {
    await migrate(database);
    const now = () => performance.now();
    const known = generations({ outlasting, now });
    const watch = await watchGenerations({ database, generations: known, now, onChange });
    look = watch.look;
    const stores = { records: undefined, uses: undefined, trail: undefined };
    const open = new Set(Object.keys(stores));
    const closes = (name: keyof typeof stores) => async () => {
      if (!open.delete(name) || open.size > 0) return;
      await watch.close();
      await database.close();
    };
    return {
      records: postgresRecordStore({ database, generations: known, watch, close: closes('records') }),
      uses: postgresUseStore({ database, close: closes('uses') }),
      trail: postgresTrailStore({ database, close: closes('trail') }),
    };
  } catch (error) {
    await database.close();
    throw error;
  }
}
