import type { Log } from '@latchkey/server/log';
import type { ObjectStore } from '@latchkey/storage/object-store';
import type { RecordStore } from '@latchkey/storage/record-store';
import type { Config } from './config.ts';

export type OpenStores = { readonly objects: ObjectStore; readonly records: RecordStore };

/** Opens the record store by itself. */
export async function openRecords({ records }: Pick<Config, 'records'>, onReadOnly?: (sentence: string) => void): Promise<RecordStore> {
  const { openLmdbRecordStore } = await import('@latchkey/records-lmdb/lmdb-record-store');
  return openLmdbRecordStore({ directory: records.directory, ...(onReadOnly && { onReadOnly }) });
}

/** Opens the stores that a configuration names. Their code is loaded here and nowhere else, each only when it is wanted. */
export async function openStores({ objects, records }: Pick<Config, 'objects' | 'records'>, log: Log): Promise<OpenStores> {
  const onReadOnly = (sentence: string) => log.error('store is read-only', { cause: sentence });
  const onBackgroundError = (error: unknown) =>
    log.error('work in the background failed', { cause: error instanceof Error ? error.message : String(error) });
  const { openLocalObjectStore } = await import('@latchkey/objects-local/local-object-store');
  const recordStore = await openRecords({ records }, onReadOnly);
  try {
    return { objects: await openLocalObjectStore({ directory: objects.directory, onReadOnly, onBackgroundError }), records: recordStore };
  } catch (error) {
    await recordStore.close();
    throw error;
  }
}
