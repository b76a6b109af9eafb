/** The last step for what went wrong: an error in S3's form. Successful replies are made by the operations. */

import { httpDate } from '@latchkey/s3/dates';
import { errorXml, S3Error } from '@latchkey/s3/errors';
import type { Log } from './log.ts';
import { refusalPage } from './pages/refusal-page.ts';
import type { Incoming, Reply } from './pipeline.ts';

const encoder = new TextEncoder();

/**
 * An S3Error becomes its XML, or a page for a person who opened a pre-signed URL; anything else is logged with its cause and answered with InternalError, which says nothing about it.
 */
export function errorReply(cause: unknown, incoming: Incoming, hostId: string, log: Log): Reply {
  const error = cause instanceof S3Error ? cause : new S3Error('InternalError', { cause });
  if (error.status >= 500) logFailure(error, incoming, log);
  if (error.status === 304) return { status: 304, headers: notModifiedHeaders(error) };
  const page = refusalPage(error, incoming);
  if (page !== undefined) return page;
  const resource = incoming.rawTarget.split('?', 1)[0] ?? '/';
  const xml = encoder.encode(errorXml(error, { requestId: incoming.requestId, hostId, resource }));
  const headers = ['Content-Type', 'application/xml', ...error.headers];
  if (error.code === 'InvalidRange') headers.push('Content-Range', `bytes */${error.fields.ActualObjectSize ?? '*'}`);
  if (error.code === 'MethodNotAllowed') headers.push('Allow', 'GET, HEAD, PUT, POST, DELETE');
  if (error.code === 'SlowDown' || error.code === 'ServiceUnavailable') headers.push('Retry-After', '1');
  return { status: error.status, headers, body: xml };
}

/** What nobody but the operator gets to see. A client that goes in the middle, as whoever pauses an upload does, is no failure of ours. */
export function logFailure(error: S3Error, { requestId, method, body }: Pick<Incoming, 'requestId' | 'method' | 'body'>, log: Log): void {
  if (body.signal.aborted && error.cause instanceof Error && error.cause.name === 'AbortError') {
    log.info('client went away', { requestId, method });
    return;
  }
  log.error('request failed', { requestId, method, code: error.code, cause: describe(error.cause) });
}

function notModifiedHeaders(error: S3Error): string[] {
  const { ETag, LastModified } = error.fields;
  const headers: string[] = [];
  if (ETag !== undefined) headers.push('ETag', ETag);
  if (LastModified !== undefined) headers.push('Last-Modified', httpDate(Number(LastModified)));
  return headers;
}

/** The stack of an unforeseen error, without any value that a request carried. */
function describe(cause: unknown): string | undefined {
  if (cause === undefined) return undefined;
  return cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
}
