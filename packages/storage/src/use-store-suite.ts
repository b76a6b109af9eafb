import { afterAll, beforeAll, describe } from 'vitest';
import { describeUseModel } from './suite/use-model.ts';
import { describeCountedUses } from './suite/uses-counted.ts';
import { describeEndedTurns } from './suite/uses-ended.ts';
import { describeTurns } from './suite/uses-gone-on-with.ts';
import type { UseStore } from './use-store.ts';

export type OpenedUseStore = {
  readonly store: UseStore;
  /** Closes the store and opens what it left behind again. Absent where nothing outlives the process. */
  readonly reopen?: (() => Promise<UseStore>) | undefined;
  readonly close: () => Promise<void>;
};

/** The promises of `use-store.ts` as tests. Every use store runs them; `open` gives an empty one. */
export function useStoreSuite(name: string, open: () => Promise<OpenedUseStore>): void {
  describe(name, () => {
    let opened: OpenedUseStore;
    let store: UseStore;
    beforeAll(async () => {
      opened = await open();
      store = opened.store;
    });
    afterAll(() => opened.close());
    const storeNow = (): UseStore => store;
    const reopen = async (): Promise<boolean> => {
      if (opened.reopen === undefined) return false;
      store = await opened.reopen();
      return true;
    };
    describeCountedUses(storeNow, reopen);
    describeTurns(storeNow);
    describeEndedTurns(storeNow, reopen);
    describeUseModel(storeNow);
  });
}
