import { join } from 'node:path';
import type { LocalTrailStoreOptions } from '@latchkey/records-lmdb/local-trail-store';
import type { Log } from '@latchkey/server/log';
import type { ObjectStore } from '@latchkey/storage/object-store';
import type { RecordStore } from '@latchkey/storage/record-store';
import type { TrailStore } from '@latchkey/storage/trail-store';
import type { UseStore } from '@latchkey/storage/use-store';
import type { Config } from './config.ts';
import { openObjects } from './open-objects.ts';

export type OpenStores = {
  readonly objects: ObjectStore;
  readonly records: RecordStore;
  readonly uses: UseStore;
  readonly trail: TrailStore;
};

/** Opens the record store by itself. */
export async function openRecords({ records }: Pick<Config, 'records'>, onReadOnly?: (sentence: string) => void): Promise<RecordStore> {
  const { openLmdbRecordStore } = await import('@latchkey/records-lmdb/lmdb-record-store');
  return openLmdbRecordStore({ directory: records.directory, ...(onReadOnly && { onReadOnly }) });
}

/** Opens the audit trail by itself. */
export async function openTrail(
  { audit }: Pick<Config, 'audit'>,
  options: Omit<LocalTrailStoreOptions, 'directory'> = {},
): Promise<TrailStore> {
  const { openLocalTrailStore } = await import('@latchkey/records-lmdb/local-trail-store');
  return openLocalTrailStore({ directory: audit.directory, ...options });
}

/** Opens the stores that a configuration names. Their code is loaded here and nowhere else, each only when it is wanted. */
export async function openStores(
  { objects, records, audit, data, region }: Pick<Config, 'objects' | 'records' | 'audit' | 'data' | 'region'>,
  log: Log,
): Promise<OpenStores> {
  const onReadOnly = (sentence: string) => log.error('store is read-only', { cause: sentence });
  const { openLocalUseStore } = await import('@latchkey/records-lmdb/local-use-store');
  const opened: { close(): Promise<void> }[] = [];
  const keep = <T extends { close(): Promise<void> }>(store: T): T => {
    opened.push(store);
    return store;
  };
  try {
    return {
      records: keep(await openRecords({ records }, onReadOnly)),
      // With the records that say how often it may be: whoever shares the ones shares the others.
      uses: keep(await openLocalUseStore({ directory: join(records.directory, 'uses'), onReadOnly })),
      trail: keep(await openTrail({ audit }, { onReadOnly })),
      objects: keep(await openObjects({ objects, data, region }, log)),
    };
  } catch (error) {
    await Promise.all(opened.map((store) => store.close()));
    throw error;
  }
}
