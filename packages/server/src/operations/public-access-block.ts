/** A bucket's public access block: what keeps it closed to everyone, whatever its policy says. */
import { S3Error } from '@latchkey/s3/errors';
import { parsePublicAccessBlock, publicAccessBlockXml } from '@latchkey/s3/public-access-block';
import { documentBody } from '../body.ts';
import { bucketOperation } from './define.ts';
import { existingBucket } from './existing-bucket.ts';
import { onBucket } from './permissions.ts';
import { emptyReply, xmlReply } from './replies.ts';

export const getPublicAccessBlock = bucketOperation({
  name: 'GetPublicAccessBlock',
  method: 'GET',
  subresource: 'publicAccessBlock',
  needs: onBucket('s3:GetBucketPublicAccessBlock'),
  async run(request, stores) {
    await existingBucket(stores, request.bucket);
    const { publicAccessBlock = stores.access.defaultBlock } = await stores.access.read(request.bucket);
    if (publicAccessBlock === null) throw new S3Error('NoSuchPublicAccessBlockConfiguration', { fields: { BucketName: request.bucket } });
    return xmlReply(publicAccessBlockXml(publicAccessBlock));
  },
});

export const putPublicAccessBlock = bucketOperation({
  name: 'PutPublicAccessBlock',
  method: 'PUT',
  subresource: 'publicAccessBlock',
  needs: onBucket('s3:PutBucketPublicAccessBlock'),
  async run(request, stores) {
    const publicAccessBlock = parsePublicAccessBlock(await documentBody(request, { maxBytes: 64 * 1024, requiresDigest: true }));
    await existingBucket(stores, request.bucket);
    await stores.access.change(request.bucket, (record) => ({ ...record, publicAccessBlock }));
    return emptyReply(200);
  },
});

export const deletePublicAccessBlock = bucketOperation({
  name: 'DeletePublicAccessBlock',
  method: 'DELETE',
  subresource: 'publicAccessBlock',
  needs: onBucket('s3:PutBucketPublicAccessBlock'),
  async run(request, stores) {
    await existingBucket(stores, request.bucket);
    await stores.access.change(request.bucket, (record) => ({ ...record, publicAccessBlock: null }));
    return emptyReply(204);
  },
});
