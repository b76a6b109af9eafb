import { join } from 'node:path';
import { S3Error } from '@latchkey/s3/errors';
import type { BucketName, ObjectKey } from '@latchkey/s3/names';
import { newHealth } from '@latchkey/storage/health';
import type { BucketRecord, ByteRange, ObjectRecord, ObjectStore, OpenObject } from '@latchkey/storage/object-store';
import { requireDeleteCondition, requireWriteCondition } from '@latchkey/storage/preconditions';
import { makeBlobDirectories, openBlobs } from './blobs.ts';
import { openCatalogue } from './catalogue.ts';
import { collect } from './collector.ts';
import { type Context, claimBody, objectRow, requireBucket, settled, wholeSeconds, writtenOf } from './commit.ts';
import { requireKnownFormat } from './directory-format.ts';
import { type Files, nodeFiles } from './files.ts';
import { dropBody } from './garbage.ts';
import { instanceName } from './instance.ts';
import { behindAll, inBucket, nameKey } from './keys.ts';
import { listObjects } from './listing.ts';
import { allPieces } from './manifest.ts';
import { openPins } from './pins.ts';
import { readBody, readInline } from './read-body.ts';
import { receive } from './receive.ts';
import { recover } from './recovery.ts';
import { encodeRow, type Row } from './row.ts';
import { dropUploads, uploadsOf } from './uploads.ts';

export type LocalObjectStoreOptions = {
  /** Everything is in here; made where it is not there. On one file system, which must know hard links and fsync. */
  readonly directory: string;
  /** Bodies up to this size are kept in the index instead of a file of their own. 16 KiB by default: a put is six times as quick there. */
  readonly inlineLimitBytes?: number | undefined;
  /** How long bytes outlive the object they belonged to. 60,000 by default; readers keep theirs in any case. */
  readonly collectAfterMs?: number | undefined;
  /** How often that is looked after. 15,000 by default; at most a quarter of `collectAfterMs`. */
  readonly collectEveryMs?: number | undefined;
  /** Milliseconds since the epoch. */
  readonly clock?: (() => number) | undefined;
  /** Told once, in a sentence, when the store becomes read-only. */
  readonly onReadOnly?: ((sentence: string) => void) | undefined;
  /** Told of work in the background that failed; it is tried again. */
  readonly onBackgroundError?: ((error: unknown) => void) | undefined;
  readonly files?: Files | undefined;
};

/** An object store and what only a local one can do. */
export type LocalObjectStore = ObjectStore & {
  /** Removes now what is due, instead of in a while; resolves to how many bodies went. */
  collect(): Promise<number>;
};

/**
 * Objects in one directory: files under random ids in blobs/, an LMDB index in index/, what is on its way in tmp/. Several processes may
 * have it open. Opening removes what a crash left behind.
 */
export async function openLocalObjectStore(options: LocalObjectStoreOptions): Promise<LocalObjectStore> {
  const { directory, files = nodeFiles, clock = Date.now, inlineLimitBytes = 16 * 1024, collectAfterMs = 60_000 } = options;
  const directories = { blobs: join(directory, 'blobs'), tmp: join(directory, 'tmp'), index: join(directory, 'index') };
  const temporary = join(directories.tmp, instanceName());
  await files.makeDirectory(directory);
  await requireKnownFormat(files, directory);
  for (const path of [directories.index, temporary]) await files.makeDirectory(path);
  await makeBlobDirectories(files, directories.blobs);
  for (const path of [directories.tmp, directory]) await files.syncDirectory(path);

  const health = newHealth('object store', options.onReadOnly);
  const catalogue = openCatalogue(directories.index, health);
  await recover(files, catalogue, directories, clock());
  const blobs = openBlobs(files, health, directories.blobs, temporary);
  const pins = openPins(catalogue, collectAfterMs, clock);
  const context: Context = { files, catalogue, health, blobs, pins, clock, inlineLimitBytes, dueAt: () => clock() + collectAfterMs };

  const tidy = async (): Promise<number> => {
    if (health.readOnlyBecause !== undefined) return 0;
    await pins.renew(clock());
    return collect({ catalogue, blobs, pins, health, graceMs: collectAfterMs }, clock());
  };
  const background = repeat(tidy, Math.min(options.collectEveryMs ?? 15_000, Math.max(collectAfterMs / 4, 10)), options.onBackgroundError);

  return {
    ...bucketsOf(context),
    ...objectsOf(context),
    ...uploadsOf(context),
    collect: tidy,
    async checkHealth() {
      health.requireWritable();
      const freeBytes = await files.freeBytes(directory);
      if (freeBytes < MIN_FREE_BYTES) throw new S3Error('ServiceUnavailable', { message: `Only ${freeBytes} bytes are free for objects.` });
    },
    async close() {
      await background.stop();
      await catalogue.close();
      await files.removeDirectory(temporary);
    },
  };
}

