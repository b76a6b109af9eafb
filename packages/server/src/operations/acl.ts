/** ACLs as S3 has them by default: disabled. Reading shows the owner; setting anything but that is refused. */
import { type AccessControlPolicy, type AccessGrant, parseAccessControlPolicy } from '@latchkey/s3/access-control-policy';
import { checkAclHeaders, ownerAclXml } from '@latchkey/s3/acl';
import { S3Error } from '@latchkey/s3/errors';
import { documentBody } from '../body.ts';
import { amzHeaders, amzValue } from '../headers.ts';
import type { Authorised, Reply, Site } from '../pipeline.ts';
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
  async run(request, stores, site) {
    await existingBucket(stores, request.bucket);
    return unchanged(request, site);
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
  async run(request, { objects }, site) {
    if ((await objects.headObject(request.bucket, request.key)) === undefined) throw missingKey(request);
    return unchanged(request, site);
  },
});

/** A canned ACL that changes nothing is accepted, and so is the document that a read shows: the owner has full control, nobody else anything. */
async function unchanged(request: Authorised, site: Site): Promise<Reply> {
  checkAclHeaders(amzHeaders(request));
  if (amzValue(request, 'x-amz-acl') !== undefined) return emptyReply(200);
  const document = await documentBody(request, { maxBytes: 64 * 1024 });
  if (document.length === 0 || !isOwnersAlone(parseAccessControlPolicy(document), site.owner.id))
    throw new S3Error('AccessControlListNotSupported');
  return emptyReply(200);
}

/** To grant nothing to anybody would take the owner's control away. */
function isOwnersAlone({ ownerId, grants }: AccessControlPolicy, id: string): boolean {
  const isOwners = ({ granteeId, permission }: AccessGrant) => granteeId === id && permission === 'FULL_CONTROL';
  return ownerId === id && grants.length > 0 && grants.every(isOwners);
}
