/**
 * What an object store promises. The sentences marked "Promise:" reappear as test names in
 * `object-store-suite.ts`, which every object store must pass.
 *
 * Errors are `S3Error`s (`NoSuchBucket`, `NoSuchKey`, `NoSuchUpload`, `BucketAlreadyOwnedByYou`, `BucketNotEmpty`,
 * `InvalidPart`, `InvalidPartOrder`, `EntityTooSmall`, `PreconditionFailed`, …): the store knows what S3 calls them.
 * A store that cannot work (disk full, read-only after a failed fsync) answers `ServiceUnavailable` or `InternalError`.
 */
import type { BucketName, ObjectKey } from '@latchkey/s3/names';
import type { Initiator } from '@latchkey/s3/owner';
import type { Announcement, Outbox } from './outbox.ts';

export type BucketRecord = {
  readonly name: BucketName;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly region: string;
};

export type ChecksumAlgorithm = 'CRC32' | 'CRC32C' | 'CRC64NVME' | 'SHA1' | 'SHA256';

/** Checksums as S3 shows them: base64 values, with `-N` behind a composite one. */
export type StoredChecksums = {
  readonly type: 'FULL_OBJECT' | 'COMPOSITE';
  readonly values: Readonly<Partial<Record<ChecksumAlgorithm, string>>>;
};

/** What a client says about an object besides its bytes. */
export type ObjectProperties = {
  /** Lower-case names of `content-type`, `content-encoding`, `content-language`, `content-disposition`, `cache-control`, `expires`, … as given. */
  readonly headers: Readonly<Record<string, string>>;
  /** `x-amz-meta-*` without the prefix, names in lower case, values as sent. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly tags?: Readonly<Record<string, string>> | undefined;
};

export type ObjectRecord = ObjectProperties & {
  readonly key: ObjectKey;
  readonly sizeBytes: number;
  /** Without quotes: 32 hex digits, or 32 hex digits, `-` and the number of parts. */
  readonly etag: string;
  /** Milliseconds since the epoch, in whole seconds: what HTTP dates can say. */
  readonly lastModified: number;
  readonly checksums?: StoredChecksums | undefined;
  /** Present on objects made by CompleteMultipartUpload. */
  readonly partCount?: number | undefined;
};

/** A byte range, both ends inclusive. */
export type ByteRange = { readonly start: number; readonly end: number };

/** Whether the chunks of a stream stay as they are. */
export type Chunks = 'kept' | 'lent';

/**
 * An object held open: the bytes belong to this record whatever happens to the key meanwhile.
 * Whoever opens one reads it to the end, or closes it.
 */
export type OpenObject = {
  readonly record: ObjectRecord;
  /** The whole object, where the store holds it in memory anyway (small objects): no stream is needed then. */
  readonly bytes?: Uint8Array | undefined;
  /**
   * A stream of the range (default: everything), which lies inside the object. Called once at the most; the stream closes what is open.
   * Promise: a stream that cannot deliver every byte of its range throws; it never just ends early.
   * Chunks that are `lent` are written over once the next one is asked for; but none shorter than 128 KiB, so that small ones may be gathered.
   */
  read(range?: ByteRange, chunks?: Chunks): AsyncIterable<Uint8Array>;
  /**
   * Where part `partNumber` lies in the object, `undefined` where there is no such part. An object that was put whole is its own part 1.
   * The range of an empty part ends one before it starts. `checksums` are the part's own, where the object's are composed of such.
   */
  part(
    partNumber: number,
  ): Promise<{ readonly range: ByteRange; readonly partCount: number; readonly checksums?: ChecksumsOfPart | undefined } | undefined>;
  /** Releases what is open. Safe to call twice, and after `read`. */
  close(): Promise<void>;
};

/** Of a part's bytes alone; absent where the store did not keep them. */
export type ChecksumsOfPart = StoredChecksums['values'];

