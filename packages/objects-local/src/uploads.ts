import type { BucketName, ObjectKey } from '@latchkey/s3/names';
import type { ObjectStore, PartRecord } from '@latchkey/storage/object-store';
import { timeOrderedId } from '@latchkey/storage/time-ordered-id';
import { type Context, claimBody, requireBucket, settled, wholeSeconds } from './commit.ts';
import { completeUpload } from './complete-upload.ts';
import { dropBody, dropUpload } from './garbage.ts';
import { inBucket, partKey } from './keys.ts';
import { walk } from './listing.ts';
import { receive } from './receive.ts';
import { decodeRowHead, encodeRow, type Row } from './row.ts';
import { listUploads } from './upload-listing.ts';
import { asRecord, countChange, findUpload, forgetUpload, partsOf, requireUpload, type StoredUpload, withoutBody } from './upload-rows.ts';

type Uploads = Pick<
  ObjectStore,
  'createUpload' | 'getUpload' | 'uploadPart' | 'listParts' | 'listUploads' | 'completeUpload' | 'abortUpload'
>;

/** Multipart uploads: parts are bodies of their own, and completing an upload makes one object of them by changing the index only. */
export function uploadsOf(context: Context): Uploads {
  const { catalogue, health } = context;
  return {
    async createUpload(bucket, key, properties, { now, checksum, initiator }) {
      health.requireWritable();
      const id = timeOrderedId(now);
      const stored: StoredUpload = { bucket, key, initiatedAt: now, properties, checksum, initiator };
      await catalogue.change(() => {
        requireBucket(catalogue, bucket);
        catalogue.uploads.putSync(id, Buffer.from(JSON.stringify(stored)));
        catalogue.uploadKeys.putSync(inBucket(bucket, key), id);
      });
      return asRecord(id, stored);
    },

    async getUpload(bucket, key, uploadId) {
      catalogue.latest();
      requireBucket(catalogue, bucket);
      const found = findUpload(catalogue, bucket, key, uploadId);
      return found && asRecord(found.id, found.stored);
    },

    uploadPart: (...part) => context.track(uploadPart(context, ...part)),

    async listParts(bucket, key, uploadId, { after, limit }) {
      catalogue.latest();
      const { id } = requireUpload(catalogue, bucket, key, uploadId);
      const found = partsOf(catalogue, id, { after, limit: limit + 1 });
      const parts = found.slice(0, limit).map(withoutBody);
      return { parts, next: limit > 0 && found.length > limit ? parts.at(-1)?.partNumber : undefined };
    },

    async listUploads(bucket, options) {
      catalogue.latest();
      requireBucket(catalogue, bucket);
      return listUploads(catalogue, bucket, options);
    },

    completeUpload: (...upload) => context.track(completeUpload(context, ...upload)),

    async abortUpload(bucket, key, uploadId) {
      health.requireWritable();
      await catalogue.change(() => {
        const { id, stored } = requireUpload(catalogue, bucket, key, uploadId);
        forgetUpload(catalogue, id, stored);
        dropUpload(catalogue, id, context.dueAt());
      });
    },
  };
}

async function uploadPart(
  context: Context,
  ...[bucket, key, uploadId, partNumber, body, options]: Parameters<ObjectStore['uploadPart']>
): Promise<PartRecord> {
  const { catalogue } = context;
  const { now, signal } = options;
  catalogue.latest();
  requireUpload(catalogue, bucket, key, uploadId);
  const received = await receive(context, body, signal);
  const { sizeBytes, md5, checksums } = received;
  const row: Row = {
    sizeBytes,
    lastModified: wholeSeconds(now),
    etag: md5,
    partCount: 0,
    body: received.body,
    checksums,
    properties: { headers: {}, metadata: {} },
  };
  await settled(context, received, () => {
    const { id } = requireUpload(catalogue, bucket, key, uploadId);
    claimBody(catalogue, received);
    const replaced = catalogue.parts.getBinary(partKey(id, partNumber));
    if (replaced) dropBody(catalogue, decodeRowHead(replaced).body, context.dueAt());
    catalogue.parts.putSync(partKey(id, partNumber), encodeRow(row));
    countChange(catalogue, id);
  });
  return { partNumber, sizeBytes, etag: md5, lastModified: row.lastModified, checksums };
}

/** Inside a change: drops every upload of a bucket. */
export function dropUploads(context: Context, bucket: BucketName): void {
  const { catalogue } = context;
  const found: { readonly key: ObjectKey; readonly id: Buffer }[] = [];
  walk(catalogue.uploadKeys, bucket, {}, (key, id) => {
    if (id !== undefined) found.push({ key: key as ObjectKey, id });
    return 'next';
  });
  for (const { key, id } of found) {
    forgetUpload(catalogue, id, { bucket, key });
    dropUpload(catalogue, id, context.dueAt());
  }
}
