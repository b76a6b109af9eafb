/** The operations on buckets themselves. */
import { checkAclHeaders } from '@latchkey/s3/acl';
import { listBucketsXml, locationXml } from '@latchkey/s3/bucket-results';
import { checkLocationConstraint, parseCreateBucket } from '@latchkey/s3/create-bucket';
import { S3Error } from '@latchkey/s3/errors';
import { listBucketsParameters } from '@latchkey/s3/list-parameters';
import { OWNERSHIP_HEADER, readOwnership } from '@latchkey/s3/ownership-controls';
import { documentBody } from '../body.ts';
import { deleteCors } from '../bucket-cors.ts';
import { amzHeaders, amzValue } from '../headers.ts';
import { NO_REDIRECT } from '../redirects/bucket-redirects.ts';
import { bucketOperation, serviceOperation } from './define.ts';
import { existingBucket } from './existing-bucket.ts';
import { requireEnforced } from './ownership-controls.ts';
import { onBucket } from './permissions.ts';
import { emptyReply, xmlReply } from './replies.ts';
import { wholeSecond } from './whole-second.ts';

export const listBuckets = serviceOperation({
  name: 'ListBuckets',
  method: 'GET',
  needs: () => [{ action: 's3:ListAllMyBuckets', resource: '*' }],
  async run(request, { objects }, site) {
    const parameters = listBucketsParameters(request.target.query);
    const { prefix, after, maxBuckets } = parameters;
    const elsewhere = parameters.region !== undefined && parameters.region !== site.region;
    const page = elsewhere ? { buckets: [] } : await objects.listBuckets({ prefix, after, limit: maxBuckets });
    return xmlReply(listBucketsXml(parameters, page, site.owner));
  },
});

export const createBucket = bucketOperation({
  name: 'CreateBucket',
  method: 'PUT',
  needs: onBucket('s3:CreateBucket'),
  async run(request, { objects, records, access, notifications, redirects }, site) {
    checkAclHeaders(amzHeaders(request), 'InvalidBucketAclWithObjectOwnership');
    const ownership = amzValue(request, OWNERSHIP_HEADER);
    if (ownership !== undefined) requireEnforced(readOwnership(ownership));
    if (amzValue(request, 'x-amz-bucket-object-lock-enabled')?.toLowerCase() === 'true')
      throw new S3Error('NotImplemented', { fields: { Header: 'x-amz-bucket-object-lock-enabled' } });
    const { locationConstraint } = parseCreateBucket(await documentBody(request, { maxBytes: 64 * 1024 }));
    checkLocationConstraint(locationConstraint ?? site.region, site.region);
    // Settings of a bucket of this name that was deleted just before a crash must not be those of the new one.
    if ((await objects.getBucket(request.bucket)) === undefined) {
      await deleteCors(records, request.bucket);
      await records.commit([notifications.changeOf(request.bucket, []), redirects.changeOf(request.bucket, NO_REDIRECT)]);
      await access.begin(request.bucket);
    }
    await objects
      .createBucket({ name: request.bucket, createdAt: wholeSecond(site.now()), region: site.region })
      .catch((error: unknown) => {
        // In its first region S3 is content where the bucket is one's own already.
        if (!(error instanceof S3Error && error.code === 'BucketAlreadyOwnedByYou' && site.region === 'us-east-1')) throw error;
      });
    return emptyReply(200, ['Location', `/${request.bucket}`]);
  },
});

export const headBucket = bucketOperation({
  name: 'HeadBucket',
  method: 'HEAD',
  needs: onBucket('s3:ListBucket'),
  async run(request, stores) {
    const { region } = await existingBucket(stores, request.bucket);
    return emptyReply(200, ['Content-Type', 'application/xml', 'x-amz-bucket-region', region]);
  },
});

export const deleteBucket = bucketOperation({
  name: 'DeleteBucket',
  method: 'DELETE',
  needs: onBucket('s3:DeleteBucket'),
  async run(request, { objects, records, access, notifications, redirects }) {
    await objects.deleteBucket(request.bucket);
    await deleteCors(records, request.bucket);
    await records.commit([notifications.changeOf(request.bucket, []), redirects.changeOf(request.bucket, NO_REDIRECT)]);
    await access.remove(request.bucket);
    return emptyReply(204);
  },
});

export const getBucketLocation = bucketOperation({
  name: 'GetBucketLocation',
  method: 'GET',
  subresource: 'location',
  needs: onBucket('s3:GetBucketLocation'),
  async run(request, stores) {
    const { region } = await existingBucket(stores, request.bucket);
    return xmlReply(locationXml(region));
  },
});
