/** The permissions operations name, as `needs` returns them. */
import type { Authenticated, Permission } from '../pipeline.ts';

export function onBucket(action: `s3:${string}`): (request: Authenticated) => readonly Permission[] {
  return (request) => [{ action, resource: bucketArn(request.bucket ?? '') }];
}

export function onObject(action: `s3:${string}`): (request: Authenticated) => readonly Permission[] {
  return (request) => [{ action, resource: objectArn(request.bucket ?? '', request.key ?? '') }];
}

export function bucketArn(bucket: string): string {
  return `arn:aws:s3:::${bucket}`;
}

export function objectArn(bucket: string, key: string): string {
  return `arn:aws:s3:::${bucket}/${key}`;
}
