import type { BucketName, ObjectKey } from '@latchkey/s3/names';
import type { ByteRange, Chunks, ObjectRecord, ObjectStore, OpenObject, Written } from '@latchkey/storage/object-store';
import { requireDeleteCondition, requireWriteCondition } from '@latchkey/storage/preconditions';
import { type Context, claimBody, objectRow, requireBucket, settled, wholeSeconds, writtenOf } from './commit.ts';
import { dropBody } from './garbage.ts';
import { inBucket } from './keys.ts';
import { listObjects } from './listing.ts';
import { findPart, keepsPartRows, pageOfParts } from './object-parts.ts';
import { announce } from './outbox.ts';
import { readBody, readInline } from './read-body.ts';
import { receive } from './receive.ts';
import { decodeRow, encodeRow, type Row } from './row.ts';

export function objectsOf(
  context: Context,
): Pick<ObjectStore, 'putObject' | 'headObject' | 'headParts' | 'openObject' | 'deleteObject' | 'setTags' | 'listObjects'> {
  const { catalogue, health } = context;
  return {
    putObject: (bucket, key, body, properties, options) => context.track(putObject(context, bucket, key, body, properties, options)),
    async headObject(bucket, key) {
      const row = found(context, bucket, key);
      return row && recordOf(key, row);
    },
    async headParts(bucket, key, options) {
      const row = found(context, bucket, key);
      if (row === undefined) return undefined;
      const listsParts = row.body.kind === 'parts' && keepsPartRows(row);
      return { record: recordOf(key, row), page: listsParts ? pageOfParts(catalogue, row.body.id, options) : undefined };
    },
    // Every GET comes through here, and all it needs is at hand.
    openObject(bucket, key) {
      try {
        return openRow(context, bucket, key);
      } catch (error) {
        return Promise.reject(error);
      }
    },
    async deleteObject(bucket, key, condition, options) {
      health.requireWritable();
      return catalogue.change(() => {
        requireBucket(catalogue, bucket);
        const current = objectRow(catalogue, bucket, key);
        requireDeleteCondition(current, condition);
        if (current === undefined) return false;
        dropBody(catalogue, current.body, context.dueAt());
        catalogue.objects.removeSync(inBucket(bucket, key));
        announce(context, options, { bucket, key });
        return true;
      });
    },
    async setTags(bucket, key, tags, options) {
      health.requireWritable();
      return catalogue.change(() => {
        requireBucket(catalogue, bucket);
        const current = objectRow(catalogue, bucket, key);
        if (current === undefined) return false;
        const { headers, metadata } = current.properties;
        const row = { ...current, properties: tags === undefined ? { headers, metadata } : { headers, metadata, tags } };
        catalogue.objects.putSync(inBucket(bucket, key), encodeRow(row));
        announce(context, options, { bucket, key, object: current });
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

async function putObject(
  context: Context,
  ...[bucket, key, body, properties, options]: Parameters<ObjectStore['putObject']>
): Promise<Written> {
  const { catalogue } = context;
  const { condition, now, signal } = options;
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
    requireBucket(catalogue, bucket);
    const current = objectRow(catalogue, bucket, key);
    requireWriteCondition(current, condition);
    claimBody(catalogue, received);
    if (current) dropBody(catalogue, current.body, context.dueAt());
    catalogue.objects.putSync(inBucket(bucket, key), encodeRow(row));
    announce(context, options, { bucket, key, object: row });
  });
  return writtenOf(row);
}

/** An object's row. The bucket is only looked at where there is no such object: what is in a bucket proves that it is there. */
function found({ catalogue }: Context, bucket: BucketName, key: ObjectKey): Row | undefined {
  catalogue.latestOfTurn();
  const row = objectRow(catalogue, bucket, key);
  if (row === undefined) requireBucket(catalogue, bucket);
  return row;
}

function openRow(context: Context, bucket: BucketName, key: ObjectKey): OpenRow | undefined {
  const { catalogue, lately } = context;
  catalogue.latestOfTurn();
  const bytes = catalogue.objects.getBinaryFast({ bucket, key });
  if (bytes === undefined) {
    requireBucket(catalogue, bucket);
    return undefined;
  }
  const known = lately.get(bytes);
  if (known !== undefined) return new OpenRow(context, key, known.row, known.content);
  const offer = lately.wants(bytes);
  const row = decodeRow(bytes);
  const content = contentOf(context, row);
  if (offer !== undefined && content !== undefined) offer(row, content);
  return new OpenRow(context, key, row, content);
}

/** Of a small object. */
function contentOf({ catalogue }: Context, { body }: Row): Buffer | undefined {
  return body.kind === 'inline' ? readInline(catalogue, body) : body.kind === 'none' ? Buffer.alloc(0) : undefined;
}

function recordOf(key: ObjectKey, { sizeBytes, etag, lastModified, checksums, partCount, properties }: Row): ObjectRecord {
  const { headers, metadata, tags } = properties;
  return { key, sizeBytes, etag, lastModified, headers, metadata, tags, checksums, partCount: partCount === 0 ? undefined : partCount };
}

/** A class, because most requests are done with `record` and `bytes`, and should not have to make the rest. */
class OpenRow implements OpenObject {
  readonly record: ObjectRecord;
  readonly bytes: Buffer | undefined;
  readonly #context: Context;
  readonly #row: Row;
  readonly #unpin: (() => void) | undefined;

  constructor(context: Context, key: ObjectKey, row: Row, content: Buffer | undefined) {
    const { body } = row;
    this.#context = context;
    this.#row = row;
    this.bytes = content;
    this.#unpin = body.kind === 'file' || body.kind === 'parts' ? context.pins.pin(body.id) : undefined;
    this.record = recordOf(key, row);
  }

  async *read(range: ByteRange = this.#whole(), chunks: Chunks = 'kept'): AsyncGenerator<Uint8Array> {
    const { bytes } = this;
    try {
      if (bytes === undefined) yield* readBody(this.#context, this.#row.body, this.#row.sizeBytes, range, chunks);
      else if (range.end >= range.start) yield bytes.subarray(range.start, range.end + 1);
    } finally {
      this.#unpin?.();
    }
  }

  async part(partNumber: number): ReturnType<OpenObject['part']> {
    const { body } = this.#row;
    if (body.kind !== 'parts') return partNumber === 1 ? { range: this.#whole(), partCount: 1 } : undefined;
    return findPart(this.#context.catalogue, body.id, this.#row, partNumber);
  }

  async close(): Promise<void> {
    this.#unpin?.();
  }

  #whole(): ByteRange {
    return { start: 0, end: this.#row.sizeBytes - 1 };
  }
}