/** Room for the index to note what is removed. */
const MIN_FREE_BYTES = 16 * 1024 * 1024;

function bucketsOf(context: Context): Pick<ObjectStore, 'createBucket' | 'getBucket' | 'listBuckets' | 'deleteBucket'> {
  const { catalogue, health } = context;
  return {
    async createBucket(record) {
      health.requireWritable();
      await catalogue.change(() => {
        if (catalogue.buckets.doesExist(nameKey(record.name))) {
          throw new S3Error('BucketAlreadyOwnedByYou', { fields: { BucketName: record.name } });
        }
        catalogue.buckets.putSync(nameKey(record.name), Buffer.from(JSON.stringify(record)));
      });
    },
    async getBucket(name) {
      catalogue.latest();
      const bytes = catalogue.buckets.getBinary(nameKey(name));
      return bytes && bucketRecord(bytes);
    },
    async listBuckets({ prefix = '', after = '', limit }) {
      catalogue.latest();
      const start = nameKey(after > prefix ? `${after}\u0000` : prefix);
      const range = { ...(start.length > 0 && { start }), ...(prefix !== '' && { end: behindAll(nameKey(prefix)) }), limit: limit + 1 };
      const found = [...catalogue.buckets.getRange(range)].map(({ value }) => bucketRecord(value));
      const buckets = found.slice(0, limit);
      return { buckets, next: found.length > limit ? buckets.at(-1)?.name : undefined };
    },
    async deleteBucket(name) {
      health.requireWritable();
      await catalogue.change(() => {
        requireBucket(catalogue, name);
        const start = inBucket(name, '');
        for (const _key of catalogue.objects.getKeys({ start, end: behindAll(start), limit: 1 })) {
          throw new S3Error('BucketNotEmpty', { fields: { BucketName: name } });
        }
        dropUploads(context, name);
        catalogue.buckets.removeSync(nameKey(name));
      });
    },
  };
}

function bucketRecord(bytes: Buffer): BucketRecord {
  return JSON.parse(bytes.toString()) as BucketRecord;
}

