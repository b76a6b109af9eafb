/** The checksum of an object from those of its parts, and the rules for choosing how it is made. */
import { base64FromBytes, bytesFromBase64 } from './bytes.ts';
import { type ChecksumAlgorithm, type ChecksumType, checksumAlgorithm } from './checksum-algorithm.ts';
import { base64Digest, type Hasher } from './checksum-hasher.ts';
import { type CrcAlgorithm, combineCrcs } from './crc-combine.ts';
import { S3Error } from './errors.ts';

export type MultipartChecksum = { readonly algorithm: ChecksumAlgorithm; readonly type: ChecksumType };

/**
 * What CreateMultipartUpload asks for in `x-amz-checksum-algorithm` and `x-amz-checksum-type`; `undefined` where it asks for nothing.
 * Without a type, CRC64NVME makes a full-object checksum and the others a composite one. Throws InvalidRequest.
 */
export function multipartChecksum(algorithmHeader: string | undefined, typeHeader: string | undefined): MultipartChecksum | undefined {
  if (algorithmHeader === undefined) {
    if (typeHeader === undefined) return undefined;
    throw refusal('The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.');
  }
  const algorithm = checksumAlgorithm(algorithmHeader);
  if (algorithm === undefined) {
    throw refusal(
      'Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]',
    );
  }
  const type = typeHeader === undefined ? defaultType(algorithm) : checksumType(typeHeader);
  const isPossible = type === 'FULL_OBJECT' ? isCrc(algorithm) : algorithm !== 'CRC64NVME';
  if (!isPossible) throw refusal(`The ${type} checksum type cannot be used with the ${algorithm.toLowerCase()} checksum algorithm.`);
  return { algorithm, type };
}

/** `x-amz-checksum-type`. Throws InvalidRequest. */
export function checksumType(header: string): ChecksumType {
  const type = header.toUpperCase();
  if (type === 'FULL_OBJECT' || type === 'COMPOSITE') return type;
  throw refusal('Value for x-amz-checksum-type header is invalid.');
}

/** The checksum of the parts' checksums, and their number. `hasher` is fresh, of the algorithm of the values; values in base64, in order. */
export function compositeChecksum(hasher: Hasher, partValues: readonly string[]): string {
  for (const value of partValues) hasher.update(digestOf(value));
  return `${base64Digest(hasher)}-${partValues.length}`;
}

/** A composite checksum without the number of its parts; any other as it is. */
export const withoutPartCount = (value: string): string => value.replace(/-\d+$/, '');

/** The checksum of the whole object's bytes, from those of its parts in order. Only CRCs can be joined so. */
export function fullObjectChecksum(
  algorithm: CrcAlgorithm,
  parts: readonly { readonly value: string; readonly sizeBytes: number }[],
): string {
  const pieces = parts.map((part) => ({ digest: digestOf(part.value), sizeBytes: part.sizeBytes }));
  return base64FromBytes(combineCrcs(algorithm, pieces));
}

export function isCrc(algorithm: ChecksumAlgorithm): algorithm is CrcAlgorithm {
  return algorithm.startsWith('CRC');
}

/** Values come from hashers or have been checked as they came in, so that a bad one is our own mistake. */
function digestOf(value: string): Uint8Array {
  const digest = bytesFromBase64(value);
  if (digest === undefined) throw new S3Error('InternalError', { cause: new Error('a part has a checksum that is not base64') });
  return digest;
}

function defaultType(algorithm: ChecksumAlgorithm): ChecksumType {
  return algorithm === 'CRC64NVME' ? 'FULL_OBJECT' : 'COMPOSITE';
}

function refusal(message: string): S3Error {
  return new S3Error('InvalidRequest', { message });
}
