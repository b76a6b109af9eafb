/**
 * Carries the messages of one queue to one webhook. What is about the same object or link goes one after the other; different ones go side by
 * side. A message that fails is tried again later, those behind it of its lane wait, the others go on. While the webhook does not answer at all,
 * one message at a time is tried, and the waits grow.
 */
import type { Log } from '../log.ts';
import type { Message, Queue } from './queues.ts';

export type Attempt = { readonly isDelivered: true } | { readonly isDelivered: false; readonly reason: string };

export type CourierOptions = {
  readonly queue: Queue;
  /** Sends one; never rejects. */
  readonly send: (message: Message) => Promise<Attempt>;
  /** Keeps what is given up, on disk when it resolves. */
  readonly bury: (letters: readonly Buried[]) => Promise<void>;
  /** Whether this is still the process that delivers. */
  readonly mayDeliver: () => boolean;
  readonly counted: (result: 'delivered' | 'failed' | 'dead', number: number) => void;
  /** Told where the queue can not be worked on; it is tried again. */
  readonly onError: (error: unknown) => void;
  readonly log: Log;
  /** For the log. */
  readonly name: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** 0 to 1. */
  readonly random: () => number;
  readonly limits: CourierLimits;
};

export type Buried = { readonly message: Message; readonly attempts: number; readonly reason: string };

export type CourierLimits = {
  /** How long after it happened a message is given up. */
  readonly giveUpAfterMs: number;
  /** How many may wait; of more, the oldest are given up. */
  readonly mostWaiting: number;
  /** The first wait after a failure; each further one is twice as long, up to these. */
  readonly firstWaitMs: number;
  readonly longestWaitMs: number;
  readonly longestProbeMs: number;
};

export const COURIER_LIMITS: CourierLimits = {
  giveUpAfterMs: 3 * 24 * 3_600_000,
  mostWaiting: 100_000,
  firstWaitMs: 1000,
  longestWaitMs: 10 * 60_000,
  longestProbeMs: 30_000,
};

/** Messages in memory at a time. */
const WINDOW = 100;
const SIDE_BY_SIDE = 8;
/** Of one lane, before others get their turn and what was delivered is removed. */
const IN_A_ROW = 16;
const COUNT_EVERY_MS = 30_000;
/** So many failures in a row are those of the webhook and not of a message. */
const IS_DOWN = 3;

export type Courier = {
  /** Begins to deliver what can be delivered now; resolves when there is nothing to begin with for the moment. Never rejects. */
  work(): Promise<void>;
  /** Resolves when nothing is on its way. */
  idle(): Promise<void>;
  /** Waits out no failure that was before. */
  tryAtOnce(): void;
};

type Lane = { failures: number; nextAt: number; reason: string };

