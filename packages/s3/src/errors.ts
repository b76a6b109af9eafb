import { ERRORS } from './error-table.ts';
import { element, xmlDocument } from './xml-writer.ts';

export type S3ErrorCode = keyof typeof ERRORS;

export type S3ErrorOptions = {
  /** Instead of the code's usual text, where AWS words a case in its own way. */
  readonly message?: string | undefined;
  /** Further elements of the error document, in this order: `{ BucketName: 'photos' }`. */
  readonly fields?: Readonly<Record<string, string>> | undefined;
  /** Names and values in turn, to be sent with the refusal. */
  readonly headers?: readonly string[] | undefined;
  /** Instead of the code's usual status. */
  readonly status?: number | undefined;
  readonly cause?: unknown;
};

/**
 * A refusal in S3's words: the one class that is thrown for a "no" between the parser and the store.
 * Holds no secret: code, message, fields and headers are sent to whoever asked.
 */
export class S3Error extends Error {
  override readonly name = 'S3Error';
  readonly code: S3ErrorCode;
  /** HTTP status. */
  readonly status: number;
  readonly fields: Readonly<Record<string, string>>;
  readonly headers: readonly string[];

  constructor(code: S3ErrorCode, options: S3ErrorOptions = {}) {
    super(options.message ?? ERRORS[code].message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.status = options.status ?? ERRORS[code].status;
    this.fields = options.fields ?? {};
    this.headers = options.headers ?? [];
  }
}

/** What S3 calls an InvalidArgument: it names the argument and, in most cases, repeats its value. */
export function invalidArgument(message: string, argumentName: string, argumentValue?: string): S3Error {
  const value = argumentValue === undefined ? {} : { ArgumentValue: argumentValue };
  return new S3Error('InvalidArgument', { message, fields: { ArgumentName: argumentName, ...value } });
}

export type ErrorContext = {
  readonly requestId: string;
  readonly hostId: string;
  /** Shown as `<Resource>` where given. */
  readonly resource?: string | undefined;
};

/** What the error document shows; an `S3Error`, or a refusal that was never thrown. */
export type ErrorBody = {
  readonly code: string;
  readonly message: string;
  readonly fields: Readonly<Record<string, string>>;
};

/** The body of an error answer: `Code`, `Message`, the fields, then who asked. It has no namespace, as on AWS. */
export function errorXml(error: ErrorBody, context: ErrorContext): string {
  return xmlDocument(
    'Error',
    [
      element('Code', error.code),
      element('Message', error.message),
      ...Object.entries(error.fields).map(([name, value]) => element(name, value)),
      context.resource === undefined ? undefined : element('Resource', context.resource),
      element('RequestId', context.requestId),
      element('HostId', context.hostId),
    ],
    { namespace: false },
  );
}
