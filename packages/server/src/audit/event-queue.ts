/**
 * Events on their way to the chain. What waits is bounded by its weight in memory; making text of it and writing it down is done in batches, off
 * the path of the requests.
 */
import { S3Error } from '@latchkey/s3/errors';
import type { Log } from '../log.ts';
import type { ChainWriter } from './chain-writer.ts';
import type { AuditEvent } from './event.ts';
import type { OpenLine } from './line.ts';
import type { AuditDurability } from './trail.ts';

export type EventQueue = {
  requireRoom(durability: AuditDurability): void;
  record(event: AuditEvent, durability: AuditDurability): Promise<void> | undefined;
  /** Begins the chain: resolves when its first line is on disk, or is known not to get there now. */
  begin(): Promise<void>;
  /** A line about the trail itself; resolves when it is on disk, with all that was recorded before. */
  append(line: OpenLine): Promise<void>;
  /** Resolves when nothing waits; rejects where that can not be written. */
  flush(): Promise<void>;
};

export type EventQueueOptions = {
  readonly writer: ChainWriter;
  readonly linesOf: (event: AuditEvent) => readonly OpenLine[];
  readonly log: Log;
  readonly limits?: Partial<QueueLimits> | undefined;
};

export type QueueLimits = {
  /** What may wait in memory, roughly in bytes, before reads are refused. */
  readonly maxWeight: number;
  /** How long a read waits for others to be written down with. */
  readonly gatherMs: number;
  /** How long after a failure it is tried again. */
  readonly retryMs: number;
};

const LIMITS: QueueLimits = { maxWeight: 32 * 1024 * 1024, gatherMs: 250, retryMs: 500 };
/** Lines in one append, and of how many events they are made before others get their turn. */
const MAX_LINES = 512;
const MADE_AT_ONCE = 64;
/** So much is not left to wait for the timer. */
const HASTE_WEIGHT = 512 * 1024;

type Waiting = {
  readonly event: AuditEvent | undefined;
  readonly lines: readonly OpenLine[] | undefined;
  readonly weight: number;
  readonly settle: ((failure: unknown) => void) | undefined;
};

export function eventQueue({ writer, linesOf, log, limits }: EventQueueOptions): EventQueue {
  const { maxWeight, gatherMs, retryMs } = { ...LIMITS, ...limits };
  let waiting: Waiting[] = [];
  let weight = 0;
  let timer: NodeJS.Timeout | undefined;
  let working: Promise<void> | undefined;
  let failure: { readonly error: unknown } | undefined;

  const add = (one: Waiting): void => {
    waiting.push(one);
    weight += one.weight;
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
    await endOfTurn();
    while (waiting.length > 0) {
      let taken = 0;
      try {
        const batch = await nextBatch(waiting, linesOf);
        taken = batch.taken;
        await writer.append(batch.lines);
      } catch (error) {
        fail(error);
        return;
      }
      if (failure !== undefined) log.info('the audit trail is written again');
      failure = undefined;
      const written = waiting.slice(0, taken);
      waiting = waiting.slice(taken);
      for (const one of written) {
        weight -= one.weight;
        one.settle?.(undefined);
      }
    }
  };

  const fail = (error: unknown): void => {
    if (failure === undefined) log.error('the audit trail can not be written', { cause: describe(error) });
    failure = { error };
    for (const one of waiting) one.settle?.(error);
    waiting = waiting.map((one) => ({ ...one, settle: undefined }));
  };

  const awaited = (one: Omit<Waiting, 'settle'>): Promise<void> =>
    new Promise((resolve, reject) => {
      add({ ...one, settle: (error) => (error === undefined ? resolve() : reject(unavailable(error))) });
      start();
    });

  return {
    begin: () => writer.append([]).catch(fail),
    requireRoom(durability) {
      if (weight > maxWeight) throw unavailable(failure?.error);
      if (durability === 'before-reply' && failure !== undefined) throw unavailable(failure.error);
    },
    record(event, durability) {
      const one = { event, lines: undefined, weight: weightOf(event) };
      if (durability === 'before-reply') return awaited(one);
      add({ ...one, settle: undefined });
      if (failure !== undefined) later(retryMs);
      else if (weight > HASTE_WEIGHT) start();
      else later(gatherMs);
      return undefined;
    },
    append: (line) => awaited({ event: undefined, lines: [line], weight: line.text.length }),
    async flush() {
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

/** What an event keeps in memory: the texts of its request, and a little around them. */
function weightOf({ incoming, call, formFields, notes, answer }: AuditEvent): number {
  let weight = 1000 + incoming.rawTarget.length + (answer?.byteLength ?? 0);
  for (const [name, value] of incoming.headers) weight += name.length + value.length;
  for (const [name, value] of call?.parameters ?? []) weight += name.length + value.length;
  for (const [name, value] of formFields ?? []) weight += name.length + value.length;
  for (const { key } of notes?.affected ?? []) weight += 200 + key.length;
  return weight;
}

/** The lines of as many as go together. */
async function nextBatch(
  waiting: readonly Waiting[],
  linesOf: EventQueueOptions['linesOf'],
): Promise<{ readonly lines: readonly OpenLine[]; readonly taken: number }> {
  const lines: OpenLine[] = [];
  let taken = 0;
  // Whoever comes while this waits is not in it.
  const count = waiting.length;
  while (taken < count && lines.length < MAX_LINES) {
    if (taken > 0 && taken % MADE_AT_ONCE === 0) await endOfTurn();
    const { event, lines: ready } = waiting[taken] ?? {};
    lines.push(...(ready ?? (event === undefined ? [] : linesOf(event))));
    taken++;
  }
  return { lines, taken };
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message} ${error.cause.message}` : error.message;
}

function endOfTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
