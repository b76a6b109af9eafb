import { S3Error } from '@latchkey/s3/errors';
import { compositeEtag } from '@latchkey/s3/etag';
import type { CompletedPart, PartRecord } from './object-store.ts';

/** Every part of an object but the last has at least this many bytes. */
export const MIN_PART_BYTES = 5 * 1024 * 1024;

/**
 * The stored parts an object is made of, as the client named them. Throws InvalidPartOrder unless the numbers ascend, InvalidPart for a part
 * that is not there or not the one named, EntityTooSmall for a part other than the last under 5 MiB.
 */
export function chooseParts<P extends PartRecord>(
  uploadId: string,
  named: readonly CompletedPart[],
  find: (partNumber: number) => P | undefined,
): readonly P[] {
  if (named.length === 0) throw new S3Error('InvalidPart', { fields: { UploadId: uploadId } });
  if (named.some((part, index) => index > 0 && part.partNumber <= (named[index - 1]?.partNumber ?? 0))) {
    throw new S3Error('InvalidPartOrder', { fields: { UploadId: uploadId } });
  }
  const chosen = named.map((part) => {
    const stored = find(part.partNumber);
    if (stored === undefined || stored.etag !== part.etag || !sameChecksums(part, stored)) {
      throw new S3Error('InvalidPart', { fields: { UploadId: uploadId, PartNumber: String(part.partNumber), ETag: part.etag } });
    }
    return stored;
  });
  for (const part of chosen.slice(0, -1)) if (part.sizeBytes < MIN_PART_BYTES) throw tooSmall(part);
  return chosen;
}

/** Whether a completed object was made of just these parts: what a repeated CompleteMultipartUpload is told from another one by. */
export function namesSameParts(named: readonly CompletedPart[], partNumbers: readonly number[], etag: string): boolean {
  return (
    named.length === partNumbers.length &&
    named.every((part, index) => part.partNumber === partNumbers[index] && MD5_HEX.test(part.etag)) &&
    compositeEtag(named.map((part) => part.etag)) === etag
  );
}

const MD5_HEX = /^[0-9a-f]{32}$/;

function sameChecksums(named: CompletedPart, stored: PartRecord): boolean {
  return Object.entries(named.checksums ?? {}).every(
    ([algorithm, value]) => value === undefined || stored.checksums?.values[algorithm as keyof typeof stored.checksums.values] === value,
  );
}

function tooSmall(part: PartRecord): S3Error {
  const fields = {
    ProposedSize: String(part.sizeBytes),
    MinSizeAllowed: String(MIN_PART_BYTES),
    PartNumber: String(part.partNumber),
    ETag: part.etag,
  };
  return new S3Error('EntityTooSmall', { fields });
}
