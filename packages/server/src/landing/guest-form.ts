/** The few fields that a guest's page sends. */
import { S3Error } from '@latchkey/s3/errors';
import type { RequestBytes } from '../pipeline.ts';

const MOST_BYTES = 8 * 1024;

/** Rejects with EntityTooLarge for more than pages send. */
export async function guestForm(body: RequestBytes): Promise<URLSearchParams> {
  return new URLSearchParams((await guestBytes(body)).toString());
}

/** Rejects with EntityTooLarge for more than pages send. */
export async function guestBytes(body: RequestBytes): Promise<Buffer> {
  if ((body.contentLength ?? 0) > MOST_BYTES) throw new S3Error('EntityTooLarge');
  if (!body.isPresent) return Buffer.alloc(0);
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of body.stream()) {
    sizeBytes += chunk.byteLength;
    if (sizeBytes > MOST_BYTES) throw new S3Error('EntityTooLarge');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
