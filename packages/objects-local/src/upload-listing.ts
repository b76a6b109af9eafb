import type { BucketName } from '@latchkey/s3/names';
import type { ObjectStore, UploadPage, UploadRecord } from '@latchkey/storage/object-store';
import type { Catalogue } from './catalogue.ts';
import { walk } from './listing.ts';
import { asRecord, storedUpload } from './upload-rows.ts';

/** A page of a bucket's uploads: by key, then by id, which begins with the time. */
export function listUploads(catalogue: Catalogue, bucket: BucketName, options: Parameters<ObjectStore['listUploads']>[1]): UploadPage {
  const { after, limit } = options;
  const entries: UploadPage['entries'][number][] = [];
  const from = after?.uploadId === undefined ? { after: after?.key } : { after: after.key, startAt: after.key };
  const hasMore =
    limit > 0 &&
    walk(catalogue.uploadKeys, bucket, { ...options, ...from }, (key, id) => {
      const wasSeen = id !== undefined && key === after?.key && id.toString('hex') <= (after.uploadId ?? '');
      if (wasSeen) return 'next';
      if (entries.length === limit) return 'enough';
      if (id === undefined) entries.push({ kind: 'prefix', prefix: key });
      else entries.push({ kind: 'upload', upload: listedUpload(catalogue, id) });
      return 'next';
    });
  const last = entries.at(-1);
  if (!hasMore || last === undefined) return { entries };
  return { entries, next: last.kind === 'prefix' ? { key: last.prefix } : { key: last.upload.key, uploadId: last.upload.uploadId } };
}

function listedUpload(catalogue: Catalogue, id: Buffer): UploadRecord {
  const stored = storedUpload(catalogue, id);
  if (stored === undefined) throw new Error(`The index names an upload it does not hold: ${id.toString('hex')}.`);
  return asRecord(id, stored);
}
