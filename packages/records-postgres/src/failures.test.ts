import { S3Error } from '@latchkey/s3/errors';
import { describe, expect, test } from 'vitest';
import { asS3Error, failureOf, wasUndone } from './failures.ts';

/** An error of PostgreSQL's, or of the network, by its code. */
function error(code?: string): Error {
  return Object.assign(new Error('what went wrong'), code === undefined ? {} : { code });
}

describe('an error of PostgreSQL', () => {
  test.each([
    ['57P01', 'a server that shuts down'],
    ['57P03', 'one that starts'],
    ['08006', 'a broken connection'],
    ['ECONNREFUSED', 'nobody at the port'],
    ['ECONNRESET', 'a connection that was reset'],
  ])('%s says that it is away: %s', (code) => {
    expect(failureOf(error(code))).toMatchObject({ isAway: true, isBroken: true, isUncertain: true });
    expect(asS3Error(error(code))).toMatchObject({ code: 'SlowDown', status: 503 });
    expect(wasUndone(asS3Error(error(code)))).toBe(false);
  });
  test('without a code is an answer that never came: nobody knows, and the connection goes', () => {
    expect(failureOf(error())).toMatchObject({ isAway: false, isBroken: true, isUncertain: true });
    expect(wasUndone(asS3Error(error()))).toBe(false);
  });
  test.each(['40001', '40P01'])('%s is worth another try', (code) => {
    expect(failureOf(error(code))).toMatchObject({ mayRepeat: true, isBroken: false, isUncertain: false });
  });
  test('of a standby is away, and nothing was written', () => {
    expect(failureOf(error('25006'))).toMatchObject({ isAway: true, isUncertain: false });
    expect(wasUndone(asS3Error(error('25006')))).toBe(true);
  });
  test.each(['55P03', '57014', '53300', '53100'])('%s may go better in a moment, and nothing was written', (code) => {
    expect(asS3Error(error(code)).code).toBe('SlowDown');
    expect(wasUndone(asS3Error(error(code)))).toBe(true);
  });
  test('of any other kind is ours to look at, and says nothing of itself to clients', () => {
    const told = asS3Error(error('42601'));
    expect(told.code).toBe('InternalError');
    expect(told.message).not.toContain('what went wrong');
  });
  test('that was told already stays as it is', () => {
    const told = new S3Error('NoSuchKey');
    expect(asS3Error(told)).toBe(told);
  });
});
