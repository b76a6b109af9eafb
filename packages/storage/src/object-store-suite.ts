import { afterAll, beforeAll, describe } from 'vitest';
import type { ObjectStore } from './object-store.ts';
import { describeBuckets } from './suite/buckets.ts';
import { describeConditions } from './suite/conditions.ts';
import { describeLacks, type Lacks } from './suite/lacks.ts';
import { describeListing } from './suite/listings.ts';
import { describeModel } from './suite/model.ts';
import { describeObjects } from './suite/objects.ts';
import { describeOutbox } from './suite/outbox.ts';
import { describeUploads } from './suite/uploads.ts';

export type OpenedObjectStore = {
  readonly store: ObjectStore;
  /** Closes the store and opens what it left behind again. Absent where nothing outlives the process. */
  readonly reopen?: (() => Promise<ObjectStore>) | undefined;
  readonly close: () => Promise<void>;
};

/** The promises of `object-store.ts` as tests. Every object store runs them; `open` gives an empty one, `lacks` says what it does not promise. */
export function objectStoreSuite(name: string, open: () => Promise<OpenedObjectStore>, lacks: Lacks = {}): void {
  describe(name, () => {
    let opened: OpenedObjectStore;
    let store: ObjectStore;
    beforeAll(async () => {
      opened = await open();
      store = opened.store;
    });
    afterAll(() => opened.close());
    const storeNow = (): ObjectStore => store;
    const reopen = async (): Promise<boolean> => {
      if (opened.reopen === undefined) return false;
      store = await opened.reopen();
      return true;
    };
    describeBuckets(storeNow, lacks);
    describeObjects(storeNow, reopen, lacks);
    describeConditions(storeNow, lacks);
    describeListing(storeNow, lacks);
    describeUploads(storeNow, reopen, lacks);
    describeOutbox(storeNow, reopen, lacks);
    describeModel(storeNow, lacks);
    describeLacks(lacks);
  });
}
