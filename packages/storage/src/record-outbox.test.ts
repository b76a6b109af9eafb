import { bucketName, objectKey } from '@latchkey/s3/names';
import { expect, test } from 'vitest';
import { openMemoryRecordStore } from './memory-record-store.ts';
import { recordOutbox } from './record-outbox.ts';
import type { RecordStore } from './record-store.ts';

const bucket = bucketName('photos');
const key = objectKey('cat.jpg');
const change = { bucket, key, object: { sizeBytes: 4, etag: 'an-etag' } };
const announced = (...queues: readonly string[]) => ({ announce: queues.map((to) => ({ to, what: `told ${to}` })) });

test('recordOutbox keeps what is announced, in the order of the changes, until it is removed', async () => {
  const { outbox, add } = recordOutbox(openMemoryRecordStore(), () => 1_800_000_000_000);
  await add(announced('a', 'b'), change);
  await add(announced('a'), { bucket, key });
  await add(undefined, change);
  const [first, second, third] = await outbox.read('a', { limit: 10 });
  expect(first).toEqual({ sequence: 1_800_000_000_000 * 1024, what: 'told a', ...change });
  expect(second).toMatchObject({ sequence: first!.sequence + 1 });
  expect(second!.object).toBeUndefined();
  expect(third).toBeUndefined();
  expect(await outbox.read('a', { after: first!.sequence, limit: 10 })).toEqual([second]);
  expect(await outbox.sizes()).toEqual(
    new Map([
      ['a', 2],
      ['b', 1],
    ]),
  );
  await outbox.remove('a', [first!.sequence, first!.sequence, 17]);
  expect(await outbox.read('a', { limit: 10 })).toEqual([second]);
  await outbox.remove('b', [first!.sequence]);
  expect(await outbox.sizes()).toEqual(new Map([['a', 1]]));
});

test('recordOutbox gives changes of one moment sequences of their own, also from processes that share the records', async () => {
  const records = openMemoryRecordStore();
  const processes = [1, 2, 3].map(() => recordOutbox(records, () => 1000));
  await Promise.all(Array.from({ length: 120 }, (_, index) => processes[index % 3]!.add(announced('a'), change)));
  const entries = await processes[0]!.outbox.read('a', { limit: 1000 });
  expect(entries).toHaveLength(120);
  expect(new Set(entries.map(({ sequence }) => sequence)).size).toBe(120);
  await Promise.all(
    processes.map(({ outbox }) =>
      outbox.remove(
        'a',
        entries.map(({ sequence }) => sequence),
      ),
    ),
  );
  expect(await processes[0]!.outbox.sizes()).toEqual(new Map());
});

test('recordOutbox keeps what is about to be changed until it was changed or was not, and shows what was left behind', async () => {
  let now = 1_800_000_000_000;
  const records = openMemoryRecordStore();
  const { add, intend, withdraw, overdue } = recordOutbox(records, () => now);
  const wanted = { bucket, key, expected: { kind: 'object', sizeBytes: 4 }, ...announced('a') } as const;
  const [made, refused, left, later] = [
    await intend(wanted, 1000),
    await intend(wanted, 1000),
    await intend(wanted, 1000),
    await intend(wanted, 60_000),
  ];
  expect(left).toEqual({ ...wanted, id: expect.any(String), at: now, until: now + 1000 });
  await add(announced('a'), change, made);
  await withdraw(refused);
  expect(await overdue(10)).toEqual([]);
  now += 1001;
  // Another process of the same records sees it too.
  expect(await recordOutbox(records, () => now).overdue(10)).toEqual([left]);
  now += 60_000;
  expect(await overdue(10)).toEqual([left, later]);
  expect(await overdue(1)).toEqual([left]);
});

test('recordOutbox puts changes of one moment into few commits, and tells each of them what became of it', async () => {
  const records = openMemoryRecordStore();
  let commits = 0;
  let isAway = false;
  const counted: RecordStore = {
    ...records,
    async commit(changes) {
      commits += 1;
      if (isAway) throw new Error('the records are away');
      return records.commit(changes);
    },
  };
  const { outbox, add } = recordOutbox(counted);
  await Promise.all(Array.from({ length: 50 }, () => add(announced('a'), change)));
  expect(commits).toBeLessThan(5);
  isAway = true;
  await expect(add(announced('a'), change)).rejects.toThrow('the records are away');
  isAway = false;
  await add(announced('a'), change);
  expect((await outbox.sizes()).get('a')).toBe(51);
});
