import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openMemoryTrailStore } from './memory-trail-store.ts';
import type { TrailBatch, TrailLine, TrailQuery, TrailStore, TrailTerm } from './trail-store.ts';

export type OpenedTrailStore = {
  readonly store: TrailStore;
  /** Closes the store and opens what it left behind again. Absent where nothing outlives the process. */
  readonly reopen?: (() => Promise<TrailStore>) | undefined;
  readonly close: () => Promise<void>;
};

/** The promises of `trail-store.ts` as tests. Every trail store runs them; `open` gives an empty one. */
export function trailStoreSuite(name: string, open: () => Promise<OpenedTrailStore>): void {
  describe(name, () => {
    let opened: OpenedTrailStore;
    let store: TrailStore;
    let count = 0;
    /** A chain of its own for each test, so that tests do not meet. */
    const newChain = () => {
      count += 1;
      return writer(count);
    };
    beforeAll(async () => {
      opened = await open();
      store = opened.store;
    });
    afterAll(() => opened.close());

    test('when an append resolves, all lines of the batch are on disk and found', async () => {
      const chain = newChain();
      const texts = ['{"a":1}', `{"long":"${'x'.repeat(100_000)}"}`, '{"Zoë":"\\u202e"}'];
      await store.append(chain.batch(texts.map((text) => line(text, chain.own))));
      if (opened.reopen !== undefined) store = await opened.reopen();
      expect((await store.find({ terms: [chain.own], limit: 10 })).lines).toEqual(texts);
      expect(await bytesOf(store, chain.id, 1)).toBe(texts.map((text) => `${text}\n`).join(''));
    });
    test('a batch that does not follow its head is refused, and the chain is as it was', async () => {
      const chain = newChain();
      await store.append(chain.batch([chain.next()]));
      const before = await chainOf(store, chain.id);
      const next = chain.batch([chain.next()]);
      for (const wrong of [
        { ...next, head: { ...next.head, count: 3 } },
        { ...next, head: { ...next.head, count: 1 } },
        { ...next, segment: 3 },
        { ...next, segment: 0 },
        { ...next, lines: [] },
        { ...next, chain: newChain().id },
      ]) {
        await expect(store.append(wrong)).rejects.toThrow('does not follow the head');
      }
      expect(await chainOf(store, chain.id)).toEqual(before);
      await store.append(next);
      expect((await store.find({ terms: [chain.own], limit: 10 })).lines).toHaveLength(2);
    });
    test('chains come oldest first, each with its head and its segments', async () => {
      const [first, second] = [newChain(), newChain()];
      await store.append(second.batch([second.next()], { recordedAt: 1000 }));
      await store.append(first.batch([first.next(), first.next()], { recordedAt: 1001 }));
      await store.append(first.batch([first.next()], { recordedAt: 1002, segment: 2 }));
      const [one, two] = (await store.chains()).filter(({ chain }) => chain === first.id || chain === second.id);
      expect(two).toMatchObject({ chain: second.id, count: 1, coveredCount: 0 });
      expect(one).toMatchObject({
        ...first.head(),
        segments: [
          { segment: 1, first: 1, last: 2 },
          { segment: 2, first: 3, last: 3, lastRecordedAt: 1002 },
        ],
      });
      for (const { segment, sizeBytes } of one?.segments ?? []) expect(await bytesOf(store, first.id, segment)).toHaveLength(sizeBytes);
    });
    test('a batch tells which heads of other chains it vouches for', async () => {
      const [first, second] = [newChain(), newChain()];
      await store.append(first.batch([first.next(), first.next()]));
      await store.append(
        second.batch([second.next()], {
          covers: [
            { chain: first.id, count: 2 },
            { chain: newChain().id, count: 9 },
          ],
        }),
      );
      expect(await chainOf(store, first.id)).toMatchObject({ coveredCount: 2 });
      await store.append(first.batch([first.next()]));
      expect(await chainOf(store, first.id)).toMatchObject({ count: 3, coveredCount: 2 });
    });
    test('lines are found in the order in which they were committed, in whatever chain', async () => {
      const own: TrailTerm = 'link:ordered';
      const chains = [newChain(), newChain(), newChain()];
      const texts: string[] = [];
      for (let round = 0; round < 60; round++) {
        const chain = chains[(round * 7) % 3] as Writer;
        const lines = Array.from({ length: 1 + (round % 40) }, () => chain.next(own));
        texts.push(...lines.map(({ bytes }) => bytes.toString()));
        await store.append(chain.batch(lines));
      }
      for (const limit of [1, 7, 64, 1000]) expect(await allPages(store, { terms: [own], limit })).toEqual(texts);
      expect(await allPages(store, { terms: [own], limit: 13, newestFirst: true })).toEqual([...texts].reverse());
    });
    test('what is committed later comes behind every cursor', async () => {
      const chain = newChain();
      let cursor: string | undefined = (await store.find({ terms: [chain.own], limit: 1000 })).latest;
      for (const size of [1, 40, 3]) {
        const lines = Array.from({ length: size }, () => chain.next());
        await store.append(chain.batch(lines));
        const page = await store.find({ terms: [chain.own], limit: 1000, after: cursor });
        expect(page.lines).toEqual(lines.map(({ bytes }) => bytes.toString()));
        cursor = page.latest;
        expect((await store.find({ terms: [chain.own], limit: 1000, after: cursor })).lines).toEqual([]);
      }
    });
    test('a cursor that is none is refused', async () => {
      for (const after of ['', 'x', '1.5.7', '-5', 'zzzzzzzzzzzzzzzz.1']) {
        await expect(store.find({ terms: [], limit: 1, after })).rejects.toMatchObject({ code: 'InvalidArgument' });
      }
    });
    test('since and until choose by when a line was recorded, both inclusive', async () => {
      const chain = newChain();
      const start = 2_000_000_000_000;
      for (let i = 0; i < 50; i++) await store.append(chain.batch([line(`{"at":${i}}`, chain.own)], { recordedAt: start + 10 * i }));
      const between = async (since: number, until: number, newestFirst = false) => {
        const { lines } = await store.find({ terms: [chain.own], since: start + since, until: start + until, limit: 100, newestFirst });
        return lines.map((line) => (JSON.parse(line) as { at: number }).at);
      };
      expect(await between(100, 130)).toEqual([10, 11, 12, 13]);
      expect(await between(101, 129)).toEqual([11, 12]);
      expect(await between(100, 130, true)).toEqual([13, 12, 11, 10]);
      expect(await between(490, 9999)).toEqual([49]);
      expect(await between(491, 9999)).toEqual([]);
    });
    test('a query reads the entries of its rarest term, not the trail', async () => {
      const chain = newChain();
      const common: TrailTerm = 'operation:Common';
      const rare: TrailTerm = 'link:rare';
      for (let i = 0; i < 300; i++) {
        await store.append(chain.batch([line(`{"i":${i}}`, ...(i % 60 === 7 ? [common, rare] : [common]))]));
      }
      const { lines, examined } = await store.find({ terms: [common, rare], limit: 100 });
      expect(lines).toHaveLength(5);
      expect(examined).toBeLessThan(40);
    });
    test('lines of removed segments are not found any more, and the others still are', async () => {
      const [chain, other] = [newChain(), newChain()];
      const common: TrailTerm = 'bucket:removing';
      for (const segment of [1, 2, 3]) {
        for (let i = 0; i < 5; i++) await store.append(chain.batch([line(`{"s":${segment}${i}}`, chain.own, common)], { segment }));
        await store.append(other.batch([line(`{"o":${segment}}`, common)]));
      }
      await store.remove([{ chain: chain.id, segment: 1 }]);
      expect((await store.find({ terms: [chain.own], limit: 100 })).lines).toHaveLength(10);
      expect((await store.find({ terms: [common], limit: 100 })).lines).toHaveLength(13);
      expect(await bytesOf(store, chain.id, 1)).toBe('');
      expect(await chainOf(store, chain.id)).toMatchObject({
        count: 15,
        segments: [
          { segment: 2, first: 6 },
          { segment: 3, first: 11 },
        ],
      });
      if (opened.reopen !== undefined) store = await opened.reopen();
      await store.remove([2, 3].map((segment) => ({ chain: chain.id, segment })));
      expect(await chainOf(store, chain.id)).toBeUndefined();
      expect((await store.find({ terms: [common], limit: 100 })).lines).toEqual(['{"o":1}', '{"o":2}', '{"o":3}']);
      await store.append(chain.batch([line('{"s":4}', chain.own)], { segment: 4 }));
      expect(await chainOf(store, chain.id)).toMatchObject({ count: 16, segments: [{ segment: 4, first: 16, last: 16 }] });
    });
    test('any batches are found as the reference finds them', { timeout: 60_000 }, async () => {
      let run = 0;
      await fc.assert(
        fc.asyncProperty(
          fc.array(batches, { maxLength: 12 }),
          fc.array(queries, { minLength: 1, maxLength: 6 }),
          async (appended, asked) => {
            run += 1;
            const reference = openMemoryTrailStore();
            const mark: TrailTerm = `signature:run ${run}`;
            const writers = [newChain(), newChain()];
            for (const { chain, lines } of appended) {
              const by = writers[chain] as Writer;
              const batch = by.batch(lines.map((terms, i) => line(`{"run":${run},"by":${chain},"i":${i}}`, ...terms, mark)));
              await store.append(batch);
              await reference.append(batch);
            }
            for (const { terms, ...rest } of asked) {
              const query = { ...rest, terms: [...terms, mark] };
              expect(await allPages(store, query)).toEqual(await allPages(reference, query));
            }
          },
        ),
        { numRuns: 40 },
      );
    });
  });
}

