/** How a body travels to the upstream: as it is, or as aws-chunked with signatures along it, a checksum behind it, or both. */
import { createHash } from 'node:crypto';
import { checksumHeader } from '@latchkey/s3/checksum-algorithm';
import { chunkSigner } from '@latchkey/sigv4/chunks';
import type { Credentials } from '@latchkey/sigv4/credentials';
import type { SignedInHeaders } from '@latchkey/sigv4/sign';
import type { ChecksumAlgorithm } from '@latchkey/storage/object-store';

export type Framing = {
  readonly payloadHash: string;
  readonly headers: Readonly<Record<string, string>>;
  /** How many bytes travel for a body of `sizeBytes`. */
  sentBytes(sizeBytes: number): number;
  /** Blocks that are handed to `wrap` have exactly so many bytes, but for the last one; undefined where any do. */
  readonly blockBytes: number | undefined;
  /** Begins a body whose head was signed so. */
  open(signed: SignedInHeaders): FramedBody;
};

export type FramedBody = {
  wrap(block: Uint8Array): readonly Uint8Array[];
  /** What comes behind the last block; `checksum` in base64 where the framing has a trailer. */
  finish(checksum: string | undefined): readonly Uint8Array[];
};

/**
 * Over TLS nothing is signed along the body: nobody can touch it. Without TLS every block is, so that what arrives is what was sent. A
 * checksum can only stand behind the body, since it is known when the last byte has passed.
 */
export function framing(options: {
  readonly isEncrypted: boolean;
  readonly checksum: ChecksumAlgorithm | undefined;
  readonly credentials: Credentials;
}): Framing {
  const { isEncrypted, checksum, credentials } = options;
  if (isEncrypted && checksum === undefined) return AS_IT_IS;
  const trailer = checksum === undefined ? undefined : checksumHeader(checksum);
  const trailerBytes = checksum === undefined ? 0 : `${trailer}:`.length + Math.ceil(DIGEST_BYTES[checksum] / 3) * 4 + 2;
  const signatureBytes = isEncrypted ? 0 : ';chunk-signature='.length + 64;
  const chunkBytes = (dataBytes: number) => dataBytes.toString(16).length + signatureBytes + 2 + (dataBytes === 0 ? 0 : dataBytes + 2);
  return {
    payloadHash: `STREAMING-${isEncrypted ? 'UNSIGNED' : 'AWS4-HMAC-SHA256'}-PAYLOAD${trailer === undefined ? '' : '-TRAILER'}`,
    headers: { ...(trailer !== undefined && { 'x-amz-trailer': trailer }) },
    blockBytes: BLOCK_BYTES,
    sentBytes(sizeBytes) {
      const whole = Math.floor(sizeBytes / BLOCK_BYTES);
      const rest = sizeBytes % BLOCK_BYTES;
      const trailerSignatureBytes = trailer === undefined || isEncrypted ? 0 : 'x-amz-trailer-signature:'.length + 64 + 2;
      return whole * chunkBytes(BLOCK_BYTES) + (rest > 0 ? chunkBytes(rest) : 0) + chunkBytes(0) + trailerBytes + trailerSignatureBytes + 2;
    },
    open(signed) {
      const signer = isEncrypted
        ? undefined
        : chunkSigner({ ...credentials, scope: signed.scope, amzDate: signed.amzDate, seedSignature: signed.signature });
      const head = (data: Uint8Array) => {
        const signature = signer && `;chunk-signature=${signer.chunk(createHash('sha256').update(data).digest('hex'))}`;
        return Buffer.from(`${data.length.toString(16)}${signature ?? ''}\r\n`);
      };
      return {
        wrap: (block) => [head(block), block, CRLF],
        finish(value) {
          const pieces = [head(NOTHING)];
          if (trailer !== undefined) {
            pieces.push(Buffer.from(`${trailer}:${value ?? ''}\r\n`));
            if (signer) pieces.push(Buffer.from(`x-amz-trailer-signature:${signer.trailer(`${trailer}:${value ?? ''}\n`)}\r\n`));
          }
          return [...pieces, CRLF];
        },
      };
    },
  };
}

const AS_IT_IS: Framing = {
  payloadHash: 'UNSIGNED-PAYLOAD',
  headers: {},
  blockBytes: undefined,
  sentBytes: (sizeBytes) => sizeBytes,
  open: () => ({ wrap: (block) => [block], finish: () => [] }),
};

const BLOCK_BYTES = 128 * 1024;
const NOTHING = new Uint8Array(0);
const CRLF = Buffer.from('\r\n');
const DIGEST_BYTES: Readonly<Record<ChecksumAlgorithm, number>> = { CRC32: 4, CRC32C: 4, CRC64NVME: 8, SHA1: 20, SHA256: 32 };
