/** The life of a multipart upload: begun, given parts, completed or aborted. */
import { parseCompleteMultipartUpload, partNumberParameter } from '@latchkey/s3/complete-multipart';
import { copyPartXml } from '@latchkey/s3/copy-results';
import { parseCopySourceRange } from '@latchkey/s3/copy-source';
import { S3Error } from '@latchkey/s3/errors';
import { completeMultipartUploadXml, initiateMultipartUploadXml } from '@latchkey/s3/multipart-results';
import { uriEncodePath } from '@latchkey/sigv4/encode';
import type { UploadRecord } from '@latchkey/storage/object-store';
import { documentBody, objectBody } from '../body.ts';
import { copiedBody } from '../copied-body.ts';
import { amzValue, queryValue } from '../headers.ts';
import { initiatorOf } from '../identity/principals.ts';
import { checkSize } from '../links/upload-limits.ts';
import type { Authorised, Stores } from '../pipeline.ts';
import { completedChecksums, uploadChecksum, uploadChecksumHeaders } from '../upload-checksums.ts';
import { copyPermissions, openCopySource } from './copy-source.ts';
import { objectOperation } from './define.ts';
import { objectProperties } from './object-properties.ts';
import { bucketUrl } from './object-url.ts';
import { onObject } from './permissions.ts';
import { MAX_PUT_BYTES, writtenHeaders } from './put-object.ts';
import { emptyReply, xmlReply } from './replies.ts';
import { wholeSecond } from './whole-second.ts';
import { writeCondition } from './write-condition.ts';

/** 10,000 parts, each with every checksum there is. */
const MAX_COMPLETE_BYTES = 4 * 1024 * 1024;

export const createMultipartUpload = objectOperation({
  name: 'CreateMultipartUpload',
  method: 'POST',
  subresource: 'uploads',
  needs: onObject('s3:PutObject'),
  async run(request, { objects }, site) {
    const checksum = uploadChecksum(request);
    const upload = await objects.createUpload(request.bucket, request.key, objectProperties(request), {
      now: wholeSecond(site.now()),
      checksum,
      initiator: initiatorOf(request.principal),
    });
    const xml = initiateMultipartUploadXml({ bucket: request.bucket, key: request.key, uploadId: upload.uploadId });
    return xmlReply(xml, uploadChecksumHeaders(checksum));
  },
});

export const uploadPart = objectOperation({
  name: 'UploadPart',
  method: 'PUT',
  subresource: 'uploadId',
  needs: onObject('s3:PutObject'),
  async run(request, stores, site) {
    const partNumber = partNumberOf(request);
    const upload = await existingUpload(request, stores);
    const body = await objectBody(request, { maxBytes: MAX_PUT_BYTES, algorithm: upload.checksum?.algorithm });
    const part = await stores.objects.uploadPart(request.bucket, request.key, upload.uploadId, partNumber, body, {
      now: site.now(),
      signal: request.body.signal,
    });
    return emptyReply(
      200,
      writtenHeaders(part).filter((_, i, all) => all[i - (i % 2)] !== 'x-amz-checksum-type'),
    );
  },
});

export const uploadPartCopy = objectOperation({
  name: 'UploadPartCopy',
  method: 'PUT',
  subresource: 'uploadId',
  header: 'x-amz-copy-source',
  needs: copyPermissions,
  async run(request, stores, site) {
    const partNumber = partNumberOf(request);
    const upload = await existingUpload(request, stores);
    const source = await openCopySource(request, stores);
    try {
      const header = amzValue(request, 'x-amz-copy-source-range');
      const range = header === undefined ? undefined : parseCopySourceRange(header, source.record.sizeBytes);
      const sizeBytes = range === undefined ? source.record.sizeBytes : range.end - range.start + 1;
      if (sizeBytes > MAX_PUT_BYTES)
        throw new S3Error('InvalidRequest', {
          message: `The specified copy source is larger than the maximum allowable size for a copy source: ${MAX_PUT_BYTES}`,
        });
      if (request.terms !== undefined) checkSize(sizeBytes, request.terms);
      const body = await copiedBody(source, range, upload.checksum?.algorithm ?? 'CRC64NVME');
      const part = await stores.objects.uploadPart(request.bucket, request.key, upload.uploadId, partNumber, body, {
        now: site.now(),
        signal: request.body.signal,
      });
      return xmlReply(copyPartXml(part));
    } finally {
      await source.close();
    }
  },
});

export const completeMultipartUpload = objectOperation({
  name: 'CompleteMultipartUpload',
  method: 'POST',
  subresource: 'uploadId',
  needs: onObject('s3:PutObject'),
  async run(request, stores, site) {
    const uploadId = queryValue(request, 'uploadId') ?? '';
    const condition = writeCondition(request);
    const parts = parseCompleteMultipartUpload(await documentBody(request, { maxBytes: MAX_COMPLETE_BYTES, claimsObject: true }));
    const upload = await stores.objects.getUpload(request.bucket, request.key, uploadId);
    const written = await stores.objects.completeUpload(
      request.bucket,
      request.key,
      uploadId,
      parts.map(({ partNumber, etag, checksums }) => ({ partNumber, etag, checksums })),
      {
        condition,
        announce: await stores.events.ofObject(request, 'ObjectCreated:CompleteMultipartUpload'),
        now: site.now(),
        sealChecksums: await completedChecksums(request, upload?.checksum, parts),
      },
    );
    const { bucket, key } = request;
    const location = `${bucketUrl(request, site)}/${uriEncodePath(key)}`;
    return xmlReply(completeMultipartUploadXml({ location, bucket, key, etag: written.etag, checksums: written.checksums }));
  },
});

export const abortMultipartUpload = objectOperation({
  name: 'AbortMultipartUpload',
  method: 'DELETE',
  subresource: 'uploadId',
  needs: onObject('s3:AbortMultipartUpload'),
  async run(request, { objects }) {
    await objects.abortUpload(request.bucket, request.key, queryValue(request, 'uploadId') ?? '');
    return emptyReply(204);
  },
});

function partNumberOf(request: Authorised): number {
  return partNumberParameter(queryValue(request, 'partNumber') ?? '');
}

async function existingUpload(request: Authorised, { objects }: Stores): Promise<UploadRecord> {
  const uploadId = queryValue(request, 'uploadId') ?? '';
  const upload = request.scope === 'object' ? await objects.getUpload(request.bucket, request.key, uploadId) : undefined;
  if (upload === undefined) throw new S3Error('NoSuchUpload', { fields: { UploadId: uploadId } });
  return upload;
}
