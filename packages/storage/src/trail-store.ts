/**
 * What a store of the audit trail promises. The trail is a number of chains, one for each process that writes; a chain is a row of segments, a
 * segment a row of lines. What is in a line, and how lines are chained to each other, is for the server to know: here they are bytes.
 * The sentences marked "Promise:" reappear as test names in `trail-store-suite.ts`.
 */

export type TrailStore = {
  /**
   * Appends lines to a chain; the first one begins it.
   * Promise: when it resolves, all lines of the batch are on disk and found; when it rejects, none is and the chain is as it was.
   * Promise: a chain goes on only where it ended: a batch that does not follow its head is refused with an error.
   * Throws ServiceUnavailable where there is no room, and for good once a write may have been lost.
   */
  append(batch: TrailBatch): Promise<void>;
  /**
   * Promise: lines are found in the order in which they were committed, in whatever process, so that what is committed later comes behind every cursor.
   * Promise: a line is found if it has all the terms asked for, and only then.
   * Promise: a query reads the entries of its rarest term, not the trail.
   * Throws InvalidArgument for a cursor that is none.
   */
  find(query: TrailQuery): Promise<FoundLines>;
  /** Promise: the chains of all processes, oldest first, each with its head as it was when its last batch was acknowledged. */
  chains(): Promise<readonly TrailChain[]>;
  /**
   * Promise: the bytes of a segment as they lie in the store, up to its end or to where they stop; nothing for a segment that is not there.
   * Bytes behind the chain's head are not part of the trail.
   */
  read(segment: SegmentName): AsyncIterable<Uint8Array>;
  /**
   * Removes whole segments, and chains none of which is left; a chain whose process still lives may go on with a new segment.
   * Promise: lines of removed segments are not found any more, and the others still are.
   */
  remove(segments: readonly SegmentName[]): Promise<void>;
  /** Throws the sentence why nothing can be appended. */
  checkHealth(): Promise<void>;
  close(): Promise<void>;
};

export type TrailBatch = {
  /** 32 hex digits; sorts by the time the chain began. */
  readonly chain: string;
  /** From 1; one more than the last begins a new segment. */
  readonly segment: number;
  /** Milliseconds since the epoch: when these lines were recorded. */
  readonly recordedAt: number;
  readonly lines: readonly TrailLine[];
  /** The chain's head behind these lines. */
  readonly head: TrailHead;
  /** Heads of other chains that the first of these lines names: it vouches for them from now on. */
  readonly covers?: readonly Pick<TrailChain, 'chain' | 'count'>[] | undefined;
};

export type TrailLine = {
  /** UTF-8, without its line end, and with none in it. Nobody writes to it any more. */
  readonly bytes: Buffer;
  readonly terms: readonly TrailTerm[];
};

/** What a line can be found by, such as `link:LKLN…` and `object:BUCKET/KEY`. */
export type TrailTerm = `${TrailDimension}:${string}`;
export type TrailDimension = 'link' | 'signature' | 'object' | 'address' | 'principal' | 'operation' | 'bucket' | 'result';

export type TrailHead = {
  /** Lines of the chain so far, removed ones too; the sequence number of the last. */
  readonly count: number;
  /** Of the last line. */
  readonly hash: string;
  /** The server's mark on chain, count and hash. */
  readonly seal: string;
};

export type TrailChain = TrailHead & {
  readonly chain: string;
  /** How many of its lines another chain vouches for. */
  readonly coveredCount: number;
  /** In order; the first is not number 1 where older ones have been removed. */
  readonly segments: readonly TrailSegment[];
};

export type SegmentName = { readonly chain: string; readonly segment: number };

export type TrailSegment = SegmentName & {
  /** What an operator calls it, such as the name of a file. */
  readonly name: string;
  readonly sizeBytes: number;
  /** Sequence numbers of its first and last line. */
  readonly first: number;
  readonly last: number;
  /** When its last line was recorded, in milliseconds since the epoch. */
  readonly lastRecordedAt: number;
};

export type TrailQuery = {
  /** All have to hold; none means every line. */
  readonly terms: readonly TrailTerm[];
  /** When a line was recorded, in milliseconds since the epoch; both inclusive. */
  readonly since?: number | undefined;
  readonly until?: number | undefined;
  /** Exclusive: a cursor of an earlier page, in the same direction. */
  readonly after?: string | undefined;
  readonly limit: number;
  readonly newestFirst?: boolean | undefined;
};

export type FoundLines = {
  readonly lines: readonly string[];
  /** Where to go on; absent where there is nothing more now. A page may hold fewer lines than its limit, even none, and go on. */
  readonly next?: string | undefined;
  /** Behind everything this query has seen: what is committed later follows it. Only oldest first. */
  readonly latest?: string | undefined;
  /** Entries of the index that were read: what the query cost. */
  readonly examined: number;
};
