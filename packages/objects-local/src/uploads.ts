import { S3Error } from '@latchkey/s3/errors';
import { compositeEtag } from '@latchkey/s3/etag';
import type { BucketName, ObjectKey } from '@latchkey/s3/names';
import type { CompletedPart, ObjectStore, PartRecord, UploadPage, UploadRecord, Written } from '@latchkey/storage/object-store';
import { chooseParts, namesSameParts } from '@latchkey/storage/part-choice';
import { requireWriteCondition } from '@latchkey/storage/preconditions';
import { timeOrderedId } from '@latchkey/storage/time-ordered-id';
import type { Catalogue } from './catalogue.ts';
import { type Context, claimBody, objectRow, requireBucket, settled, wholeSeconds, writtenOf } from './commit.ts';
import { dropBody, dropUpload } from './garbage.ts';
import { behindAllOf, ID_BYTES, inBucket, partKey } from './keys.ts';
import { walk } from './listing.ts';
import { allPieces, manifestRows, type Piece, type PieceBody } from './manifest.ts';
import { receive } from './receive.ts';
import { decodeRowHead, encodeRow, type Row } from './row.ts';

type Uploads = Pick<
  ObjectStore,
  'createUpload' | 'getUpload' | 'uploadPart' | 'listParts' | 'listUploads' | 'completeUpload' | 'abortUpload'
>;

