import { openMemoryRecordStore } from '@latchkey/storage/memory-record-store';
import { openMemoryTrailStore } from '@latchkey/storage/memory-trail-store';
import { expect, test } from 'vitest';
import { eventOf, TRAIL_SITE } from '../../../../tests/support/trail.ts';
import { createSealer } from '../identity/sealing.ts';
import { openAuditTrail } from './open-trail.ts';
import { addTrailKey, resealTrailKeys, trailKeys } from './trail-keys.ts';
import { verifyTrail } from './verify.ts';

const MASTER = 'a master key for tests, and nothing else';
const LOG = { info: () => {}, error: () => {} };

test('the key of the trail is made once, and is the same for every process', async () => {
  const records = openMemoryRecordStore();
  const sealer = createSealer([MASTER]);
  const [first, second] = await Promise.all([1, 2].map(() => trailKeys(records, sealer, { mayMake: true })));
  expect(first?.all.map(({ id }) => id)).toEqual(['0001']);
  expect(second?.newest.lines.equals(first?.newest.lines as never)).toBe(true);
});
test('without the records that have the key nothing is made up', async () => {
  await expect(trailKeys(openMemoryRecordStore(), createSealer([MASTER]), { mayMake: false })).rejects.toThrow(
    'There is no key of an audit trail',
  );
});
test('the records show the key to nobody without the master key', async () => {
  const records = openMemoryRecordStore();
  await trailKeys(records, createSealer([MASTER]), { mayMake: true });
  await expect(trailKeys(records, createSealer(['another master key altogether']), { mayMake: true })).rejects.toThrow(
    'No master key here',
  );
});
test('another master key opens what was written before, and chains what comes with a new key', async () => {
  const records = openMemoryRecordStore();
  const store = openMemoryTrailStore();
  const before = createSealer([MASTER]);
  const day = 24 * 3600 * 1000;
  let now = 1_790_000_000_000;
  let sealer = before;
  const keys = () => trailKeys(records, sealer, { mayMake: true });
  const trail = await openAuditTrail({ store, keys, site: TRAIL_SITE, log: LOG, now: () => now });
  await trail.record(eventOf('before'), 'before-reply');

  sealer = createSealer(['the new master key of this test', MASTER]);
  expect(await resealTrailKeys(records, sealer)).toBe(1);
  await addTrailKey(records, sealer);
  sealer = createSealer(['the new master key of this test']);
  await trail.record(eventOf('in the same segment'), 'before-reply');
  now += day;
  await trail.record(eventOf('in the next segment'), 'before-reply');
  await trail.close();

  const all = await keys();
  expect(all.newest.id).toBe('0002');
  expect(await verifyTrail(store, all)).toMatchObject({ isWhole: true, lines: 6 });
  const segments = (await store.chains()).flatMap((chain) => chain.segments);
  expect(segments).toHaveLength(2);
  // Who has only the key of before can make no line of the new segment.
  const onlyOld = await verifyTrail(store, { all: all.all.filter(({ id }) => id === '0001') });
  expect(onlyOld.findings[0]).toMatchObject({ what: 'altered', segment: segments[1]?.name });
});