/** What is known of a part when it has become part of an object. */
export type ObjectPart = Pick<PartRecord, 'partNumber' | 'sizeBytes'> & { readonly checksums?: ChecksumsOfPart | undefined };
export type ObjectPartPage = {
  readonly parts: readonly ObjectPart[];
  /** Set where there is more: the number to pass as `after` for the next page. */
  readonly next?: number | undefined;
};

/** What is likely to be read of an object: a store that has to ask for bytes asks for these. Whatever else is read is the same bytes all the same. */
export type OpenOptions = {
  /** A Range header, as the client sent it. */
  readonly range?: string | undefined;
};

/**
 * A write happens only if the key is as said at the moment of the commit; PreconditionFailed else. ETags without quotes.
 * `ifMatch` on a key that is not there is NoSuchKey, as in S3.
 */
export type WriteCondition = { readonly ifMatch?: string | undefined; readonly ifNoneMatch?: '*' | undefined };

/**
 * A delete happens only if the key is as said at the moment of the commit; PreconditionFailed else.
 * On a key that is not there `ifMatch` (also `*`) is NoSuchKey and the other two hold, as in S3.
 */
export type DeleteCondition = {
  /** An ETag without quotes, or `*` for any object. */
  readonly ifMatch?: string | undefined;
  readonly ifMatchLastModified?: number | undefined;
  readonly ifMatchSizeBytes?: number | undefined;
};

/**
 * Bytes on their way in. `bytes` throws when something about them is wrong (too short, bad checksum), which makes the
 * write fail with that error and leave nothing behind. A chunk belongs to the store once it is yielded: stores write it while
 * they ask for the next, so the producer never touches its memory again.
 */
export type IncomingBody = {
  readonly bytes: AsyncIterable<Uint8Array>;
  /** Set where the length is known beforehand; `bytes` then yields exactly that many, or the write fails with IncompleteBody. */
  readonly sizeBytes?: number | undefined;
  /** Of the checksum that `seal` will bring, where that is known beforehand: a store that passes bytes on may have to announce it. */
  readonly algorithm?: ChecksumAlgorithm | undefined;
  /** Called once after the last byte and before the commit: what is only known then. May throw, as `bytes` may. */
  readonly seal?: (() => Sealed) | undefined;
};
export type Sealed = { readonly checksums?: StoredChecksums | undefined };

/** What is to be kept in the outbox if the change happens, in the same step. Nothing is paid without. */
export type Announced = { readonly announce?: readonly Announcement[] | undefined };

export type PutOptions = Announced & {
  readonly condition?: WriteCondition | undefined;
  /** Ends the write with the signal's reason, leaving nothing behind, as long as it has not been committed. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds since the epoch; becomes `lastModified`, cut down to whole seconds. */
  readonly now: number;
};

export type Written = {
  readonly etag: string;
  readonly lastModified: number;
  readonly sizeBytes: number;
  readonly checksums?: StoredChecksums | undefined;
};

export type ListOptions = {
  readonly prefix?: string | undefined;
  /** Keys that hold it behind the prefix are rolled up into one common prefix. Any string, not only `/`. */
  readonly delimiter?: string | undefined;
  /** Only what comes after this, in the order of UTF-8 bytes. A common prefix is after it if the prefix itself is greater. */
  readonly after?: string | undefined;
  /** At most so many entries, objects and common prefixes together; 0 to 1000. A page of 0 is empty and has no `next`. */
  readonly limit: number;
};
export type ListEntry = { readonly kind: 'object'; readonly record: ListedObject } | { readonly kind: 'prefix'; readonly prefix: string };
/** What listings show of an object. A store may know of a checksum only which it is: its value is empty then. */
export type ListedObject = Pick<ObjectRecord, 'key' | 'sizeBytes' | 'etag' | 'lastModified' | 'checksums'>;
export type ListPage = {
  readonly entries: readonly ListEntry[];
  /** Set where there is more: the key or common prefix to pass as `after` for the next page. */
  readonly next?: string | undefined;
};

/** How a multipart upload's checksum is to be made, chosen at its start. */
export type UploadChecksum = { readonly algorithm: ChecksumAlgorithm; readonly type: 'FULL_OBJECT' | 'COMPOSITE' };

