import { openEnvironment } from './environment.ts';

/** Every record in the directory of a record store, in no order that means anything, for a move to another store. */
export async function* everyRecord(
  directory: string,
): AsyncGenerator<{ readonly kind: string; readonly id: string; readonly version: number; readonly json: string }> {
  const { table, close } = await openEnvironment({ directory, store: 'record store' });
  try {
    for (const { key, value } of table('records').getRange({})) {
      const end = key.indexOf(0);
      yield {
        kind: key.toString('utf8', 0, end),
        id: key.toString('utf8', end + 1),
        version: value.readDoubleLE(0),
        json: value.toString('utf8', VERSION_BYTES),
      };
    }
  } finally {
    await close();
  }
}

const VERSION_BYTES = 8;

/** Every subject in the directory of a use store, and what is known of it. */
export async function* everyUse(
  directory: string,
): AsyncGenerator<{ readonly subject: string; readonly forgetAfter: number; readonly json: string }> {
  const { table, close } = await openEnvironment({ directory, store: 'use store' });
  try {
    for (const { key, value } of table('uses').getRange({})) {
      const json = value.toString();
      const { forgetAfter } = JSON.parse(json) as { readonly forgetAfter: number | null };
      // JSON has no infinity.
      yield { subject: key.toString(), forgetAfter: forgetAfter ?? Number.MAX_VALUE, json };
    }
  } finally {
    await close();
  }
}
