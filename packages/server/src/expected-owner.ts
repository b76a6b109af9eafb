/**
 * The owner that a client expects a bucket to have, so that it does not write to a bucket of the same name that is somebody else's. Every
 * bucket here belongs to the one account.
 */
import { S3Error } from '@latchkey/s3/errors';
import { amzValue } from './headers.ts';
import type { Authenticated, Site } from './pipeline.ts';

/** Throws AccessDenied for another account than this one, InvalidBucketOwnerAWSAccountID for what is no account id. */
export function refuseOtherOwner(request: Authenticated, { accountId }: Pick<Site, 'accountId'>): void {
  for (const name of NAMES) {
    const expected = amzValue(request, name);
    if (expected === undefined || expected === accountId) continue;
    if (/^\d{12}$/.test(expected)) throw new S3Error('AccessDenied');
    throw new S3Error('InvalidBucketOwnerAWSAccountID', {
      message: `The value of the expected bucket owner parameter must be an AWS Account ID... [${expected}]`,
    });
  }
}

const NAMES = ['x-amz-expected-bucket-owner', 'x-amz-source-expected-bucket-owner'] as const;
