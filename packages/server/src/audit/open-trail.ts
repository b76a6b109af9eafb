/** Puts the trail together: a queue in front of this process's chain, queries and checks of everybody's, and what is removed in time. */
import type { TrailStore } from '@latchkey/storage/trail-store';
import type { Lease } from '../lease.ts';
import type { Log } from '../log.ts';
import { chainWriter } from './chain-writer.ts';
import type { AuditEvent } from './event.ts';
import { eventQueue, type QueueLimits } from './event-queue.ts';
import { type LineSite, linesOf, type OpenLine } from './line.ts';
import { queryTrail } from './query.ts';
import { refusalLimit } from './refusal-limit.ts';
import { applyRetention, type Retention } from './retention.ts';
import { COUNT_REFUSED, END_CHAIN, REMOVE_SEGMENTS, serviceLine } from './service-event.ts';
import type { AuditTrail } from './trail.ts';
import type { TrailKeys } from './trail-keys.ts';
import { verifyTrail } from './verify.ts';

export type TrailOptions = {
  readonly store: TrailStore;
  readonly keys: () => Promise<TrailKeys>;
  readonly site: LineSite;
  readonly retention?: Retention | undefined;
  /** Where several processes share the trail: the turn that one at a time has at removing. Default: there is no other. */
  readonly turn?: Lease | undefined;
  readonly log: Log;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly limits?: Partial<QueueLimits> | undefined;
  /** A segment that has grown to this is followed by another. Default: 64 MiB, or an eighth of what may be kept at all. */
  readonly segmentBytes?: number | undefined;
};

const SEGMENT_BYTES = 64 * 1024 * 1024;
const REFUSED_EVERY_MS = 60 * 1000;
const RETENTION_EVERY_MS = 10 * 60 * 1000;
const NOBODY_ELSE: Lease = { keep: async () => true, isHeld: () => true, release: async () => undefined };

/** Begins this process's chain. A trail that can not be written at the moment is no reason not to start: it refuses changes until it can. */
export async function openAuditTrail(options: TrailOptions): Promise<AuditTrail> {
  const { store, keys, site, retention = {}, turn = NOBODY_ELSE, log, now, limits } = options;
  // Retention takes whole segments.
  const { segmentBytes = Math.min(SEGMENT_BYTES, Math.ceil((retention.maxBytes ?? Number.POSITIVE_INFINITY) / 8)) } = options;
  const writer = chainWriter({ store, keys, site, now, segmentBytes });
  const queue = eventQueue({ writer, linesOf: (event) => surelyLinesOf(event, site, log), log, limits });
  const retain = async (): Promise<void> => {
    if (retention.keepMs === undefined && retention.maxBytes === undefined) return;
    if (!(await turn.keep())) return;
    try {
      const count = await applyRetention(store, retention, now(), async (removed) => {
        // Looking may have taken long; whoever is at it instead records it.
        if (!(await turn.keep())) throw new Error('Another process is at it.');
        await queue.append(serviceLine(REMOVE_SEGMENTS, removed, now(), site));
      });
      if (count > 0) log.info('old segments of the audit trail are removed', { segments: count });
    } finally {
      await turn.release();
    }
  };
  let retaining: Promise<void> = Promise.resolve();
  const retainLogged = (): void => {
    retaining = retaining
      .then(retain)
      .catch((error: unknown) => log.error('old segments of the audit trail are not removed', { cause: String(error) }));
  };
  const timer = setInterval(retainLogged, RETENTION_EVERY_MS).unref();
  const limit = refusalLimit();
  const tellRefused = async (): Promise<void> => {
    const refused = limit.take();
    if (refused !== undefined) await queue.append(serviceLine(COUNT_REFUSED, refused, now(), site));
  };
  // What could not be written now goes on waiting in the queue.
  const refusedTimer = setInterval(() => void tellRefused().catch(() => undefined), REFUSED_EVERY_MS).unref();
  await queue.begin();
  retainLogged();

  return {
    requireRoom: queue.requireRoom,
    room: queue.room,
    record: ((event, durability) => {
      if (durability === 'before-reply') return queue.record(event, durability);
      if (limit.admits(event)) queue.record(event, durability);
      return undefined;
    }) as AuditTrail['record'],
    query: (filter, page) => queryTrail(store, filter, page),
    async verify({ expectedHead } = {}) {
      // What is acknowledged by now is in it.
      await queue.flush().catch(() => undefined);
      return verifyTrail(store, await keys(), { expectedHead });
    },
    async checkHealth() {
      await store.checkHealth();
      queue.requireRoom('before-reply');
    },
    async close() {
      clearInterval(timer);
      clearInterval(refusedTimer);
      await retaining;
      try {
        await tellRefused();
        await queue.append(serviceLine(END_CHAIN, { chain: writer.chain }, now(), site));
      } catch (error) {
        log.error('the audit trail could not be written to its end', { cause: String(error) });
      }
    },
  };
}

/** No event may stop those behind it: what can not be put into words is there with what is sure about it. */
function surelyLinesOf(event: AuditEvent, site: LineSite, log: Log): readonly OpenLine[] {
  try {
    return linesOf(event, site);
  } catch (error) {
    const { peer, requestId, receivedAt } = event.incoming;
    log.error('an event of the audit trail could not be put into words', { requestId, cause: String(error) });
    const incoming = { method: '', rawTarget: '', headers: [], peer, requestId, receivedAt };
    const { source, name, isReadOnly, status, bytesIn, bytesOut, endedAt } = event;
    return linesOf({ source, name, isReadOnly, incoming, status, bytesIn, bytesOut, endedAt }, site);
  }
}