export type UploadRecord = {
  /** Letters and digits only, not to be guessed. */
  readonly uploadId: string;
  readonly key: ObjectKey;
  /** Milliseconds since the epoch. */
  readonly initiatedAt: number;
  readonly properties: ObjectProperties;
  readonly checksum?: UploadChecksum | undefined;
  /** Absent where the owner began it, and where nobody kept who did. */
  readonly initiator?: Initiator | undefined;
};
export type PartRecord = {
  /** 1 to 10,000. */
  readonly partNumber: number;
  readonly sizeBytes: number;
  readonly etag: string;
  readonly lastModified: number;
  readonly checksums?: StoredChecksums | undefined;
};
export type CompletedPart = {
  readonly partNumber: number;
  readonly etag: string;
  readonly checksums?: StoredChecksums['values'] | undefined;
};

export type ObjectStore = {
  /** Promise: a bucket created twice is refused with BucketAlreadyOwnedByYou and stays as it was. */
  createBucket(bucket: BucketRecord): Promise<void>;
  getBucket(name: BucketName): Promise<BucketRecord | undefined>;
  /** Promise: buckets are listed in the order of their names, from `after` on, exclusive. */
  listBuckets(options: {
    readonly prefix?: string | undefined;
    readonly after?: string | undefined;
    readonly limit: number;
  }): Promise<{ readonly buckets: readonly BucketRecord[]; readonly next?: string | undefined }>;
  /** Promise: a bucket with an object in it is refused with BucketNotEmpty; unfinished uploads are dropped with the bucket. */
  deleteBucket(name: BucketName): Promise<void>;

  /**
   * Promise: when it resolves, bytes and record are on disk; a crash before leaves the old object or none.
   * Promise: an overwrite is seen whole or not at all, and readers in flight keep the old bytes.
   * Promise: a body that throws leaves nothing visible and nothing behind.
   * Promise: of concurrent writes with `ifNoneMatch: '*'` exactly one succeeds.
   */
  putObject(bucket: BucketName, key: ObjectKey, body: IncomingBody, properties: ObjectProperties, options: PutOptions): Promise<Written>;
  /** `undefined` for a key that is not there; throws NoSuchBucket for a bucket that is not. */
  headObject(bucket: BucketName, key: ObjectKey): Promise<ObjectRecord | undefined>;
  /**
   * As `headObject`, and of the same moment a page of the object's parts, in the order of their numbers: those greater than `after`, `limit`
   * (1 to 1000) at the most. Only of an object whose checksums are COMPOSITE, since S3 lists no others; and not where the store can not tell.
   */
  headParts(
    bucket: BucketName,
    key: ObjectKey,
    options: { readonly after: number; readonly limit: number },
  ): Promise<{ readonly record: ObjectRecord; readonly page?: ObjectPartPage | undefined } | undefined>;
  /** As `headObject`; without a promise where the object is at hand. What is refused rejects, and is never thrown at once. */
  openObject(bucket: BucketName, key: ObjectKey, options?: OpenOptions): OpenObject | undefined | Promise<OpenObject | undefined>;
  /** `true` if there was one. Promise: deleting what is not there is no error, unless the condition names an ETag. */
  deleteObject(bucket: BucketName, key: ObjectKey, condition?: DeleteCondition, options?: Announced): Promise<boolean>;
  /** Replaces the tags of an object, or takes them away; `false` if there is no such object. Promise: nothing else of the object changes. */
  setTags(bucket: BucketName, key: ObjectKey, tags: ObjectProperties['tags'], options?: Announced): Promise<boolean>;

  /** Promise: a page costs what the page holds, however many keys the bucket or a common prefix has. */
  listObjects(bucket: BucketName, options: ListOptions): Promise<ListPage>;

  createUpload(
    bucket: BucketName,
    key: ObjectKey,
    properties: ObjectProperties,
    options: {
      readonly now: number;
      readonly checksum?: UploadChecksum | undefined;
      readonly initiator?: Initiator | undefined;
    },
  ): Promise<UploadRecord>;
  getUpload(bucket: BucketName, key: ObjectKey, uploadId: string): Promise<UploadRecord | undefined>;
  /** Promise: a part uploaded again replaces the one of that number, whole. Throws NoSuchUpload. */
  uploadPart(
    bucket: BucketName,
    key: ObjectKey,
    uploadId: string,
    partNumber: number,
    body: IncomingBody,
    options: { readonly now: number; readonly signal?: AbortSignal | undefined },
  ): Promise<PartRecord>;
  listParts(
    bucket: BucketName,
    key: ObjectKey,
    uploadId: string,
    options: { readonly after: number; readonly limit: number },
  ): Promise<{ readonly parts: readonly PartRecord[]; readonly next?: number | undefined }>;
  /**
   * Promise: uploads are listed by key, then by time begun. `after` names the last one seen; without its `uploadId`, every upload of that
   * key is passed over. A delimiter rolls up as in listObjects.
   */
  listUploads(
    bucket: BucketName,
    options: {
      readonly prefix?: string | undefined;
      readonly delimiter?: string | undefined;
      readonly after?: { readonly key: string; readonly uploadId?: string | undefined } | undefined;
      readonly limit: number;
    },
  ): Promise<UploadPage>;
  /**
   * `parts` is not empty. A part's `checksums`, where given, must be those it was stored with (InvalidPart else). `sealChecksums` sees the
   * chosen parts as they were stored, in order, and may throw; it may be called again when a part changes meanwhile.
   * Promise: the object appears whole, at once, with no byte copied; the upload is gone in the same step.
   * Promise: a retry of a completed upload with the same parts answers as the first did, as long as the object is still that one; NoSuchUpload else.
   * Throws InvalidPart, InvalidPartOrder, EntityTooSmall (a part other than the last under 5 MiB), NoSuchUpload, PreconditionFailed.
   */
  completeUpload(
    bucket: BucketName,
    key: ObjectKey,
    uploadId: string,
    parts: readonly CompletedPart[],
    options: PutOptions & { readonly sealChecksums?: ((parts: readonly PartRecord[]) => StoredChecksums | undefined) | undefined },
  ): Promise<Written>;
  /** Promise: an aborted upload frees its parts; one that is not there is refused with NoSuchUpload. */
  abortUpload(bucket: BucketName, key: ObjectKey, uploadId: string): Promise<void>;

  /** Whether each look into it is a request to another server. */
  readonly isElsewhere?: true | undefined;

  /** Only where the operator has said that clients reach what is below the store. */
  readonly direct?: DirectAccess | undefined;

  /**
   * What changes were announced with, until it is removed.
   * Promise: a change and its announcements are there together, or neither; what changes nothing announces nothing.
   * Promise: sequences grow with the changes, also after the store was opened anew.
   */
  readonly outbox: Outbox;

  /** Throws with the reason where the store can not be written to just now (read-only after a failed fsync, disk full). */
  checkHealth(): Promise<void>;
  /** Finishes what is being written, then closes. */
  close(): Promise<void>;
};

/** How clients fetch objects by themselves, past whoever has opened the store. */
export type DirectAccess = {
  /** Where the URLs lead, as a Content-Security-Policy names it: `https://ceph.example.com`, or several with blanks between. */
  readonly sources: string;
  /**
   * A URL for the GET of one object, without asking whether it is there; `undefined` for a key that clients would change on the way.
   * Promise: it is good for this method, this object and these headers only, and no longer than it was asked to be.
   */
  url(bucket: BucketName, key: ObjectKey, options: DirectOptions): string | undefined;
};

export type DirectOptions = {
  /** Whole seconds. */
  readonly expiresInSeconds: number;
  /** Parameters that make the answer say something else than the object does: `response-content-type`, … */
  readonly query: Readonly<Record<string, string>>;
};

export type UploadPage = {
  readonly entries: readonly (
    | { readonly kind: 'upload'; readonly upload: UploadRecord }
    | { readonly kind: 'prefix'; readonly prefix: string }
  )[];
  readonly next?: { readonly key: string; readonly uploadId?: string | undefined } | undefined;
};
