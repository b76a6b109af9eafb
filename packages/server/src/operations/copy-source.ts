/** The object that CopyObject and UploadPartCopy read from: named by a header that the signature covers, and allowed by itself. */
import { failedCopyPrecondition } from '@latchkey/s3/conditional';
import { type CopySource, parseCopySource } from '@latchkey/s3/copy-source';
import { S3Error } from '@latchkey/s3/errors';
import type { ObjectRecord, OpenObject } from '@latchkey/storage/object-store';
import { amzValue } from '../headers.ts';
import type { Authenticated, Authorised, Permission, Stores } from '../pipeline.ts';
import { bucketArn, objectArn, onObject } from './permissions.ts';

/** Reading the source and writing the destination: two permissions, both needed. The tags of the source are asked about in `openCopySource`. */
export function copyPermissions(request: Authenticated): readonly Permission[] {
  const { bucket, key, versionId } = copySourceOf(request);
  const action = versionId === undefined ? 's3:GetObject' : 's3:GetObjectVersion';
  return [{ action, resource: objectArn(bucket, key) }, ...onObject('s3:PutObject')(request)];
}

export function copySourceOf(request: Authenticated): CopySource {
  return parseCopySource(amzValue(request, 'x-amz-copy-source') ?? '');
}

/** Throws NoSuchBucket, NoSuchKey, NoSuchVersion, PreconditionFailed, and AccessDenied for tags. Whoever opens it closes it. */
export async function openCopySource(request: Authorised, { objects }: Stores): Promise<OpenObject> {
  const { bucket, key, versionId } = copySourceOf(request);
  if (versionId !== undefined && versionId !== 'null') throw new S3Error('NoSuchVersion', { fields: { Key: key, VersionId: versionId } });
  const object = await objects.openObject(bucket, key);
  if (object === undefined) {
    const mayKnow = request.may({ action: 's3:ListBucket', resource: bucketArn(bucket) });
    throw mayKnow ? new S3Error('NoSuchKey', { fields: { Key: key } }) : new S3Error('AccessDenied');
  }
  try {
    await demandTags(request, object.record);
  } catch (error) {
    await object.close();
    throw error;
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

/** A copy takes the tags along: reading those of the source and setting those of the copy are permissions of their own. */
async function demandTags(request: Authorised, { tags }: ObjectRecord): Promise<void> {
  const isTaken = request.operation.name === 'CopyObject' && amzValue(request, 'x-amz-tagging-directive') !== 'REPLACE';
  if (!isTaken || tags === undefined || Object.keys(tags).length === 0) return;
  const { bucket, key, versionId } = copySourceOf(request);
  const reading = versionId === undefined ? 's3:GetObjectTagging' : 's3:GetObjectVersionTagging';
  await request.demand({ action: reading, resource: objectArn(bucket, key) });
  const copy = objectArn(request.bucket ?? '', request.key ?? '');
  await request.demand({ action: 's3:PutObjectTagging', resource: copy }, { requestTags: tags });
}
