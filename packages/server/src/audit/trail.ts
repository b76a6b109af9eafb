/** The audit trail as the server uses it: events go in, and are found again. */
import type { AuditEvent } from './event.ts';
import type { TrailRecord } from './record.ts';
import type { TrailVerdict } from './verdict.ts';

export type AuditTrail = {
  /**
   * Throws ServiceUnavailable where an event of this kind could not be recorded now: a change is not begun then, and a read is refused once the
   * memory for what waits is full.
   */
  requireRoom(durability: AuditDurability): void;
  /** A promise to wait for before a request is begun, where requests come faster than the trail can be written. */
  room(): Promise<void> | undefined;
  /**
   * `before-reply`: resolves when the event is on disk; rejects with ServiceUnavailable where it could not be written yet (it is kept, and
   * written as soon as that works). `soon`: returns at once; the event is on disk within a second, or at the latest when the trail is closed.
   */
  record(event: AuditEvent, durability: 'before-reply'): Promise<void>;
  record(event: AuditEvent, durability: 'soon'): void;
  /** Events in the order in which they were recorded. Who may ask is for the caller to check: `latchkey:ReadAudit`. */
  query(filter: TrailFilter, page: TrailPaging): Promise<TrailPage>;
  /** Checks every line and every head of all processes' chains. `expectedHead` is what an earlier check printed as `head`. */
  verify(options?: { readonly expectedHead?: string | undefined }): Promise<TrailVerdict>;
  /** Throws the sentence why nothing can be recorded. */
  checkHealth(): Promise<void>;
  /** Writes what waits, and ends this process's chain. The store stays open. */
  close(): Promise<void>;
};

export type AuditDurability = 'before-reply' | 'soon';

/** All of them have to hold. */
export type TrailFilter = {
  readonly link?: string | undefined;
  /** SHA-256 in hex of a URL's decoded signature. */
  readonly signatureHash?: string | undefined;
  readonly bucket?: string | undefined;
  /** Only with `bucket`. */
  readonly key?: string | undefined;
  /** An ARN, an access key id, the name of a user or role, `root` or `anonymous`. */
  readonly principal?: string | undefined;
  readonly address?: string | undefined;
  /** The name of an operation, such as `GetObject`. */
  readonly operation?: string | undefined;
  /** `ok`, `refused` (status 4xx), `failed` (5xx), or an error code such as `AccessDenied`. */
  readonly result?: string | undefined;
  /** When it was recorded, in milliseconds since the epoch, both inclusive: within a second after the request's end. */
  readonly since?: number | undefined;
  readonly until?: number | undefined;
};

export type TrailPaging = {
  /** `next` or `latest` of an earlier page of the same filter and direction. */
  readonly after?: string | undefined;
  /** At most 1000. */
  readonly limit: number;
  readonly newestFirst?: boolean | undefined;
};

export type TrailPage = {
  readonly events: readonly TrailRecord[];
  /** Where to go on; absent where there is nothing more now. A page may hold fewer events than its limit, even none, and go on. */
  readonly next?: string | undefined;
  /** Oldest first only: behind everything seen, for who wants to follow what comes. */
  readonly latest?: string | undefined;
};
