/**
 * What a record store promises: small JSON documents, each under a kind and an id, changed together or not at all.
 * Users, access keys, policies, links, bucket settings and the installation itself are such documents.
 * The sentences marked "Promise:" reappear as test names in `record-store-suite.ts`.
 */

export type RecordKind = string;
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | { readonly [name: string]: JsonValue };

export type StoredRecord = {
  readonly id: string;
  /** Grows by one with each change of this record; 1 at first. */
  readonly version: number;
  readonly value: JsonValue;
};

/**
 * One change. `ifVersion` makes the whole commit depend on the record being at that version now: 0 says it must not exist.
 * Without it the change is unconditional. All conditions of a commit look at what was there before it.
 */
export type RecordChange =
  | { readonly put: { readonly kind: RecordKind; readonly id: string; readonly value: JsonValue }; readonly ifVersion?: number | undefined }
  | { readonly remove: { readonly kind: RecordKind; readonly id: string }; readonly ifVersion?: number | undefined };

export type CommitResult =
  | { readonly committed: true }
  | { readonly committed: false; readonly conflict: { readonly kind: RecordKind; readonly id: string } };

export type RecordStore = {
  get(kind: RecordKind, id: string): Promise<StoredRecord | undefined>;
  /** Promise: records are listed in the order of their ids' UTF-8 bytes; `after` is exclusive. */
  list(
    kind: RecordKind,
    options: { readonly prefix?: string | undefined; readonly after?: string | undefined; readonly limit: number },
  ): Promise<{ readonly records: readonly StoredRecord[]; readonly next?: string | undefined }>;
  /**
   * Promise: all changes take effect, or none; when it resolves they are on disk.
   * Promise: of concurrent commits that name the same version of a record, exactly one succeeds.
   * Promise: a reader in any process sees a commit as soon as it has resolved.
   */
  commit(changes: readonly RecordChange[]): Promise<CommitResult>;
  /**
   * From here on, `generation` knows of every commit that has resolved by now in any process, or before a request arrived that was read in this
   * turn of the event loop (`shared-look.ts`). Called once at the start of each request;
   * a store whose other processes run elsewhere may learn of their changes later, and says how much.
   */
  latest(): void;
  /**
   * A number that grows whenever a record of the kind is changed, in any process: what caches compare. Cheap enough for every request:
   * it reads memory, never the disk or the network.
   * Promise: it has changed by the time a commit to the kind has resolved, in another process after `latest`, and stays the same without one.
   */
  generation(kind: RecordKind): number;
  /** Promise: milliseconds since the epoch, by one clock for all processes that share the store. */
  time(): Promise<number>;
  checkHealth(): Promise<void>;
  close(): Promise<void>;
};
