/** The body of an API request: hashed as its signature says, and read no sooner than it is known who is asking. */
import { createHash } from 'node:crypto';
import { S3Error } from '@latchkey/s3/errors';
import { headerValue } from '../headers.ts';
import type { Incoming, QueryCall } from '../pipeline.ts';

/** The longest body, in bytes. */
export const MAX_BODY_BYTES = 1024 * 1024;
/** The longest that is read before its signature is known to hold, because the request does not say what it hashes to. */
const MAX_UNHASHED_BYTES = 64 * 1024;

export type SignedBody = {
  /** For `authenticate`. Without an `x-amz-content-sha256` header the body is read when it is asked for the hash: by then the access key is known. */
  readonly hash: QueryCall['bodyHash'];
  /** The whole body; call it once the signature holds. Throws XAmzContentSHA256Mismatch, EntityTooLarge. */
  read(): Promise<{ readonly bytes: Buffer; readonly sha256: string }>;
};

/** Throws InvalidRequest for a hash that is none, EntityTooLarge (413) for what Content-Length says is too long. */
export function signedBody({ headers, body }: Incoming): SignedBody {
  const claimed = headerValue(headers, 'x-amz-content-sha256');
  if (claimed !== undefined && !/^[0-9a-f]{64}$/.test(claimed)) throw new S3Error('InvalidRequest', { message: UNSIGNED });
  const maxBytes = claimed === undefined ? MAX_UNHASHED_BYTES : MAX_BODY_BYTES;
  if ((body.contentLength ?? 0) > maxBytes) throw tooLarge(maxBytes);
  let reading: Promise<{ bytes: Buffer; sha256: string }> | undefined;
  const readOnce = () => {
    reading ??= collect(body, maxBytes).then((bytes) => ({ bytes, sha256: createHash('sha256').update(bytes).digest('hex') }));
    return reading;
  };
  return {
    hash: claimed ?? (async () => (await readOnce()).sha256),
    async read() {
      const read = await readOnce();
      if (claimed !== undefined && read.sha256 !== claimed) throw new S3Error('XAmzContentSHA256Mismatch');
      return read;
    },
  };
}

const UNSIGNED =
  'The signature has to cover the body: x-amz-content-sha256, where it is sent, is the SHA-256 of the body in lower-case hex.';

async function collect(body: Incoming['body'], maxBytes: number): Promise<Buffer> {
  if (!body.isPresent) return Buffer.alloc(0);
  const pieces: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const piece of body.stream()) {
    sizeBytes += piece.byteLength;
    if (sizeBytes > maxBytes) throw tooLarge(maxBytes);
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

function tooLarge(maxBytes: number): S3Error {
  const hint = maxBytes === MAX_UNHASHED_BYTES ? ' A longer one needs the header x-amz-content-sha256.' : '';
  return new S3Error('EntityTooLarge', { status: 413, message: `The body may have ${maxBytes} bytes.${hint}` });
}
