/** What multipart uploads there are, and what parts they have. */
import { S3Error } from '@latchkey/s3/errors';
import { listPartsParameters, listUploadsParameters } from '@latchkey/s3/list-parameters';
import { listPartsXml, listUploadsXml } from '@latchkey/s3/multipart-results';
import { queryValue } from '../headers.ts';
import { bucketOperation, objectOperation } from './define.ts';
import { onBucket, onObject } from './permissions.ts';
import { xmlReply } from './replies.ts';

export const listMultipartUploads = bucketOperation({
  name: 'ListMultipartUploads',
  method: 'GET',
  subresource: 'uploads',
  needs: onBucket('s3:ListBucketMultipartUploads'),
  async run(request, { objects }, site) {
    const parameters = listUploadsParameters(request.target.query);
    const { prefix, delimiter, after, maxUploads } = parameters;
    const page = await objects.listUploads(request.bucket, { prefix, delimiter, after, limit: maxUploads });
    return xmlReply(listUploadsXml(request.bucket, parameters, maxUploads === 0 ? { entries: [] } : page, site.owner));
  },
});

export const listParts = objectOperation({
  name: 'ListParts',
  method: 'GET',
  subresource: 'uploadId',
  needs: onObject('s3:ListMultipartUploadParts'),
  async run(request, { objects }, site) {
    const uploadId = queryValue(request, 'uploadId') ?? '';
    const parameters = listPartsParameters(request.target.query);
    const upload = await objects.getUpload(request.bucket, request.key, uploadId);
    if (upload === undefined) throw new S3Error('NoSuchUpload', { fields: { UploadId: uploadId } });
    const options = { after: parameters.partNumberMarker, limit: parameters.maxParts };
    const page = await objects.listParts(request.bucket, request.key, uploadId, options);
    return xmlReply(listPartsXml(request.bucket, upload, parameters, parameters.maxParts === 0 ? { parts: [] } : page, site.owner));
  },
});
