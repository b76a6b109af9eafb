import { createHash } from 'node:crypto';
import { S3Error } from '@latchkey/s3/errors';
import { compositeEtag } from '@latchkey/s3/etag';
import type { BucketName, ObjectKey } from '@latchkey/s3/names';
import { compareKeys } from './key-order.ts';
import { rollUp } from './memory-listing.ts';
import { memoryOutbox } from './memory-outbox.ts';
import type {
  BucketRecord,
  ByteRange,
  IncomingBody,
  ListedObject,
  ObjectProperties,
  ObjectRecord,
  ObjectStore,
  OpenObject,
  PartRecord,
  Sealed,
  UploadRecord,
  Written,
} from './object-store.ts';
import { chooseParts, namesSameParts } from './part-choice.ts';
import { requireDeleteCondition, requireWriteCondition } from './preconditions.ts';
import { timeOrderedId } from './time-ordered-id.ts';

/**
 * An object store in memory: the reference every other one is tested against, and a store for tests. Everything is done the plain way, by
 * its definition; nothing is quick.
 */
export function openMemoryObjectStore(): ObjectStore {
  const buckets = new Map<string, Bucket>();
  const outbox = memoryOutbox();

  const bucketOf = (name: BucketName): Bucket => {
    const bucket = buckets.get(name);
    if (bucket === undefined) throw new S3Error('NoSuchBucket', { fields: { BucketName: name } });
    return bucket;
  };
  const findUpload = (name: BucketName, key: ObjectKey, uploadId: string): Upload | undefined => {
    const upload = bucketOf(name).uploads.get(uploadId);
    return upload?.record.key === key ? upload : undefined;
  };
  const uploadOf = (name: BucketName, key: ObjectKey, uploadId: string): Upload => {
    const upload = findUpload(name, key, uploadId);
    if (upload === undefined) throw new S3Error('NoSuchUpload', { fields: { UploadId: uploadId } });
    return upload;
  };

  return {
    async createBucket(record) {
      if (buckets.has(record.name)) throw new S3Error('BucketAlreadyOwnedByYou', { fields: { BucketName: record.name } });
      buckets.set(record.name, { record, objects: new Map(), uploads: new Map() });
    },
    async getBucket(name) {
      return buckets.get(name)?.record;
    },
    async listBuckets({ prefix = '', after = '', limit }) {
      const all = [...buckets.values()].map((bucket) => bucket.record).filter(({ name }) => name.startsWith(prefix) && name > after);
      all.sort((left, right) => compareKeys(left.name, right.name));
      const page = all.slice(0, limit);
      return { buckets: page, next: all.length > limit ? page.at(-1)?.name : undefined };
    },
    async deleteBucket(name) {
      if (bucketOf(name).objects.size > 0) throw new S3Error('BucketNotEmpty', { fields: { BucketName: name } });
      buckets.delete(name);
    },

    async putObject(name, key, body, properties, options) {
      requireWriteCondition(bucketOf(name).objects.get(key)?.record, options.condition);
      const received = await receive(body, options.signal);
      const bucket = bucketOf(name);
      requireWriteCondition(bucket.objects.get(key)?.record, options.condition);
      const written: Written = {
        etag: md5(received.bytes),
        lastModified: wholeSeconds(options.now),
        sizeBytes: received.bytes.length,
        checksums: received.checksums,
      };
      bucket.objects.set(key, { record: { key, ...copyOf(properties), ...written }, bytes: received.bytes, parts: [] });
      outbox.add(options, { bucket: name, key, object: written });
      return written;
    },
    async headObject(name, key) {
      return bucketOf(name).objects.get(key)?.record;
    },
    async headParts(name, key, { after, limit }) {
      const stored = bucketOf(name).objects.get(key);
      if (stored?.record.checksums?.type !== 'COMPOSITE') return stored && { record: stored.record };
      const behind = stored.parts.filter((part) => part.partNumber > after);
      const parts = behind
        .slice(0, limit)
        .map(({ partNumber, sizeBytes, checksums }) => ({ partNumber, sizeBytes, checksums: checksums?.values }));
      return { record: stored.record, page: { parts, next: behind.length > limit ? parts.at(-1)?.partNumber : undefined } };
    },
    async openObject(name, key) {
      const stored = bucketOf(name).objects.get(key);
      return stored && openStored(stored);
    },
    async deleteObject(name, key, condition, options) {
      const { objects } = bucketOf(name);
      requireDeleteCondition(objects.get(key)?.record, condition);
      const wasThere = objects.delete(key);
      if (wasThere) outbox.add(options, { bucket: name, key });
      return wasThere;
    },
    async setTags(name, key, tags, options) {
      const { objects } = bucketOf(name);
      const current = objects.get(key);
      if (current === undefined) return false;
      const { tags: _replaced, ...rest } = current.record;
      objects.set(key, { ...current, record: tags === undefined ? rest : { ...rest, tags } });
      outbox.add(options, { bucket: name, key, object: current.record });
      return true;
    },
    async listObjects(name, options) {
      const items = [...bucketOf(name).objects].map(([key, { record }]) => [key, listed(record)] as const);
      const { after = '' } = options;
      const { entries, hasMore } = rollUp(items, { ...options, afterKey: after, isAfter: (key) => compareKeys(key, after) > 0 });
      return {
        entries: entries.map((entry) =>
          entry.kind === 'item' ? { kind: 'object', record: entry.item } : { kind: 'prefix', prefix: entry.name },
        ),
        next: hasMore ? entries.at(-1)?.name : undefined,
      };
    },

    async createUpload(name, key, properties, { now, checksum, initiator }) {
      const uploadId = timeOrderedId(now).toString('hex');
      const record: UploadRecord = { uploadId, key, initiatedAt: now, properties: copyOf(properties), checksum, initiator };
      bucketOf(name).uploads.set(uploadId, { record, parts: new Map() });
      return record;
    },
    async getUpload(name, key, uploadId) {
      return findUpload(name, key, uploadId)?.record;
    },
    async uploadPart(name, key, uploadId, partNumber, body, { now, signal }) {
      uploadOf(name, key, uploadId);
      const { bytes, checksums } = await receive(body, signal);
      const part: PartRecord = { partNumber, sizeBytes: bytes.length, etag: md5(bytes), lastModified: wholeSeconds(now), checksums };
      uploadOf(name, key, uploadId).parts.set(partNumber, { ...part, bytes });
      return part;
    },
    async listParts(name, key, uploadId, { after, limit }) {
      const all = [...uploadOf(name, key, uploadId).parts.values()].filter((part) => part.partNumber > after);
      const parts = all.sort((left, right) => left.partNumber - right.partNumber).slice(0, limit);
      return { parts: parts.map(withoutBytes), next: limit > 0 && all.length > limit ? parts.at(-1)?.partNumber : undefined };
    },
    async listUploads(name, options) {
      const { key: afterKey = '', uploadId: afterId } = options.after ?? {};
      const uploads = [...bucketOf(name).uploads.values()].map(({ record }) => record);
      uploads.sort((left, right) => compareKeys(left.uploadId, right.uploadId));
      const isAfter = (key: string, { uploadId }: UploadRecord) =>
        compareKeys(key, afterKey) > 0 || (key === afterKey && afterId !== undefined && uploadId > afterId);
      const items = uploads.map((record) => [record.key, record] as const);
      const { entries, hasMore } = rollUp(items, { ...options, afterKey, isAfter });
      const last = entries.at(-1);
      return {
        entries: entries.map((entry) =>
          entry.kind === 'item' ? { kind: 'upload', upload: entry.item } : { kind: 'prefix', prefix: entry.name },
        ),
        next: hasMore && last ? { key: last.name, uploadId: last.kind === 'item' ? last.item.uploadId : undefined } : undefined,
      };
    },
    async completeUpload(name, key, uploadId, named, options) {
      const bucket = bucketOf(name);
      const upload = findUpload(name, key, uploadId);
      const current = bucket.objects.get(key);
      if (upload === undefined) {
        if (
          current?.uploadId === uploadId &&
          namesSameParts(
            named,
            current.parts.map((part) => part.partNumber),
            current.record.etag,
          )
        )
          return written(current.record);
        throw new S3Error('NoSuchUpload', { fields: { UploadId: uploadId } });
      }
      const parts = chooseParts(uploadId, named, (partNumber) => upload.parts.get(partNumber));
      requireWriteCondition(current?.record, options.condition);
      options.signal?.throwIfAborted();
      const bytes = Buffer.concat(parts.map((part) => part.bytes));
      const record: ObjectRecord = {
        key,
        ...upload.record.properties,
        sizeBytes: bytes.length,
        etag: compositeEtag(parts.map((part) => part.etag)),
        lastModified: wholeSeconds(options.now),
        checksums: options.sealChecksums?.(parts.map(withoutBytes)),
        partCount: parts.length,
      };
      bucket.objects.set(key, { record, bytes, parts: parts.map(withoutBytes), uploadId });
      bucket.uploads.delete(uploadId);
      outbox.add(options, { bucket: name, key, object: record });
      return written(record);
    },
    async abortUpload(name, key, uploadId) {
      uploadOf(name, key, uploadId);
      bucketOf(name).uploads.delete(uploadId);
    },

    outbox: outbox.outbox,

    async checkHealth() {},
    async close() {},
  };
}

