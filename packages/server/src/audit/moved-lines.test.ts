import { openMemoryTrailStore } from '@latchkey/storage/memory-trail-store';
import { expect, test } from 'vitest';
import { eventOf, openTestTrail } from '../../../../tests/support/trail.ts';
import { movedLines } from './moved-lines.ts';

const START = 1_790_000_000_000;

/** Two processes that write side by side, event for event, so many milliseconds apart. */
async function written(apartMs: number) {
  const store = openMemoryTrailStore();
  const clock = { now: START };
  const trails = [await openTestTrail(store, { now: () => clock.now }), await openTestTrail(store, { now: () => clock.now })];
  for (let i = 0; i < 20; i++) {
    clock.now += apartMs;
    await trails[i % 2]?.record(eventOf(`key-${i}`), 'before-reply');
  }
  for (const trail of trails) await trail.close();
  return store;
}

test('lines go over with all their bytes, each chain as it is, in the order of their times', async () => {
  const from = await written(2000);
  const to = openMemoryTrailStore();
  for await (const batch of movedLines(from, await from.chains())) await to.append(batch);
  const [before, after] = [await from.find({ terms: [], limit: 1000 }), await to.find({ terms: [], limit: 1000 })];
  expect(after.lines.toSorted()).toEqual(before.lines.toSorted());
  const times = after.lines.map((line) => (JSON.parse(line) as { readonly recordedAt: number }).recordedAt);
  expect(times).toEqual(times.toSorted());
  expect(times.length).toBeGreaterThan(20);
  const shape = async (store: typeof from) =>
    (await store.chains()).map(({ chain, count, hash, segments }) => ({ chain, count, hash, segments }));
  expect(await shape(to)).toEqual(await shape(from));
});

test('lines are found by what they were found by', async () => {
  const from = await written(2000);
  const to = openMemoryTrailStore();
  for await (const batch of movedLines(from, await from.chains())) await to.append(batch);
  for (const term of ['object:photos/key-7', 'operation:GetObject', 'address:192.0.2.7', 'result:ok'] as const) {
    const expected = (await from.find({ terms: [term], limit: 1000 })).lines;
    expect((await to.find({ terms: [term], limit: 1000 })).lines.toSorted()).toEqual(expected.toSorted());
    expect(expected.length).toBeGreaterThan(0);
  }
});

test('chains that were written within the same second go over in larger pieces than a line each', async () => {
  const from = await written(10);
  let batches = 0;
  const lines: number[] = [];
  for await (const batch of movedLines(from, await from.chains())) {
    batches += 1;
    lines.push(batch.lines.length);
  }
  expect(lines.reduce((sum, count) => sum + count, 0)).toBeGreaterThan(20);
  expect(batches).toBeLessThan(6);
});
