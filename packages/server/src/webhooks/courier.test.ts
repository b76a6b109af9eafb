import { describe, expect, it } from 'vitest';
import { type Attempt, COURIER_LIMITS, createCourier } from './courier.ts';
import type { Message, Queue } from './queues.ts';

const HOUR_MS = 3_600_000;

/** A queue in memory, a clock that the test sets, and a webhook that answers as it says. */
function arranged(limits: Partial<typeof COURIER_LIMITS> = {}) {
  const waiting: Message[] = [];
  const sent: string[] = [];
  const buried: { readonly id: string; readonly attempts: number; readonly reason: string }[] = [];
  const clock = { now: 1_000_000 };
  const errors: unknown[] = [];
  const world = {
    mayDeliver: true,
    largestRead: 0,
    answer: (_message: Message): Attempt | Promise<Attempt> => ({ isDelivered: true }),
  };
  const queue: { -readonly [Name in keyof Queue]: Queue[Name] } = {
    async read(limit) {
      world.largestRead = Math.max(world.largestRead, limit);
      return waiting.slice(0, limit);
    },
    async remove(messages) {
      for (const { id } of messages) {
        const at = waiting.findIndex((one) => one.id === id);
        if (at !== -1) waiting.splice(at, 1);
      }
    },
    size: async () => waiting.length,
  };
  const courier = createCourier({
    queue,
    async send(message) {
      sent.push(message.id);
      return world.answer(message);
    },
    bury: async (letters) => {
      buried.push(...letters.map(({ message: { id }, attempts, reason }) => ({ id, attempts, reason })));
    },
    mayDeliver: () => world.mayDeliver,
    counted: () => undefined,
    onError: (error) => void errors.push(error),
    log: { info: () => undefined, error: () => undefined },
    name: 'hook',
    now: () => clock.now,
    random: () => 1,
    limits: { ...COURIER_LIMITS, ...limits },
  });
  const add = (...ids: readonly string[]) => {
    for (const id of ids) waiting.push({ id, place: id, lane: id[0] ?? '', at: clock.now, body: '{}' });
  };
  /** All that can be done at this moment. */
  const work = async () => {
    for (let before = -1; before !== sent.length; ) {
      before = sent.length;
      await courier.work();
      await courier.idle();
      // What a delivered message sets off.
      await new Promise((resolve) => setImmediate(resolve));
    }
    return sent.splice(0);
  };
  return { courier, queue, waiting, sent, buried, clock, errors, world, add, work };
}

const no = (reason = 'no'): Attempt => ({ isDelivered: false, reason });

