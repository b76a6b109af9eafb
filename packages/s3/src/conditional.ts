/** Conditional requests as S3 decides them. ETags without quotes, moments in milliseconds since the epoch. */
import { parseHttpDate } from './dates.ts';
import { etagFromHeader } from './etag.ts';

/** The headers as sent; a date that is not one is ignored. */
export type ConditionHeaders = {
  readonly ifMatch?: string | undefined;
  readonly ifNoneMatch?: string | undefined;
  readonly ifModifiedSince?: string | undefined;
  readonly ifUnmodifiedSince?: string | undefined;
};

/** `lastModified` in whole seconds, as HTTP dates can say. */
export type ConditionedObject = { readonly etag: string; readonly lastModified: number };

/**
 * Whether a GET or HEAD goes on. An ETag condition outranks the date condition of its kind: `If-Match` that holds makes
 * `If-Unmodified-Since` irrelevant, `If-None-Match` that holds makes `If-Modified-Since` irrelevant.
 */
export function readCondition(headers: ConditionHeaders, object: ConditionedObject): 'proceed' | 'not-modified' | 'precondition-failed' {
  if (failedPrecondition(headers, object) !== undefined) return 'precondition-failed';
  return seenBefore(headers, object) === undefined ? 'proceed' : 'not-modified';
}

/** The header to name as `Condition` in PreconditionFailed. */
export function failedPrecondition(headers: ConditionHeaders, object: ConditionedObject): 'If-Match' | 'If-Unmodified-Since' | undefined {
  if (headers.ifMatch !== undefined) return etagListHas(headers.ifMatch, object.etag) ? undefined : 'If-Match';
  const since = dateOf(headers.ifUnmodifiedSince);
  return since !== undefined && object.lastModified > since ? 'If-Unmodified-Since' : undefined;
}

/** Copying has no "not modified": whatever does not hold is a failed precondition. */
export function copySourceCondition(headers: ConditionHeaders, source: ConditionedObject): 'proceed' | 'precondition-failed' {
  return failedCopyPrecondition(headers, source) === undefined ? 'proceed' : 'precondition-failed';
}

/** The `x-amz-copy-source-*` header to name as `Condition` in PreconditionFailed. */
export function failedCopyPrecondition(headers: ConditionHeaders, source: ConditionedObject): string | undefined {
  const failed = failedPrecondition(headers, source) ?? seenBefore(headers, source);
  return failed === undefined ? undefined : `x-amz-copy-source-${failed}`;
}

function seenBefore(headers: ConditionHeaders, object: ConditionedObject): 'If-None-Match' | 'If-Modified-Since' | undefined {
  if (headers.ifNoneMatch !== undefined) return etagListHas(headers.ifNoneMatch, object.etag) ? 'If-None-Match' : undefined;
  const since = dateOf(headers.ifModifiedSince);
  return since !== undefined && object.lastModified <= since ? 'If-Modified-Since' : undefined;
}

function etagListHas(header: string, etag: string): boolean {
  return header.split(',').some((item) => item.trim() === '*' || etagFromHeader(item) === etag);
}

function dateOf(header: string | undefined): number | undefined {
  return header === undefined ? undefined : parseHttpDate(header.trim());
}
