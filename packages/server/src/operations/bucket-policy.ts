/** A bucket's policy: who may reach the bucket beside those whom their own policies allow. */
import { parsePolicy } from '@latchkey/policy/document';
import { isPublic } from '@latchkey/policy/public';
import { S3Error } from '@latchkey/s3/errors';
import { element, xmlDocument } from '@latchkey/s3/xml-writer';
import { documentBody } from '../body.ts';
import { blockOf } from '../bucket-access.ts';
import { Denial } from '../denial.ts';
import { bindPrincipals, shownPolicy } from '../identity/bound-principals.ts';
import { bucketOperation } from './define.ts';
import { existingBucket } from './existing-bucket.ts';
import { onBucket } from './permissions.ts';
import { policyRefusal } from './policy-refusal.ts';
import { emptyReply } from './replies.ts';

const encoder = new TextEncoder();

export const getBucketPolicy = bucketOperation({
  name: 'GetBucketPolicy',
  method: 'GET',
  subresource: 'policy',
  needs: onBucket('s3:GetBucketPolicy'),
  async run(request, stores, { accountId }) {
    await existingBucket(stores, request.bucket);
    const { policy, principals } = await stores.access.read(request.bucket);
    if (policy === undefined) throw new S3Error('NoSuchBucketPolicy', { fields: { BucketName: request.bucket } });
    const shown = await shownPolicy(policy, principals, stores.records, accountId);
    return { status: 200, headers: ['Content-Type', 'application/json'], body: encoder.encode(shown) };
  },
});

export const putBucketPolicy = bucketOperation({
  name: 'PutBucketPolicy',
  method: 'PUT',
  subresource: 'policy',
  needs: onBucket('s3:PutBucketPolicy'),
  async run(request, stores, { accountId }) {
    const body = await documentBody(request, { maxBytes: 64 * 1024 });
    await existingBucket(stores, request.bucket);
    const text = textOf(body);
    const parsed = parsePolicy(text, 'bucket');
    const refusal = policyRefusal(parsed, text, request.bucket);
    if (refusal !== undefined) throw refusal;
    const principals = parsed.ok ? await bindPrincipals(parsed.document, stores.records, accountId, unknownPrincipal) : {};
    await stores.access.change(request.bucket, (record) => {
      if (parsed.ok && isPublic(parsed.document) && blockOf(record, stores.access.defaultBlock).blockPublicPolicy) throw publicPolicy();
      return { ...record, policy: text, principals };
    });
    return emptyReply(204);
  },
});

export const deleteBucketPolicy = bucketOperation({
  name: 'DeleteBucketPolicy',
  method: 'DELETE',
  subresource: 'policy',
  needs: onBucket('s3:DeleteBucketPolicy'),
  async run(request, stores) {
    await existingBucket(stores, request.bucket);
    await stores.access.change(request.bucket, ({ policy: _gone, principals: _unbound, ...rest }) => rest);
    return emptyReply(204);
  },
});

export const getBucketPolicyStatus = bucketOperation({
  name: 'GetBucketPolicyStatus',
  method: 'GET',
  subresource: 'policyStatus',
  needs: onBucket('s3:GetBucketPolicyStatus'),
  async run(request, stores) {
    await existingBucket(stores, request.bucket);
    const access = await stores.access.find(request.bucket);
    if (access?.policy === undefined) throw new S3Error('NoSuchBucketPolicy', { fields: { BucketName: request.bucket } });
    // In small letters, though S3's reference shows capitals: boto3 and the AWS CLI take any other word for a no.
    const xml = xmlDocument('PolicyStatus', [element('IsPublic', access.isPublic)]);
    return { status: 200, headers: ['Content-Type', 'application/xml'], body: encoder.encode(xml) };
  },
});

function textOf(body: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch (cause) {
    throw new S3Error('MalformedPolicy', { cause });
  }
}

function publicPolicy(): S3Error {
  return new S3Error('AccessDenied', {
    cause: new Denial(
      'public-access-block',
      'The policy would make the bucket public, which BlockPublicPolicy of its public access block forbids.',
    ),
  });
}

function unknownPrincipal(arn: string): S3Error {
  return new S3Error('MalformedPolicy', { message: 'Invalid principal in policy', fields: { Detail: `There is no ${arn}.` } });
}
