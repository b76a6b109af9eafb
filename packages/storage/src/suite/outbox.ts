import { describe, expect, test } from 'vitest';
import type { ObjectStore } from '../object-store.ts';
import type { OutboxEntry } from '../outbox.ts';
import { body, contentOfSize, failAfter, key, md5, NOTHING, NOW, newBucket } from './bodies.ts';
import { type Lacks, testOf } from './lacks.ts';

let queues = 0;
/** A queue that no other test writes to. */
const newQueue = (): string => `queue-${++queues}`;

export function describeOutbox(store: () => ObjectStore, reopen: () => Promise<boolean>, lacks: Lacks): void {
  describe('the outbox', () => {
    const all = (queue: string) => store().outbox.read(queue, { limit: 1000 });
    const told = async (queue: string) => (await all(queue)).map(({ what }) => what);
    const announced = (to: string, what: string) => ({ announce: [{ to, what }] });

    test('a change and its announcements are there together', async () => {
      const [bucket, queue] = [await newBucket(store()), newQueue()];
      for (const sizeBytes of [0, 10, 100_000]) {
        const content = contentOfSize(sizeBytes);
        const options = { now: NOW, ...announced(queue, `put ${sizeBytes}`) };
        await store().putObject(bucket, key('a key'), body(content), NOTHING, options);
        const object = { sizeBytes, etag: md5(content) };
        expect((await all(queue)).at(-1)).toMatchObject({ what: `put ${sizeBytes}`, bucket, key: 'a key', object });
      }
      const { etag, sizeBytes } = (await store().headObject(bucket, key('a key')))!;
      expect(await store().setTags(bucket, key('a key'), { a: 'b' }, announced(queue, 'tagged'))).toBe(true);
      expect((await all(queue)).at(-1)).toMatchObject({ what: 'tagged', object: { etag, sizeBytes } });
      expect(await store().deleteObject(bucket, key('a key'), undefined, announced(queue, 'deleted'))).toBe(true);
      expect((await all(queue)).at(-1)).toMatchObject({ what: 'deleted', bucket, key: 'a key' });
      expect((await all(queue)).at(-1)?.object).toBeUndefined();
    });

    test('a completed upload is announced once, also where it is completed again', async () => {
      const [bucket, queue] = [await newBucket(store()), newQueue()];
      const { uploadId } = await store().createUpload(bucket, key('k'), NOTHING, { now: NOW });
      const { etag } = await store().uploadPart(bucket, key('k'), uploadId, 1, body('part'), { now: NOW });
      const options = { now: NOW, ...announced(queue, 'completed') };
      const written = await store().completeUpload(bucket, key('k'), uploadId, [{ partNumber: 1, etag }], options);
      await store().completeUpload(bucket, key('k'), uploadId, [{ partNumber: 1, etag }], options);
      const told = lacks.announcedWith === undefined ? await all(queue) : (await all(queue)).slice(0, 1);
      expect(told).toMatchObject([{ what: 'completed', object: { sizeBytes: 4, etag: written.etag } }]);
    });

    test('what changes nothing announces nothing', async () => {
      const [bucket, queue] = [await newBucket(store()), newQueue()];
      const options = { now: NOW, ...announced(queue, 'never') };
      await store().deleteObject(bucket, key('k'), undefined, options);
      await store().setTags(bucket, key('k'), { a: 'b' }, options);
      const failing = { bytes: failAfter(contentOfSize(20_000), new Error('gone')) };
      await expect(store().putObject(bucket, key('k'), failing, NOTHING, options)).rejects.toThrow('gone');
      await store().putObject(bucket, key('k'), body('x'), NOTHING, { now: NOW });
      const condition = { ifNoneMatch: '*' } as const;
      await expect(store().putObject(bucket, key('k'), body('y'), NOTHING, { ...options, condition })).rejects.toMatchObject({
        code: 'PreconditionFailed',
      });
      if (lacks.deleteConditions === undefined) {
        await expect(store().deleteObject(bucket, key('k'), { ifMatch: 'other' }, options)).rejects.toMatchObject({
          code: 'PreconditionFailed',
        });
      }
      expect(await all(queue)).toEqual([]);
      expect((await store().outbox.sizes()).has(queue)).toBe(false);
    });

    test('one change is told to several queues, with one sequence', async () => {
      const [bucket, first, second] = [await newBucket(store()), newQueue(), newQueue()];
      const announce = [
        { to: first, what: 'to the first' },
        { to: second, what: 'to the second' },
      ];
      await store().putObject(bucket, key('k'), body('x'), NOTHING, { now: NOW, announce });
      const [[one], [two]] = [await all(first), await all(second)];
      expect([one?.what, two?.what]).toEqual(['to the first', 'to the second']);
      expect(one?.sequence).toBe(two?.sequence);
      await store().outbox.remove(first, [one?.sequence ?? 0]);
      expect([await told(first), await told(second)]).toEqual([[], ['to the second']]);
    });

    test('a queue is read in the order of the changes, from after a sequence on, page by page', async () => {
      const [bucket, queue] = [await newBucket(store()), newQueue()];
      const names = Array.from({ length: 25 }, (_, index) => `change ${index}`);
      for (const name of names) await store().putObject(bucket, key('k'), body(name), NOTHING, { now: NOW, ...announced(queue, name) });
      const seen: OutboxEntry[] = [];
      for (;;) {
        const page = await store().outbox.read(queue, { after: seen.at(-1)?.sequence, limit: 7 });
        expect(page.length).toBeLessThanOrEqual(7);
        if (page.length === 0) break;
        seen.push(...page);
      }
      expect(seen.map(({ what }) => what)).toEqual(names);
      const sequences = seen.map(({ sequence }) => sequence);
      expect(sequences).toEqual([...new Set(sequences)].sort((a, b) => a - b));
    });

    testOf(lacks, 'announcedWith')('of changes at once, the last one told is the one that is there', async () => {
      const [bucket, queue] = [await newBucket(store()), newQueue()];
      await Promise.all(
        Array.from({ length: 64 }, (_, index) =>
          store().putObject(bucket, key('k'), body(contentOfSize(index * 700)), NOTHING, { now: NOW, ...announced(queue, `${index}`) }),
        ),
      );
      const entries = await all(queue);
      expect(new Set(entries.map(({ what }) => what)).size).toBe(64);
      expect(entries.at(-1)?.object?.etag).toBe((await store().headObject(bucket, key('k')))?.etag);
    });

    test('what was removed is gone, from that queue only; what is not there is no error', async () => {
      const [bucket, queue, other] = [await newBucket(store()), newQueue(), newQueue()];
      for (const what of ['a', 'b', 'c'])
        await store().putObject(bucket, key(what), body('x'), NOTHING, { now: NOW, ...announced(queue, what) });
      await store().putObject(bucket, key('k'), body('x'), NOTHING, { now: NOW, ...announced(other, 'other') });
      const [a, b] = await all(queue);
      await store().outbox.remove(queue, [b?.sequence ?? 0, 17]);
      await store().outbox.remove(queue, [b?.sequence ?? 0]);
      expect([await told(queue), await told(other)]).toEqual([['a', 'c'], ['other']]);
      expect((await store().outbox.sizes()).get(queue)).toBe(2);
      expect((await store().outbox.sizes()).get(other)).toBe(1);
      await store().outbox.remove(queue, [a?.sequence ?? 0]);
      await store().outbox.remove('nobody', [1, 2, 3]);
      expect((await store().outbox.sizes()).get(queue)).toBe(1);
    });

    test('sequences grow with the changes, also after the store was opened anew', async () => {
      const [bucket, queue] = [await newBucket(store()), newQueue()];
      const change = (what: string) => store().putObject(bucket, key('k'), body('x'), NOTHING, { now: NOW, ...announced(queue, what) });
      await change('before');
      await reopen();
      await change('after');
      const [before, after] = await all(queue);
      expect([before?.what, after?.what]).toEqual(['before', 'after']);
      await store().outbox.remove(queue, [before?.sequence ?? 0, after?.sequence ?? 0]);
      await reopen();
      await change('last');
      expect((await all(queue))[0]?.sequence).toBeGreaterThan(after?.sequence ?? 0);
    });
  });
}