export function createCourier(options: CourierOptions): Courier {
  const { queue, send, bury, mayDeliver, counted, log, name, now, limits } = options;
  const lanes = new Map<string, Lane>();
  /** Lanes at this moment: being delivered, or what was delivered of them being removed. */
  const busy = new Map<string, Promise<void>>();
  /** Delivered, and not known to be removed: not to be sent again because a disk fails. */
  const unremoved = new Set<Message>();
  let failuresInRow = 0;
  let nextAt = 0;
  let countedAt = Number.NEGATIVE_INFINITY;
  let isWorking = false;

  const waitAfter = (failures: number, longestMs: number): number =>
    Math.min(limits.firstWaitMs * 2 ** Math.min(failures - 1, 30), longestMs) * (0.5 + options.random() / 2);

  const isDown = () => failuresInRow >= IS_DOWN;

  const failed = (message: Message, reason: string): void => {
    counted('failed', 1);
    const lane = lanes.get(message.lane) ?? { failures: 0, nextAt: 0, reason };
    lane.failures++;
    lane.reason = reason;
    lane.nextAt = now() + waitAfter(lane.failures, limits.longestWaitMs);
    lanes.set(message.lane, lane);
    failuresInRow++;
    // Fewer may be those of single messages, which are nobody else's business.
    if (isDown()) nextAt = now() + waitAfter(failuresInRow - IS_DOWN + 1, limits.longestProbeMs);
    if (failuresInRow === IS_DOWN) log.error('webhook does not take its messages', { webhook: name, cause: reason });
  };

  const delivered = (message: Message): void => {
    counted('delivered', 1);
    lanes.delete(message.lane);
    // Whatever kept it from answering is over: nobody has to wait out the time that was meant for that.
    if (isDown()) {
      log.info('webhook takes its messages again', { webhook: name });
      for (const lane of lanes.values()) lane.nextAt = 0;
    }
    failuresInRow = 0;
    nextAt = 0;
  };

  /** The messages of one lane in their order, until one fails. */
  const deliverLane = async (messages: readonly Message[]): Promise<void> => {
    const done: Message[] = [];
    for (const message of messages) {
      if (!mayDeliver()) break;
      const attempt = await send(message);
      // Whoever delivers now will send it again; what became of this one is not known.
      if (!attempt.isDelivered && !mayDeliver()) break;
      if (!attempt.isDelivered) {
        failed(message, attempt.reason);
        break;
      }
      delivered(message);
      unremoved.add(message);
      done.push(message);
    }
    await removed(done);
  };

  const removed = async (messages: readonly Message[]): Promise<void> => {
    if (messages.length === 0) return;
    await queue.remove(messages);
    for (const message of messages) unremoved.delete(message);
  };

  const queueFailed = (error: unknown): void => {
    nextAt = now() + limits.longestProbeMs;
    options.onError(error);
  };

  const givenUp = (messages: readonly Message[]): readonly Buried[] =>
    messages.flatMap((message) => {
      const lane = lanes.get(message.lane);
      const isFailing = isDown() || lane !== undefined;
      if (!isFailing || now() - message.at < limits.giveUpAfterMs) return [];
      return [{ message, attempts: lane?.failures ?? 0, reason: lane?.reason ?? 'The webhook took no messages for so long.' }];
    });

  const buryAll = async (letters: readonly Buried[]): Promise<void> => {
    if (letters.length === 0) return;
    await bury(letters);
    await queue.remove(letters.map(({ message }) => message));
    for (const { message } of letters) lanes.delete(message.lane);
    counted('dead', letters.length);
  };

  /** The oldest of too many: the disk is not for what nobody fetches. */
  const keepBounded = async (): Promise<void> => {
    if (now() - countedAt < COUNT_EVERY_MS) return;
    countedAt = now();
    for (let tooMany = (await queue.size()) - limits.mostWaiting; tooMany > 0; ) {
      const oldest = await queue.read(Math.min(tooMany, WINDOW));
      if (oldest.length === 0) return;
      const reason = `More than ${limits.mostWaiting} messages waited.`;
      await buryAll(oldest.map((message) => ({ message, attempts: lanes.get(message.lane)?.failures ?? 0, reason })));
      tooMany -= oldest.length;
    }
  };

  /** Begins with the lanes whose turn it is, as many as may go side by side; resolves to whether there is anything to be done. */
  const begin = async (): Promise<boolean> => {
    if (now() < nextAt) return false;
    if (busy.size === 0) await removed([...unremoved]);
    await keepBounded();
    // What of a lane is delivered while this is read, is not to be taken for waiting.
    const wasBusy = new Set(busy.keys());
    const oldest = await queue.read(windowOf(lanes));
    forgetLanes(oldest);
    const waiting = oldest.filter(({ lane }) => !wasBusy.has(lane) && !lanesOf(unremoved).has(lane));
    const dead = givenUp(waiting);
    await buryAll(dead);
    const buried = new Set(dead.map(({ message }) => message));
    const ready = byLane(waiting.filter((message) => !buried.has(message))).filter(([lane]) => (lanes.get(lane)?.nextAt ?? 0) <= now());
    // Of a webhook that is down, one is enough to know; not always the same.
    const chosen = isDown() ? leastTried(ready).slice(0, busy.size === 0 ? 1 : 0) : ready.slice(0, SIDE_BY_SIDE - busy.size);
    for (const [lane, messages] of chosen) {
      const delivering = deliverLane(messages.slice(0, isDown() ? 1 : IN_A_ROW)).catch(queueFailed);
      busy.set(
        lane,
        delivering.then(() => {
          busy.delete(lane);
          void work();
        }),
      );
    }
    return chosen.length > 0 || dead.length > 0;
  };

  /** One that is slow holds up none of the others; looking for more each time that one is done would cost more than delivering. */
  const work = async (): Promise<void> => {
    if (isWorking) return;
    isWorking = true;
    try {
      while (mayDeliver() && (await begin())) while (busy.size > SIDE_BY_SIDE / 2) await Promise.race(busy.values());
    } catch (error) {
      queueFailed(error);
    } finally {
      isWorking = false;
    }
  };

  const leastTried = (ready: readonly (readonly [string, readonly Message[]])[]) =>
    [...ready].sort(([a], [b]) => (lanes.get(a)?.failures ?? 0) - (lanes.get(b)?.failures ?? 0));

  /** What is no longer there needs no memory. */
  const forgetLanes = (waiting: readonly Message[]): void => {
    if (lanes.size === 0) return;
    const known = new Set(waiting.map(({ lane }) => lane));
    for (const lane of lanes.keys()) if (!known.has(lane) && !busy.has(lane)) lanes.delete(lane);
  };

  return {
    work,
    tryAtOnce() {
      nextAt = 0;
      for (const lane of lanes.values()) lane.nextAt = 0;
    },
    async idle() {
      while (busy.size > 0) await Promise.all(busy.values());
    },
  };
}

/** Further into the queue, the more lanes wait for their time: others behind them are not to wait with them. */
function windowOf(lanes: ReadonlyMap<string, unknown>): number {
  return Math.min(WINDOW + 4 * lanes.size, MOST_IN_WINDOW);
}

const MOST_IN_WINDOW = 1000;

function lanesOf(messages: Iterable<Message>): ReadonlySet<string> {
  return new Set([...messages].map(({ lane }) => lane));
}

function byLane(messages: readonly Message[]): readonly (readonly [lane: string, messages: readonly Message[]])[] {
  const lanes = new Map<string, Message[]>();
  for (const message of messages) {
    const lane = lanes.get(message.lane);
    if (lane === undefined) lanes.set(message.lane, [message]);
    else lane.push(message);
  }
  return [...lanes];
}
