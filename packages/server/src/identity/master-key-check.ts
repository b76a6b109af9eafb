/** Whether the master key is the one that sealed what is stored: asked at start, so that a wrong one is told before it does harm. */
import type { RecordStore } from '@latchkey/storage/record-store';
import { SealError, type Sealed, type Sealer } from './sealing.ts';

const KIND = 'sealing';
const ID = 'check';
const TEXT = 'the master key opens this';

/** The first start seals a known text; later ones open it. Throws a `SealError` whose sentence says what to do. */
export async function checkMasterKey(records: RecordStore, sealer: Sealer): Promise<void> {
  const stored = await records.get(KIND, ID);
  if (stored === undefined) {
    await records.commit([{ put: { kind: KIND, id: ID, value: sealer.seal(TEXT, KIND) }, ifVersion: 0 }]);
    return checkMasterKey(records, sealer);
  }
  const sealed = stored.value as Sealed;
  let opened: string;
  try {
    opened = sealer.open(sealed, KIND);
  } catch (cause) {
    throw new SealError(
      `The master key is not the one that sealed the secrets in this record store (that one is called ${sealed.key}). Nothing was started: set LATCHKEY_MASTER_KEY, or restore the file master-key of the data directory, to what it was.`,
      { cause },
    );
  }
  if (opened !== TEXT) throw new SealError('The check value of the master key is damaged.');
}

/** The change that seals the check value anew, as part of a rotation. */
export function resealedCheck(sealer: Sealer) {
  return { put: { kind: KIND, id: ID, value: sealer.seal(TEXT, KIND) } } as const;
}
