import { S3Error } from '@latchkey/s3/errors';
import type { BucketName, ObjectKey } from '@latchkey/s3/names';
import type { CompletedPart, ObjectStore, PartRecord, Written } from '@latchkey/storage/object-store';
import { chooseParts } from '@latchkey/storage/part-choice';
import { writeConditionHeaders } from './conditions.ts';
import type { Context } from './context.ts';
import { headObject } from './head-object.ts';
import { ofUpload, partsPage, requireUploadId } from './parts.ts';
import { requestCompletion } from './request-completion.ts';

/**
 * The parts are looked at here first, since `sealChecksums` has to see them; the upstream then looks again, by their ETags, so that a part
 * that was replaced in between is refused and not taken.
 */
export async function completeUpload(
  context: Context,
  ...[bucket, key, uploadId, named, options]: Parameters<ObjectStore['completeUpload']>
): Promise<Written> {
  const headers = await writeConditionHeaders(context, bucket, options.condition);
  const stored = await allParts(context, bucket, key, uploadId);
  const theirs = requireUploadId(uploadId);
  // An upload that was completed before is not listed any more, and yet most upstreams answer again as they did.
  const chosen = stored && chooseParts(uploadId, comparable(named, stored), (partNumber) => stored.get(partNumber));
  const sealed = chosen && options.sealChecksums?.(chosen.map((part) => part));
  options.signal?.throwIfAborted();
  const parts = chosen?.map(({ partNumber, etag, checksums }) => ({ partNumber, etag, checksums: checksums?.values })) ?? named;
  const completing = requestCompletion(context.upstream, { bucket, key, uploadId: theirs, parts, headers });
  const { etag } = await ofUpload(uploadId, completing);
  const record = await headObject(context, bucket, key);
  const isOurs = record?.etag === etag;
  const sizeBytes = chosen?.reduce((sum, part) => sum + part.sizeBytes, 0) ?? record?.sizeBytes ?? 0;
  return {
    etag,
    lastModified: isOurs ? record.lastModified : Math.floor(options.now / 1000) * 1000,
    sizeBytes,
    checksums: (isOurs ? record.checksums : undefined) ?? sealed,
  };
}

/** By their numbers; undefined where there is no such upload. */
async function allParts(
  context: Context,
  bucket: BucketName,
  key: ObjectKey,
  uploadId: string,
): Promise<ReadonlyMap<number, PartRecord> | undefined> {
  const found = new Map<number, PartRecord>();
  let after: number | undefined = 0;
  while (after !== undefined) {
    const page: Awaited<ReturnType<typeof partsPage>> = await partsPage(context, bucket, key, uploadId, { after, limit: 1000 });
    if (page === undefined) return undefined;
    for (const part of page.parts) found.set(part.partNumber, part);
    if (page.next !== undefined && page.next <= after)
      throw new S3Error('InternalError', { cause: new Error('The upstream lists parts in a circle.') });
    after = page.next;
  }
  return found;
}

/** Where the upstream keeps no checksums of parts there is nothing to compare: which part is meant, its ETag says. */
function comparable(named: readonly CompletedPart[], stored: ReadonlyMap<number, PartRecord>): readonly CompletedPart[] {
  return named.map((part) => (stored.get(part.partNumber)?.checksums === undefined ? { ...part, checksums: undefined } : part));
}
