/** Which downloads from a bucket are handed over to the upstream: shown and set. */
import { S3Error } from '@latchkey/s3/errors';
import { type BucketName, isBucketName } from '@latchkey/s3/names';
import { existingBucket } from '../../operations/existing-bucket.ts';
import { bucketArn } from '../../operations/permissions.ts';
import { type ApiCall, type ApiInput, defineApiOperation } from '../operation.ts';
import { bucketRedirect } from '../schemas/bucket-redirect.ts';

const needs = (action: string) => (input: ApiInput) => [{ action: `latchkey:${action}`, resource: bucketArn(input.path.bucket ?? '') }];

export const getBucketRedirect = defineApiOperation({
  name: 'GetBucketRedirect',
  method: 'GET',
  path: '/buckets/{bucket}/redirect',
  summary: 'Which downloads from a bucket are redirected to the upstream',
  actions: ['latchkey:GetBucketRedirect'],
  answer: { status: 200, description: 'The setting', body: bucketRedirect },
  needs: needs('GetBucketRedirect'),
  async run(call) {
    const bucket = await namedBucket(call);
    return { body: await call.stores.redirects.find(bucket), about: { bucket } };
  },
});

export const putBucketRedirect = defineApiOperation({
  name: 'PutBucketRedirect',
  method: 'PUT',
  path: '/buckets/{bucket}/redirect',
  summary: 'Redirect large downloads from a bucket to the upstream, or none',
  actions: ['latchkey:PutBucketRedirect'],
  body: bucketRedirect,
  answer: { status: 200, description: 'The setting as it is now', body: bucketRedirect },
  needs: needs('PutBucketRedirect'),
  async run(call) {
    const { input, stores } = call;
    const bucket = await namedBucket(call);
    if (stores.objects.direct === undefined && input.body.downloads !== 'none')
      throw new S3Error('InvalidRequest', { message: 'This server knows no address at which clients reach what its objects are in.' });
    await stores.records.commit([stores.redirects.changeOf(bucket, input.body)]);
    return { body: await stores.redirects.find(bucket), about: { bucket } };
  },
});

/** Throws NoSuchBucket. */
async function namedBucket<Query, Body>({ input, stores }: ApiCall<Query, Body>): Promise<BucketName> {
  const name = input.path.bucket ?? '';
  if (!isBucketName(name)) throw new S3Error('NoSuchBucket', { fields: { BucketName: name } });
  return (await existingBucket(stores, name)).name;
}