/** Multipart uploads: parts are bodies of their own, and completing an upload makes one object of them by changing the index only. */
export function uploadsOf(context: Context): Uploads {
  const { catalogue, health } = context;
  return {
    async createUpload(bucket, key, properties, { now, checksum }) {
      health.requireWritable();
      const id = timeOrderedId(now);
      const stored: StoredUpload = { bucket, key, initiatedAt: now, properties, checksum };
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

    async uploadPart(bucket, key, uploadId, partNumber, body, { now, signal }) {
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
        signal?.throwIfAborted();
        const { id } = requireUpload(catalogue, bucket, key, uploadId);
        claimBody(catalogue, received);
        const replaced = catalogue.parts.getBinary(partKey(id, partNumber));
        if (replaced) dropBody(catalogue, decodeRowHead(replaced).body, context.dueAt());
        catalogue.parts.putSync(partKey(id, partNumber), encodeRow(row));
        countChange(catalogue, id);
      });
      return { partNumber, sizeBytes, etag: md5, lastModified: row.lastModified, checksums };
    },

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

    async completeUpload(bucket, key, uploadId, named, options) {
      health.requireWritable();
      for (;;) {
        catalogue.latest();
        const found = findUpload(catalogue, bucket, key, uploadId);
        if (found === undefined) return completedBefore(catalogue, bucket, key, uploadId, named);
        const { id, stored } = found;
        const changes = changeCount(catalogue, id);
        const parts = partsOf(catalogue, id, { after: 0 });
        const byNumber = new Map(parts.map((part) => [part.partNumber, part]));
        const chosen = chooseParts(uploadId, named, (partNumber) => byNumber.get(partNumber));
        const row: Row = {
          sizeBytes: chosen.reduce((sum, part) => sum + part.sizeBytes, 0),
          lastModified: wholeSeconds(options.now),
          etag: compositeEtag(chosen.map((part) => part.etag)),
          partCount: chosen.length,
          body: { kind: 'parts', id },
          checksums: options.sealChecksums?.(chosen.map(withoutBody)),
          properties: stored.properties,
        };
        const chosenNumbers = new Set(chosen.map(({ partNumber }) => partNumber));
        const unchosen = parts.filter(({ partNumber }) => !chosenNumbers.has(partNumber));
        const rows = manifestRows(id, piecesOfParts(chosen));
        options.signal?.throwIfAborted();
        const isDone = await catalogue.change(() => {
          requireUpload(catalogue, bucket, key, uploadId);
          if (changeCount(catalogue, id) !== changes) return false;
          const current = objectRow(catalogue, bucket, key);
          requireWriteCondition(current, options.condition);
          if (current) dropBody(catalogue, current.body, context.dueAt());
          for (const [at, value] of rows) catalogue.manifests.putSync(at, value);
          catalogue.objects.putSync(inBucket(bucket, key), encodeRow(row));
          forgetUpload(catalogue, id, stored);
          for (const { partNumber } of [{ partNumber: 0 }, ...parts]) catalogue.parts.removeSync(partKey(id, partNumber));
          for (const { body } of unchosen) dropBody(catalogue, body, context.dueAt());
          return true;
        });
        // A part was replaced while the checksums were made: look again.
        if (isDone) return writtenOf(row);
      }
    },

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

type StoredUpload = Omit<UploadRecord, 'uploadId'> & { readonly bucket: BucketName };
type FoundUpload = { readonly id: Buffer; readonly stored: StoredUpload };
type StoredPart = PartRecord & { readonly body: PieceBody };

function findUpload(catalogue: Catalogue, bucket: BucketName, key: ObjectKey, uploadId: string): FoundUpload | undefined {
  if (!UPLOAD_ID.test(uploadId)) return undefined;
  const id = Buffer.from(uploadId, 'hex');
  const stored = storedUpload(catalogue, id);
  return stored?.bucket === bucket && stored.key === key ? { id, stored } : undefined;
}

function requireUpload(catalogue: Catalogue, bucket: BucketName, key: ObjectKey, uploadId: string): FoundUpload {
  requireBucket(catalogue, bucket);
  const found = findUpload(catalogue, bucket, key, uploadId);
  if (found === undefined) throw noSuchUpload(uploadId);
  return found;
}

const UPLOAD_ID = new RegExp(`^[0-9a-f]{${ID_BYTES * 2}}$`);

function storedUpload(catalogue: Catalogue, id: Buffer): StoredUpload | undefined {
  const text = catalogue.uploads.getBinary(id)?.toString();
  return text === undefined ? undefined : (JSON.parse(text) as StoredUpload);
}

function asRecord(id: Buffer, { key, initiatedAt, properties, checksum }: StoredUpload): UploadRecord {
  return { uploadId: id.toString('hex'), key, initiatedAt, properties, checksum };
}

function noSuchUpload(uploadId: string): S3Error {
  return new S3Error('NoSuchUpload', { fields: { UploadId: uploadId } });
}

/** How often the parts of an upload have changed: what is looked at before a completion must still be so when it commits. */
function changeCount(catalogue: Catalogue, id: Buffer): number {
  return catalogue.parts.getBinary(partKey(id, 0))?.readUInt32LE(0) ?? 0;
}

function countChange(catalogue: Catalogue, id: Buffer): void {
  const count = Buffer.alloc(4);
  count.writeUInt32LE((changeCount(catalogue, id) + 1) % 2 ** 32);
  catalogue.parts.putSync(partKey(id, 0), count);
}

function partsOf(catalogue: Catalogue, id: Buffer, range: { readonly after: number; readonly limit?: number }): readonly StoredPart[] {
  const { after, ...limit } = range;
  const rows = catalogue.parts.getRange({ start: partKey(id, after + 1), end: behindAllOf(id), ...limit });
  return [...rows].map(({ key, value }) => asPart(key, value));
}

function asPart(key: Buffer, value: Buffer): StoredPart {
  const { sizeBytes, etag, lastModified, checksums, body } = decodeRowHead(value);
  if (body.kind === 'parts') throw new Error('The index holds a part made of parts.');
  return { partNumber: key.readUInt16BE(ID_BYTES), sizeBytes, etag, lastModified, checksums, body };
}

function withoutBody({ partNumber, sizeBytes, etag, lastModified, checksums }: StoredPart): PartRecord {
  return { partNumber, sizeBytes, etag, lastModified, checksums };
}

function piecesOfParts(parts: readonly StoredPart[]): readonly Piece[] {
  let start = 0;
  return parts.map(({ partNumber, sizeBytes, body }) => {
    const piece = { partNumber, start, sizeBytes, body };
    start += sizeBytes;
    return piece;
  });
}

function completedBefore(
  catalogue: Catalogue,
  bucket: BucketName,
  key: ObjectKey,
  uploadId: string,
  named: readonly CompletedPart[],
): Written {
  requireBucket(catalogue, bucket);
  const row = objectRow(catalogue, bucket, key);
  if (row?.body.kind !== 'parts' || row.body.id.toString('hex') !== uploadId) throw noSuchUpload(uploadId);
  const partNumbers = allPieces(catalogue, row.body.id).map(({ partNumber }) => partNumber);
  if (!namesSameParts(named, partNumbers, row.etag)) throw noSuchUpload(uploadId);
  return writtenOf(row);
}

function forgetUpload(catalogue: Catalogue, id: Buffer, { bucket, key }: { readonly bucket: BucketName; readonly key: ObjectKey }): void {
  catalogue.uploads.removeSync(id);
  catalogue.uploadKeys.removeSync(inBucket(bucket, key), id);
}

function listUploads(catalogue: Catalogue, bucket: BucketName, options: Parameters<ObjectStore['listUploads']>[1]): UploadPage {
  const { after, limit } = options;
  const entries: UploadPage['entries'][number][] = [];
  const from = after?.uploadId === undefined ? { after: after?.key } : { after: after.key, startAt: after.key };
  const hasMore =
    limit > 0 &&
    walk(catalogue.uploadKeys, bucket, { ...options, ...from }, (key, id) => {
      const wasSeen = id !== undefined && key === after?.key && id.toString('hex') <= (after.uploadId ?? '');
      if (wasSeen) return 'next';
      if (entries.length === limit) return 'enough';
      if (id === undefined) entries.push({ kind: 'prefix', prefix: key });
      else entries.push({ kind: 'upload', upload: listedUpload(catalogue, id) });
      return 'next';
    });
  const last = entries.at(-1);
  if (!hasMore || last === undefined) return { entries };
  return { entries, next: last.kind === 'prefix' ? { key: last.prefix } : { key: last.upload.key, uploadId: last.upload.uploadId } };
}

function listedUpload(catalogue: Catalogue, id: Buffer): UploadRecord {
  const stored = storedUpload(catalogue, id);
  if (stored === undefined) throw new Error(`The index names an upload it does not hold: ${id.toString('hex')}.`);
  return asRecord(id, stored);
}
