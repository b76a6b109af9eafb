import { S3Error, type S3ErrorCode } from '@latchkey/s3/errors';
import type { Refusal } from '@latchkey/sigv4/refusal';
import { refusalAsS3 } from '@latchkey/sigv4/refusal-text';

/** What the signing library refuses in its own terms, in S3's; its own are the `cause`, for `explain` and the audit trail. */
export function refused(refusal: Refusal): S3Error {
  const { code, status, message, fields } = refusalAsS3(refusal);
  return new S3Error(code as S3ErrorCode, { status, message, fields, cause: refusal });
}
