/**
 * What the upstream refuses with, in words for a guest of ours. What is about our own credentials or the way to the upstream is the
 * operator's to mend: the guest reads 503, the log has the cause. Host, bucket, request ids and credentials of the upstream go nowhere else.
 */
import { ERRORS } from '@latchkey/s3/error-table';
import { S3Error, type S3ErrorCode } from '@latchkey/s3/errors';
import type { BucketName, ObjectKey } from '@latchkey/s3/names';
import { parseXml } from '@latchkey/s3/xml';
import type { BucketNames } from './bucket-names.ts';
import type { Answer } from './transport.ts';

/** What a request was about, by our names. */
type Asked = { readonly bucket?: BucketName | undefined; readonly key?: ObjectKey | undefined };
type Asking = { readonly endpoint: string; readonly names: BucketNames };

export async function refusalFrom(answer: Answer, request: Asked, upstream: Asking): Promise<S3Error> {
  return refusalIn(await beginningOf(answer), answer.status, request, upstream);
}

/** The same from a document; some refusals come with status 200. */
export function refusalIn(text: string, status: number, { bucket, key }: Asked, { endpoint, names }: Asking): S3Error {
  const { Code: code = '', Message: message, ...fields } = readError(text);
  const said = new UpstreamRefusal(`The upstream answered ${status} ${code}${message ? `: ${message}` : ''}`.trim(), status);
  if (OURS.has(code) || (code === '' && (status === 401 || status === 403)) || (status >= 300 && status < 400))
    return new S3Error('ServiceUnavailable', { cause: said });
  const known = isKnown(code) ? code : codeFor(status, key !== undefined);
  const isServerError = ERRORS[known].status >= 500 && known !== 'NotImplemented';
  if (isServerError)
    return new S3Error(known === 'SlowDown' ? 'SlowDown' : status === 500 ? 'InternalError' : 'ServiceUnavailable', { cause: said });
  const secrets = [new URL(endpoint).hostname, ...(bucket !== undefined && names.theirs(bucket) !== bucket ? [names.theirs(bucket)] : [])];
  const isTelling = (value: string) => secrets.some((secret) => value.includes(secret));
  return new S3Error(known, {
    message: !message || isTelling(message) || !isKnown(code) ? undefined : message,
    fields: {
      ...(bucket !== undefined && (known === 'NoSuchBucket' || 'BucketName' in fields) && { BucketName: bucket }),
      ...Object.fromEntries(Object.entries(fields).filter(([name, value]) => SHOWN.has(name) && !isTelling(value))),
    },
    cause: said,
  });
}

/** The connection failed, or what came over it made no sense. */
export function unreachable(cause: unknown): S3Error {
  if (cause instanceof S3Error) return cause;
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new S3Error('ServiceUnavailable', { cause: new Error(`The upstream cannot be reached: ${reason}`, { cause }) });
}

/** The status the upstream itself refused with; undefined where it was not heard at all. */
export function upstreamStatus(error: unknown): number | undefined {
  return error instanceof S3Error && error.cause instanceof UpstreamRefusal ? error.cause.status : undefined;
}

/** The upstream's own no, and not a failure on the way to it. */
export function isRefusal(error: unknown): boolean {
  const status = upstreamStatus(error);
  return status !== undefined && (status < 500 || status === 501);
}

class UpstreamRefusal extends Error {
  override readonly name = 'UpstreamRefusal';
  readonly status: number;

  constructor(message: string, status: number) {
    super(message);
    this.status = status;
  }
}

/** About our credentials, our clock, our idea of the upstream's region: nothing a guest of ours could have caused or could mend. */
const OURS: ReadonlySet<string> = new Set([
  'AccessDenied',
  'AccountProblem',
  'AllAccessDisabled',
  'AuthorizationHeaderMalformed',
  'ExpiredToken',
  'Forbidden',
  'IllegalLocationConstraintException',
  'InvalidAccessKeyId',
  'InvalidSecurity',
  'InvalidToken',
  'KMS.DisabledException',
  'NotSignedUp',
  'PermanentRedirect',
  'QuotaExceeded',
  'Redirect',
  'RequestTimeTooSkewed',
  'SignatureDoesNotMatch',
  'TemporaryRedirect',
  'TokenRefreshRequired',
  'UserSuspended',
  'XAmzContentSHA256Mismatch',
]);

/** Elements of an error document that are about the request, not about the upstream. */
const SHOWN: ReadonlySet<string> = new Set([
  'ActualObjectSize',
  'ArgumentName',
  'ArgumentValue',
  'Condition',
  'ETag',
  'MaxSizeAllowed',
  'MinSizeAllowed',
  'PartNumber',
  'PartNumberRequested',
  'ProposedSize',
  'RangeRequested',
  'Size',
  'TagKey',
  'TagValue',
]);

function isKnown(code: string): code is S3ErrorCode {
  return Object.hasOwn(ERRORS, code);
}

/** What the status alone says. */
function codeFor(status: number, hasKey: boolean): S3ErrorCode {
  switch (status) {
    case 404:
      return hasKey ? 'NoSuchKey' : 'NoSuchBucket';
    case 409:
      return 'OperationAborted';
    case 411:
      return 'MissingContentLength';
    case 412:
      return 'PreconditionFailed';
    case 416:
      return 'InvalidRange';
    case 501:
      return 'NotImplemented';
    case 507:
      return 'InsufficientStorage';
    default:
      return status >= 500 ? 'ServiceUnavailable' : 'InvalidRequest';
  }
}

const MAX_ERROR_BYTES = 64 * 1024;

/** Error documents are short; of anything longer the connection is cut. */
async function beginningOf({ body }: Answer): Promise<string> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      sizeBytes += chunk.length;
      if (sizeBytes > MAX_ERROR_BYTES) break;
    }
  } catch {
    // The status says enough.
  }
  return Buffer.concat(chunks).toString();
}

/** Nothing where it is no error document: an answer to HEAD, a proxy's page. */
function readError(text: string): Readonly<Record<string, string>> {
  try {
    const root = parseXml(text.trimStart());
    return root.name === 'Error' ? Object.fromEntries(root.children.map((child) => [child.name, child.text])) : {};
  } catch {
    return {};
  }
}
