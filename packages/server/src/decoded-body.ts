/** A body without the framing that aws-chunked puts around it. */
import type { ChecksumAlgorithm } from '@latchkey/s3/checksum-algorithm';
import { chunkedBody, chunkedForm, decodedLength } from '@latchkey/s3/chunked-body';
import { S3Error } from '@latchkey/s3/errors';
import { headerValue } from './headers.ts';
import type { Authorised } from './pipeline.ts';

export type DecodedBody = {
  readonly bytes: AsyncIterable<Uint8Array>;
  readonly sizeBytes: number;
  /** The checksum that came behind the body; to be asked for after the last byte. */
  trailer(): string | undefined;
};

/**
 * The body as the object will have it; nothing has been read yet. `announced` is the checksum that x-amz-trailer promises.
 * Throws MissingContentLength where the length is not said beforehand; no body at all is an empty one only where it `mayBeAbsent`.
 */
export function decodedBody(request: Authorised, announced: ChecksumAlgorithm | undefined, { mayBeAbsent = false } = {}): DecodedBody {
  const word = payloadWord(request);
  const form = chunkedForm(word);
  // SigV4A signs its chunks with a key that is not ours to check.
  if (form === undefined && word.startsWith('STREAMING-'))
    throw new S3Error('NotImplemented', { fields: { Header: 'x-amz-content-sha256' } });
  if (form === undefined) {
    const { contentLength = mayBeAbsent && !request.body.isPresent ? 0 : undefined } = request.body;
    if (contentLength === undefined) throw new S3Error('MissingContentLength');
    return { bytes: request.body.stream(), sizeBytes: contentLength, trailer: () => undefined };
  }
  const sizeBytes = decodedLength(headerValue(request.headers, 'x-amz-decoded-content-length'));
  const signatures = request.signature?.chunks;
  const body = chunkedBody(request.body.stream(), { form, decodedLength: sizeBytes, trailer: announced, signatures });
  return { bytes: body.bytes, sizeBytes, trailer: () => body.trailerChecksum() };
}

/** A pre-signed URL's body is never in chunks; an anonymous one may be, in the form that nobody signs. */
export function payloadWord(request: Authorised): string {
  if (request.signature?.authType === 'REST-HEADER') return request.signature.payloadHash;
  const word = headerValue(request.headers, 'x-amz-content-sha256');
  return request.principal.kind === 'anonymous' && word === 'STREAMING-UNSIGNED-PAYLOAD-TRAILER' ? word : 'UNSIGNED-PAYLOAD';
}
