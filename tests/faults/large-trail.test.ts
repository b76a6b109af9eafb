/** A trail of 100,000 events: what a query costs depends on what it finds. Counted in entries of the index that are read; times are told, not judged. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLocalTrailStore } from '@latchkey/records-lmdb/local-trail-store';
import { queryTrail } from '@latchkey/server/audit/query';
import { termsOfFilter } from '@latchkey/server/audit/terms';
import type { TrailFilter, TrailPaging } from '@latchkey/server/audit/trail';
import type { TrailStore } from '@latchkey/storage/trail-store';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventOf, openTestTrail, verifyWith } from '../support/trail.ts';

const EVENTS = 100_000;
const START = 1_790_000_000_000;
/** One link among all others, used ten times. */
const RARE = 'LKLNRARERARERARERARE';

let directory: string;
let store: TrailStore;
const told: string[] = [];
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'latchkey-large-trail-'));
  store = await openLocalTrailStore({ directory });
  let now = START;
  const trail = await openTestTrail(store, { now: () => now });
  const begun = performance.now();
  for (let i = 0; i < EVENTS; i++) {
    const linkId = i % 10_000 === 777 ? RARE : `LKLN${String(i % 5000).padStart(16, 'A')}`;
    trail.record(eventOf(`key-${i % 20_000}`, { notes: { linkId }, status: i % 100 === 0 ? 403 : 200 }), 'soon');
    // A second for each 500, as if they had come in one after the other.
    if (i % 500 === 499) {
      await trail.record(eventOf(`change-${i}`, { name: 'PutObject', isReadOnly: false }), 'before-reply');
      now += 1000;
    }
  }
  await trail.close();
  told.push(`${EVENTS} events written in ${Math.round(performance.now() - begun)} ms`);
}, 300_000);
afterAll(async () => {
  process.stderr.write(`${told.join('\n')}\n`);
  await store.close();
  await rm(directory, { recursive: true });
});

/** All that is found, and how many entries of the index were read for it. */
async function asked(name: string, filter: TrailFilter, paging: Partial<TrailPaging> = {}) {
  const { since, until } = filter;
  const { examined } = await store.find({ terms: termsOfFilter(filter), since, until, limit: 100, ...paging });
  const begun = performance.now();
  const page = await queryTrail(store, filter, { limit: 100, ...paging });
  told.push(`${name}: ${page.events.length} events, ${examined} entries read, ${(performance.now() - begun).toFixed(1)} ms`);
  return { ...page, examined };
}

test('the ten uses of one link are found with few reads', async () => {
  const { events, examined, next } = await asked('by link', { link: RARE });
  expect(events).toHaveLength(10);
  expect(next).toBeUndefined();
  expect(examined).toBeLessThan(300);
});
test('one object, and the refusals of one link, are found with few reads', async () => {
  const { events, examined } = await asked('by object', { bucket: 'photos', key: 'key-4321' });
  expect(events).toHaveLength(5);
  expect(examined).toBeLessThan(300);
  const refused = await asked('by link and result', { link: RARE, result: 'refused' });
  expect(refused.events).toHaveLength(0);
  expect(refused.examined).toBeLessThan(400);
});
test('a few seconds in the middle are found with few reads', async () => {
  const since = START + 100_000;
  const { events, examined } = await asked('by time', { since, until: since });
  expect(events).toHaveLength(100);
  expect(examined).toBeLessThan(30);
  const rare = await asked('by time and operation', { operation: 'PutObject', since, until: since + 2000 });
  expect(rare.events).toHaveLength(3);
  expect(rare.examined).toBeLessThan(30);
});
test('the latest are found with few reads, whatever is asked for', async () => {
  const { events, examined } = await asked('the latest', {}, { newestFirst: true });
  expect(events).toHaveLength(100);
  expect(examined).toBeLessThan(30);
  const of = await asked('the latest of a bucket', { bucket: 'photos', result: 'ok' }, { newestFirst: true });
  expect(of.events).toHaveLength(100);
  expect(of.examined).toBeLessThan(60);
});
test('what has come since the last look is found with few reads', async () => {
  const { latest } = await asked('to the end', { since: START + 199_000 }, { limit: 1000 });
  const { events, examined } = await asked('what is new', {}, { after: latest });
  expect(events).toEqual([]);
  expect(examined).toBeLessThan(10);
});
test('all of it can be checked', async () => {
  const begun = performance.now();
  const verdict = await verifyWith(store, new Map());
  expect(verdict).toMatchObject({ isWhole: true });
  expect(verdict.lines).toBeGreaterThan(EVENTS);
  told.push(`${verdict.lines} lines checked in ${Math.round(performance.now() - begun)} ms`);
});
