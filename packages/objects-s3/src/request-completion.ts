import { checksumElement } from '@latchkey/s3/checksum-algorithm';
import { etagFromHeader, quoteEtag } from '@latchkey/s3/etag';
import type { BucketName, ObjectKey } from '@latchkey/s3/names';
import { childText } from '@latchkey/s3/xml';
import { element, xmlDocument } from '@latchkey/s3/xml-writer';
import type { CompletedPart } from '@latchkey/storage/object-store';
import type { Answer } from './transport.ts';
import type { Upstream } from './upstream.ts';

/** Putting ten thousand parts together takes some stores minutes. */
export const COMPLETION_MS = 15 * 60_000;

/**
 * Asks the upstream to make an object of parts. It is not asked twice: had it done so the first time, it would not know the upload any more.
 * An answer that begins with 200 may still be a refusal, which is thrown as one.
 */
export async function requestCompletion(
  upstream: Upstream,
  request: {
    readonly bucket: BucketName;
    readonly key: ObjectKey;
    /** The upstream's. */
    readonly uploadId: string;
    readonly parts: readonly CompletedPart[];
    readonly headers: Readonly<Record<string, string | undefined>>;
  },
): Promise<{
  /** Empty where the upstream leaves it out. */
  readonly etag: string;
  readonly answer: Answer;
}> {
  const { bucket, key, uploadId, headers } = request;
  const parts = request.parts.map(({ partNumber, etag, checksums = {} }) =>
    element('Part', [
      element('PartNumber', partNumber),
      element('ETag', quoteEtag(etag)),
      ...Object.entries(checksums).map(([algorithm, value]) => element(checksumElement(algorithm as 'CRC32'), value)),
    ]),
  );
  const { document, answer } = await upstream.ask(
    {
      method: 'POST',
      bucket,
      key,
      query: { uploadId },
      headers: { ...headers, 'content-type': 'application/xml' },
      body: xmlDocument('CompleteMultipartUpload', parts),
      lane: 'writes',
      isOnce: true,
      answerWithinMs: COMPLETION_MS,
    },
    'CompleteMultipartUploadResult',
  );
  return { etag: etagFromHeader(childText(document, 'ETag') ?? ''), answer };
}
