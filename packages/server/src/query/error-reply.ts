/** Errors of the query APIs: IAM's document, and IAM's codes for what S3 calls otherwise. */
import { S3Error, type S3ErrorCode } from '@latchkey/s3/errors';
import { element } from '@latchkey/s3/xml-writer';
import type { Log } from '../log.ts';
import type { Incoming, QueryService, Reply } from '../pipeline.ts';
import { logFailure } from '../respond.ts';
import { NAMESPACES } from './namespaces.ts';

const encoder = new TextEncoder();

export function queryErrorReply(cause: unknown, incoming: Incoming, service: QueryService, log: Log): Reply {
  const thrown = cause instanceof S3Error ? cause : new S3Error('InternalError', { cause });
  if (thrown.status >= 500) logFailure(thrown, incoming, log);
  const { code, status, message } = asIam(thrown);
  const document = element(
    'ErrorResponse',
    [
      element('Error', [element('Type', status >= 500 ? 'Receiver' : 'Sender'), element('Code', code), element('Message', message)]),
      element('RequestId', incoming.requestId),
    ],
    { xmlns: NAMESPACES[service] },
  );
  return { status, headers: ['Content-Type', 'text/xml'], body: encoder.encode(document) };
}

type Shown = { readonly code: string; readonly status: number; readonly message: string };

function asIam(error: S3Error): Shown {
  const other = OTHER_CODES[error.code];
  return other ?? { code: error.code, status: error.status, message: error.message };
}

const OTHER_CODES: Readonly<Partial<Record<S3ErrorCode, Shown>>> = {
  InvalidAccessKeyId: { code: 'InvalidClientTokenId', status: 403, message: 'The security token included in the request is invalid.' },
  InvalidToken: { code: 'InvalidClientTokenId', status: 403, message: 'The security token included in the request is invalid.' },
  ExpiredToken: { code: 'ExpiredToken', status: 403, message: 'The security token included in the request is expired' },
  SignatureDoesNotMatch: {
    code: 'SignatureDoesNotMatch',
    status: 403,
    message:
      'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
  },
  AuthorizationHeaderMalformed: {
    code: 'IncompleteSignature',
    status: 403,
    message: 'The Authorization header is not valid for this service.',
  },
  AuthorizationQueryParametersError: {
    code: 'IncompleteSignature',
    status: 400,
    message: 'The parameters of the signature are not valid for this service.',
  },
  RequestTimeTooSkewed: {
    code: 'SignatureDoesNotMatch',
    status: 403,
    message: 'Signature not yet current, or expired: the clocks differ by more than 15 minutes.',
  },
  InternalError: {
    code: 'ServiceFailure',
    status: 500,
    message: 'The request processing has failed because of an unknown error, exception or failure.',
  },
};
