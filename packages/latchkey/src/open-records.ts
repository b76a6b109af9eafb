import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LocalTrailStoreOptions } from '@latchkey/records-lmdb/local-trail-store';
import type { PostgresStores, PostgresStoresOptions } from '@latchkey/records-postgres/postgres-stores';
import { OUTLASTING } from '@latchkey/server/identity/outlasting';
import type { Log } from '@latchkey/server/log';
import type { RecordStore } from '@latchkey/storage/record-store';
import type { TrailStore } from '@latchkey/storage/trail-store';
import type { UseStore } from '@latchkey/storage/use-store';
import type { Config } from './config.ts';
import { Failure } from './failure.ts';
import type { PostgresConfig } from './records-url.ts';

export type RecordStores = { readonly records: RecordStore; readonly uses: UseStore; readonly trail: TrailStore };

/** Opens what a server keeps besides objects, where its configuration says. */
export async function openRecordStores({ records, audit }: Pick<Config, 'records' | 'audit'>, log: Log): Promise<RecordStores> {
  if (records.kind === 'postgres') return openPostgres(records, (sentence, isAway) => (isAway ? log.error(sentence) : log.info(sentence)));
  const onReadOnly = (sentence: string) => log.error('store is read-only', { cause: sentence });
  const { openLmdbRecordStore } = await import('@latchkey/records-lmdb/lmdb-record-store');
  const { openLocalUseStore } = await import('@latchkey/records-lmdb/local-use-store');
  const { openLocalTrailStore } = await import('@latchkey/records-lmdb/local-trail-store');
  const opened: { close(): Promise<void> }[] = [];
  const keep = <T extends { close(): Promise<void> }>(store: T): T => {
    opened.push(store);
    return store;
  };
  try {
    return {
      records: keep(await openLmdbRecordStore({ directory: records.directory, onReadOnly })),
      // With the records that say how often it may be: whoever shares the ones shares the others.
      uses: keep(await openLocalUseStore({ directory: join(records.directory, 'uses'), onReadOnly })),
      trail: keep(await openLocalTrailStore({ directory: audit.directory, onReadOnly })),
    };
  } catch (error) {
    await Promise.all(opened.map((store) => store.close()));
    throw error;
  }
}

/** Opens the record store by itself, for a command. */
export async function openRecords({ records }: Pick<Config, 'records'>): Promise<RecordStore> {
  if (records.kind === 'postgres') return alone('records', await openPostgres(records));
  const { openLmdbRecordStore } = await import('@latchkey/records-lmdb/lmdb-record-store');
  return openLmdbRecordStore({ directory: records.directory });
}

/** Opens the audit trail by itself, for a command. */
export async function openTrail(
  { records, audit }: Pick<Config, 'records' | 'audit'>,
  options: Pick<LocalTrailStoreOptions, 'rebuildWith'> = {},
): Promise<TrailStore> {
  if (records.kind === 'postgres') return alone('trail', await openPostgres(records));
  const { openLocalTrailStore } = await import('@latchkey/records-lmdb/local-trail-store');
  return openLocalTrailStore({ directory: audit.directory, ...options });
}

async function openPostgres({ url, password }: PostgresConfig, onChange?: PostgresStoresOptions['onChange']): Promise<PostgresStores> {
  const { openPostgresStores } = await import('@latchkey/records-postgres/postgres-stores');
  const secret = password && (await passwordOf(password));
  try {
    return await openPostgresStores({ url, password: secret, outlasting: OUTLASTING, onChange });
  } catch (cause) {
    throw new Failure(`--records: ${(cause as Error).message}`, { cause });
  }
}

/** One of the three; closing it closes all. */
function alone<Name extends keyof PostgresStores>(name: Name, stores: PostgresStores): PostgresStores[Name] {
  const close = async () => void (await Promise.all(Object.values(stores).map((store) => store.close())));
  return { ...stores[name], close };
}

/** Of a variable, or the file it names. */
export async function passwordOf(password: NonNullable<PostgresConfig['password']>): Promise<string> {
  if ('text' in password) return password.text;
  try {
    return (await readFile(password.file, 'utf8')).trim();
  } catch (cause) {
    throw new Failure(`LATCHKEY_RECORDS_PASSWORD_FILE can not be read: ${(cause as Error).message}.`, { cause });
  }
}
