/** Which bytes of an object a request wants. */
import { parseHttpDate } from '@latchkey/s3/dates';
import { S3Error } from '@latchkey/s3/errors';
import { quoteEtag } from '@latchkey/s3/etag';
import { parseRange } from '@latchkey/s3/range';
import type { ByteRange, ObjectRecord } from '@latchkey/storage/object-store';
import { headerValue } from '../headers.ts';
import type { Authorised } from '../pipeline.ts';

/** `undefined` for all of them. Throws InvalidRange. */
export function requestedRange(request: Authorised, record: ObjectRecord): ByteRange | undefined {
  const header = headerValue(request.headers, 'range');
  if (header === undefined || !isStill(headerValue(request.headers, 'if-range'), record)) return undefined;
  const range = parseRange(header, record.sizeBytes);
  if (range === 'whole') return undefined;
  if (range === 'unsatisfiable')
    throw new S3Error('InvalidRange', { fields: { RangeRequested: header, ActualObjectSize: String(record.sizeBytes) } });
  return range;
}

/** RFC 9110, 13.1.5: a range is only for who has the beginning of this very object; others get the whole. */
function isStill(ifRange: string | undefined, record: ObjectRecord): boolean {
  if (ifRange === undefined) return true;
  const date = parseHttpDate(ifRange);
  return date === undefined ? ifRange.trim() === quoteEtag(record.etag) : date === record.lastModified;
}
