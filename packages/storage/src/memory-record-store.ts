import { compareKeys } from './key-order.ts';
import type { JsonValue, RecordChange, RecordKind, RecordStore, StoredRecord } from './record-store.ts';

/** A record store in memory: the reference every other one is tested against, and a store for tests. */
export function openMemoryRecordStore(): RecordStore {
  const kinds = new Map<RecordKind, { readonly records: Map<string, StoredRecord>; generation: number }>();
  const kindOf = (kind: RecordKind) => {
    const known = kinds.get(kind) ?? { records: new Map(), generation: 0 };
    kinds.set(kind, known);
    return known;
  };
  const versionOf = (kind: RecordKind, id: string): number => kindOf(kind).records.get(id)?.version ?? 0;

  return {
    async get(kind, id) {
      return kindOf(kind).records.get(id);
    },
    async list(kind, { prefix = '', after, limit }) {
      const all = [...kindOf(kind).records.values()].filter(
        ({ id }) => id.startsWith(prefix) && (after === undefined || compareKeys(id, after) > 0),
      );
      const records = all.sort((left, right) => compareKeys(left.id, right.id)).slice(0, limit);
      return { records, next: all.length > limit ? records.at(-1)?.id : undefined };
    },
    async commit(changes) {
      for (const change of changes) {
        const { kind, id } = target(change);
        if (change.ifVersion !== undefined && change.ifVersion !== versionOf(kind, id)) return { committed: false, conflict: { kind, id } };
      }
      for (const change of changes) {
        const { kind, id } = target(change);
        if ('put' in change) kindOf(kind).records.set(id, { id, version: versionOf(kind, id) + 1, value: copyOf(change.put.value) });
        else kindOf(kind).records.delete(id);
        kindOf(kind).generation += 1;
      }
      return { committed: true };
    },
    latest() {},
    generation(kind) {
      return kindOf(kind).generation;
    },
    time: async () => Date.now(),
    async checkHealth() {},
    async close() {},
  };
}

function target(change: RecordChange): { readonly kind: RecordKind; readonly id: string } {
  return 'put' in change ? change.put : change.remove;
}

/** What a store on disk would give back: the caller's object is neither kept nor shared. */
function copyOf(value: JsonValue): JsonValue {
  return JSON.parse(JSON.stringify(value));
}
