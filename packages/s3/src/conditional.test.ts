import { expect, test } from 'vitest';
import { copySourceCondition, failedCopyPrecondition, failedPrecondition, readCondition } from './conditional.ts';

const object = { etag: 'abc', lastModified: Date.UTC(2026, 0, 1) };
const BEFORE = 'Wed, 31 Dec 2025 23:59:59 GMT';
const AT = 'Thu, 01 Jan 2026 00:00:00 GMT';

test.each([
  [{}, 'proceed'],
  [{ ifMatch: '"abc"' }, 'proceed'],
  [{ ifMatch: 'abc' }, 'proceed'],
  [{ ifMatch: '"x", "abc"' }, 'proceed'],
  [{ ifMatch: '*' }, 'proceed'],
  [{ ifMatch: '"x"' }, 'precondition-failed'],
  [{ ifNoneMatch: '"abc"' }, 'not-modified'],
  [{ ifNoneMatch: 'W/"abc"' }, 'not-modified'],
  [{ ifNoneMatch: '*' }, 'not-modified'],
  [{ ifNoneMatch: '"x"' }, 'proceed'],
  [{ ifModifiedSince: AT }, 'not-modified'],
  [{ ifModifiedSince: BEFORE }, 'proceed'],
  [{ ifUnmodifiedSince: AT }, 'proceed'],
  [{ ifUnmodifiedSince: BEFORE }, 'precondition-failed'],
  // An ETag that matches outranks the date of its kind.
  [{ ifMatch: '"abc"', ifUnmodifiedSince: BEFORE }, 'proceed'],
  [{ ifNoneMatch: '"x"', ifModifiedSince: AT }, 'proceed'],
  [{ ifNoneMatch: '"abc"', ifModifiedSince: BEFORE }, 'not-modified'],
  [{ ifMatch: '"x"', ifNoneMatch: '"abc"' }, 'precondition-failed'],
  [{ ifModifiedSince: 'yesterday', ifUnmodifiedSince: '2025-01-01' }, 'proceed'],
])('readCondition decides %j', (headers, expected) => {
  expect(readCondition(headers, object)).toBe(expected);
});

test('the failed header is named', () => {
  expect(failedPrecondition({ ifMatch: '"x"' }, object)).toBe('If-Match');
  expect(failedPrecondition({ ifUnmodifiedSince: BEFORE }, object)).toBe('If-Unmodified-Since');
  expect(failedPrecondition({ ifNoneMatch: '"abc"' }, object)).toBeUndefined();
  expect(failedCopyPrecondition({ ifNoneMatch: '"abc"' }, object)).toBe('x-amz-copy-source-If-None-Match');
  expect(failedCopyPrecondition({ ifModifiedSince: AT }, object)).toBe('x-amz-copy-source-If-Modified-Since');
});

test('a copy has no "not modified"', () => {
  expect(copySourceCondition({ ifNoneMatch: '"abc"' }, object)).toBe('precondition-failed');
  expect(copySourceCondition({ ifNoneMatch: '"x"' }, object)).toBe('proceed');
});
