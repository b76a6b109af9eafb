import { S3Error } from '@latchkey/s3/errors';
import { etagFromHeader } from '@latchkey/s3/etag';
import type { WriteCondition } from '@latchkey/storage/object-store';
import { headerValue } from '../headers.ts';
import type { Admitted, Authenticated } from '../pipeline.ts';

/** `If-Match` and `If-None-Match` of a write, and the term that nothing is to be overwritten. S3 knows `If-None-Match: *` only; throws NotImplemented for what it does not. */
export function writeCondition(request: Admitted): WriteCondition {
  const ifMatch = condition(request, 'if-match');
  const ifNoneMatch = condition(request, 'if-none-match');
  if (ifNoneMatch !== undefined && ifNoneMatch !== '*') throw unsupported('If-None-Match');
  if (ifMatch !== undefined && ifNoneMatch !== undefined) throw unsupported('If-Match and If-None-Match');
  if (ifMatch === '*') throw unsupported('If-Match');
  const mustBeNew = ifNoneMatch !== undefined || request.terms?.noOverwrite === true;
  return { ifMatch: ifMatch === undefined ? undefined : etagFromHeader(ifMatch), ifNoneMatch: mustBeNew ? '*' : undefined };
}

function condition(request: Authenticated, name: 'if-match' | 'if-none-match'): string | undefined {
  const header = headerValue(request.headers, name);
  if (header !== undefined || request.signature?.authType !== 'REST-QUERY-STRING') return header;
  return request.target.query.find((parameter) => parameter.name.toLowerCase() === name)?.value;
}

function unsupported(header: string): S3Error {
  return new S3Error('NotImplemented', {
    fields: { Header: header, additionalMessage: 'A header you provided implies functionality that is not implemented' },
  });
}
