/** A body without the framing that aws-chunked puts around it. */
import type { ChecksumAlgorithm } from '@latchkey/s3/checksum-algorithm';
import { S3Error } from '@latchkey/s3/errors';
import type { Authorised } from './pipeline.ts';

export type DecodedBody = {
  readonly bytes: AsyncIterable<Uint8Array>;
  readonly sizeBytes: number;
  /** The checksum that came behind the body; to be asked for after the last byte. */
  trailer(algorithm: ChecksumAlgorithm): string | undefined;
};

/** Throws MissingContentLength where the length is not said beforehand. */
export function decodedBody(request: Authorised): DecodedBody {
  const { contentLength } = request.body;
  if (contentLength === undefined) throw new S3Error('MissingContentLength');
  return { bytes: request.body.stream(), sizeBytes: contentLength, trailer: () => undefined };
}
