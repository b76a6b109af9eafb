/** What a request claims about its body: `x-amz-checksum-*` as headers or trailers, and Content-MD5. */
import { bytesFromBase64 } from './bytes.ts';
import { algorithmOfHeader, type ChecksumAlgorithm, checksumAlgorithm } from './checksum-algorithm.ts';
import { S3Error } from './errors.ts';

/** Names in lower case; a `Map` will do as well. */
export type HeaderPairs = Iterable<readonly [name: string, value: string]>;

/** A value that came with the head, or the promise of one behind the body. */
export type ClaimedChecksum =
  | { readonly where: 'header'; readonly algorithm: ChecksumAlgorithm /** Base64. */; readonly value: string }
  | { readonly where: 'trailer'; readonly algorithm: ChecksumAlgorithm };

/**
 * The checksum a request claims, if any. Give it real headers only: the values a pre-signed URL carries in its query are signed and say
 * nothing about the body. `hasTrailers` says whether the body is of a form that can have trailers. Throws InvalidRequest in S3's words for
 * two claims, an unknown algorithm, a value of the wrong form, an `x-amz-sdk-checksum-algorithm` without its checksum;
 * MalformedTrailerError for a trailer announced where there can be none.
 */
export function claimedChecksum(
  headers: HeaderPairs,
  body: { readonly hasTrailers: boolean } = { hasTrailers: true },
): ClaimedChecksum | undefined {
  const inHead: ClaimedChecksum[] = [];
  let inTrailers: readonly ClaimedChecksum[] = [];
  let sdkAlgorithm: string | undefined;
  for (const [name, value] of headers) {
    if (name === 'x-amz-trailer') inTrailers = announcedTrailers(value);
    else if (name === 'x-amz-sdk-checksum-algorithm') sdkAlgorithm = value;
    else if (name.startsWith('x-amz-checksum-') && !ABOUT_CHECKSUMS.has(name)) inHead.push(claimInHeader(name, value));
  }
  if (inHead.length > 1 || inTrailers.length > 1) {
    throw refusal('Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.');
  }
  if (inHead.length + inTrailers.length > 1) throw refusal('Expecting a single x-amz-checksum- header');
  if (inTrailers.length > 0 && !body.hasTrailers) throw new S3Error('MalformedTrailerError');
  const claim = inHead[0] ?? inTrailers[0];
  if (sdkAlgorithm !== undefined) checkSdkAlgorithm(sdkAlgorithm, claim);
  return claim;
}

/** Headers that say something about checksums without being one. */
const ABOUT_CHECKSUMS: ReadonlySet<string> = new Set(['x-amz-checksum-algorithm', 'x-amz-checksum-type', 'x-amz-checksum-mode']);

/** Whether a header claims a checksum of an algorithm that is known, or names that algorithm for the SDK that made it. */
export function isClaim(name: string): boolean {
  return algorithmOfHeader(name) !== undefined || name === 'x-amz-sdk-checksum-algorithm';
}

/** Claims that the text is a base64 digest of that algorithm. */
export function isChecksumValue(algorithm: ChecksumAlgorithm, value: string): boolean {
  return bytesFromBase64(value)?.length === DIGEST_BYTES[algorithm];
}

const DIGEST_BYTES: Readonly<Record<ChecksumAlgorithm, number>> = { CRC32: 4, CRC32C: 4, CRC64NVME: 8, SHA1: 20, SHA256: 32 };

/** A trailer's value, checked. Throws InvalidRequest. */
export function trailerChecksum(algorithm: ChecksumAlgorithm, name: string, value: string): string {
  if (isChecksumValue(algorithm, value)) return value;
  throw refusal(`Value for ${name} trailing header is invalid.`);
}

/** The value of Content-MD5, checked: base64 of 16 bytes. Throws InvalidDigest. */
export function contentMd5(value: string): string {
  if (bytesFromBase64(value)?.length === 16) return value;
  throw new S3Error('InvalidDigest', { fields: { 'Content-MD5': value } });
}

/** Where an upload was begun with one algorithm, and what belongs to it claims a checksum of another. */
export function otherAlgorithm(expected: ChecksumAlgorithm, actual: ChecksumAlgorithm): S3Error {
  const [wanted, given] = [expected.toLowerCase(), actual.toLowerCase()];
  return refusal(`Checksum Type mismatch occurred, expected checksum Type: ${wanted}, actual checksum Type: ${given}`);
}

/** For requests whose body S3 wants secured one way or the other, DeleteObjects above all. Throws InvalidRequest. */
export function requireChecksumOrMd5(headers: HeaderPairs): void {
  for (const [name] of headers) {
    if (name === 'content-md5' || name === 'x-amz-trailer' || algorithmOfHeader(name) !== undefined) return;
  }
  throw refusal('Missing required header for this request: Content-MD5 OR x-amz-checksum-*');
}

/** Commas at the end are passed over, as S3 passes them over; between names, or before them, they are not. */
function announcedTrailers(value: string): readonly ClaimedChecksum[] {
  const names = value.replace(/[,\s]+$/, '').split(',');
  return names.map((name) => {
    const algorithm = algorithmOfHeader(name.trim().toLowerCase());
    if (algorithm === undefined) throw refusal('The value specified in the x-amz-trailer header is not supported');
    return { where: 'trailer', algorithm };
  });
}

function claimInHeader(name: string, value: string): ClaimedChecksum {
  const algorithm = algorithmOfHeader(name);
  if (algorithm === undefined) throw refusal('The algorithm type you specified in x-amz-checksum- header is invalid.');
  if (!isChecksumValue(algorithm, value)) throw refusal(`Value for ${name} header is invalid.`);
  return { where: 'header', algorithm, value };
}

function checkSdkAlgorithm(sdkAlgorithm: string, claim: ClaimedChecksum | undefined): void {
  const algorithm = checksumAlgorithm(sdkAlgorithm);
  if (algorithm === undefined) throw refusal('Value for x-amz-sdk-checksum-algorithm header is invalid.');
  if (claim === undefined) {
    throw refusal('x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.');
  }
  if (claim.algorithm !== algorithm) throw refusal('Value for x-amz-sdk-checksum-algorithm header is invalid.');
}

function refusal(message: string): S3Error {
  return new S3Error('InvalidRequest', { message });
}
