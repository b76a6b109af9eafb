import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openMemoryRecordStore } from './memory-record-store.ts';
import type { JsonValue, RecordChange, RecordStore } from './record-store.ts';

export type OpenedRecordStore = {
  readonly store: RecordStore;
  /** Closes the store and opens what it left behind again. Absent where nothing outlives the process. */
  readonly reopen?: (() => Promise<RecordStore>) | undefined;
  readonly close: () => Promise<void>;
};

/** The promises of `record-store.ts` as tests. Every record store runs them; `open` gives an empty one. */
export function recordStoreSuite(name: string, open: () => Promise<OpenedRecordStore>): void {
  describe(name, () => {
    let opened: OpenedRecordStore;
    let store: RecordStore;
    beforeAll(async () => {
      opened = await open();
      store = opened.store;
    });
    afterAll(() => opened.close());

    test('a record comes back as it was put, with version 1', async () => {
      const value = { name: 'Zoë', list: [1, null, true, 'x', { deep: [] }], empty: {} };
      expect(await store.commit([put('user', 'zoe', value)])).toEqual({ committed: true });
      expect(await store.get('user', 'zoe')).toEqual({ id: 'zoe', version: 1, value });
    });
    test('a record that is not there is undefined', async () => {
      expect(await store.get('user', 'nobody')).toBeUndefined();
      expect(await store.get('nothing', 'zoe')).toBeUndefined();
    });
    test('the version grows by one with each change of the record', async () => {
      for (const expected of [1, 2, 3]) {
        await store.commit([put('counter', 'a', expected), put('counter', `b${expected}`, expected)]);
        expect(await store.get('counter', 'a')).toEqual({ id: 'a', version: expected, value: expected });
      }
    });
    test('a record that was removed is gone, and may be put anew', async () => {
      await store.commit([put('gone', 'a', 1)]);
      await store.commit([remove('gone', 'a')]);
      expect(await store.get('gone', 'a')).toBeUndefined();
      expect(await store.commit([put('gone', 'a', 2, 0)])).toEqual({ committed: true });
      expect(await store.commit([remove('gone', 'never there')])).toEqual({ committed: true });
    });
    test('time is in whole milliseconds since the epoch, and goes on', async () => {
      const first = await store.time();
      expect(Number.isInteger(first)).toBe(true);
      // The store may be on another machine; but not in another year.
      expect(Math.abs(first - Date.now())).toBeLessThan(180 * 86_400_000);
      await expect.poll(() => store.time(), { interval: 5 }).toBeGreaterThan(first);
    });
    test('ifVersion 0 says the record must not exist', async () => {
      expect(await store.commit([put('once', 'a', 1, 0)])).toEqual({ committed: true });
      expect(await store.commit([put('once', 'a', 2, 0)])).toEqual({ committed: false, conflict: { kind: 'once', id: 'a' } });
      expect(await store.get('once', 'a')).toMatchObject({ version: 1, value: 1 });
    });
    test('all changes take effect, or none', async () => {
      await store.commit([put('all', 'a', 1), put('all', 'b', 1)]);
      const conflict = { committed: false, conflict: { kind: 'all', id: 'b' } };
      expect(await store.commit([put('all', 'a', 2), put('all', 'b', 2, 7), remove('all', 'a')])).toEqual(conflict);
      expect(await store.get('all', 'a')).toMatchObject({ version: 1, value: 1 });
      expect(await store.commit([put('all', 'a', 2, 1), remove('all', 'b', 1), put('other', 'c', 1, 0)])).toEqual({ committed: true });
      expect(await store.get('all', 'a')).toMatchObject({ version: 2 });
      expect(await store.get('all', 'b')).toBeUndefined();
      expect(await store.get('other', 'c')).toMatchObject({ version: 1 });
    });
    test('of concurrent commits that name the same version of a record, exactly one succeeds', async () => {
      await store.commit([put('race', 'a', 0)]);
      for (const version of [1, 2, 3]) {
        const results = await Promise.all(Array.from({ length: 20 }, (_, value) => store.commit([put('race', 'a', value, version)])));
        expect(results.filter(({ committed }) => committed)).toHaveLength(1);
      }
      expect(await store.get('race', 'a')).toMatchObject({ version: 4 });
    });
    test('commits that repeat on conflict lose no increment', async () => {
      await store.commit([put('sum', 'a', 0)]);
      await Promise.all(
        Array.from({ length: 20 }, async () => {
          for (;;) {
            const { version = 0, value } = (await store.get('sum', 'a')) ?? {};
            if ((await store.commit([put('sum', 'a', Number(value) + 1, version)])).committed) return;
          }
        }),
      );
      expect(await store.get('sum', 'a')).toMatchObject({ value: 20 });
    });
    test("records are listed in the order of their ids' UTF-8 bytes", async () => {
      const ids = ['A', 'a', 'a!', 'a/b', 'aa', 'é', '\uFF21', '\u{1F600}', '\u{10FFFF}'];
      await store.commit([...ids].reverse().map((id) => put('ordered', id, id)));
      expect(await listed(store, 'ordered', {})).toEqual(ids);
      expect(await listed(store, 'ordered', { prefix: 'a' })).toEqual(['a', 'a!', 'a/b', 'aa']);
    });
    test('pages follow each other without a gap or a repetition; `after` is exclusive', async () => {
      const ids = Array.from({ length: 12 }, (_, index) => `id-${String(index).padStart(2, '0')}`);
      await store.commit(ids.map((id) => put('paged', id, id)));
      for (const limit of [1, 5, 12, 13]) {
        const seen: string[] = [];
        let after: string | undefined;
        do {
          const page = await store.list('paged', { after, limit });
          seen.push(...page.records.map(({ id }) => id));
          after = page.next;
        } while (after !== undefined);
        expect(seen).toEqual(ids);
      }
      expect(await listed(store, 'paged', { after: 'id-10', prefix: 'id-' })).toEqual(['id-11']);
    });
    test('kinds keep apart, also where one begins with the name of another', async () => {
      await store.commit([put('link', 'a', 1), put('links', 'a', 2), put('link-use', 'a', 3)]);
      expect(await listed(store, 'link', {})).toEqual(['a']);
      expect(await store.get('links', 'a')).toMatchObject({ value: 2 });
    });
    test('the generation has changed when a commit to the kind has resolved, and stays the same without one', async () => {
      const before = store.generation('watched');
      await store.commit([put('unwatched', 'a', 1)]);
      expect(store.generation('watched')).toBe(before);
      await store.commit([put('watched', 'a', 1)]);
      const changed = store.generation('watched');
      expect(changed).toBeGreaterThan(before);
      await store.commit([put('watched', 'a', 2, 9)]);
      expect(store.generation('watched')).toBe(changed);
      await store.commit([remove('watched', 'a')]);
      expect(store.generation('watched')).toBeGreaterThan(changed);
    });
    test('when a commit resolves it is on disk', async () => {
      await store.commit([put('kept', 'a', { big: 'x'.repeat(100_000) })]);
      if (opened.reopen === undefined) return;
      const generation = store.generation('kept');
      store = await opened.reopen();
      expect(await store.get('kept', 'a')).toEqual({ id: 'a', version: 1, value: { big: 'x'.repeat(100_000) } });
      expect(store.generation('kept')).toBeGreaterThanOrEqual(generation);
    });
    test('any changes are answered as the reference answers them', { timeout: 60_000 }, async () => {
      let run = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(fc.array(change, { maxLength: 4 }), { maxLength: 12 }), async (commits) => {
          const reference = openMemoryRecordStore();
          run += 1;
          for (const changes of commits) {
            const apart = changes.map((each) => inKind(each, (kind) => `${kind}-${run}`));
            const { committed } = await store.commit(apart);
            expect(committed).toBe((await reference.commit(changes)).committed);
          }
          for (const kind of KINDS) {
            expect(await store.list(`${kind}-${run}`, { limit: 100 })).toEqual(await reference.list(kind, { limit: 100 }));
          }
        }),
        { numRuns: 60 },
      );
    });
  });
}

