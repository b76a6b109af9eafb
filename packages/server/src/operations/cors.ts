/** Reading and setting a bucket's CORS configuration. */
import { corsXml, parseCors } from '@latchkey/s3/cors';
import { S3Error } from '@latchkey/s3/errors';
import { documentBody } from '../body.ts';
import { deleteCors, getCors, putCors } from '../bucket-cors.ts';
import { bucketOperation } from './define.ts';
import { existingBucket } from './existing-bucket.ts';
import { onBucket } from './permissions.ts';
import { emptyReply, xmlReply } from './replies.ts';

export const getBucketCors = bucketOperation({
  name: 'GetBucketCors',
  method: 'GET',
  subresource: 'cors',
  needs: onBucket('s3:GetBucketCORS'),
  async run(request, stores) {
    await existingBucket(stores, request.bucket);
    const configuration = await getCors(stores.records, request.bucket);
    if (configuration === undefined) throw new S3Error('NoSuchCORSConfiguration', { fields: { BucketName: request.bucket } });
    return xmlReply(corsXml(configuration));
  },
});

export const putBucketCors = bucketOperation({
  name: 'PutBucketCors',
  method: 'PUT',
  subresource: 'cors',
  needs: onBucket('s3:PutBucketCORS'),
  async run(request, stores) {
    const configuration = parseCors(await documentBody(request, { maxBytes: 64 * 1024, requiresDigest: true }));
    await existingBucket(stores, request.bucket);
    await putCors(stores.records, request.bucket, configuration);
    return emptyReply(200);
  },
});

export const deleteBucketCors = bucketOperation({
  name: 'DeleteBucketCors',
  method: 'DELETE',
  subresource: 'cors',
  needs: onBucket('s3:PutBucketCORS'),
  async run(request, stores) {
    await existingBucket(stores, request.bucket);
    await deleteCors(stores.records, request.bucket);
    return emptyReply(204);
  },
});
