/** A bucket's ownership controls. ACLs are disabled in every bucket, which S3 calls BucketOwnerEnforced; no other setting can be had. */
import { S3Error } from '@latchkey/s3/errors';
import { type ObjectOwnership, ownershipControlsXml, parseOwnershipControls } from '@latchkey/s3/ownership-controls';
import { documentBody } from '../body.ts';
import { bucketOperation } from './define.ts';
import { existingBucket } from './existing-bucket.ts';
import { onBucket } from './permissions.ts';
import { emptyReply, xmlReply } from './replies.ts';

export const getBucketOwnershipControls = bucketOperation({
  name: 'GetBucketOwnershipControls',
  method: 'GET',
  subresource: 'ownershipControls',
  needs: onBucket('s3:GetBucketOwnershipControls'),
  async run(request, stores) {
    await existingBucket(stores, request.bucket);
    const { withoutOwnershipControls } = await stores.access.read(request.bucket);
    if (withoutOwnershipControls === true) throw new S3Error('OwnershipControlsNotFoundError', { fields: { BucketName: request.bucket } });
    return xmlReply(ownershipControlsXml('BucketOwnerEnforced'));
  },
});

export const putBucketOwnershipControls = bucketOperation({
  name: 'PutBucketOwnershipControls',
  method: 'PUT',
  subresource: 'ownershipControls',
  needs: onBucket('s3:PutBucketOwnershipControls'),
  async run(request, stores) {
    const ownership = parseOwnershipControls(await documentBody(request, { maxBytes: 64 * 1024, requiresDigest: true }));
    await existingBucket(stores, request.bucket);
    requireEnforced(ownership);
    await stores.access.change(request.bucket, ({ withoutOwnershipControls: _gone, ...rest }) => rest);
    return emptyReply(200);
  },
});

export const deleteBucketOwnershipControls = bucketOperation({
  name: 'DeleteBucketOwnershipControls',
  method: 'DELETE',
  subresource: 'ownershipControls',
  needs: onBucket('s3:PutBucketOwnershipControls'),
  async run(request, stores) {
    await existingBucket(stores, request.bucket);
    await stores.access.change(request.bucket, (record) => ({ ...record, withoutOwnershipControls: true }));
    return emptyReply(204);
  },
});

/** Throws AccessControlListNotSupported where ACLs would have to be enabled. */
export function requireEnforced(ownership: ObjectOwnership): void {
  if (ownership !== 'BucketOwnerEnforced') throw new S3Error('AccessControlListNotSupported');
}
