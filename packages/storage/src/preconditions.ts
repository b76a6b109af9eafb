import { S3Error } from '@latchkey/s3/errors';
import type { DeleteCondition, ObjectRecord, WriteCondition } from './object-store.ts';

type Current = Pick<ObjectRecord, 'etag' | 'lastModified' | 'sizeBytes'> | undefined;

/** Throws where a write must not happen: PreconditionFailed, or NoSuchKey for `ifMatch` without an object. `current` is what the key holds now. */
export function requireWriteCondition(current: Current, condition: WriteCondition | undefined): void {
  if (condition?.ifNoneMatch === '*' && current !== undefined) throw failed('If-None-Match');
  if (condition?.ifMatch === undefined) return;
  if (current === undefined) throw new S3Error('NoSuchKey');
  if (current.etag !== condition.ifMatch) throw failed('If-Match');
}

/**
 * Throws where a delete must not happen. Measured on AWS: `If-Match` on a key that is not there is 404, whatever it names; the
 * conditions on time and size only ever fail against an object that is there.
 */
export function requireDeleteCondition(current: Current, condition: DeleteCondition | undefined): void {
  if (condition === undefined) return;
  if (current === undefined) {
    if (condition.ifMatch !== undefined) throw new S3Error('NoSuchKey');
    return;
  }
  if (condition.ifMatch !== undefined && condition.ifMatch !== '*' && condition.ifMatch !== current.etag) throw failed('If-Match');
  if (condition.ifMatchLastModified !== undefined && inSeconds(condition.ifMatchLastModified) !== inSeconds(current.lastModified)) {
    throw failed('x-amz-if-match-last-modified-time');
  }
  if (condition.ifMatchSizeBytes !== undefined && condition.ifMatchSizeBytes !== current.sizeBytes) throw failed('x-amz-if-match-size');
}

function failed(header: string): S3Error {
  return new S3Error('PreconditionFailed', { fields: { Condition: header } });
}

function inSeconds(milliseconds: number): number {
  return Math.floor(milliseconds / 1000);
}
