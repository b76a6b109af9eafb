/** A body that is checked as it flows: what was claimed about it has to be true by its last byte. */
import { base64FromBytes, bytesFromBase64, hexFromBytes } from './bytes.ts';
import type { ChecksumAlgorithm, Checksums } from './checksum-algorithm.ts';
import { type Hasher, openHasher } from './checksum-hasher.ts';
import { S3Error } from './errors.ts';

/** What is known about a body. Everything is optional but the algorithm of the checksum that is kept with the object. */
export type BodyClaims = {
  readonly algorithm: ChecksumAlgorithm;
  /** The value that was claimed, in base64: known beforehand, or asked for after the last byte (a trailer). */
  readonly checksum?: string | (() => string | undefined) | undefined;
  /** Base64. */
  readonly contentMd5?: string | undefined;
  /** 64 hex digits, from `x-amz-content-sha256`. */
  readonly contentSha256?: string | undefined;
  /** How many bytes there are to be. */
  readonly sizeBytes?: number | undefined;
};

export type CheckedBody = {
  /** The same bytes. Throws, after the last of them, IncompleteBody, BadDigest or XAmzContentSHA256Mismatch. */
  readonly bytes: AsyncIterable<Uint8Array>;
  /** The body's own checksum, computed; to be asked for after the last byte. */
  checksums(): Checksums;
};

/** Wraps `source`; hashes only what the claims need. */
export async function checkedBody(source: AsyncIterable<Uint8Array>, claims: BodyClaims): Promise<CheckedBody> {
  const { algorithm } = claims;
  const hasher = await openHasher(algorithm);
  const md5 = claims.contentMd5 === undefined ? undefined : await openHasher('MD5');
  const wantsSha256 = claims.contentSha256 !== undefined && algorithm !== 'SHA256';
  const sha256 = wantsSha256 ? await openHasher('SHA256') : undefined;
  let value = '';

  async function* check(): AsyncGenerator<Uint8Array, void, undefined> {
    let sizeBytes = 0;
    for await (const bytes of source) {
      sizeBytes += bytes.length;
      if (sizeBytes > (claims.sizeBytes ?? Number.POSITIVE_INFINITY)) throw new S3Error('IncompleteBody');
      hasher.update(bytes);
      md5?.update(bytes);
      sha256?.update(bytes);
      yield bytes;
    }
    if (claims.sizeBytes !== undefined && sizeBytes < claims.sizeBytes) throw new S3Error('IncompleteBody');
    const digest = hasher.digest();
    value = base64FromBytes(digest);
    checkSha256(claims.contentSha256, sha256?.digest() ?? digest);
    checkMd5(claims.contentMd5, md5);
    checkChecksum(algorithm, typeof claims.checksum === 'function' ? claims.checksum() : claims.checksum, value);
  }

  return { bytes: check(), checksums: () => ({ type: 'FULL_OBJECT', values: { [algorithm]: value } }) };
}

/** Throws BadDigest where the claimed value is another than the computed one. Both in base64. */
export function checkChecksum(algorithm: ChecksumAlgorithm, claimed: string | undefined, computed: string): void {
  if (claimed === undefined || claimed === computed) return;
  throw new S3Error('BadDigest', { message: `The ${algorithm} you specified did not match the calculated checksum.` });
}

function checkSha256(claimed: string | undefined, digest: Uint8Array): void {
  if (claimed === undefined) return;
  const computed = hexFromBytes(digest);
  if (claimed.toLowerCase() === computed) return;
  throw new S3Error('XAmzContentSHA256Mismatch', {
    fields: { ClientComputedContentSHA256: claimed, S3ComputedContentSHA256: computed },
  });
}

/** S3 repeats the expected digest in hex, and shows the calculated one in base64. */
function checkMd5(claimed: string | undefined, md5: Hasher | undefined): void {
  if (claimed === undefined || md5 === undefined) return;
  const computed = base64FromBytes(md5.digest());
  if (claimed === computed) return;
  const expected = hexFromBytes(bytesFromBase64(claimed) ?? new Uint8Array(0));
  throw new S3Error('BadDigest', { fields: { ExpectedDigest: expected, CalculatedDigest: computed } });
}
