import { compositeEtag } from '@latchkey/s3/etag';
import type { BucketName, ObjectKey } from '@latchkey/s3/names';
import type { CompletedPart, ObjectStore, Written } from '@latchkey/storage/object-store';
import { chooseParts, namesSameParts } from '@latchkey/storage/part-choice';
import { requireWriteCondition } from '@latchkey/storage/preconditions';
import type { Catalogue } from './catalogue.ts';
import { type Context, objectRow, requireBucket, wholeSeconds, writtenOf } from './commit.ts';
import { dropBody } from './garbage.ts';
import { inBucket, partKey } from './keys.ts';
import { allPieces, manifestRows, type Piece } from './manifest.ts';
import { keepsPartRows } from './object-parts.ts';
import { announce } from './outbox.ts';
import { encodeRow, type Row } from './row.ts';
import { changeCount, findUpload, forgetUpload, noSuchUpload, partsOf, type StoredPart, withoutBody } from './upload-rows.ts';

/**
 * Makes one object of an upload's parts. No byte moves: the object's manifest names the parts' bodies. All that takes time happens before
 * the change, which then only asks whether the parts are still those.
 */
export async function completeUpload(
  context: Context,
  ...[bucket, key, uploadId, named, options]: Parameters<ObjectStore['completeUpload']>
): Promise<Written> {
  const { catalogue, health } = context;
  health.requireWritable();
  for (;;) {
    catalogue.latest();
    const found = findUpload(catalogue, bucket, key, uploadId);
    if (found === undefined) return completedBefore(catalogue, bucket, key, uploadId, named);
    const { id, stored } = found;
    const changes = changeCount(catalogue, id);
    const parts = partsOf(catalogue, id, { after: 0 });
    const byNumber = new Map(parts.map((part) => [part.partNumber, part]));
    const chosen = chooseParts(uploadId, named, (partNumber) => byNumber.get(partNumber));
    const row: Row = {
      sizeBytes: chosen.reduce((sum, part) => sum + part.sizeBytes, 0),
      lastModified: wholeSeconds(options.now),
      etag: compositeEtag(chosen.map((part) => part.etag)),
      partCount: chosen.length,
      body: { kind: 'parts', id },
      checksums: options.sealChecksums?.(chosen.map(withoutBody)),
      properties: stored.properties,
    };
    const chosenNumbers = new Set(chosen.map(({ partNumber }) => partNumber));
    const unchosen = parts.filter(({ partNumber }) => !chosenNumbers.has(partNumber));
    const forgotten = keepsPartRows(row) ? unchosen : parts;
    const rows = manifestRows(id, piecesOfParts(chosen));
    options.signal?.throwIfAborted();
    const isDone = await catalogue.change(() => {
      const isAsSeen = findUpload(catalogue, bucket, key, uploadId) !== undefined && changeCount(catalogue, id) === changes;
      if (!isAsSeen) return false;
      const current = objectRow(catalogue, bucket, key);
      requireWriteCondition(current, options.condition);
      if (current) dropBody(catalogue, current.body, context.dueAt());
      for (const [at, value] of rows) catalogue.manifests.putSync(at, value);
      catalogue.objects.putSync(inBucket(bucket, key), encodeRow(row));
      forgetUpload(catalogue, id, stored);
      for (const { partNumber } of [{ partNumber: 0 }, ...forgotten]) catalogue.parts.removeSync(partKey(id, partNumber));
      for (const { body } of unchosen) dropBody(catalogue, body, context.dueAt());
      announce(context, options, { bucket, key, object: row });
      return true;
    });
    // A part was replaced meanwhile, or the upload was completed by another request: look again.
    if (isDone) return writtenOf(row);
  }
}

function piecesOfParts(parts: readonly StoredPart[]): readonly Piece[] {
  let start = 0;
  return parts.map(({ partNumber, sizeBytes, body }) => {
    const piece = { partNumber, start, sizeBytes, body };
    start += sizeBytes;
    return piece;
  });
}

function completedBefore(
  catalogue: Catalogue,
  bucket: BucketName,
  key: ObjectKey,
  uploadId: string,
  named: readonly CompletedPart[],
): Written {
  requireBucket(catalogue, bucket);
  const row = objectRow(catalogue, bucket, key);
  if (row?.body.kind !== 'parts' || row.body.id.toString('hex') !== uploadId) throw noSuchUpload(uploadId);
  const partNumbers = allPieces(catalogue, row.body.id).map(({ partNumber }) => partNumber);
  if (!namesSameParts(named, partNumbers, row.etag)) throw noSuchUpload(uploadId);
  return writtenOf(row);
}
