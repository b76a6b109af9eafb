import { S3Error } from '@latchkey/s3/errors';
import { etagFromHeader } from '@latchkey/s3/etag';
import { childText } from '@latchkey/s3/xml';
import type { ObjectStore, PartRecord } from '@latchkey/storage/object-store';
import { announcedChange } from './announced-change.ts';
import { completeUpload } from './complete-upload.ts';
import { underCondition } from './conditions.ts';
import type { Context } from './context.ts';
import { gatherAll } from './gather.ts';
import { bucketExists } from './head-object.ts';
import { noSuchUpload, ofUpload, partsPage, requireUploadId } from './parts.ts';
import { answeredAt, headersOf } from './properties.ts';
import { sendBytes, sendStream } from './send-body.ts';
import { shownUploadId } from './upload-ids.ts';
import { listUploads } from './upload-listing.ts';

type Uploads = Pick<
  ObjectStore,
  'createUpload' | 'getUpload' | 'uploadPart' | 'listParts' | 'listUploads' | 'completeUpload' | 'abortUpload'
>;

/** A part up to this size is sent from memory; one whose size is not known may have no more. */
const SMALL_BYTES = 256 * 1024;
const UNSIZED_BYTES = 16 * 1024 * 1024;

/** Multipart uploads are the upstream's own: who began one is not kept, since the upstream knows nobody but Latchkey itself. */
export function uploadsOf(context: Context): Uploads {
  const { upstream, abilities } = context;
  return {
    async createUpload(bucket, key, properties, { now, checksum }) {
      const isTagged = Object.keys(properties.tags ?? {}).length > 0;
      if (isTagged && !(await abilities.keepsUploadTags(bucket)))
        throw new S3Error('NotImplemented', { fields: { Header: 'x-amz-tagging' } });
      const kept = checksum !== undefined && (await abilities.keepsChecksums(bucket)) ? checksum : undefined;
      const headers = {
        ...headersOf(properties),
        'x-amz-checksum-algorithm': kept?.algorithm,
        'x-amz-checksum-type': kept?.type,
      };
      const begun = await upstream.ask({ method: 'POST', bucket, key, query: { uploads: '' }, headers }, 'InitiateMultipartUploadResult');
      const uploadId = shownUploadId(childText(begun.document, 'UploadId') ?? '');
      return { uploadId, key, initiatedAt: answeredAt(begun.answer, now), properties, checksum: kept };
    },

    /** What it was begun with besides its checksum is with the upstream, which tells nobody. */
    async getUpload(bucket, key, uploadId) {
      const page = await partsPage(context, bucket, key, uploadId, { after: 0, limit: 1 });
      if (page !== undefined) return { uploadId, key, initiatedAt: 0, properties: { headers: {}, metadata: {} }, checksum: page.checksum };
      if (!(await bucketExists(context, bucket))) throw new S3Error('NoSuchBucket', { fields: { BucketName: bucket } });
      return undefined;
    },

    uploadPart: (...part) => uploadPart(context, ...part),

    async listParts(bucket, key, uploadId, { after, limit }) {
      const page = await partsPage(context, bucket, key, uploadId, { after, limit: Math.max(limit, 1) });
      if (page === undefined) throw noSuchUpload(uploadId);
      return limit === 0 ? { parts: [] } : { parts: page.parts, next: page.next };
    },

    listUploads: (bucket, options) => listUploads(context, bucket, options),

    async completeUpload(bucket, key, uploadId, parts, options) {
      const complete = () =>
        announcedChange(context, { bucket, key }, options, async (aboutTo) => {
          const object = await completeUpload(context, aboutTo, bucket, key, uploadId, parts, options);
          return { result: object, object };
        });
      return underCondition(context, { bucket, key }, options.condition, complete);
    },

    async abortUpload(bucket, key, uploadId) {
      const request = { bucket, key, query: { uploadId: requireUploadId(uploadId) }, isOnce: true } as const;
      await ofUpload(uploadId, upstream.tell({ method: 'DELETE', ...request }));
    },
  };
}

async function uploadPart(
  { upstream, abilities }: Context,
  ...[bucket, key, uploadId, partNumber, body, { now, signal }]: Parameters<ObjectStore['uploadPart']>
): Promise<PartRecord> {
  const put = { bucket, key, query: { partNumber, uploadId: requireUploadId(uploadId) }, headers: {}, signal };
  const { sizeBytes, algorithm } = body;
  const sending =
    sizeBytes === undefined || sizeBytes <= SMALL_BYTES
      ? gatherAll(body.bytes, sizeBytes === undefined ? UNSIZED_BYTES : SMALL_BYTES, signal).then((bytes) =>
          sendBytes(upstream, put, body, bytes),
        )
      : sendStream(
          upstream,
          put,
          { ...body, sizeBytes },
          algorithm !== undefined && (await abilities.keepsChecksums(bucket)) ? algorithm : undefined,
        );
  const sent = await ofUpload(uploadId, sending);
  const etag = etagFromHeader(sent.answer.headers.etag ?? '');
  return { partNumber, sizeBytes: sent.sizeBytes, etag, lastModified: answeredAt(sent.answer, now), checksums: sent.checksums };
}
