/** What went wrong, as `application/problem+json` (RFC 9457). */

import { ERRORS } from '@latchkey/s3/error-table';
import { S3Error } from '@latchkey/s3/errors';
import type { Log } from '../log.ts';
import type { Incoming, Reply } from '../pipeline.ts';
import { logFailure } from '../respond.ts';
import { jsonReply } from './replies.ts';
import type { Problem } from './schemas/problem.ts';

/** An S3Error becomes its problem; anything else is logged with its cause and answered with InternalError, which says nothing about it. */
export function problemReply(cause: unknown, incoming: Incoming, log: Log): Reply {
  const error = cause instanceof S3Error ? cause : new S3Error('InternalError', { cause });
  if (error.status >= 500) logFailure(error, incoming, log);
  return jsonReply(error.status, problemOf(error, incoming.requestId), { type: 'application/problem+json', headers: headersOf(error) });
}

export function problemOf(cause: unknown, requestId: string): Problem {
  const error = cause instanceof S3Error ? cause : new S3Error('InternalError', { cause });
  const { status, code, message } = error;
  return { type: `urn:latchkey:problem:${code}`, title: ERRORS[code].message, status, detail: message, code, requestId, ...details(error) };
}

/** Which members are wrong; or, of other refusals, what S3's error document would show besides. */
function details({ code, fields, message }: S3Error): Pick<Problem, 'errors' | 'fields'> {
  const all = Object.entries(fields);
  if (all.length === 0) return {};
  if (code === 'ValidationError') return { errors: all.map(([pointer, detail]) => ({ pointer, detail })) };
  const { ArgumentName: name } = fields;
  if (code === 'InvalidArgument' && name !== undefined) return { errors: [{ pointer: pointerTo(name), detail: message }] };
  return { fields };
}

/** The links' own code speaks of `terms.maxUses`; in requests the terms stand beside everything else. */
function pointerTo(name: string): string {
  return `/${name.replace(/^terms\./, '').replaceAll('.', '/')}`;
}

function headersOf({ code, fields }: S3Error): readonly string[] {
  switch (code) {
    case 'MethodNotAllowed':
      return ['Allow', fields.Allow ?? ''];
    case 'SlowDown':
    case 'ServiceUnavailable':
    case 'RequestInProgress':
      return ['Retry-After', '1'];
    default:
      return [];
  }
}
