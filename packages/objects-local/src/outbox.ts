import type { BucketName, ObjectKey } from '@latchkey/s3/names';
import type { Announced } from '@latchkey/storage/object-store';
import { nextSequence, type Outbox, type OutboxEntry } from '@latchkey/storage/outbox';
import type { Catalogue } from './catalogue.ts';
import type { Context } from './commit.ts';

type Change = Pick<OutboxEntry, 'bucket' | 'key' | 'object'>;

/** Inside a change, when nothing can refuse it any more: keeps what it is announced with. */
export function announce({ catalogue, clock }: Context, announced: Announced | undefined, { bucket, key, object }: Change): void {
  const announcements = announced?.announce;
  if (announcements === undefined || announcements.length === 0) return;
  const { outbox, outboxSizes } = catalogue;
  const sequence = nextSequence(numberAt(outboxSizes, LAST_SEQUENCE), clock());
  outboxSizes.putSync(LAST_SEQUENCE, doubleBytes(sequence));
  const facts = object && { sizeBytes: object.sizeBytes, etag: object.etag };
  for (const { to, what } of announcements) {
    outbox.putSync(entryKey(to, sequence), Buffer.from(JSON.stringify({ what, bucket, key, object: facts })));
    addToSize(outboxSizes, to, 1);
  }
}

export function outboxOf({ catalogue, health }: Context): Outbox {
  const { outbox, outboxSizes } = catalogue;
  return {
    async read(queue, { after = 0, limit }) {
      catalogue.latest();
      const range = { start: entryKey(queue, after + 1), end: entryKey(queue, Number.MAX_SAFE_INTEGER), limit };
      return [...outbox.getRange(range)].map(({ key, value }) => decoded(key, value));
    },
    async remove(queue, sequences) {
      health.requireWritable();
      await catalogue.change(() => {
        let removed = 0;
        for (const sequence of sequences) if (outbox.removeSync(entryKey(queue, sequence))) removed++;
        if (removed > 0) addToSize(outboxSizes, queue, -removed);
      });
    },
    async sizes() {
      catalogue.latest();
      const sizes = new Map<string, number>();
      for (const { key, value } of outboxSizes.getRange({})) {
        if (!LAST_SEQUENCE.equals(key)) sizes.set(key.toString('latin1'), value.readDoubleBE(0));
      }
      return sizes;
    },
  };
}

/** Beside the sizes of the queues; no queue is called so. */
const LAST_SEQUENCE = Buffer.from([0]);
const SEQUENCE_BYTES = 8;

/** The queue, a zero byte, the sequence: a queue's entries lie together, in order. */
function entryKey(queue: string, sequence: number): Buffer {
  const key = Buffer.alloc(queue.length + 1 + SEQUENCE_BYTES);
  key.write(queue, 0, 'latin1');
  key.writeBigUInt64BE(BigInt(sequence), queue.length + 1);
  return key;
}

function decoded(key: Buffer, value: Buffer): OutboxEntry {
  const { what, bucket, key: objectKey, object } = JSON.parse(value.toString()) as Omit<OutboxEntry, 'sequence'>;
  const sequence = Number(key.readBigUInt64BE(key.length - SEQUENCE_BYTES));
  return { sequence, what, bucket: bucket as BucketName, key: objectKey as ObjectKey, object };
}

function addToSize(sizes: Catalogue['outboxSizes'], queue: string, more: number): void {
  const key = Buffer.from(queue, 'latin1');
  const size = numberAt(sizes, key) + more;
  if (size > 0) sizes.putSync(key, doubleBytes(size));
  else sizes.removeSync(key);
}

function numberAt(table: Catalogue['outboxSizes'], key: Buffer): number {
  return table.getBinaryFast(key)?.readDoubleBE(0) ?? 0;
}

function doubleBytes(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(value);
  return bytes;
}
