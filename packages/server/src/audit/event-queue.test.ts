import { S3Error } from '@latchkey/s3/errors';
import { describe, expect, test } from 'vitest';
import { eventOf } from '../../../../tests/support/trail.ts';
import { eventQueue, type QueueLimits } from './event-queue.ts';
import type { OpenLine } from './line.ts';

/** A chain whose disk may be full, and that can be held up. */
function disk() {
  const batches: string[][] = [];
  let problem: Error | undefined;
  let held: Promise<void> = Promise.resolve();
  return {
    batches,
    written: () => batches.flat(),
    fail(error: Error | undefined) {
      problem = error;
    },
    hold() {
      let release = () => {};
      held = new Promise((resolve) => {
        release = resolve;
      });
      return release;
    },
    async append(lines: readonly OpenLine[]) {
      await held;
      if (problem !== undefined) throw problem;
      batches.push(lines.map(({ open }) => open.toString()));
    },
  };
}

const FULL = new S3Error('ServiceUnavailable', { message: 'There is no space left to store this.' });

function queueOn(writer: ReturnType<typeof disk>, limits: Partial<QueueLimits> = {}, logged: string[] = []) {
  const log = { info: (text: string) => void logged.push(text), error: (text: string) => void logged.push(text) };
  const linesOf = ({ key = '' }: { readonly key?: string | undefined }) => [{ open: Buffer.from(key), terms: [] }];
  return eventQueue({ writer, linesOf, log, limits: { gatherMs: 1, retryMs: 1, ...limits } });
}

const turn = () => new Promise((resolve) => setImmediate(resolve));
/** Until it is so; the test's own time limit ends a wait that never does. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await turn();
}

describe('the queue of events', () => {
  test('writes a change before it says that it is recorded, and what came before in front of it', async () => {
    const writer = disk();
    const queue = queueOn(writer, { gatherMs: 1_000_000 });
    queue.record(eventOf('read 1'), 'soon');
    await turn();
    queue.record(eventOf('read 2'), 'soon');
    const recorded = queue.record(eventOf('change'), 'before-reply');
    expect(writer.written()).toEqual([]);
    await recorded;
    expect(writer.written()).toEqual(['read 1', 'read 2', 'change']);
  });
  test('writes reads that nobody waits for, together', async () => {
    const writer = disk();
    const queue = queueOn(writer);
    for (let i = 0; i < 10; i++) queue.record(eventOf(String(i)), 'soon');
    await until(() => writer.batches.length > 0);
    expect(writer.batches).toEqual([['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']]);
  });
  test('puts changes of one moment into one batch', async () => {
    const writer = disk();
    const queue = queueOn(writer);
    await Promise.all(['a', 'b', 'c'].map((key) => queue.record(eventOf(key), 'before-reply')));
    expect(writer.batches).toEqual([['a', 'b', 'c']]);
  });
  test('cuts what waits into batches of bounded length, in order', async () => {
    const writer = disk();
    const queue = queueOn(writer);
    for (let i = 0; i < 2000; i++) queue.record(eventOf(String(i)), 'soon');
    await queue.flush();
    expect(writer.written()).toEqual(Array.from({ length: 2000 }, (_, i) => String(i)));
    expect(Math.max(...writer.batches.map(({ length }) => length))).toBeLessThanOrEqual(512);
  });

  test('tells who waits for a change that it could not be written, keeps it, and writes it first when there is room', async () => {
    const writer = disk();
    const logged: string[] = [];
    const queue = queueOn(writer, {}, logged);
    writer.fail(FULL);
    await expect(queue.record(eventOf('kept'), 'before-reply')).rejects.toMatchObject({ code: 'ServiceUnavailable', status: 503 });
    expect(() => queue.requireRoom('before-reply')).toThrow(S3Error);
    expect(() => queue.requireRoom('soon')).not.toThrow();
    queue.record(eventOf('read'), 'soon');
    await expect(queue.flush()).rejects.toMatchObject({ code: 'ServiceUnavailable' });
    writer.fail(undefined);
    await until(() => writer.batches.length > 0);
    expect(writer.written()).toEqual(['kept', 'read']);
    expect(() => queue.requireRoom('before-reply')).not.toThrow();
    expect(logged).toEqual(['the audit trail can not be written', 'the audit trail is written again']);
  });
  test('refuses reads too once what waits in memory is heavier than it may be, and no sooner', async () => {
    const writer = disk();
    const queue = queueOn(writer, { maxWeight: 10_000 });
    writer.fail(FULL);
    let count = 0;
    for (; count < 1000; count++) {
      try {
        queue.requireRoom('soon');
      } catch {
        break;
      }
      queue.record(eventOf('x'.repeat(100)), 'soon');
      await turn();
    }
    expect(count).toBeGreaterThan(10);
    expect(count).toBeLessThan(40);
    writer.fail(undefined);
    await until(() => writer.written().length === count);
    expect(() => queue.requireRoom('soon')).not.toThrow();
  });
  test('counts what is on its way to the disk as waiting, so that a slow disk is no way around the limit', async () => {
    const writer = disk();
    const queue = queueOn(writer, { maxWeight: 5000 });
    const release = writer.hold();
    for (let i = 0; i < 20; i++) queue.record(eventOf('x'.repeat(100)), 'soon');
    await turn();
    expect(() => queue.requireRoom('soon')).toThrow(S3Error);
    release();
    await queue.flush();
    expect(() => queue.requireRoom('soon')).not.toThrow();
  });
  test('starts with a disk that is full, and refuses changes until it is not', async () => {
    const writer = disk();
    const queue = queueOn(writer);
    writer.fail(FULL);
    await queue.begin();
    expect(() => queue.requireRoom('before-reply')).toThrow(S3Error);
    // The refusal is an event as well.
    queue.record(eventOf('refused'), 'soon');
    writer.fail(undefined);
    await until(() => writer.batches.length > 0);
    expect(() => queue.requireRoom('before-reply')).not.toThrow();
  });
  test('has requests wait while more comes than is written down, and lets them on when half of it is', async () => {
    const writer = disk();
    const queue = queueOn(writer, { maxWeight: 4000 });
    const release = writer.hold();
    expect(queue.room()).toBeUndefined();
    for (let i = 0; i < 6; i++) queue.record(eventOf(`read ${i}`), 'soon');
    await turn();
    let isOn = false;
    const room = queue.room()?.then(() => {
      isOn = true;
    });
    expect(room).toBeInstanceOf(Promise);
    await turn();
    expect(isOn).toBe(false);
    release();
    await room;
    expect(queue.room()).toBeUndefined();
    expect(writer.written()).toHaveLength(6);
  });
  test('has nobody wait for what can not be written', async () => {
    const writer = disk();
    const queue = queueOn(writer, { maxWeight: 4000, retryMs: 1_000_000 });
    const release = writer.hold();
    for (let i = 0; i < 6; i++) queue.record(eventOf(`read ${i}`), 'soon');
    await turn();
    const room = queue.room();
    writer.fail(FULL);
    release();
    await room;
    expect(queue.room()).toBeUndefined();
  });
});
