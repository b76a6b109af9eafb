import { openMemoryRecordStore } from '@latchkey/storage/memory-record-store';
import { expect, it } from 'vitest';
import { deadLetters } from './dead-letters.ts';
import { recordQueue } from './queues.ts';

const letter = (id: string) => ({ id, at: 1, lane: 'a', body: `{"id":"${id}"}`, diedAt: 2, attempts: 3, reason: 'no' });
const named = (count: number, from = 0) =>
  Array.from({ length: count }, (_, index) => letter(`evt_${String(from + index).padStart(4, '0')}`));

function arranged() {
  const records = openMemoryRecordStore();
  return { records, letters: deadLetters(records, () => 1000, 10) };
}

it('of too many dead letters the oldest go, and are counted', async () => {
  const { letters } = arranged();
  expect(await letters.add('hook', named(8))).toBe(0);
  expect(await letters.add('hook', named(5, 8))).toBe(3);
  expect(await letters.add('other', named(2))).toBe(0);
  const { items, next } = await letters.list('hook', { limit: 100 });
  expect([items.map(({ id }) => id), next]).toEqual([named(10, 3).map(({ id }) => id), undefined]);
});

it('a letter that is kept again, after a crash in between, is kept once', async () => {
  const { letters } = arranged();
  await letters.add('hook', named(10));
  expect(await letters.add('hook', named(10))).toBe(0);
  expect((await letters.list('hook', { limit: 100 })).items).toHaveLength(10);
});

it('is listed page by page', async () => {
  const { letters } = arranged();
  await letters.add('hook', named(5));
  const first = await letters.list('hook', { limit: 3 });
  const second = await letters.list('hook', { limit: 3, after: first.next });
  expect([...first.items, ...second.items]).toEqual(named(5));
});

it('what is replayed waits once more, under its id and with its time again', async () => {
  const { records, letters } = arranged();
  await letters.add('hook', named(3));
  expect(await letters.replay('hook', ['evt_0001'])).toBe(1);
  expect(await letters.replay('hook')).toBe(2);
  expect(await recordQueue(records, 'hook').read(10)).toMatchObject([
    { id: 'evt_0000', at: 1000, lane: 'a' },
    { id: 'evt_0001', at: 1000, body: '{"id":"evt_0001"}' },
    { id: 'evt_0002', at: 1000 },
  ]);
  expect((await letters.list('hook', { limit: 10 })).items).toEqual([]);
  await expect(letters.replay('hook', ['evt_0001'])).rejects.toMatchObject({ code: 'NoSuchEntity' });
});