type Bucket = { readonly record: BucketRecord; readonly objects: Map<string, Stored>; readonly uploads: Map<string, Upload> };
type Stored = { readonly record: ObjectRecord; readonly bytes: Buffer; readonly parts: readonly PartRecord[]; readonly uploadId?: string };
type Upload = { readonly record: UploadRecord; readonly parts: Map<number, PartRecord & { readonly bytes: Buffer }> };

async function receive(body: IncomingBody, signal: AbortSignal | undefined): Promise<Sealed & { readonly bytes: Buffer }> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body.bytes) {
    signal?.throwIfAborted();
    chunks.push(chunk);
  }
  signal?.throwIfAborted();
  const bytes = Buffer.concat(chunks);
  if (body.sizeBytes !== undefined && body.sizeBytes !== bytes.length) throw new S3Error('IncompleteBody');
  const sealed = body.seal?.();
  signal?.throwIfAborted();
  return { ...sealed, bytes };
}

function openStored({ record, bytes, parts }: Stored): OpenObject {
  return {
    record,
    bytes,
    async *read(range: ByteRange = { start: 0, end: bytes.length - 1 }) {
      if (range.end >= range.start) yield bytes.subarray(range.start, range.end + 1);
    },
    async part(partNumber) {
      if (parts.length === 0) return partNumber === 1 ? { range: { start: 0, end: bytes.length - 1 }, partCount: 1 } : undefined;
      const index = parts.findIndex((part) => part.partNumber === partNumber);
      const start = parts.slice(0, index).reduce((sum, part) => sum + part.sizeBytes, 0);
      const part = parts[index];
      if (part === undefined) return undefined;
      const checksums = record.checksums?.type === 'COMPOSITE' ? part.checksums?.values : undefined;
      return { range: { start, end: start + part.sizeBytes - 1 }, partCount: parts.length, checksums };
    },
    async close() {},
  };
}

function md5(bytes: Uint8Array): string {
  return createHash('md5').update(bytes).digest('hex');
}

function wholeSeconds(milliseconds: number): number {
  return Math.floor(milliseconds / 1000) * 1000;
}

function copyOf({ headers, metadata, tags }: ObjectProperties): ObjectProperties {
  return { headers: { ...headers }, metadata: { ...metadata }, tags: tags && { ...tags } };
}

function listed({ key, sizeBytes, etag, lastModified, checksums }: ObjectRecord): ListedObject {
  return { key, sizeBytes, etag, lastModified, checksums };
}

function written({ etag, lastModified, sizeBytes, checksums }: ObjectRecord): Written {
  return { etag, lastModified, sizeBytes, checksums };
}

function withoutBytes({ partNumber, sizeBytes, etag, lastModified, checksums }: PartRecord): PartRecord {
  return { partNumber, sizeBytes, etag, lastModified, checksums };
}
