import { S3Error } from '@latchkey/s3/errors';

/** What is to be made of an error of the driver or of PostgreSQL. */
export type Failure = {
  /** Nobody can know whether the statement took effect: the connection was lost, or the answer did not come in time. */
  readonly isUncertain: boolean;
  /** The connection is of no use any more. */
  readonly isBroken: boolean;
  /** PostgreSQL itself is away, or is not one that can be written to: no use asking before it is back. */
  readonly isAway: boolean;
  /** Somebody else was faster: the same statement may go well now. */
  readonly mayRepeat: boolean;
};

export function failureOf(error: unknown): Failure {
  const code = codeOf(error);
  if (code === undefined || !/^[0-9A-Z]{5}$/.test(code))
    return { isUncertain: true, isBroken: true, isAway: isNetwork(code), mayRepeat: false };
  // Going down, starting, a standby: whoever is connected is thrown out.
  const isAway = code.startsWith('57P') || code.startsWith('08') || code === '25006';
  return { isUncertain: isAway && code !== '25006', isBroken: isAway, isAway, mayRepeat: code === '40001' || code === '40P01' };
}

/** As the cause of an S3Error: what was asked for may have happened. */
export class UnknownOutcome extends Error {
  override readonly name = 'UnknownOutcome';
}

/** Nothing was sent, or all of it was undone. */
export function wasUndone(error: unknown): boolean {
  return error instanceof S3Error && error.code === 'SlowDown' && !(error.cause instanceof UnknownOutcome);
}

export function away(cause: unknown): S3Error {
  return slowDown(cause);
}

/** In words a client may read: what may go better in a moment is SlowDown; anything else is ours to look at. */
export function asS3Error(error: unknown): S3Error {
  if (error instanceof S3Error) return error;
  const { isUncertain } = failureOf(error);
  if (isUncertain) return slowDown(new UnknownOutcome('The answer of PostgreSQL did not come.', { cause: error }));
  return PASSING.test(codeOf(error) ?? '') ? slowDown(error) : new S3Error('InternalError', { cause: error });
}

/** Waited too long for a lock or an answer; too many connections; no memory, no disk; a standby; beaten by others each time. */
const PASSING = /^(55P03|57014|53...|25006|25P03|40001|40P01|23514)$/;

export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}

function isNetwork(code: string | undefined): boolean {
  return code !== undefined && /^(E[A-Z]+|CONNECT_TIMEOUT)$/.test(code);
}

function slowDown(cause: unknown): S3Error {
  return new S3Error('SlowDown', { message: 'The record store can not be reached at the moment. Please try again.', cause });
}
