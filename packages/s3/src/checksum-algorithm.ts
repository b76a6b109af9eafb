/** The checksums S3 knows, and what they are called where. */

export type ChecksumAlgorithm = 'CRC32' | 'CRC32C' | 'CRC64NVME' | 'SHA1' | 'SHA256';
export const CHECKSUM_ALGORITHMS: readonly ChecksumAlgorithm[] = ['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'];

/** Of the whole object's bytes, or of the parts' checksums. */
export type ChecksumType = 'FULL_OBJECT' | 'COMPOSITE';

/** Base64 values by algorithm, as in headers and XML. */
export type ChecksumValues = Readonly<Partial<Record<ChecksumAlgorithm, string>>>;

/** Checksums of an object: `-N` stands behind a composite value. */
export type Checksums = { readonly type: ChecksumType; readonly values: ChecksumValues };

/** `x-amz-checksum-crc32`, also the name of the trailer. */
export function checksumHeader(algorithm: ChecksumAlgorithm): string {
  return `x-amz-checksum-${algorithm.toLowerCase()}`;
}

/** `ChecksumCRC32`, in XML. */
export function checksumElement(algorithm: ChecksumAlgorithm): string {
  return `Checksum${algorithm}`;
}

/** An algorithm's name in any case, as S3 takes it in headers. */
export function checksumAlgorithm(name: string): ChecksumAlgorithm | undefined {
  return CHECKSUM_ALGORITHMS.find((algorithm) => algorithm === name.toUpperCase());
}

/** The algorithm of a header or trailer name in lower case. */
export function algorithmOfHeader(headerName: string): ChecksumAlgorithm | undefined {
  return CHECKSUM_ALGORITHMS.find((algorithm) => checksumHeader(algorithm) === headerName);
}
