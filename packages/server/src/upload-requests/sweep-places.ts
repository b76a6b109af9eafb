import type { RecordStore } from '@latchkey/storage/record-store';
import type { Log } from '../log.ts';
import type { Deliveries } from './deliveries.ts';
import { UPLOAD_COUNTS, type UploadCounts } from './model.ts';

export type SweepPlacesOptions = {
  readonly records: RecordStore;
  readonly deliveries: Pick<Deliveries, 'recover'>;
  readonly log: Log;
  /** How long to wait between two looks. */
  readonly everyMs?: number | undefined;
};

/** Gives back what files that never came have taken, parts in the store among it, also where no other guest comes: now and then, until it is stopped. */
export function sweepPlaces({ records, deliveries, log, everyMs = 10 * 60_000 }: SweepPlacesOptions): { stop(): Promise<void> } {
  let isStopped = false;
  const sweep = async (): Promise<void> => {
    try {
      let after: string | undefined;
      do {
        const page = await records.list(UPLOAD_COUNTS, { after, limit: 200 });
        for (const { id, value } of page.records) {
          if (isStopped) return;
          if ((value as unknown as UploadCounts).open.length > 0) await deliveries.recover(id);
        }
        after = page.next;
      } while (after !== undefined);
    } catch (error) {
      log.error('places of files that never came could not be given back', {
        cause: error instanceof Error ? error.message : String(error),
      });
    }
  };
  let underWay = Promise.resolve();
  const timer = setInterval(() => {
    underWay = underWay.then(sweep);
  }, everyMs).unref();
  return {
    async stop() {
      isStopped = true;
      clearInterval(timer);
      await underWay;
    },
  };
}