function objectsOf(context: Context): Pick<ObjectStore, 'putObject' | 'headObject' | 'openObject' | 'deleteObject' | 'setTags' | 'listObjects'> {
  const { catalogue, health } = context;
  return {
    async putObject(bucket, key, body, properties, { condition, now, signal }) {
      catalogue.latest();
      // What is refused anyway is refused before its bytes are taken in; what counts is the look at the moment of the commit.
      requireBucket(catalogue, bucket);
      if (condition) requireWriteCondition(objectRow(catalogue, bucket, key), condition);
      const received = await receive(context, body, signal);
      const row: Row = {
        sizeBytes: received.sizeBytes,
        lastModified: wholeSeconds(now),
        etag: received.md5,
        partCount: 0,
        body: received.body,
        checksums: received.checksums,
        properties,
      };
      await settled(context, received, () => {
        signal?.throwIfAborted();
        requireBucket(catalogue, bucket);
        const current = objectRow(catalogue, bucket, key);
        requireWriteCondition(current, condition);
        claimBody(catalogue, received);
        if (current) dropBody(catalogue, current.body, context.dueAt());
        catalogue.objects.putSync(inBucket(bucket, key), encodeRow(row));
      });
      return writtenOf(row);
    },
    async headObject(bucket, key) {
      const row = found(context, bucket, key);
      return row && recordOf(key, row);
    },
    async openObject(bucket, key) {
      const row = found(context, bucket, key);
      return row && openRow(context, key, row);
    },
    async deleteObject(bucket, key, condition) {
      health.requireWritable();
      return catalogue.change(() => {
        requireBucket(catalogue, bucket);
        const current = objectRow(catalogue, bucket, key);
        requireDeleteCondition(current, condition);
        if (current === undefined) return false;
        dropBody(catalogue, current.body, context.dueAt());
        catalogue.objects.removeSync(inBucket(bucket, key));
        return true;
      });
    },
    async setTags(bucket, key, tags) {
      health.requireWritable();
      return catalogue.change(() => {
        requireBucket(catalogue, bucket);
        const current = objectRow(catalogue, bucket, key);
        if (current === undefined) return false;
        const { headers, metadata } = current.properties;
        const row = { ...current, properties: tags === undefined ? { headers, metadata } : { headers, metadata, tags } };
        catalogue.objects.putSync(inBucket(bucket, key), encodeRow(row));
        return true;
      });
    },
    async listObjects(bucket, options) {
      catalogue.latest();
      requireBucket(catalogue, bucket);
      return listObjects(catalogue.objects, bucket, options);
    },
  };
}

/** An object's row. The bucket is only looked at where there is no such object: what is in a bucket proves that it is there. */
function found({ catalogue }: Context, bucket: BucketName, key: ObjectKey): Row | undefined {
  catalogue.latest();
  const row = objectRow(catalogue, bucket, key);
  if (row === undefined) requireBucket(catalogue, bucket);
  return row;
}

function recordOf(key: ObjectKey, { sizeBytes, etag, lastModified, checksums, partCount, properties }: Row): ObjectRecord {
  const { headers, metadata, tags } = properties;
  return { key, sizeBytes, etag, lastModified, headers, metadata, tags, checksums, partCount: partCount === 0 ? undefined : partCount };
}

function openRow(context: Context, key: ObjectKey, row: Row): OpenObject {
  const { body, sizeBytes, partCount } = row;
  const whole = { start: 0, end: sizeBytes - 1 };
  const bytes = body.kind === 'inline' ? readInline(context.catalogue, body) : body.kind === 'none' ? Buffer.alloc(0) : undefined;
  const unpin = body.kind === 'file' || body.kind === 'parts' ? context.pins.pin(body.id) : () => {};
  return {
    record: recordOf(key, row),
    bytes,
    async *read(range: ByteRange = whole, signal?: AbortSignal) {
      try {
        if (bytes === undefined) yield* readBody(context, body, sizeBytes, range, signal);
        else if (range.end >= range.start) yield bytes.subarray(range.start, range.end + 1);
      } finally {
        unpin();
      }
    },
    async part(partNumber) {
      if (body.kind !== 'parts') return partNumber === 1 ? { range: whole, partCount: 1 } : undefined;
      const piece = allPieces(context.catalogue, body.id).find((each) => each.partNumber === partNumber);
      return piece && { range: { start: piece.start, end: piece.start + piece.sizeBytes - 1 }, partCount };
    },
    async close() {
      unpin();
    },
  };
}

/** Does the work again and again, with a pause in between that keeps no process alive. */
function repeat(work: () => Promise<unknown>, everyMs: number, onError: ((error: unknown) => void) | undefined): { stop(): Promise<void> } {
  let underWay: Promise<unknown> = Promise.resolve();
  const timer = setInterval(() => {
    underWay = underWay.then(work).catch((error) => onError?.(error));
  }, everyMs).unref();
  return {
    async stop() {
      clearInterval(timer);
      await underWay;
    },
  };
}
