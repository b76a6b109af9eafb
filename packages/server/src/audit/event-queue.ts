/**
 * Events on their way to the chain. They are put into words at the end of the turn of the event loop in which they came, behind the replies: so
 * nothing of a request outlives it. The words wait for others to be written down with, as long as their weight in memory allows.
 */
import { S3Error } from '@latchkey/s3/errors';
import type { Log } from '../log.ts';
import type { ChainWriter } from './chain-writer.ts';
import type { AuditEvent } from './event.ts';
import type { OpenLine } from './line.ts';
import type { AuditDurability, AuditTrail } from './trail.ts';

export type EventQueue = {
  /** Begins the chain: resolves when its first line is on disk, or is known not to get there now. */
  begin(): Promise<void>;
  requireRoom(durability: AuditDurability): void;
  /** Where requests come faster than they can be written down: a promise to wait for. Nothing where there is room, or where none is to be expected. */
  room(): Promise<void> | undefined;
  readonly record: AuditTrail['record'];
  /** A line about the trail itself; resolves when it is on disk, with all that was recorded before. */
  append(line: OpenLine): Promise<void>;
  /** Resolves when nothing waits; rejects where that can not be written. */
  flush(): Promise<void>;
};

export type EventQueueOptions = {
  readonly writer: Pick<ChainWriter, 'append'>;
  readonly linesOf: (event: AuditEvent) => readonly OpenLine[];
  readonly log: Log;
  readonly limits?: Partial<QueueLimits> | undefined;
};

export type QueueLimits = {
  /** What may wait in memory, in bytes, before reads are refused. */
  readonly maxWeight: number;
  /** How long a read waits for others to be written down with. */
  readonly gatherMs: number;
  /** How long after a failure it is tried again. */
  readonly retryMs: number;
};

const LIMITS: QueueLimits = { maxWeight: 32 * 1024 * 1024, gatherMs: 250, retryMs: 500 };
/** Lines in one append. */
const MAX_LINES = 512;
/** So much does not wait for the timer. */
const HASTE_WEIGHT = 512 * 1024;
/** What a line weighs besides its bytes. */
const LINE_WEIGHT = 500;

type Waiting = { readonly line: OpenLine; settle: ((failure: unknown) => void) | undefined };

export function eventQueue({ writer, linesOf, log, limits }: EventQueueOptions): EventQueue {
  const { maxWeight, gatherMs, retryMs } = { ...LIMITS, ...limits };
  let fresh: AuditEvent[] = [];
  let waiting: Waiting[] = [];
  let weight = 0;
  let timer: NodeJS.Timeout | undefined;
  let working: Promise<void> | undefined;
  let failure: { readonly error: unknown } | undefined;
  let slowed: (() => void)[] = [];

  const letOn = (): void => {
    const all = slowed;
    slowed = [];
    for (const goOn of all) goOn();
  };

  /** The last of the lines is the one that somebody waits for. */
  const add = (lines: readonly OpenLine[], settle?: Waiting['settle']): void => {
    for (const [i, line] of lines.entries()) {
      weight += line.open.byteLength + LINE_WEIGHT;
      waiting.push({ line, settle: i === lines.length - 1 ? settle : undefined });
    }
  };

  const putIntoWords = (): void => {
    if (fresh.length === 0) return;
    const events = fresh;
    fresh = [];
    for (const event of events) add(linesOf(event));
    if (failure !== undefined) later(retryMs);
    else if (weight > HASTE_WEIGHT) start();
    else later(gatherMs);
  };

  const start = (): void => {
    clearTimeout(timer);
    timer = undefined;
    working ??= work().finally(() => {
      working = undefined;
      if (waiting.length > 0) later(failure === undefined ? 0 : retryMs);
    });
  };

  const later = (ms: number): void => {
    timer ??= setTimeout(start, ms).unref();
  };

  /** Until nothing waits, or it fails. What could not be written goes on waiting, in its place; who waited for it is told. */
  const work = async (): Promise<void> => {
    // Whoever comes in this turn of the event loop goes along.
    await endOfTurn();
    while (waiting.length > 0) {
      const batch = waiting.slice(0, MAX_LINES);
      try {
        await writer.append(batch.map(({ line }) => line));
      } catch (error) {
        fail(error);
        return;
      }
      if (failure !== undefined) log.info('the audit trail is written again');
      failure = undefined;
      waiting = waiting.slice(batch.length);
      for (const { line, settle } of batch) {
        weight -= line.open.byteLength + LINE_WEIGHT;
        settle?.(undefined);
      }
      if (weight <= maxWeight / 2) letOn();
    }
  };

  const fail = (error: unknown): void => {
    if (failure === undefined) log.error('the audit trail can not be written', { cause: describe(error) });
    failure = { error };
    for (const one of waiting) {
      one.settle?.(error);
      one.settle = undefined;
    }
    letOn();
  };

  const written = (lines: readonly OpenLine[]): Promise<void> =>
    new Promise((resolve, reject) => {
      // What came before stands before it.
      putIntoWords();
      add(lines, (error) => (error === undefined ? resolve() : reject(unavailable(error))));
      start();
    });

  return {
    begin: () => writer.append([]).catch(fail),
    requireRoom(durability) {
      if (weight > maxWeight) throw unavailable(failure?.error);
      if (durability === 'before-reply' && failure !== undefined) throw unavailable(failure.error);
    },
    room() {
      if (weight <= maxWeight / 2 || failure !== undefined) return undefined;
      return new Promise((resolve) => {
        slowed.push(resolve);
      });
    },
    record: ((event, durability) => {
      if (durability === 'before-reply') return written(linesOf(event));
      if (fresh.push(event) === 1) setImmediate(putIntoWords);
      return undefined;
    }) as AuditTrail['record'],
    append: (line) => written([line]),
    async flush() {
      putIntoWords();
      while (waiting.length > 0) {
        start();
        await working;
        if (failure !== undefined) throw unavailable(failure.error);
      }
    },
  };
}

/** In S3's words: the request may be sent again, and then there may be room. */
function unavailable(cause: unknown): S3Error {
  return new S3Error('ServiceUnavailable', { message: 'The audit trail can not be written at the moment.', cause });
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message} ${error.cause.message}` : error.message;
}

function endOfTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
