/** How uploads and their parts lie in the index. */
import { S3Error } from '@latchkey/s3/errors';
import type { BucketName, ObjectKey } from '@latchkey/s3/names';
import type { PartRecord, UploadRecord } from '@latchkey/storage/object-store';
import type { Catalogue } from './catalogue.ts';
import { requireBucket } from './commit.ts';
import { behindAllOf, ID_BYTES, inBucket, partKey } from './keys.ts';
import type { PieceBody } from './manifest.ts';
import { decodeRowHead } from './row.ts';

export type StoredUpload = Omit<UploadRecord, 'uploadId'> & { readonly bucket: BucketName };
export type FoundUpload = { readonly id: Buffer; readonly stored: StoredUpload };
export type StoredPart = PartRecord & { readonly body: PieceBody };

export function findUpload(catalogue: Catalogue, bucket: BucketName, key: ObjectKey, uploadId: string): FoundUpload | undefined {
  if (!UPLOAD_ID.test(uploadId)) return undefined;
  const id = Buffer.from(uploadId, 'hex');
  const stored = storedUpload(catalogue, id);
  return stored?.bucket === bucket && stored.key === key ? { id, stored } : undefined;
}

export function requireUpload(catalogue: Catalogue, bucket: BucketName, key: ObjectKey, uploadId: string): FoundUpload {
  requireBucket(catalogue, bucket);
  const found = findUpload(catalogue, bucket, key, uploadId);
  if (found === undefined) throw noSuchUpload(uploadId);
  return found;
}

const UPLOAD_ID = new RegExp(`^[0-9a-f]{${ID_BYTES * 2}}$`);

export function storedUpload(catalogue: Catalogue, id: Buffer): StoredUpload | undefined {
  const text = catalogue.uploads.getBinary(id)?.toString();
  return text === undefined ? undefined : (JSON.parse(text) as StoredUpload);
}

export function asRecord(id: Buffer, { key, initiatedAt, properties, checksum, initiator }: StoredUpload): UploadRecord {
  return { uploadId: id.toString('hex'), key, initiatedAt, properties, checksum, initiator };
}

export function noSuchUpload(uploadId: string): S3Error {
  return new S3Error('NoSuchUpload', { fields: { UploadId: uploadId } });
}

/** How often the parts of an upload have changed: what is looked at before a completion must still be so when it commits. */
export function changeCount(catalogue: Catalogue, id: Buffer): number {
  return catalogue.parts.getBinary(partKey(id, 0))?.readUInt32LE(0) ?? 0;
}

export function countChange(catalogue: Catalogue, id: Buffer): void {
  const count = Buffer.alloc(4);
  count.writeUInt32LE((changeCount(catalogue, id) + 1) % 2 ** 32);
  catalogue.parts.putSync(partKey(id, 0), count);
}

export function partsOf(
  catalogue: Catalogue,
  id: Buffer,
  range: { readonly after: number; readonly limit?: number },
): readonly StoredPart[] {
  const { after, ...limit } = range;
  const rows = catalogue.parts.getRange({ start: partKey(id, after + 1), end: behindAllOf(id), ...limit });
  return [...rows].map(({ key, value }) => asPart(key, value));
}

function asPart(key: Buffer, value: Buffer): StoredPart {
  const { sizeBytes, etag, lastModified, checksums, body } = decodeRowHead(value);
  if (body.kind === 'parts') throw new Error('The index holds a part made of parts.');
  return { partNumber: key.readUInt16BE(ID_BYTES), sizeBytes, etag, lastModified, checksums, body };
}

export function withoutBody({ partNumber, sizeBytes, etag, lastModified, checksums }: StoredPart): PartRecord {
  return { partNumber, sizeBytes, etag, lastModified, checksums };
}

export function forgetUpload(
  catalogue: Catalogue,
  id: Buffer,
  { bucket, key }: { readonly bucket: BucketName; readonly key: ObjectKey },
): void {
  catalogue.uploads.removeSync(id);
  catalogue.uploadKeys.removeSync(inBucket(bucket, key), id);
}
