/**
 * How much of a request is taken. A place is kept before a file is sent, and becomes a delivered file or is given back: in one commit with the
 * file's own record, so that no crash and no number of guests at once, in any process, make it more than there may be.
 */

import { setTimeout as pause } from 'node:timers/promises';
import { S3Error } from '@latchkey/s3/errors';
import type { JsonValue, RecordChange, RecordStore } from '@latchkey/storage/record-store';
import {
  DELIVERY,
  DELIVERY_OF,
  type Delivery,
  deliveriesOf,
  type Reservation,
  UPLOAD_COUNTS,
  type UploadCounts,
  type UploadRequest,
} from './model.ts';

/** So many files of one request may be under way at once: what nobody has paid for stays small. */
export const MOST_OPEN = 200;

export type Taken = { readonly files: number; readonly bytes: number };

export const NOTHING: UploadCounts = { files: 0, bytes: 0, open: [] };

/** Delivered and under way together. */
export function taken({ files, bytes, open }: UploadCounts): Taken {
  return { files: files + open.length, bytes: open.reduce((sum, { sizeBytes }) => sum + sizeBytes, bytes) };
}

/** How much there still may be; `undefined` without a limit. */
export function left({ terms: { maxFiles, maxTotalBytes } }: UploadRequest, counts: UploadCounts): Partial<Taken> {
  const now = taken(counts);
  return {
    ...(maxFiles !== undefined && { files: Math.max(0, maxFiles - now.files) }),
    ...(maxTotalBytes !== undefined && { bytes: Math.max(0, maxTotalBytes - now.bytes) }),
  };
}

export async function readCounts(records: RecordStore, requestId: string): Promise<UploadCounts> {
  return ((await records.get(UPLOAD_COUNTS, requestId))?.value as unknown as UploadCounts | undefined) ?? NOTHING;
}

/** How long a place is kept: as long as a URL works; in parts people go on after a night. */
export const keptMs = ({ by }: Pick<Delivery, 'by'>): number => (by === 'parts' ? 24 : 1) * 3_600_000;

function reservationOf(delivery: Delivery, now: number): Reservation {
  const { id, key, sizeBytes } = delivery;
  return { id, key, sizeBytes, until: now + keptMs(delivery) };
}

export type Counting = {
  /**
   * Keeps a place for the delivery that is made of it: `keys` are those that are just being written.
   * Throws LimitExceeded, whose field `Reason` is `files`, `bytes` or `open`, where there is none.
   */
  reserve(request: UploadRequest, now: number, make: (keys: ReadonlySet<string>) => Delivery): Promise<Delivery>;
  /** Keeps the place for longer, or knows more of the file. */
  renew(delivery: Delivery, until: number): Promise<void>;
  /** The file has come, and what `told` says is committed with that: `false` where it is known already, or nothing of the file is. */
  settle(delivery: Delivery, told: readonly RecordChange[]): Promise<boolean>;
  giveBack(delivery: Pick<Delivery, 'id' | 'requestId' | 'deliverer'>): Promise<void>;
};

export function counting(records: RecordStore): Counting {
  /** Those of one process take turns, which is quicker than to try again. */
  const queues = new Map<string, Promise<unknown>>();

  return {
    async reserve(request, now, make) {
      let made: Delivery | undefined;
      await change(request.id, (counts) => {
        const delivery = make(new Set(counts.open.map(({ key }) => key)));
        made = delivery;
        const room = left(request, counts);
        if (room.files === 0) throw noRoom('files');
        if (room.bytes !== undefined && delivery.sizeBytes > room.bytes) throw noRoom('bytes');
        if (counts.open.length >= MOST_OPEN) throw noRoom('open');
        return {
          counts: { ...counts, open: [...counts.open, reservationOf(delivery, now)] },
          changes: [put(delivery, 0), ownedBy(delivery)],
        };
      });
      return made as unknown as Delivery;
    },

    renew: (delivery, until) =>
      change(delivery.requestId, (counts) => {
        if (!counts.open.some(({ id }) => id === delivery.id)) throw new S3Error('NoSuchUpload');
        return {
          counts: { ...counts, open: counts.open.map((one) => (one.id === delivery.id ? { ...one, until } : one)) },
          changes: [put(delivery)],
        };
      }).then(() => undefined),

    settle: (delivery, told) =>
      change(delivery.requestId, (counts) => {
        const open = counts.open.filter(({ id }) => id !== delivery.id);
        if (open.length === counts.open.length) return undefined;
        return { counts: { files: counts.files + 1, bytes: counts.bytes + delivery.sizeBytes, open }, changes: [put(delivery), ...told] };
      }),

    giveBack: (delivery) =>
      change(delivery.requestId, (counts) => {
        const open = counts.open.filter(({ id }) => id !== delivery.id);
        if (open.length === counts.open.length) return undefined;
        const owned = ownedBy(delivery).put;
        return {
          counts: { ...counts, open },
          changes: [{ remove: { kind: DELIVERY, id: delivery.id } }, { remove: { kind: owned.kind, id: owned.id } }],
        };
      }).then(() => undefined),
  };

  /** `false` where there was nothing to change. */
  function change(requestId: string, decide: (counts: UploadCounts) => Decision | undefined): Promise<boolean> {
    const before = queues.get(requestId) ?? Promise.resolve();
    const turn = before.then(() => attempts(requestId, decide));
    const settled = turn.catch(() => undefined);
    queues.set(requestId, settled);
    void settled.then(() => {
      if (queues.get(requestId) === settled) queues.delete(requestId);
    });
    return turn;
  }

  async function attempts(requestId: string, decide: (counts: UploadCounts) => Decision | undefined): Promise<boolean> {
    for (let tries = 0; tries < ATTEMPTS; tries++) {
      const stored = await records.get(UPLOAD_COUNTS, requestId);
      const decision = decide((stored?.value as unknown as UploadCounts | undefined) ?? NOTHING);
      if (decision === undefined) return false;
      const value = decision.counts as unknown as JsonValue;
      const counted = { put: { kind: UPLOAD_COUNTS, id: requestId, value }, ifVersion: stored?.version ?? 0 };
      if ((await records.commit([counted, ...decision.changes])).committed) return true;
      // Another process was quicker.
      await pause(1 + Math.random() * Math.min(50, 2 ** tries));
    }
    throw new S3Error('SlowDown');
  }
}

type Decision = { readonly counts: UploadCounts; readonly changes: readonly RecordChange[] };

const ATTEMPTS = 50;

function put(delivery: Delivery, ifVersion?: number): RecordChange {
  return { put: { kind: DELIVERY, id: delivery.id, value: JSON.parse(JSON.stringify(delivery)) as JsonValue }, ifVersion };
}

function ownedBy({ id, requestId, deliverer }: Pick<Delivery, 'id' | 'requestId' | 'deliverer'>) {
  return { put: { kind: DELIVERY_OF, id: deliveriesOf(requestId, deliverer) + id, value: {} } } as const;
}

function noRoom(reason: 'files' | 'bytes' | 'open'): S3Error {
  return new S3Error('LimitExceeded', { message: NO_ROOM[reason], fields: { Reason: reason } });
}

const NO_ROOM = {
  files: 'As many files were delivered as were asked for.',
  bytes: 'The file does not fit into what may still be delivered.',
  open: 'Too many files are under way at once.',
} as const;
