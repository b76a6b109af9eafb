/** The checksum of a multipart upload: chosen at its start, made of its parts' at its end. */
import { CHECKSUM_ALGORITHMS, type ChecksumAlgorithm, checksumHeader } from '@latchkey/s3/checksum-algorithm';
import { openHasher } from '@latchkey/s3/checksum-hasher';
import { S3Error } from '@latchkey/s3/errors';
import {
  checksumType,
  compositeChecksum,
  fullObjectChecksum,
  isCrc,
  type MultipartChecksum,
  multipartChecksum,
} from '@latchkey/s3/multipart-checksums';
import type { CompletedPart, PartRecord, StoredChecksums, UploadChecksum } from '@latchkey/storage/object-store';
import { amzValue } from './headers.ts';
import { checkSize } from './links/upload-limits.ts';
import type { Admitted, Authenticated } from './pipeline.ts';

/** Throws InvalidRequest for an algorithm or type that is none. */
export function uploadChecksum(request: Authenticated): MultipartChecksum | undefined {
  return multipartChecksum(amzValue(request, 'x-amz-checksum-algorithm'), amzValue(request, 'x-amz-checksum-type'));
}

export function uploadChecksumHeaders(checksum: MultipartChecksum | undefined): string[] {
  return checksum === undefined ? [] : ['x-amz-checksum-algorithm', checksum.algorithm, 'x-amz-checksum-type', checksum.type];
}

/**
 * Makes the function that seals a completed upload. It throws EntityTooLarge or EntityTooSmall by the terms, InvalidRequest where the request names another type or size than the upload
 * has, BadDigest where it claims another checksum than its parts make.
 */
export async function completedChecksums(
  request: Admitted,
  begun: UploadChecksum | undefined,
  named: readonly CompletedPart[],
): Promise<(parts: readonly PartRecord[]) => StoredChecksums | undefined> {
  const claimedType = amzValue(request, 'x-amz-checksum-type');
  if (claimedType !== undefined && begun !== undefined && checksumType(claimedType) !== begun.type) {
    throw new S3Error('InvalidRequest', {
      message: `The upload was created using the ${begun.type} checksum mode. The complete request must use the same checksum mode.`,
    });
  }
  if (begun?.type === 'COMPOSITE') requirePartChecksums(begun.algorithm, named);
  const claimedSize = amzValue(request, 'x-amz-mp-object-size');
  const hasher = begun?.type === 'COMPOSITE' ? await openHasher(begun.algorithm) : undefined;

  return (parts) => {
    const sizeBytes = parts.reduce((sum, part) => sum + part.sizeBytes, 0);
    if (claimedSize !== undefined && claimedSize !== String(sizeBytes)) {
      throw new S3Error('InvalidRequest', {
        message: `The provided 'x-amz-mp-object-size' header value ${claimedSize} does not match what was computed: ${sizeBytes}`,
      });
    }
    if (request.terms !== undefined) checkSize(sizeBytes, request.terms);
    const algorithm = begun?.algorithm ?? commonAlgorithm(parts);
    const values = algorithm === undefined ? undefined : valuesOf(parts, algorithm);
    if (algorithm === undefined || values === undefined) return undefined;
    const value =
      hasher !== undefined
        ? compositeChecksum(hasher, values)
        : isCrc(algorithm)
          ? fullObjectChecksum(
              algorithm,
              parts.map((part, i) => ({ value: values[i] ?? '', sizeBytes: part.sizeBytes })),
            )
          : undefined;
    if (value === undefined) return undefined;
    checkClaim(request, algorithm, value);
    return { type: hasher === undefined ? 'FULL_OBJECT' : 'COMPOSITE', values: { [algorithm]: value } };
  };
}

function requirePartChecksums(algorithm: ChecksumAlgorithm, named: readonly CompletedPart[]): void {
  const missing = named.find(({ checksums }) => checksums?.[algorithm] === undefined);
  if (missing === undefined) return;
  throw new S3Error('InvalidRequest', {
    message: `The upload was created using a ${algorithm.toLowerCase()} checksum. The complete request must include the checksum for each part. It was missing for part ${missing.partNumber} in the request.`,
  });
}

/** Of an upload that named no checksum: the one that all its parts have. */
function commonAlgorithm(parts: readonly PartRecord[]): ChecksumAlgorithm | undefined {
  return CHECKSUM_ALGORITHMS.find((algorithm) => isCrc(algorithm) && valuesOf(parts, algorithm) !== undefined);
}

function valuesOf(parts: readonly PartRecord[], algorithm: ChecksumAlgorithm): readonly string[] | undefined {
  const values: string[] = [];
  for (const part of parts) {
    const value = part.checksums?.values[algorithm];
    if (value === undefined) return undefined;
    values.push(value);
  }
  return values;
}

function checkClaim(request: Authenticated, algorithm: ChecksumAlgorithm, value: string): void {
  const claimed = amzValue(request, checksumHeader(algorithm) as `x-amz-${string}`);
  if (claimed !== undefined && claimed !== value)
    throw new S3Error('BadDigest', { message: `The ${algorithm} you specified did not match the calculated checksum.` });
}
