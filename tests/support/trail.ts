/** A trail as a server writes it, without the server: events go in by name, and what lies in the store can be damaged. */
import { chainKey } from '@latchkey/server/audit/chain';
import type { AuditEvent } from '@latchkey/server/audit/event';
import type { QueueLimits } from '@latchkey/server/audit/event-queue';
import { openAuditTrail } from '@latchkey/server/audit/open-trail';
import type { Retention } from '@latchkey/server/audit/retention';
import type { TrailKeys } from '@latchkey/server/audit/trail-keys';
import type { TrailVerdict } from '@latchkey/server/audit/verdict';
import { verifyTrail } from '@latchkey/server/audit/verify';
import type { Lease } from '@latchkey/server/lease';
import type { SegmentName, TrailStore } from '@latchkey/storage/trail-store';

const key = chainKey('0001', 'a key of an audit trail, for tests');
export const KEYS: TrailKeys = { newest: key, all: [key] };
export const TRAIL_SITE = { accountId: '123456789012', region: 'us-east-1' };

export type TestTrailOptions = {
  readonly retention?: Retention;
  readonly now?: () => number;
  readonly limits?: Partial<QueueLimits>;
  readonly turn?: Lease;
  readonly logged?: string[];
};

export function openTestTrail(store: TrailStore, { retention, now = Date.now, limits, turn, logged = [] }: TestTrailOptions = {}) {
  const log = { info: (text: string) => void logged.push(text), error: (text: string) => void logged.push(text) };
  return openAuditTrail({ turn, store, keys: async () => KEYS, site: TRAIL_SITE, retention, log, now, limits });
}

/** A request for an object, as the gateway would tell of it. */
export function eventOf(key: string, more: Partial<AuditEvent> = {}): AuditEvent {
  return {
    source: 's3',
    name: 'GetObject',
    isReadOnly: true,
    incoming: {
      method: 'GET',
      rawTarget: '/photos/…',
      headers: [['host', 'files.example.com']],
      peer: { address: '192.0.2.7', secure: false },
      requestId: '0123456789ABCDEF',
      receivedAt: 1_790_000_000_000,
    },
    query: [],
    bucket: 'photos',
    key,
    principal: { kind: 'anonymous' },
    status: 200,
    bytesIn: 0,
    bytesOut: 5,
    endedAt: 1_790_000_000_003,
    ...more,
  };
}

/** What a segment holds. */
export async function bytesOf(store: Pick<TrailStore, 'read'>, segment: SegmentName): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of store.read(segment)) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** A check of the store's trail with some segments' bytes replaced by others, in pieces of a size that cuts through lines. */
export function verifyWith(
  store: Pick<TrailStore, 'chains' | 'read'>,
  replaced: ReadonlyMap<string, Buffer>,
  options: { readonly expectedHead?: string } = {},
): Promise<TrailVerdict> {
  const read = async function* (segment: SegmentName) {
    const bytes = replaced.get(`${segment.chain}-${segment.segment}`);
    if (bytes === undefined) yield* store.read(segment);
    else for (let at = 0; at < bytes.byteLength; at += 1000) yield bytes.subarray(at, at + 1000);
  };
  return verifyTrail({ chains: store.chains, read }, KEYS, options);
}
