import { S3Error } from '@latchkey/s3/errors';
import { compositeEtag } from '@latchkey/s3/etag';
import type { BucketName, ObjectKey } from '@latchkey/s3/names';
import type { CompletedPart, ObjectStore, PartRecord, Written } from '@latchkey/storage/object-store';
import { chooseParts } from '@latchkey/storage/part-choice';
import type { AboutTo } from './announced-change.ts';
import { writeConditionHeaders } from './conditions.ts';
import type { Context } from './context.ts';
import { headObject } from './head-object.ts';
import { noSuchUpload, ofUpload, partsPage, requireUploadId } from './parts.ts';
import { answeredAt } from './properties.ts';
import { COMPLETION_MS, requestCompletion } from './request-completion.ts';
import { upstreamStatus } from './upstream-errors.ts';

/**
 * The parts are looked at here first, since `sealChecksums` has to see them; the upstream then looks again, by their ETags, so that a part
 * that was replaced in between is refused and not taken.
 */
export async function completeUpload(
  context: Context,
  aboutTo: AboutTo | undefined,
  ...[bucket, key, uploadId, named, options]: Parameters<ObjectStore['completeUpload']>
): Promise<Written> {
  const theirs = requireUploadId(uploadId);
  const stored = await allParts(context, bucket, key, uploadId);
  if (stored === undefined) return completedBefore(context, bucket, key, { uploadId, theirs, named });
  const headers = await writeConditionHeaders(context, 'complete', { bucket, key }, options.condition);
  const chosen = chooseParts(uploadId, comparable(named, stored), (partNumber) => stored.get(partNumber));
  const sealed = options.sealChecksums?.(chosen);
  options.signal?.throwIfAborted();
  const parts = chosen.map(({ partNumber, etag, checksums }) => ({ partNumber, etag, checksums: checksums?.values }));
  const sizeBytes = chosen.reduce((sum, part) => sum + part.sizeBytes, 0);
  await aboutTo?.({ kind: 'object', sizeBytes }, COMPLETION_MS);
  const completing = requestCompletion(context.upstream, { bucket, key, uploadId: theirs, parts, headers });
  const answered = await ofUpload(uploadId, completing);
  const record = await headObject(context, bucket, key);
  // Ceph before 18 leaves the ETag out of its answer.
  const etag = answered.etag || compositeEtag(chosen.map((part) => part.etag));
  const isOurs = record?.etag === etag;
  return {
    etag,
    lastModified: isOurs ? record.lastModified : answeredAt(answered.answer, options.now),
    sizeBytes,
    checksums: (isOurs ? record.checksums : undefined) ?? sealed,
  };
}

/**
 * An upload that is not there any more may have become the object: the one its parts make. Then the upstream is asked again, since it alone
 * knows whether it was of this upload. NoSuchUpload else.
 */
async function completedBefore(
  context: Context,
  bucket: BucketName,
  key: ObjectKey,
  { uploadId, theirs, named }: { readonly uploadId: string; readonly theirs: string; readonly named: readonly CompletedPart[] },
): Promise<Written> {
  const record = await headObject(context, bucket, key);
  const isSame = named.every(({ etag }) => MD5_HEX.test(etag)) && record?.etag === compositeEtag(named.map(({ etag }) => etag));
  if (!isSame) throw noSuchUpload(uploadId);
  const parts = named.map(({ partNumber, etag }) => ({ partNumber, etag }));
  await requestCompletion(context.upstream, { bucket, key, uploadId: theirs, parts, headers: {} }).catch((error: unknown) => {
    throw upstreamStatus(error) === undefined ? error : noSuchUpload(uploadId);
  });
  const { etag, lastModified, sizeBytes, checksums } = record;
  return { etag, lastModified, sizeBytes, checksums };
}

const MD5_HEX = /^[0-9a-f]{32}$/;

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
