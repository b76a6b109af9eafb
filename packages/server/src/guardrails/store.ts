/** The guardrails of the installation and of single buckets, in the record store. */
import type { JsonValue, RecordStore } from '@latchkey/storage/record-store';
import { boundedCache } from '../identity/bounded-cache.ts';
import type { Guardrails } from './document.ts';

export const GUARDRAILS = 'guardrails';
/** Not the name of any bucket. */
export const EVERYWHERE = '*';

export type GuardrailStore = {
  /** Those of a bucket by itself, or of `EVERYWHERE`; nothing is limited where there are none. */
  find(place: string): Guardrails | undefined | Promise<Guardrails | undefined>;
  put(place: string, guardrails: Guardrails): Promise<void>;
  remove(place: string): Promise<void>;
  list(): Promise<readonly { readonly place: string; readonly guardrails: Guardrails }[]>;
};

export function guardrailStore(records: RecordStore): GuardrailStore {
  const cache = boundedCache<Guardrails>(10_000, () => records.generation(GUARDRAILS));
  return {
    find: (place) => cache.get(place, async () => ((await records.get(GUARDRAILS, place))?.value ?? {}) as Guardrails),
    async put(place, guardrails) {
      await records.commit([{ put: { kind: GUARDRAILS, id: place, value: guardrails as JsonValue } }]);
    },
    async remove(place) {
      await records.commit([{ remove: { kind: GUARDRAILS, id: place } }]);
    },
    async list() {
      const { records: found } = await records.list(GUARDRAILS, { limit: 10_000 });
      return found.map(({ id, value }) => ({ place: id, guardrails: value as Guardrails }));
    },
  };
}
