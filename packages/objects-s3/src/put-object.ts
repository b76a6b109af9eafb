import { S3Error } from '@latchkey/s3/errors';
import { compositeEtag, etagFromHeader } from '@latchkey/s3/etag';
import { partSizeFor } from '@latchkey/s3/upload';
import type { IncomingBody, ObjectStore, Written } from '@latchkey/storage/object-store';
import type { AboutTo } from './announced-change.ts';
import { inBlocks } from './blocks.ts';
import { writeConditionHeaders } from './conditions.ts';
import type { Context } from './context.ts';
import { gather } from './gather.ts';
import { answeredAt, headersOf } from './properties.ts';
import { COMPLETION_MS, requestCompletion } from './request-completion.ts';
import { type Put, type Sent, sendBytes, sendStream } from './send-body.ts';

/** Bodies up to this size are sent from memory: their hash and checksum stand in the head, and they can be sent again. */
const SMALL_BYTES = 256 * 1024;
/** What one PUT may bring, by S3's rules. */
const MAX_PUT_BYTES = 5 * 1024 ** 3;

/**
 * Small bodies go from memory, those of known size as a stream whose end is held back, others (forms) in parts: S3 wants to know the size of a
 * request before its first byte.
 */
export async function putObject(
  context: Context,
  aboutTo: AboutTo | undefined,
  ...[bucket, key, body, properties, options]: Parameters<ObjectStore['putObject']>
): Promise<Written> {
  const { upstream, abilities } = context;
  const { condition, signal, now } = options;
  const conditionHeaders = await writeConditionHeaders(context, 'put', { bucket, key }, condition);
  const headers = { ...headersOf(properties), ...conditionHeaders };
  const put: Put = { bucket, key, headers, signal, aboutTo, isOnce: condition !== undefined };
  if (body.sizeBytes !== undefined && body.sizeBytes > SMALL_BYTES && body.sizeBytes <= MAX_PUT_BYTES) {
    const { sizeBytes, algorithm } = body;
    const checksum = algorithm !== undefined && (await abilities.keepsChecksums(bucket)) ? algorithm : undefined;
    return writtenFrom(await sendStream(upstream, put, { ...body, sizeBytes }, checksum), now);
  }
  const gathered = await gather(body.bytes, SMALL_BYTES, signal);
  if (gathered.isWhole) return writtenFrom(await sendBytes(upstream, put, body, gathered.bytes), now);
  const completing = await writeConditionHeaders(context, 'complete', { bucket, key }, condition);
  return putInParts(
    context,
    put,
    { ...body, bytes: gathered.bytes },
    { now, headers: headersOf(properties), conditionHeaders: completing },
  );
}

function writtenFrom({ answer, sizeBytes, checksums }: Sent, now: number): Written {
  return { etag: etagFromHeader(answer.headers.etag ?? ''), lastModified: answeredAt(answer, now), sizeBytes, checksums };
}

/** An upload upstream of which nobody hears: its object appears when everything was checked, and it is gone when something was wrong. */
async function putInParts(
  { upstream }: Context,
  { bucket, key, signal, aboutTo }: Put,
  body: IncomingBody,
  options: {
    readonly now: number;
    readonly headers: Record<string, string>;
    readonly conditionHeaders: Record<string, string | undefined>;
  },
): Promise<Written> {
  const { now, headers, conditionHeaders } = options;
  const begun = await upstream.ask({ method: 'POST', bucket, key, query: { uploads: '' }, headers }, 'InitiateMultipartUploadResult');
  const uploadId = begun.document.children.find(({ name }) => name === 'UploadId')?.text ?? '';
  try {
    const parts: { readonly partNumber: number; readonly etag: string }[] = [];
    let sizeBytes = 0;
    for await (const block of inBlocks(body.bytes, partSizeFor(body.sizeBytes))) {
      signal?.throwIfAborted();
      sizeBytes += block.length;
      const partNumber = parts.length + 1;
      const query = { partNumber, uploadId };
      const { answer } = await sendBytes(upstream, { bucket, key, query, headers: {}, signal }, { bytes: body.bytes }, block);
      parts.push({ partNumber, etag: etagFromHeader(answer.headers.etag ?? '') });
    }
    if (body.sizeBytes !== undefined && body.sizeBytes !== sizeBytes) throw new S3Error('IncompleteBody');
    const checksums = body.seal?.().checksums;
    signal?.throwIfAborted();
    await aboutTo?.({ kind: 'object', sizeBytes }, COMPLETION_MS);
    const { etag, answer } = await requestCompletion(upstream, { bucket, key, uploadId, parts, headers: conditionHeaders });
    return { etag: etag || compositeEtag(parts.map((part) => part.etag)), lastModified: answeredAt(answer, now), sizeBytes, checksums };
  } catch (error) {
    await upstream.tell({ method: 'DELETE', bucket, key, query: { uploadId } }).catch(() => undefined);
    throw error;
  }
}
