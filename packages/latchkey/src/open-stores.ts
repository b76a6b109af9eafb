import type { Log } from '@latchkey/server/log';
import type { ObjectStore } from '@latchkey/storage/object-store';
import type { Config } from './config.ts';
import { openObjects } from './open-objects.ts';
import { openRecordStores, type RecordStores } from './open-records.ts';

export type OpenStores = RecordStores & { readonly objects: ObjectStore };

/** Opens the stores that a configuration names. Their code is loaded there and nowhere else, each only when it is wanted. */
export async function openStores(
  { objects, records, audit, region }: Pick<Config, 'objects' | 'records' | 'audit' | 'region'>,
  log: Log,
): Promise<OpenStores> {
  const kept = await openRecordStores({ records, audit }, log);
  try {
    return { ...kept, objects: await openObjects({ objects, region }, kept.records, log) };
  } catch (error) {
    await Promise.all(Object.values(kept).map((store) => store.close()));
    throw error;
  }
}
