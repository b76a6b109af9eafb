import type { Announced } from './object-store.ts';
import { nextSequence, type Outbox, type OutboxEntry } from './outbox.ts';

type Change = Pick<OutboxEntry, 'bucket' | 'key' | 'object'>;

/** The outbox of the object store in memory. */
export function memoryOutbox(): { readonly outbox: Outbox; add(announced: Announced | undefined, change: Change): void } {
  const queues = new Map<string, OutboxEntry[]>();
  let last = 0;
  return {
    add(announced, { bucket, key, object }) {
      const { announce = [] } = announced ?? {};
      if (announce.length === 0) return;
      last = nextSequence(last, Date.now());
      for (const { to, what } of announce) {
        const facts = object && { sizeBytes: object.sizeBytes, etag: object.etag };
        queues.set(to, [...(queues.get(to) ?? []), { sequence: last, what, bucket, key, object: facts }]);
      }
    },
    outbox: {
      async read(queue, { after = 0, limit }) {
        return (queues.get(queue) ?? []).filter(({ sequence }) => sequence > after).slice(0, limit);
      },
      async remove(queue, sequences) {
        const left = (queues.get(queue) ?? []).filter(({ sequence }) => !sequences.includes(sequence));
        if (left.length === 0) queues.delete(queue);
        else queues.set(queue, left);
      },
      async sizes() {
        return new Map([...queues].map(([queue, entries]) => [queue, entries.length]));
      },
    },
  };
}
