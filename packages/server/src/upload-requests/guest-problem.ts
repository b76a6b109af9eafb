/** What goes wrong for a guest, in words of pages: a code for programs, a sentence for people. */
import type { S3Error } from '@latchkey/s3/errors';
import { Denial } from '../denial.ts';
import { reasonOf } from '../pages/refusal-page.ts';
import type { DeadRequest, UploadProblem } from '../pages/upload-words.ts';

/** A refusal that is the handler's own. */
export class GuestRefusal extends Error {
  readonly problem: UploadProblem;
  readonly status: number;
  readonly headers: readonly string[];

  constructor(problem: UploadProblem, status: number, headers: readonly string[] = []) {
    super(problem);
    this.problem = problem;
    this.status = status;
    this.headers = headers;
  }
}

export function problemOf(error: S3Error): UploadProblem {
  switch (error.code) {
    case 'EntityTooLarge':
      return 'too-large';
    case 'EntityTooSmall':
      return 'too-small';
    case 'PreconditionFailed':
      return 'exists';
    case 'LimitExceeded':
      return ROOM[error.fields.Reason ?? ''] ?? 'full';
    case 'InvalidPart':
      return 'incomplete';
    case 'RequestInProgress':
      return 'in-progress';
    case 'NoSuchEntity':
    case 'NoSuchUpload':
      return 'unknown-file';
    case 'AccessDenied':
      if (error.cause instanceof Denial && error.cause.check === 'upload') return 'wrong-type';
      return deadOf(error) ?? 'not-allowed';
  }
  return deadOf(error) ?? (error.status < 500 ? 'invalid' : 'failed');
}

const ROOM: Readonly<Record<string, UploadProblem>> = { files: 'full', bytes: 'no-room', open: 'too-many' };

/** Why nothing can be delivered at all; `undefined` where that is not what went wrong. */
export function deadOf(error: S3Error): Exclude<DeadRequest, 'unknown' | 'full'> | undefined {
  const reason = reasonOf(error);
  switch (reason) {
    case 'revoked':
    case 'paused':
      return 'closed';
    case 'expired':
    case 'not-yet':
    case 'elsewhere':
    case 'not-allowed':
    case 'gone':
    case 'busy':
    case 'failed':
      return reason;
    default:
      return error.code === 'AccessDenied' ? 'not-allowed' : undefined;
  }
}
