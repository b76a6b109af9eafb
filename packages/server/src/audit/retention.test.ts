import { openMemoryRecordStore } from '@latchkey/storage/memory-record-store';
import { openMemoryTrailStore } from '@latchkey/storage/memory-trail-store';
import { describe, expect, test } from 'vitest';
import { eventOf, openTestTrail, verifyWith } from '../../../../tests/support/trail.ts';
import { openLease } from '../lease.ts';
import { applyRetention } from './retention.ts';
import type { SegmentsRemoved } from './service-event.ts';

const DAY = 24 * 3600 * 1000;
const START = 1_790_000_000_000;

/** A trail of `days` days, a change each, by processes that live `lives` days. */
async function trailOf(days: number, lives: number) {
  const store = openMemoryTrailStore();
  let now = START;
  for (let day = 0; day < days; ) {
    const trail = await openTestTrail(store, { now: () => now });
    for (let i = 0; i < lives && day < days; i++, day++) {
      if (i > 0) now += DAY;
      await trail.record(eventOf(`day ${day}`), 'before-reply');
    }
    await trail.close();
    now += DAY;
  }
  return { store, now };
}

const keysIn = async (store: ReturnType<typeof openMemoryTrailStore>): Promise<string[]> => {
  const { lines } = await store.find({ terms: ['operation:GetObject'], limit: 1000 });
  return lines.map((line) => (JSON.parse(line) as { requestParameters: { key: string } }).requestParameters.key);
};

describe('retention', () => {
  test('begins a segment every day, so that there is something to remove', async () => {
    const { store } = await trailOf(5, 5);
    expect((await store.chains()).map(({ segments }) => segments.length)).toEqual([5]);
  });
  test('removes what is older than it is kept, says so in the trail, and the trail is whole from then on', async () => {
    const { store, now } = await trailOf(10, 3);
    const { head } = await verifyWith(store, new Map());
    const trail = await openTestTrail(store, { now: () => now, retention: { keepMs: 4 * DAY } });
    await trail.close();
    expect(await keysIn(store)).toEqual(['day 7', 'day 8', 'day 9']);
    const { lines } = await store.find({ terms: ['operation:RemoveAuditSegments'], limit: 10 });
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { eventType: 'AwsServiceEvent', serviceEventDetails: { reason: 'age', upTo: now - 4 * DAY, lines: expect.any(Number) } },
    ]);
    const verdict = await verifyWith(store, new Map(), { expectedHead: head });
    expect(verdict).toMatchObject({
      isWhole: true,
      findings: [],
      notices: [`What was recorded up to ${new Date(now - 4 * DAY).toISOString()} has been removed by retention.`],
    });
  });
  test('removes the oldest until the rest is small enough', async () => {
    const { store, now } = await trailOf(12, 12);
    const sizes = (await store.chains()).flatMap(({ segments }) => segments.map(({ sizeBytes }) => sizeBytes));
    const maxBytes = sizes.slice(-3).reduce((sum, size) => sum + size, 0) + 100;
    const removed: SegmentsRemoved[] = [];
    expect(await applyRetention(store, { maxBytes }, now + 2 * DAY, async (one) => void removed.push(one))).toBe(9);
    expect(removed).toMatchObject([{ reason: 'size', segments: expect.arrayContaining([expect.stringContaining('-1')]) }]);
    expect(await keysIn(store)).toEqual(['day 9', 'day 10', 'day 11']);
    expect(await applyRetention(store, { maxBytes }, now + 2 * DAY, async (one) => void removed.push(one))).toBe(0);
  });
  test('leaves a segment alone that its process may still write to', async () => {
    const store = openMemoryTrailStore();
    const trail = await openTestTrail(store, { now: () => START });
    await trail.record(eventOf('now'), 'before-reply');
    const never = async () => {
      throw new Error('nothing is to be removed');
    };
    expect(await applyRetention(store, { maxBytes: 1 }, START + DAY - 1, never)).toBe(0);
    expect(await applyRetention(store, { maxBytes: 1 }, START + DAY + 1, async () => {})).toBe(1);
    await trail.close();
  });
  test('a process that was silent for so long goes on in a new segment, and the trail is whole', async () => {
    const store = openMemoryTrailStore();
    let now = START;
    const quiet = await openTestTrail(store, { now: () => now });
    await quiet.record(eventOf('before'), 'before-reply');
    now += 10 * DAY;
    const other = await openTestTrail(store, { now: () => now, retention: { keepMs: 5 * DAY } });
    await other.record(eventOf('meanwhile'), 'before-reply');
    await other.close();
    await quiet.record(eventOf('after'), 'before-reply');
    await quiet.close();
    expect(await keysIn(store)).toEqual(['meanwhile', 'after']);
    expect(await verifyWith(store, new Map())).toMatchObject({ isWhole: true });
  });
  test('removes nothing where that can not be recorded first', async () => {
    const { store, now } = await trailOf(3, 3);
    const full = async () => {
      throw new Error('full');
    };
    await expect(applyRetention(store, { keepMs: DAY }, now, full)).rejects.toThrow('full');
    expect(await keysIn(store)).toHaveLength(3);
  });
  test('is recorded once, however many processes begin to apply it at the same time', async () => {
    const { store, now } = await trailOf(10, 3);
    const records = openMemoryRecordStore();
    const open = () => openTestTrail(store, { now: () => now, retention: { keepMs: 4 * DAY }, turn: openLease(records, 'turn', Date.now) });
    const trails = await Promise.all(Array.from({ length: 8 }, open));
    await Promise.all(trails.map((trail) => trail.close()));
    expect(await keysIn(store)).toEqual(['day 7', 'day 8', 'day 9']);
    expect((await store.find({ terms: ['operation:RemoveAuditSegments'], limit: 10 })).lines).toHaveLength(1);
    expect(await verifyWith(store, new Map())).toMatchObject({ isWhole: true, findings: [] });
  });
  test('is not recorded again where the process died that had recorded it, before it removed anything', async () => {
    const { store, now } = await trailOf(10, 3);
    const dying = {
      ...store,
      remove: async () => {
        throw new Error('killed');
      },
    };
    const retention = { keepMs: 4 * DAY };
    await (await openTestTrail(dying, { now: () => now, retention })).close();
    expect(await keysIn(store)).toHaveLength(10);
    await (await openTestTrail(store, { now: () => now + 1, retention })).close();
    expect(await keysIn(store)).toEqual(['day 7', 'day 8', 'day 9']);
    expect((await store.find({ terms: ['operation:RemoveAuditSegments'], limit: 10 })).lines).toHaveLength(1);
    // What goes a day later is another matter.
    await (await openTestTrail(store, { now: () => now + 3 * DAY, retention })).close();
    expect((await store.find({ terms: ['operation:RemoveAuditSegments'], limit: 10 })).lines).toHaveLength(2);
  });
  test('segments that somebody else has removed are missing, whatever retention there is', async () => {
    const { store } = await trailOf(5, 5);
    const chains = await store.chains();
    const beheaded = { ...store, chains: async () => chains.map((chain) => ({ ...chain, segments: chain.segments.slice(2) })) };
    const verdict = await verifyWith(beheaded, new Map());
    expect(verdict.findings).toMatchObject([{ what: 'missing', detail: expect.stringContaining('retention has not removed them') }]);
  });
});
