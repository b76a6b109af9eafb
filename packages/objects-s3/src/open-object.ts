import { S3Error } from '@latchkey/s3/errors';
import { quoteEtag } from '@latchkey/s3/etag';
import type { BucketName, ObjectKey } from '@latchkey/s3/names';
import type { ByteRange, ChecksumsOfPart, ObjectRecord, OpenObject, OpenOptions } from '@latchkey/storage/object-store';
import type { Context } from './context.ts';
import { existingKey, withTags } from './head-object.ts';
import { checksumsFrom, contentRange, recordFrom } from './properties.ts';
import { type Answer, isConnectionFailure } from './transport.ts';
import { unreachable } from './upstream-errors.ts';

/** An object of so many bytes is read at once: whatever range is asked for then, nothing has to be asked of the upstream again. */
const SMALL_BYTES = 64 * 1024;
/** How often a download that broke off is gone on with before no further byte has come. */
const RESUMES = 3;

/**
 * Opens an object by asking for its bytes: the answer's head is the record, and its body waits in the connection, held back by the upstream's
 * own flow control, until it is read. So record and bytes are of one object, whatever happens to the key meanwhile. Another range than the one
 * foreseen is asked for under the condition that the object is still that one.
 */
export async function openObject(
  context: Context,
  bucket: BucketName,
  key: ObjectKey,
  { range }: OpenOptions = {},
): Promise<OpenObject | undefined> {
  const asked = range !== undefined && SINGLE_RANGE.test(range) ? range : undefined;
  const answer = await askFor(context, bucket, key, { range: asked });
  if (answer.status === 404) return existingKey(context, bucket, answer);
  // A range outside of the object, or one the upstream reads in its own way: the record decides.
  if (answer.status === 416 || (answer.status === 206 && contentRange(answer.headers) === undefined)) {
    answer.body.destroy();
    return openObject(context, bucket, key);
  }
  try {
    return await opened(context, bucket, key, answer);
  } catch (error) {
    answer.body.destroy();
    throw error;
  }
}

const SINGLE_RANGE = /^bytes=\d*-\d*$/;

async function opened(context: Context, bucket: BucketName, key: ObjectKey, answer: Answer): Promise<OpenObject> {
  const record = await withTags(context, bucket, recordFrom(key, answer.headers), answer.headers);
  const whole = { start: 0, end: record.sizeBytes - 1 };
  const isWhole = answer.status === 200;
  const bytes = isWhole && record.sizeBytes <= SMALL_BYTES ? await allOf(answer, record) : undefined;
  const coming = { range: isWhole ? whole : (contentRange(answer.headers) ?? whole), answer };
  return {
    record,
    bytes,
    async *read(wanted: ByteRange = whole) {
      if (bytes === undefined) yield* readRange(context, bucket, record, wanted, coming);
      else if (wanted.end >= wanted.start) yield bytes.subarray(wanted.start, wanted.end + 1);
    },
    part: (partNumber) => findPart(context, bucket, record, partNumber),
    async close() {
      answer.body.destroy();
    },
  };
}

type Coming = { readonly range: ByteRange; readonly answer: Answer };

/** The bytes of a range, from the answer that is there if it is of this range, and gone on with where a connection breaks. */
async function* readRange(
  context: Context,
  bucket: BucketName,
  { key, etag }: ObjectRecord,
  { start, end }: ByteRange,
  first: Coming,
): AsyncGenerator<Uint8Array, void, undefined> {
  const isForeseen = first.range.start === start && first.range.end === end;
  let source: Answer | undefined = isForeseen ? first.answer : undefined;
  if (!isForeseen) first.answer.body.destroy();
  try {
    let at = start;
    for (let failures = 0; at <= end; ) {
      source ??= await askFor(context, bucket, key, { range: `bytes=${at}-${end}`, etag });
      requireStill(source, at);
      try {
        for await (const chunk of source.body as AsyncIterable<Buffer>) {
          const piece = chunk.length > end - at + 1 ? chunk.subarray(0, end - at + 1) : chunk;
          at += piece.length;
          failures = 0;
          if (piece.length > 0) yield piece;
        }
        if (at <= end) throw unreachable(new Error('the answer is shorter than it says'));
      } catch (error) {
        if (++failures > RESUMES || !isConnectionFailure(error)) throw unreachable(error);
        source = undefined;
      }
    }
  } finally {
    source?.body.destroy();
  }
}

function askFor(
  { upstream }: Context,
  bucket: BucketName,
  key: ObjectKey,
  { range, etag }: { readonly range?: string | undefined; readonly etag?: string | undefined },
): Promise<Answer> {
  return upstream.send({
    method: 'GET',
    bucket,
    key,
    headers: { range, 'if-match': etag && quoteEtag(etag), 'x-amz-checksum-mode': 'ENABLED' },
    lane: 'reads',
    accepts: etag === undefined ? [404, 416] : [404, 412],
  });
}

/** Bytes of another object, or from elsewhere in it, must not follow those that are gone already. */
function requireStill(answer: Answer, at: number): void {
  const isThere = answer.status === 200 ? at === 0 : answer.status === 206 && contentRange(answer.headers)?.start === at;
  if (isThere) return;
  answer.body.destroy();
  throw new S3Error('InternalError', { cause: new Error('The object was replaced upstream while it was being read.') });
}

async function allOf({ body }: Answer, { sizeBytes }: ObjectRecord): Promise<Buffer> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) chunks.push(chunk);
  } catch (cause) {
    throw unreachable(cause);
  }
  const bytes = Buffer.concat(chunks);
  if (bytes.length !== sizeBytes) throw unreachable(new Error('the answer is shorter than it says'));
  return bytes;
}

async function findPart(context: Context, bucket: BucketName, record: ObjectRecord, partNumber: number): ReturnType<OpenObject['part']> {
  const { key, etag, partCount, sizeBytes } = record;
  if (partCount === undefined) return partNumber === 1 ? { range: { start: 0, end: sizeBytes - 1 }, partCount: 1 } : undefined;
  const headers = { 'if-match': quoteEtag(etag), 'x-amz-checksum-mode': 'ENABLED' };
  const { upstream } = context;
  const answer = await upstream.tell({ method: 'HEAD', bucket, key, query: { partNumber }, headers, accepts: [400, 404, 412, 416] });
  if (answer.status === 416 || answer.status === 400) return undefined;
  if (answer.status === 412 || answer.status === 404)
    throw new S3Error('InternalError', { cause: new Error('The object was replaced upstream while it was being read.') });
  const range = contentRange(answer.headers);
  // Asked for a part, older stores answer with the whole object.
  if (range === undefined) throw new S3Error('NotImplemented', { message: 'The parts of this object are not known any more.' });
  const checksums = record.checksums?.type === 'COMPOSITE' ? ownChecksums(answer.headers) : undefined;
  return { range: { start: range.start, end: range.end }, partCount, checksums };
}

/** Some upstreams repeat the object's checksum, whatever part is asked for. */
function ownChecksums(headers: Answer['headers']): ChecksumsOfPart | undefined {
  const values = checksumsFrom(headers)?.values ?? {};
  const own = Object.entries(values).filter(([, value]) => !value.includes('-'));
  return own.length === 0 ? undefined : Object.fromEntries(own);
}
