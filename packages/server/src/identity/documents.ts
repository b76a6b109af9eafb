/**
 * Users, groups, roles, managed policies and access keys as documents of one record kind, so that one number tells every process
 * that something about identities has changed. Names are compared without case, as IAM does.
 */
import { S3Error } from '@latchkey/s3/errors';
import type { JsonValue, RecordChange, RecordStore } from '@latchkey/storage/record-store';

export const IDENTITY = 'identity';

/** `version` is 0 for a document that is about to be made. */
export type Versioned<Value> = { readonly value: Value; readonly version: number };

export type Documents<Value> = {
  get(records: RecordStore, name: string): Promise<Versioned<Value> | undefined>;
  /** In the order of their names. `after` is a name; `next` is the one to go on from. */
  list(
    records: RecordStore,
    page: { after?: string | undefined; limit: number },
  ): Promise<{ values: readonly Value[]; next?: string | undefined }>;
  /** Makes or changes a document, if it still is what was read. */
  put(name: string, value: Value, version: number): RecordChange;
  remove(name: string, version: number): RecordChange;
};

export function documents<Value>(sort: string): Documents<Value> {
  const idOf = (name: string) => `${sort}/${name.toLowerCase()}`;
  return {
    async get(records, name) {
      const stored = await records.get(IDENTITY, idOf(name));
      return stored === undefined ? undefined : { value: stored.value as unknown as Value, version: stored.version };
    },
    async list(records, { after, limit }) {
      const page = await records.list(IDENTITY, { prefix: `${sort}/`, after: after === undefined ? undefined : idOf(after), limit });
      return {
        values: page.records.map(({ value }) => value as unknown as Value),
        next: page.next?.slice(sort.length + 1),
      };
    },
    put: (name, value, version) => ({ put: { kind: IDENTITY, id: idOf(name), value: value as JsonValue }, ifVersion: version }),
    remove: (name, version) => ({ remove: { kind: IDENTITY, id: idOf(name) }, ifVersion: version }),
  };
}

export type Attempt<Result> = { readonly changes: readonly RecordChange[]; readonly result: Result };

const ATTEMPTS = 8;

/** Reads, decides and commits; again from the start where somebody else changed a document in between. */
export async function changing<Result>(records: RecordStore, attempt: () => Promise<Attempt<Result>>): Promise<Result> {
  for (let tries = 0; tries < ATTEMPTS; tries++) {
    const { changes, result } = await attempt();
    if (changes.length === 0) return result;
    const { committed } = await records.commit(changes);
    if (committed) return result;
  }
  throw new S3Error('ConcurrentModification');
}

/** Every document of a sort, page by page. */
export async function* everyDocument<Value>(sort: Documents<Value>, records: RecordStore): AsyncGenerator<Value> {
  let after: string | undefined;
  do {
    const page = await sort.list(records, { after, limit: 200 });
    yield* page.values;
    after = page.next;
  } while (after !== undefined);
}
