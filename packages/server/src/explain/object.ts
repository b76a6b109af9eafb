/** Whether what is addressed is there: for a read it has to be, for a write its bucket has. */
import { S3Error } from '@latchkey/s3/errors';
import type { BucketName, ObjectKey } from '@latchkey/s3/names';
import type { ObjectRecord } from '@latchkey/storage/object-store';
import { existingBucket } from '../operations/existing-bucket.ts';
import { bucketArn } from '../operations/permissions.ts';
import { refuseVersion } from '../operations/version-id.ts';
import type { Authenticated } from '../pipeline.ts';
import { type Check, failed, passed, skipped } from './check.ts';
import type { ExplainContext } from './explain-request.ts';
import { mayAlso } from './permissions.ts';

export async function explainObject(request: Authenticated, context: ExplainContext): Promise<Check> {
  const { operation, bucket, key } = request;
  if (bucket === undefined) return skipped('object', 'It addresses no bucket.');
  if (operation.name === 'CreateBucket') return skipped('object', 'It makes the bucket.');
  try {
    await existingBucket(context.stores, bucket);
    if (key === undefined) return passed('object', `The bucket ${bucket} is there.`);
    if (operation.subresource === 'uploadId') return skipped('object', 'It is about an upload, which is not looked at.');
    refuseVersion(request);
    return await explainKey(request, bucket, key, context);
  } catch (error) {
    return failed('object', error);
  }
}

async function explainKey(request: Authenticated, bucket: BucketName, key: ObjectKey, context: ExplainContext): Promise<Check> {
  const record = await context.stores.objects.headObject(bucket, key);
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  if (!isRead) {
    const there = record === undefined ? 'No object has this key yet' : `There is an object of ${sizeOf(record)} under this key`;
    return passed('object', `${there}; ${request.method} does not ask for one.`);
  }
  if (record !== undefined)
    return passed('object', `The object is there: ${sizeOf(record)}, of ${new Date(record.lastModified).toISOString()}.`);
  if (await mayAlso(request, { action: 's3:ListBucket', resource: bucketArn(bucket) }, context))
    return failed('object', new S3Error('NoSuchKey', { fields: { Key: key } }), 'No object has this key.');
  const explanation = 'No object has this key. Since the signer may not list the bucket, the holder is told that access is denied.';
  return failed('object', new S3Error('AccessDenied'), explanation);
}

function sizeOf({ sizeBytes }: ObjectRecord): string {
  return sizeBytes === 1 ? '1 byte' : `${sizeBytes} bytes`;
}
