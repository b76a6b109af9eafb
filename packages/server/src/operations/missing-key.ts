import { S3Error } from '@latchkey/s3/errors';
import type { Authorised } from '../pipeline.ts';
import { bucketArn } from './permissions.ts';

/** A key that is not there: only who may list the bucket is told so; others can not tell it from a forbidden one. */
export function missingKey(request: Authorised): S3Error {
  if (!request.may({ action: 's3:ListBucket', resource: bucketArn(request.bucket ?? '') })) return new S3Error('AccessDenied');
  return new S3Error('NoSuchKey', { fields: { Key: request.key ?? '' } });
}
