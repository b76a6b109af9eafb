/**
 * The keys that chain the lines of the trail: random, kept in the record store, sealed with the master key. So whoever has the directory of the
 * trail, or even the records, and not the master key, can not make a line that fits; and another master key does not orphan the lines there are.
 */
import { randomBytes } from 'node:crypto';
import type { RecordStore } from '@latchkey/storage/record-store';
import type { Sealed, Sealer } from '../identity/sealing.ts';
import { type ChainKey, chainKey } from './chain.ts';

export type TrailKeys = {
  /** The one to begin a segment with. */
  readonly newest: ChainKey;
  readonly all: readonly ChainKey[];
};

const TRAIL_KEY = 'trail-key';

type TrailKey = { readonly secret: Sealed };

/** Those there are. Throws a `SealError` where the master key is another; the first one is made where there is none and `mayMake` allows. */
export async function trailKeys(records: RecordStore, sealer: Sealer, { mayMake }: { readonly mayMake: boolean }): Promise<TrailKeys> {
  const keys: ChainKey[] = [];
  for (const { id, value } of await stored(records)) keys.push(chainKey(id, sealer.open((value as unknown as TrailKey).secret, place(id))));
  const newest = keys.at(-1);
  if (newest !== undefined) return { newest, all: keys };
  if (!mayMake) throw new Error('There is no key of an audit trail in the records: this is not where the trail was written.');
  await addTrailKey(records, sealer);
  return trailKeys(records, sealer, { mayMake });
}

/** One more: what is written from a chain's next segment on depends on it. For when the master key is changed. */
export async function addTrailKey(records: RecordStore, sealer: Sealer): Promise<void> {
  const id = String((await stored(records)).length + 1).padStart(4, '0');
  const value = { secret: sealer.seal(randomBytes(32).toString('base64'), place(id)) };
  // Another process may have added it just now, which is as good.
  await records.commit([{ put: { kind: TRAIL_KEY, id, value }, ifVersion: 0 }]);
}

/** Seals with the sealer's first key whatever another one sealed; resolves to how many that were. */
export async function resealTrailKeys(records: RecordStore, sealer: Sealer): Promise<number> {
  let count = 0;
  for (const { id, value, version } of await stored(records)) {
    const { secret } = value as unknown as TrailKey;
    if (secret.key === sealer.keyId) continue;
    await records.commit([
      { put: { kind: TRAIL_KEY, id, value: { secret: sealer.seal(sealer.open(secret, place(id)), place(id)) } }, ifVersion: version },
    ]);
    count++;
  }
  return count;
}

/** One for each change of the master key: never many. */
async function stored(records: RecordStore) {
  return (await records.list(TRAIL_KEY, { limit: 10_000 })).records;
}

const place = (id: string): string => `trail-key/${id}`;
