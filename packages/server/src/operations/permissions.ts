/** The permissions operations name, as `needs` returns them. */
import { amzValue, queryValue } from '../headers.ts';
import type { Authenticated, Permission } from '../pipeline.ts';

export function onBucket(action: `s3:${string}`): (request: Authenticated) => readonly Permission[] {
  return (request) => [{ action, resource: bucketArn(request.bucket ?? '') }];
}

/** As on S3: naming a version asks for the permission of versions, and bringing tags along asks for that of tags too. */
export function onObject(action: `s3:${string}`): (request: Authenticated) => readonly Permission[] {
  return (request) => {
    const resource = objectArn(request.bucket ?? '', request.key ?? '');
    const needed = { action: queryValue(request, 'versionId') === undefined ? action : ofVersion(action), resource };
    const bringsTags = action === 's3:PutObject' && amzValue(request, 'x-amz-tagging') !== undefined;
    return bringsTags ? [needed, { action: 's3:PutObjectTagging', resource }] : [needed];
  };
}

/** `s3:GetObjectTagging` → `s3:GetObjectVersionTagging` */
export function ofVersion(action: string): string {
  return action.replace('Object', 'ObjectVersion');
}

export function bucketArn(bucket: string): string {
  return `arn:aws:s3:::${bucket}`;
}

export function objectArn(bucket: string, key: string): string {
  return `arn:aws:s3:::${bucket}/${key}`;
}
