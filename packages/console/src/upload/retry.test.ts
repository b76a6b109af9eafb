import { describe, expect, it } from 'vitest';
import { Refusal } from '../api/refusal.ts';
import { isTransient, pauseMs } from './retry.ts';

const refusal = (status: number, code: string) => new Refusal({ status, code, message: '', requestId: undefined });

describe('trying again', () => {
  it('waits twice as long each time, and never as long as all others', () => {
    expect([1, 2, 3, 4, 5].map((attempt) => pauseMs(attempt, 1))).toEqual([500, 1000, 2000, 4000, 8000]);
    expect(pauseMs(1, 0)).toBe(250);
  });
  it.each([
    [new TypeError('Failed to fetch'), true],
    [refusal(503, 'SlowDown'), true],
    [refusal(500, 'InternalError'), true],
    [refusal(400, 'RequestTimeout'), true],
    [refusal(403, 'AccessDenied'), false],
    [refusal(412, 'PreconditionFailed'), false],
    [new Error('the code is wrong'), false],
  ])('of %s: %s', (error, again) => {
    expect(isTransient(error)).toBe(again);
  });
});
