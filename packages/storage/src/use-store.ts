/**
 * What a use store promises: links and URLs that may be used so many times are used so many times, also by many clients at once, in several
 * processes, and after a crash. A *use* is one delivery of an object's bytes to one client, or one stored upload. Uses are counted per
 * subject: the id of a link, or the hash of a signature. A use is made of *turns*, one for each reply: a browser that plays a film, or a
 * program that goes on with a broken download, asks for one delivery in many ranges.
 * The sentences marked "Promise:" reappear as test names in `use-store-suite.ts`.
 */

/** How long a use can be gone on with after its last begin, touch or end, and a turn of which nothing is heard counts as under way. */
export const LEASE_MS = 10 * 60_000;

/** So many uses of a subject are known in detail. Of more, those touched longest ago stay counted, and can be neither gone on with nor given back. */
export const MAX_LEASES = 256;

/** So many turns of one use may be under way at once. */
export const MAX_TURNS = 64;

/**
 * What the ranges of a use may have together: the object and a tenth of it; and of one that is larger than `above`, so many times what it is
 * larger by. Players seek, programs break off and go on, and each time the systems between take megabytes that nobody reads.
 */
export const SEEKING = { aboveBytes: 1024 ** 2, times: 3 } as const;

export type UseRequest = {
  readonly subject: string;
  /** From 1 to 1e9. It may differ from one request to the next: the one at hand decides. */
  readonly maxUses: number;
  /** Milliseconds since the epoch, as all times here. */
  readonly now: number;
  /**
   * The subject may be forgotten, with all that was counted, after this time: nothing can be asked for by it any more. So of a link that may
   * be extended, not when it ends now, but how far it may be extended. The latest one that was granted holds.
   */
  readonly forgetAfter: number;
  readonly kind: 'download' | 'upload';
  /** The address of the client, always written in the same way. */
  readonly client: string;
  /** The ETag of what is delivered; empty for an upload. */
  readonly version: string;
  /** Of the whole object; 0 for an upload. */
  readonly sizeBytes: number;
  /** Of this reply: at most `sizeBytes`. */
  readonly wantedBytes: number;
  /** Whether the client asked with a Range header, also for the whole (`bytes=0-`). */
  readonly isRange: boolean;
  /** Take a new use, where one is left, instead of answering `busy`: for a caller that has waited long enough. */
  readonly prefersNewUse?: boolean | undefined;
};

export type UseTurn = { readonly subject: string; readonly useId: string; readonly turnId: string };

export type UseAnswer =
  | { readonly granted: true; readonly useId: string; readonly turnId: string; readonly isNewUse: boolean; readonly used: number }
  | { readonly granted: false; readonly reason: UseRefusal; readonly used: number };

/**
 * `no-uses-left`: it would be a new use, and none is left.
 * `budget-spent`: the same, for a range that a client asks for whose use has not that many bytes left.
 * `busy`: it would fit into a use of the client's once what is under way there has ended; ask again in a moment.
 */
export type UseRefusal = 'no-uses-left' | 'budget-spent' | 'busy';

export type UseStore = {
  /**
   * Before the first byte of a reply, or of an upload.
   * Promise: no more uses are granted than there may be, however many ask at once.
   * Promise: what was granted is on disk when it resolves.
   * Promise: a range goes on with a use of the same client and version that was touched within ten minutes and has enough bytes left: the first such one.
   * Promise: the ranges of a use may have the size of the object and a tenth together.
   * Promise: those of a large object may have about four times its size.
   * Promise: a range that would fit once a turn under way has ended is answered busy, unless the caller prefers a new use and one is left.
   * Promise: a request for the whole goes on with a use only if nothing of it is under way, nothing of it was delivered to the end, and the bytes left are enough.
   * Promise: every upload is a new use.
   * Rejects with an S3Error where nothing can be written; nothing is counted then, or it can not be known whether it is.
   */
  begin(request: UseRequest): Promise<UseAnswer>;
  /**
   * A turn under way goes on: to be called every few minutes while a reply is delivered slowly, so that its use stays one the client can go on with.
   * Promise: a touch counts from then on for another ten minutes; that of a turn which has ended changes nothing.
   */
  touch(turn: UseTurn & { readonly now: number }): Promise<void>;
  /**
   * The reply has ended; exactly once for each begin that was granted. `deliveredBytes` is what was handed to the client; `completed` says that
   * this is all that was wanted, or that the upload was stored.
   * Promise: bytes that were not delivered are given back to the use.
   * Promise: a use is given back once all its turns have ended, nothing was delivered and nothing completed; an upload, once it has ended without being stored.
   * Promise: a second end of a turn, or one that nobody knows, changes nothing.
   * Promise: a turn that never ended, as after a crash, keeps its bytes and its use.
   * Rejects as `begin` does; what is not known to have ended stays counted.
   */
  end(turn: UseTurn & { readonly now: number; readonly deliveredBytes: number; readonly completed: boolean }): Promise<void>;
  /** Promise: it is the number of uses that are counted or under way, as `begin` would find it now. */
  used(subject: string): Promise<number>;
  /**
   * Forgets subjects whose time is past, at most some hundred at once, and answers how many.
   * Promise: a subject is kept until its `forgetAfter`, and gone after enough sweeps behind it.
   */
  sweep(now: number): Promise<number>;
  close(): Promise<void>;
};
