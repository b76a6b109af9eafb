import type { CommitResult, JsonValue, RecordChange, RecordKind, RecordStore, StoredRecord } from '@latchkey/storage/record-store';
import { sharedLook } from '@latchkey/storage/shared-look';
import { openEnvironment, type Table } from './environment.ts';

export type LmdbRecordStoreOptions = {
  /** Made where it is not there. On a local file system: LMDB does not work over a network. */
  readonly directory: string;
  /** Told once, in a sentence, when the store becomes read-only. */
  readonly onReadOnly?: ((sentence: string) => void) | undefined;
};

/** Records in one directory. Several processes may have it open; each sees what another has committed at once. Kind and id are at most 1900 bytes together. */
export async function openLmdbRecordStore({ directory, onReadOnly }: LmdbRecordStoreOptions): Promise<RecordStore> {
  const { root, health, commits, table, close } = await openEnvironment({ directory, store: 'record store', onReadOnly });
  const records = table('records');
  const generations = table('generations');
  const known = knownGenerations(() => root.resetReadTxn(), generations);

  return {
    async get(kind, id) {
      root.resetReadTxn();
      const bytes = records.getBinaryFast(recordKey(kind, id));
      return bytes && decode(id, bytes);
    },
    async list(kind, { prefix = '', after, limit }) {
      root.resetReadTxn();
      const start = firstKey(kind, prefix, after);
      const found: StoredRecord[] = [];
      for (const { key, value } of records.getRange({ start, end: behindAll(recordKey(kind, prefix)), limit: limit + 1 })) {
        found.push(decode(key.toString('utf8', Buffer.byteLength(kind) + 1), value));
      }
      const page = found.slice(0, limit);
      return { records: page, next: found.length > limit ? page.at(-1)?.id : undefined };
    },
    async commit(changes) {
      // JSON is made before the write lock is taken; what cannot be JSON throws here.
      const prepared = changes.map(prepare);
      health.requireWritable();
      const result = await commits.change(() => apply(records, generations, prepared));
      known.committed();
      return result;
    },
    latest: known.latest,
    generation: known.generation,
    // All processes that have it open are on one machine.
    time: async () => Date.now(),
    async checkHealth() {
      health.requireWritable();
    },
    close,
  };
}

/**
 * Looks once after each `latest` at what other processes have committed, which costs LMDB a new transaction, and then only at the one number
 * that every commit changes: a request asks after several kinds, and mostly nothing has changed.
 */
function knownGenerations(refresh: () => void, generations: Table): Pick<RecordStore, 'latest' | 'generation'> & { committed(): void } {
  const known = new Map<RecordKind, { readonly key: Buffer; value: number; asOf: number }>();
  let commits = 0;
  let isFresh = false;
  const latest = sharedLook(() => {
    isFresh = false;
  });
  return {
    latest,
    committed() {
      isFresh = false;
      latest.forget();
    },
    generation(kind) {
      if (!isFresh) {
        refresh();
        commits = readGeneration(generations, EVERY_COMMIT);
        isFresh = true;
      }
      let entry = known.get(kind);
      if (entry === undefined) {
        entry = { key: Buffer.from(kind), value: 0, asOf: -1 };
        known.set(kind, entry);
      }
      if (entry.asOf !== commits) {
        entry.value = readGeneration(generations, entry.key);
        entry.asOf = commits;
      }
      return entry.value;
    },
  };
}

/** The number of commits; no kind is called so. */
const EVERY_COMMIT = Buffer.from([0]);

type Prepared = {
  readonly kind: RecordKind;
  readonly id: string;
  readonly key: Buffer;
  readonly json: string | undefined;
  readonly ifVersion: number | undefined;
};

function prepare(change: RecordChange): Prepared {
  const { kind, id } = 'put' in change ? change.put : change.remove;
  const json = 'put' in change ? JSON.stringify(change.put.value) : undefined;
  return { kind, id, key: recordKey(kind, id), json, ifVersion: change.ifVersion };
}

/** Inside a transaction: all of the changes, or the first conflict. */
function apply(records: Table, generations: Table, changes: readonly Prepared[]): CommitResult {
  for (const { kind, id, key, ifVersion } of changes) {
    if (ifVersion !== undefined && ifVersion !== versionAt(records, key)) return { committed: false, conflict: { kind, id } };
  }
  for (const { key, json } of changes) {
    if (json === undefined) records.removeSync(key);
    else records.putSync(key, encode(versionAt(records, key) + 1, json));
  }
  const kinds = [...new Set(changes.map((change) => change.kind))];
  for (const key of [EVERY_COMMIT, ...kinds.map((kind) => Buffer.from(kind))]) {
    generations.putSync(key, doubleBytes(readGeneration(generations, key) + 1));
  }
  return { committed: true };
}

/** Kind, a zero byte, id: in the order of the id's bytes, with the kinds apart. */
function recordKey(kind: RecordKind, id: string): Buffer {
  return Buffer.from(`${kind}\u0000${id}`);
}

function firstKey(kind: RecordKind, prefix: string, after: string | undefined): Buffer {
  const fromPrefix = recordKey(kind, prefix);
  const fromAfter = recordKey(kind, after === undefined ? prefix : `${after}\u0000`);
  return Buffer.compare(fromPrefix, fromAfter) > 0 ? fromPrefix : fromAfter;
}

/** The first key behind all that begin with `start`: no byte of UTF-8 is 255. */
function behindAll(start: Buffer): Buffer {
  const end = Buffer.from(start);
  end[end.length - 1] = (end.at(-1) ?? 0) + 1;
  return end;
}

/** The version, 8 bytes, then the value as JSON. */
function encode(version: number, json: string): Buffer {
  return Buffer.concat([doubleBytes(version), Buffer.from(json)]);
}

function decode(id: string, bytes: Buffer): StoredRecord {
  return { id, version: bytes.readDoubleLE(0), value: JSON.parse(bytes.toString('utf8', 8, bytes.length)) as JsonValue };
}

function versionAt(records: Table, key: Buffer): number {
  return records.getBinaryFast(key)?.readDoubleLE(0) ?? 0;
}

function readGeneration(generations: Table, key: Buffer): number {
  return generations.getBinaryFast(key)?.readDoubleLE(0) ?? 0;
}

function doubleBytes(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return bytes;
}
