/** The object that CopyObject and UploadPartCopy read from: named by a header that the signature covers, and allowed by itself. */
import { failedCopyPrecondition } from '@latchkey/s3/conditional';
import { type CopySource, parseCopySource } from '@latchkey/s3/copy-source';
import { S3Error } from '@latchkey/s3/errors';
import type { OpenObject } from '@latchkey/storage/object-store';
import { amzValue } from '../headers.ts';
import type { Authenticated, Authorised, Permission, Stores } from '../pipeline.ts';
import { bucketArn, objectArn } from './permissions.ts';

/** Reading the source and writing the destination: two permissions, both needed. */
export function copyPermissions(request: Authenticated): readonly Permission[] {
  const source = copySourceOf(request);
  return [
    { action: 's3:GetObject', resource: objectArn(source.bucket, source.key) },
    { action: 's3:PutObject', resource: objectArn(request.bucket ?? '', request.key ?? '') },
  ];
}

export function copySourceOf(request: Authenticated): CopySource {
  return parseCopySource(amzValue(request, 'x-amz-copy-source') ?? '');
}

/** Throws NoSuchBucket, NoSuchKey, NoSuchVersion, PreconditionFailed. Whoever opens it closes it. */
export async function openCopySource(request: Authorised, { objects }: Stores): Promise<OpenObject> {
  const { bucket, key, versionId } = copySourceOf(request);
  if (versionId !== undefined && versionId !== 'null') throw new S3Error('NoSuchVersion', { fields: { Key: key, VersionId: versionId } });
  const object = await objects.openObject(bucket, key);
  if (object === undefined) {
    const mayKnow = request.may({ action: 's3:ListBucket', resource: bucketArn(bucket) });
    throw mayKnow ? new S3Error('NoSuchKey', { fields: { Key: key } }) : new S3Error('AccessDenied');
  }
  const failed = failedCopyPrecondition(
    {
      ifMatch: amzValue(request, 'x-amz-copy-source-if-match'),
      ifNoneMatch: amzValue(request, 'x-amz-copy-source-if-none-match'),
      ifModifiedSince: amzValue(request, 'x-amz-copy-source-if-modified-since'),
      ifUnmodifiedSince: amzValue(request, 'x-amz-copy-source-if-unmodified-since'),
    },
    object.record,
  );
  if (failed !== undefined) {
    await object.close();
    throw new S3Error('PreconditionFailed', { fields: { Condition: failed } });
  }
  return object;
}
