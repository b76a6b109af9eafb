/** The bytes of a request body, as an operation wants them: a small document whole, or an object as a stream that checks itself. */
import { type CheckedBody, checkedBody } from '@latchkey/s3/body-integrity';
import type { ChecksumAlgorithm } from '@latchkey/s3/checksum-algorithm';
import { chunkedForm } from '@latchkey/s3/chunked-body';
import { S3Error } from '@latchkey/s3/errors';
import {
  type ClaimedChecksum,
  claimedChecksum,
  contentMd5,
  isClaim,
  otherAlgorithm,
  requireChecksumOrMd5,
} from '@latchkey/s3/request-checksums';
import type { IncomingBody } from '@latchkey/storage/object-store';
import { type DecodedBody, decodedBody, payloadWord } from './decoded-body.ts';
import { headerValue } from './headers.ts';
import type { Authorised } from './pipeline.ts';

/** What S3 computes where the client names no checksum. */
const DEFAULT_ALGORITHM: ChecksumAlgorithm = 'CRC64NVME';

export type ObjectBodyOptions = {
  readonly maxBytes: number;
  /** Of a part: the checksum its upload was begun with. A part that claims another is refused. */
  readonly algorithm?: ChecksumAlgorithm | undefined;
};

/**
 * The body of a PUT, decoded and checked while it is read: length, payload hash, Content-MD5, checksum in header or trailer.
 * Nothing has been read when this resolves. Throws MissingContentLength, EntityTooLarge, InvalidDigest, InvalidRequest.
 */
export async function objectBody(request: Authorised, { maxBytes, algorithm }: ObjectBodyOptions): Promise<IncomingBody> {
  const claim = claimOf(request);
  const decoded = decodedBody(request, announced(claim));
  if (decoded.sizeBytes > maxBytes)
    throw new S3Error('EntityTooLarge', { fields: { ProposedSize: String(decoded.sizeBytes), MaxSizeAllowed: String(maxBytes) } });
  const body = await checked(request, decoded, claim, algorithm);
  return {
    bytes: body.bytes,
    sizeBytes: decoded.sizeBytes,
    algorithm: keptAlgorithm(claim, algorithm),
    seal: () => ({ checksums: body.checksums() }),
  };
}

/** The file of a form, checked against what its fields claim; how long it is shows only at its end. */
export async function formBody(request: Authorised, bytes: AsyncIterable<Uint8Array>): Promise<IncomingBody> {
  const body = await checked(
    request,
    { bytes, sizeBytes: undefined, trailer: () => undefined },
    claimedChecksum(request.headers),
    undefined,
  );
  return { bytes: body.bytes, seal: () => ({ checksums: body.checksums() }) };
}

export type DocumentBodyOptions = {
  readonly maxBytes: number;
  /** Whether S3 wants a Content-MD5 or a checksum with it. */
  readonly requiresDigest?: boolean;
  /** Whether a checksum in the head is that of the object which the document is about, and so not looked at here. */
  readonly claimsObject?: boolean;
};

/** A small body, whole. Throws MaxMessageLengthExceeded before reading anything too long, and what `objectBody` throws. */
export async function documentBody(
  request: Authorised,
  { maxBytes, requiresDigest = false, claimsObject = false }: DocumentBodyOptions,
): Promise<Uint8Array> {
  if (requiresDigest) requireChecksumOrMd5(request.headers);
  const claim = claimOf(request, claimsObject ? request.headers.filter(([name]) => !isClaim(name)) : request.headers);
  const decoded = decodedBody(request, announced(claim), { mayBeAbsent: true });
  if (decoded.sizeBytes > maxBytes) throw new S3Error('MaxMessageLengthExceeded');
  const { bytes } = await checked(request, decoded, claim, undefined);
  const pieces: Uint8Array[] = [];
  for await (const piece of bytes) pieces.push(piece);
  return Buffer.concat(pieces);
}

function claimOf(request: Authorised, headers = request.headers): ClaimedChecksum | undefined {
  return claimedChecksum(headers, { hasTrailers: chunkedForm(payloadWord(request))?.hasTrailer === true });
}

function announced(claim: ClaimedChecksum | undefined): ChecksumAlgorithm | undefined {
  return claim?.where === 'trailer' ? claim.algorithm : undefined;
}

/** Of the checksum that is kept with the object. */
function keptAlgorithm(claim: ClaimedChecksum | undefined, wanted: ChecksumAlgorithm | undefined): ChecksumAlgorithm {
  return claim?.algorithm ?? wanted ?? DEFAULT_ALGORITHM;
}

function checked(
  request: Authorised,
  decoded: Pick<DecodedBody, 'bytes' | 'trailer'> & { readonly sizeBytes: number | undefined },
  claim: ClaimedChecksum | undefined,
  algorithm: ChecksumAlgorithm | undefined,
): Promise<CheckedBody> {
  if (algorithm !== undefined && claim !== undefined && claim.algorithm !== algorithm) throw otherAlgorithm(algorithm, claim.algorithm);
  const md5 = headerValue(request.headers, 'content-md5');
  return checkedBody(decoded.bytes, {
    algorithm: keptAlgorithm(claim, algorithm),
    checksum: claim?.where === 'header' ? claim.value : decoded.trailer,
    contentMd5: md5 === undefined ? undefined : contentMd5(md5),
    contentSha256: bodyHash(request),
    sizeBytes: decoded.sizeBytes,
  });
}

/** The hash the body must have: what the signature covers in its place, unless that is one of the words that say otherwise. */
function bodyHash(request: Authorised): string | undefined {
  const { signature } = request;
  if (signature === undefined || signature.payloadHash === 'UNSIGNED-PAYLOAD') return undefined;
  // In a pre-signed URL the streaming words mean nothing: compared like a hash, they fail.
  if (signature.authType === 'REST-HEADER' && signature.payloadHash.startsWith('STREAMING-')) return undefined;
  return signature.payloadHash;
}
