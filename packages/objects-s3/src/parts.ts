import { CHECKSUM_ALGORITHMS, checksumElement } from '@latchkey/s3/checksum-algorithm';
import { S3Error } from '@latchkey/s3/errors';
import { etagFromHeader } from '@latchkey/s3/etag';
import type { BucketName, ObjectKey } from '@latchkey/s3/names';
import { childrenOf, childText, type XmlElement } from '@latchkey/s3/xml';
import type { ChecksumAlgorithm, PartRecord, StoredChecksums, UploadChecksum } from '@latchkey/storage/object-store';
import type { Context } from './context.ts';
import { upstreamUploadId } from './upload-ids.ts';

export type PartsPage = {
  readonly parts: readonly PartRecord[];
  readonly next: number | undefined;
  readonly checksum: UploadChecksum | undefined;
};

/** Undefined where there is no such upload. `limit` is at least 1. */
export async function partsPage(
  { upstream }: Context,
  bucket: BucketName,
  key: ObjectKey,
  uploadId: string,
  { after, limit }: { readonly after: number; readonly limit: number },
): Promise<PartsPage | undefined> {
  const theirs = upstreamUploadId(uploadId);
  if (theirs === undefined) return undefined;
  const query = { uploadId: theirs, 'part-number-marker': after === 0 ? undefined : after, 'max-parts': limit };
  const asked = upstream.ask({ method: 'GET', bucket, key, query }, 'ListPartsResult').catch((error: unknown) => {
    if (error instanceof S3Error && (error.code === 'NoSuchUpload' || error.code === 'NoSuchKey' || error.code === 'InvalidArgument'))
      return undefined;
    throw error;
  });
  const document = (await asked)?.document;
  if (document === undefined) return undefined;
  const parts = childrenOf(document, 'Part').map(partFrom);
  const next = childText(document, 'IsTruncated') === 'true' ? parts.at(-1)?.partNumber : undefined;
  return { parts, next, checksum: uploadChecksumFrom(document) };
}

export function uploadChecksumFrom(element: XmlElement): UploadChecksum | undefined {
  const algorithm = CHECKSUM_ALGORITHMS.find((each) => each === childText(element, 'ChecksumAlgorithm'));
  if (algorithm === undefined) return undefined;
  return { algorithm, type: childText(element, 'ChecksumType') === 'FULL_OBJECT' ? 'FULL_OBJECT' : 'COMPOSITE' };
}

export function requireUploadId(shown: string): string {
  const theirs = upstreamUploadId(shown);
  if (theirs === undefined) throw noSuchUpload(shown);
  return theirs;
}

/** The upstream's words for an upload that is not there, with our id of it. */
export function ofUpload<T>(uploadId: string, promise: Promise<T>): Promise<T> {
  return promise.catch((error: unknown) => {
    if (error instanceof S3Error && error.code === 'NoSuchUpload') throw noSuchUpload(uploadId);
    throw error;
  });
}

export function noSuchUpload(uploadId: string): S3Error {
  return new S3Error('NoSuchUpload', { fields: { UploadId: uploadId } });
}

/** Undefined where there are none. */
export function checksumValuesFrom(part: XmlElement): StoredChecksums['values'] | undefined {
  const values: [ChecksumAlgorithm, string][] = [];
  for (const algorithm of CHECKSUM_ALGORITHMS) {
    const value = childText(part, checksumElement(algorithm));
    if (value) values.push([algorithm, value]);
  }
  return values.length === 0 ? undefined : Object.fromEntries(values);
}

function partFrom(part: XmlElement): PartRecord {
  const values = checksumValuesFrom(part);
  const lastModified = Date.parse(childText(part, 'LastModified') ?? '');
  return {
    partNumber: Number(childText(part, 'PartNumber')),
    sizeBytes: Number(childText(part, 'Size') ?? 0),
    etag: etagFromHeader(childText(part, 'ETag') ?? ''),
    lastModified: Math.floor((Number.isNaN(lastModified) ? 0 : lastModified) / 1000) * 1000,
    checksums: values && { type: 'FULL_OBJECT', values },
  };
}