const KINDS = ['x', 'y'];
const change: fc.Arbitrary<RecordChange> = fc
  .record({
    kind: fc.constantFrom(...KINDS),
    id: fc.constantFrom('a', 'b', 'a/b', '\u{1F600}', '\uFF21'),
    value: fc.jsonValue(),
    ifVersion: fc.option(fc.nat(3), { nil: undefined, freq: 2 }),
    removes: fc.boolean(),
  })
  .map(({ kind, id, value, ifVersion, removes }) => (removes ? remove(kind, id, ifVersion) : put(kind, id, asJson(value), ifVersion)));

/** Numbers as JSON can say them: there is no -0 in it. */
function asJson(value: unknown): JsonValue {
  return JSON.parse(JSON.stringify(value));
}

function inKind(change: RecordChange, rename: (kind: string) => string): RecordChange {
  return 'put' in change
    ? { ...change, put: { ...change.put, kind: rename(change.put.kind) } }
    : { ...change, remove: { ...change.remove, kind: rename(change.remove.kind) } };
}

function put(kind: string, id: string, value: JsonValue, ifVersion?: number): RecordChange {
  return { put: { kind, id, value }, ifVersion };
}

function remove(kind: string, id: string, ifVersion?: number): RecordChange {
  return { remove: { kind, id }, ifVersion };
}

async function listed(store: RecordStore, kind: string, options: { readonly prefix?: string; readonly after?: string }): Promise<string[]> {
  return (await store.list(kind, { ...options, limit: 100 })).records.map(({ id }) => id);
}