type Writer = ReturnType<typeof writer>;

/** Makes the batches of one chain, one after the other. */
function writer(number: number) {
  const id = number.toString(16).padStart(32, '0');
  const own: TrailTerm = `principal:writer ${number}`;
  let [count, made, at] = [0, 0, 0];
  const head = (): TrailBatch['head'] => ({ count, hash: `hash ${count}`, seal: `seal ${count}` });
  return {
    id,
    own,
    head,
    next(...terms: readonly TrailTerm[]) {
      made += 1;
      return line(`{"chain":${number},"line":${made}}`, own, ...terms);
    },
    batch(lines: TrailBatch['lines'], { segment, ...more }: Partial<TrailBatch> = {}): TrailBatch {
      count += lines.length;
      at = segment ?? Math.max(at, 1);
      return { chain: id, segment: at, recordedAt: 1000, lines, head: head(), ...more };
    },
  };
}

function line(text: string, ...terms: readonly TrailTerm[]): TrailLine {
  return { bytes: Buffer.from(text), terms };
}

const VALUES: readonly TrailTerm[] = ['link:a', 'link:b', 'address:a', 'object:bucket/a', 'result:ok'];
const batches = fc.record({
  chain: fc.nat(1),
  lines: fc.array(fc.subarray([...VALUES]), { minLength: 1, maxLength: 70 }),
});
const queries = fc.record({
  terms: fc.subarray([...VALUES], { maxLength: 3 }),
  limit: fc.integer({ min: 1, max: 40 }),
  newestFirst: fc.boolean(),
});

/** Page after page, to the end. */
async function allPages(store: TrailStore, query: TrailQuery): Promise<string[]> {
  const lines: string[] = [];
  for (let after: string | undefined; ; ) {
    const page: Awaited<ReturnType<TrailStore['find']>> = await store.find({ ...query, after });
    expect(page.lines.length).toBeLessThanOrEqual(query.limit);
    lines.push(...page.lines);
    after = page.next;
    if (after === undefined) return lines;
  }
}

async function chainOf(store: TrailStore, id: string) {
  return (await store.chains()).find(({ chain }) => chain === id);
}

async function bytesOf(store: TrailStore, chain: string, segment: number): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const piece of store.read({ chain, segment })) pieces.push(piece);
  return Buffer.concat(pieces).toString('utf8');
}
