/** The checksum of a multipart upload: chosen at its start, made of its parts' at its end. */
import { CHECKSUM_ALGORITHMS, type ChecksumAlgorithm, checksumHeader } from '@latchkey/s3/checksum-algorithm';
import { type Hasher, openHasher } from '@latchkey/s3/checksum-hasher';
import { S3Error } from '@latchkey/s3/errors';
import {
  checksumType,
  compositeChecksum,
  fullObjectChecksum,
  isCrc,
  type MultipartChecksum,
  multipartChecksum,
  withoutPartCount,
} from '@latchkey/s3/multipart-checksums';
import { isChecksumValue, otherAlgorithm } from '@latchkey/s3/request-checksums';
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
 * has or another algorithm's checksum, BadDigest where it claims another checksum than its parts make.
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
  const composite = begun?.type === 'COMPOSITE' ? composedOnce(await openHasher(begun.algorithm)) : undefined;

  return (parts) => {
    const sizeBytes = parts.reduce((sum, part) => sum + part.sizeBytes, 0);
    if (claimedSize !== undefined && claimedSize !== String(sizeBytes)) {
      throw new S3Error('InvalidRequest', {
        message: `The provided 'x-amz-mp-object-size' header value ${claimedSize} does not match what was computed: ${sizeBytes}`,
      });
    }
    if (request.terms !== undefined) checkSize(sizeBytes, request.terms);
    const made = checksumOf(parts, begun, composite);
    checkClaims(request, made);
    return made && { type: composite === undefined ? 'FULL_OBJECT' : 'COMPOSITE', values: { [made.algorithm]: made.value } };
  };
}

type Made = {
  readonly algorithm: ChecksumAlgorithm;
  /** Base64, and how many parts it was made of where it is composite. */
  readonly value: string;
};

type Composite = (values: readonly string[]) => string;

/**
 * A store that finds the upload changed looks at the parts again, and has them sealed again. Those are named with their checksums, so that what they
 * make is the same; a hasher gives its digest once.
 */
function composedOnce(hasher: Hasher): Composite {
  let value: string | undefined;
  return (values) => {
    value ??= compositeChecksum(hasher, values);
    return value;
  };
}

function checksumOf(parts: readonly PartRecord[], begun: UploadChecksum | undefined, composite: Composite | undefined): Made | undefined {
  const algorithm = begun?.algorithm ?? commonAlgorithm(parts);
  const values = algorithm === undefined ? undefined : valuesOf(parts, algorithm);
  if (algorithm === undefined || values === undefined) return undefined;
  if (composite !== undefined) return { algorithm, value: composite(values) };
  if (!isCrc(algorithm)) return undefined;
  const pieces = parts.map(({ sizeBytes }, i) => ({ value: values[i] ?? '', sizeBytes }));
  return { algorithm, value: fullObjectChecksum(algorithm, pieces) };
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

/** What the client says of the whole object; of a composite one with or without the number of its parts. What can not be checked is not accepted. */
function checkClaims(request: Authenticated, made: Made | undefined): void {
  for (const algorithm of CHECKSUM_ALGORITHMS) {
    const header = checksumHeader(algorithm) as `x-amz-${string}`;
    const claimed = amzValue(request, header);
    if (claimed === undefined) continue;
    if (!isChecksumValue(algorithm, withoutPartCount(claimed)))
      throw new S3Error('InvalidRequest', { message: `Value for ${header} header is invalid.` });
    if (made === undefined) throw new S3Error('NotImplemented', { fields: { Header: header } });
    if (made.algorithm !== algorithm) throw otherAlgorithm(made.algorithm, algorithm);
    if (claimed !== made.value && claimed !== withoutPartCount(made.value))
      throw new S3Error('BadDigest', { message: `The ${algorithm} you specified did not match the calculated checksum.` });
  }
}
