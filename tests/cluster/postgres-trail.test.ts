/** The trail in PostgreSQL where several nodes write it: its order, its months, what is dropped. */
import { openPostgresStores, type PostgresStores } from '@latchkey/records-postgres/postgres-stores';
import type { TrailBatch, TrailStore } from '@latchkey/storage/trail-store';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { describeOnPostgres } from '../support/on-postgres.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';

const DAY_MS = 24 * 3600 * 1000;
const NOW = Date.UTC(2026, 10, 15);

describeOnPostgres('the trail of several nodes in PostgreSQL', () => {
  let postgres: TestPostgres;
  const opened: PostgresStores[] = [];
  beforeAll(async () => {
    postgres = await startPostgres({ fsync: 'off' });
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).flatMap((stores) => Object.values(stores).map((store) => store.close())));
  });
  afterAll(() => postgres?.close());

  const open = async (url: string): Promise<TrailStore> => {
    const stores = await openPostgresStores({ url });
    opened.push(stores);
    return stores.trail;
  };
  /** Makes the batches of one chain, one after the other. */
  const writer = (number: number) => {
    let count = 0;
    return (recordedAt: number, lines: number, segment = 1): TrailBatch => {
      const texts = Array.from({ length: lines }, (_, i) => `{"chain":${number},"line":${count + i + 1}}`);
      count += lines;
      return {
        chain: number.toString(16).padStart(32, '0'),
        segment,
        recordedAt,
        lines: texts.map((text) => ({ bytes: Buffer.from(text), terms: ['bucket:box', `link:${number}`] })),
        head: { count, hash: `${count}`, seal: '' },
      };
    };
  };
  const partitions = (url: string) =>
    postgres.ask(
      `SELECT string_agg(inhrelid::regclass::text, ' ' ORDER BY 1) FROM pg_inherits WHERE inhparent = '${new URL(url).searchParams.get('schema')}.trail_blocks'::regclass`,
    );
  const follow = async (trail: TrailStore, after: string | undefined, terms: TrailBatch['lines'][number]['terms']) => {
    const { lines, next, latest } = await trail.find({ terms, limit: 50, after });
    return { lines, cursor: next ?? latest };
  };

  test('gives who follows it every line once, in the order of each chain, while four nodes append at once', {
    timeout: 60_000,
  }, async () => {
    const url = postgres.newUrl();
    const nodes = await Promise.all([0, 1, 2, 3].map(() => open(url)));
    const reader = await open(url);
    const [rounds, perBatch] = [40, 3];
    let isOver = false;
    const seen = { all: [] as string[], byTerm: [] as string[] };
    const following = (['all', 'byTerm'] as const).map(async (name) => {
      let cursor: string | undefined;
      for (let wasOver = false; ; wasOver = isOver) {
        const page = await follow(reader, cursor, name === 'all' ? [] : ['bucket:box']);
        seen[name].push(...page.lines);
        cursor = page.cursor;
        if (wasOver && page.lines.length === 0) return;
      }
    });
    await Promise.all(
      nodes.map(async (node, i) => {
        const batch = writer(i + 1);
        for (let round = 0; round < rounds; round++) await node.append(batch(NOW, perBatch));
      }),
    );
    isOver = true;
    await Promise.all(following);
    for (const lines of [seen.all, seen.byTerm]) {
      expect(lines).toHaveLength(4 * rounds * perBatch);
      for (const chain of [1, 2, 3, 4]) {
        const own = lines.map((line) => JSON.parse(line) as { chain: number; line: number }).filter((line) => line.chain === chain);
        expect(own.map(({ line }) => line)).toEqual(Array.from({ length: rounds * perBatch }, (_, i) => i + 1));
      }
    }
    expect(seen.all).toEqual(seen.byTerm);
  });

  test('has its months made ahead, and a month of which nothing is kept is dropped', async () => {
    const url = postgres.newUrl();
    const trail = await open(url);
    const batch = writer(1);
    await trail.append(batch(NOW, 2, 1));
    expect(await partitions(url)).toMatch(/trail_blocks_2026_11 \S*trail_blocks_2026_12$/);
    await trail.append(batch(NOW + 30 * DAY_MS, 2, 2));
    await trail.append(batch(NOW + 90 * DAY_MS, 2, 3));
    expect((await partitions(url)).split(' ')).toHaveLength(5);
    await trail.remove([1, 2].map((segment) => ({ chain: batch(0, 0).chain, segment })));
    expect(await partitions(url)).toMatch(/trail_blocks_2027_02 \S*trail_blocks_2027_03$/);
    expect((await trail.find({ terms: ['link:1'], limit: 10 })).lines).toHaveLength(2);
    // What is recorded with an earlier time, by a clock that is behind, stands behind it and has a place.
    const late = writer(2);
    await trail.append(late(NOW, 1));
    expect((await trail.find({ terms: ['bucket:box'], limit: 10 })).lines.at(-1)).toBe('{"chain":2,"line":1}');
  });

  test('takes what a node appends whose clock is behind that of another by months', async () => {
    const url = postgres.newUrl();
    const [ahead, behind] = [await open(url), await open(url)];
    const [first, second] = [writer(1), writer(2)];
    await ahead.append(first(NOW + 200 * DAY_MS, 1));
    for (let i = 0; i < 3; i++) await behind.append(second(NOW, 1));
    expect((await ahead.find({ terms: [], limit: 10 })).lines).toHaveLength(4);
  });

  test('reads few of its entries where a rare term meets a common one over months', async () => {
    const url = postgres.newUrl();
    const trail = await open(url);
    const [common, rare] = [writer(1), writer(2)];
    for (let month = 0; month < 6; month++) {
      for (let i = 0; i < 10; i++) await trail.append(common(NOW + month * 30 * DAY_MS + i, 100));
      await trail.append(rare(NOW + month * 30 * DAY_MS + 10, 1));
    }
    for (const newestFirst of [false, true]) {
      const { lines, examined } = await trail.find({ terms: ['bucket:box', 'link:2'], limit: 10, newestFirst });
      expect(lines).toHaveLength(6);
      expect(examined).toBeLessThan(40);
    }
  });
});