describe('a courier', () => {
  it('delivers what is about the same in its order, and removes it', async () => {
    const { add, work, waiting } = arranged();
    add('a1', 'b1', 'a2', 'c1', 'a3', 'b2');
    const sent = await work();
    expect(sent.filter((id) => id.startsWith('a'))).toEqual(['a1', 'a2', 'a3']);
    expect(sent.filter((id) => id.startsWith('b'))).toEqual(['b1', 'b2']);
    expect([sent.length, waiting]).toEqual([6, []]);
  });

  it('lets what fails wait, with all that is behind it of the same, and goes on with the rest', async () => {
    const { add, work, world, clock } = arranged();
    world.answer = ({ id }) => (id === 'a1' ? no() : { isDelivered: true });
    add('a1', 'a2', 'b1', 'b2', 'c1');
    expect((await work()).sort()).toEqual(['a1', 'b1', 'b2', 'c1']);
    add('b3');
    expect(await work()).toEqual(['b3']);
    clock.now += 1000;
    expect(await work()).toEqual(['a1']);
    clock.now += 1000;
    expect(await work(), 'the second wait is twice as long').toEqual([]);
    world.answer = () => ({ isDelivered: true });
    clock.now += 1000;
    expect(await work()).toEqual(['a1', 'a2']);
  });

  it('tries one message at a time of a webhook that is down, at growing distances, and all once it is up', async () => {
    const { add, work, world, clock } = arranged();
    world.answer = () => no();
    add('a1', 'b1', 'c1', 'd1', 'e1');
    expect((await work()).length).toBe(5);
    const probes: number[] = [];
    for (let second = 1; second <= 120; second++) {
      clock.now += 1000;
      const sent = await work();
      expect(sent.length).toBeLessThanOrEqual(1);
      if (sent.length === 1) probes.push(second);
    }
    const waits = probes.slice(1).map((at, index) => at - (probes[index] ?? 0));
    expect(Math.max(...waits)).toBeLessThanOrEqual(31);
    expect(waits).toEqual([...waits].sort((a, b) => a - b));
    world.answer = () => ({ isDelivered: true });
    clock.now += 31_000;
    expect((await work()).sort()).toEqual(['a1', 'b1', 'c1', 'd1', 'e1']);
  });

  it('delivers others while one is slow', async () => {
    const { add, courier, sent, world } = arranged();
    let answerSlow: (attempt: Attempt) => void = () => undefined;
    world.answer = ({ id }) => (id === 'a1' ? new Promise<Attempt>((resolve) => (answerSlow = resolve)) : { isDelivered: true });
    add('a1', 'a2', 'b1', 'c1');
    await courier.work();
    add('b2', 'd1');
    await courier.work();
    await new Promise((resolve) => setImmediate(resolve));
    expect([...sent].sort()).toEqual(['a1', 'b1', 'b2', 'c1', 'd1']);
    answerSlow({ isDelivered: true });
    await courier.idle();
    expect(sent.at(-1)).toBe('a2');
  });

  it('gives up what could not be delivered for too long, and keeps the reason', async () => {
    const { add, work, world, clock, buried, waiting } = arranged({ giveUpAfterMs: HOUR_MS });
    world.answer = ({ lane }) => (lane === 'a' ? no('It answered (status 400).') : { isDelivered: true });
    add('a1', 'b1');
    await work();
    clock.now += HOUR_MS;
    add('a2');
    await work();
    expect(buried).toEqual([{ id: 'a1', attempts: 1, reason: 'It answered (status 400).' }]);
    expect(waiting.map(({ id }) => id)).toEqual(['a2']);
  });

  it('does not give up what waited while nobody delivered', async () => {
    const { add, work, clock, buried } = arranged({ giveUpAfterMs: HOUR_MS });
    add('a1');
    clock.now += 10 * HOUR_MS;
    expect(await work()).toEqual(['a1']);
    expect(buried).toEqual([]);
  });

  it('gives up the oldest where too many wait', async () => {
    const { add, work, world, clock, buried, waiting } = arranged({ mostWaiting: 10 });
    world.answer = () => no();
    add(...Array.from({ length: 5 }, (_, index) => `a${index}`));
    await work();
    add(...Array.from({ length: 20 }, (_, index) => `b${index}`));
    clock.now += 60_000;
    await work();
    expect(waiting).toHaveLength(10);
    expect(buried.map(({ id }) => id).slice(0, 6)).toEqual(['a0', 'a1', 'a2', 'a3', 'a4', 'b0']);
  });

  it('sends nothing more once another process delivers', async () => {
    const { add, work, world, waiting } = arranged();
    world.answer = () => {
      world.mayDeliver = false;
      return { isDelivered: true };
    };
    add('a1', 'a2', 'a3');
    expect(await work()).toEqual(['a1']);
    expect(waiting.map(({ id }) => id)).toEqual(['a2', 'a3']);
  });

  it('does not send again what it could not remove, and goes on once it can', async () => {
    const { add, work, queue, world, clock, errors, waiting } = arranged();
    const { remove } = queue;
    queue.remove = () => Promise.reject(new Error('the disk'));
    add('a1', 'a2', 'b1');
    expect((await work()).sort()).toEqual(['a1', 'a2', 'b1']);
    for (let i = 0; i < 5; i++) {
      clock.now += 30_000;
      expect(await work()).toEqual([]);
    }
    expect(errors.length).toBeGreaterThan(5);
    queue.remove = remove;
    add('a3');
    clock.now += 30_000;
    expect(await work()).toEqual(['a3']);
    expect([waiting, world.mayDeliver]).toEqual([[], true]);
  });

  it('reads a bounded number of messages, however many wait and fail', async () => {
    const { waiting, work, world, clock } = arranged();
    world.answer = () => no();
    for (let i = 0; i < 3000; i++) waiting.push({ id: `${i}`, place: i, lane: `${i}`, at: clock.now, body: '{}' });
    for (let i = 0; i < 50; i++) {
      await work();
      clock.now += 40_000;
    }
    expect(world.largestRead).toBeLessThanOrEqual(1000);
  });
});
