/** ACLs as S3 has them by default: disabled. Reading shows the owner; setting anything but that is refused. */
import { checkAclHeaders, ownerAclXml } from '@latchkey/s3/acl';
import { S3Error } from '@latchkey/s3/errors';
import { amzHeaders, amzValue } from '../headers.ts';
import type { Authenticated, Reply } from '../pipeline.ts';
import { bucketOperation, objectOperation } from './define.ts';
import { existingBucket } from './existing-bucket.ts';
import { missingKey } from './missing-key.ts';
import { onBucket, onObject } from './permissions.ts';
import { emptyReply, xmlReply } from './replies.ts';

export const getBucketAcl = bucketOperation({
  name: 'GetBucketAcl',
  method: 'GET',
  subresource: 'acl',
  needs: onBucket('s3:GetBucketAcl'),
  async run(request, stores, site) {
    await existingBucket(stores, request.bucket);
    return xmlReply(ownerAclXml(site.owner));
  },
});

export const putBucketAcl = bucketOperation({
  name: 'PutBucketAcl',
  method: 'PUT',
  subresource: 'acl',
  needs: onBucket('s3:PutBucketAcl'),
  async run(request, stores) {
    await existingBucket(stores, request.bucket);
    return unchanged(request);
  },
});

export const getObjectAcl = objectOperation({
  name: 'GetObjectAcl',
  method: 'GET',
  subresource: 'acl',
  needs: onObject('s3:GetObjectAcl'),
  async run(request, { objects }, site) {
    if ((await objects.headObject(request.bucket, request.key)) === undefined) throw missingKey(request);
    return xmlReply(ownerAclXml(site.owner));
  },
});

export const putObjectAcl = objectOperation({
  name: 'PutObjectAcl',
  method: 'PUT',
  subresource: 'acl',
  needs: onObject('s3:PutObjectAcl'),
  async run(request, { objects }) {
    if ((await objects.headObject(request.bucket, request.key)) === undefined) throw missingKey(request);
    return unchanged(request);
  },
});

/** A canned ACL that changes nothing is accepted; a document of grants never is. */
function unchanged(request: Authenticated): Reply {
  checkAclHeaders(amzHeaders(request));
  if (amzValue(request, 'x-amz-acl') === undefined) throw new S3Error('AccessControlListNotSupported');
  return emptyReply(200);
}
