/** What a service refuses with, as an S3Error again. */
import { ERRORS } from './error-table.ts';
import { S3Error, type S3ErrorCode } from './errors.ts';
import { parseXml } from './xml.ts';

/** Reads the answer's body, which may hold an error though its status is 200. A code that S3 does not have becomes the nearest one it has, and stands in the field `Code`. */
export async function refusalFrom(response: Response, request: { readonly key?: string | undefined }): Promise<S3Error> {
  const status = response.ok ? undefined : response.status;
  const { Code: code, Message: message, ...fields } = readError(await response.text());
  if (code !== undefined && isKnown(code)) return new S3Error(code, { status, message, fields });
  const nearest = codeFor(response.status, request.key !== undefined);
  if (code !== undefined) return new S3Error(nearest, { status, message, fields: { Code: code, ...fields } });
  const isUnexplained = nearest === 'InvalidRequest' || nearest === 'InternalError';
  return new S3Error(nearest, {
    status,
    message: isUnexplained ? `The server answered ${response.status} ${response.statusText}`.trim() : undefined,
  });
}

/** Nothing where the body is no error document: an answer to HEAD, a proxy's page. */
function readError(body: string): Readonly<Record<string, string>> {
  try {
    const root = parseXml(body);
    return root.name === 'Error' ? Object.fromEntries(root.children.map((child) => [child.name, child.text])) : {};
  } catch {
    return {};
  }
}

function isKnown(code: string): code is S3ErrorCode {
  return Object.hasOwn(ERRORS, code);
}

/** What the status alone says: answers to HEAD have no body. */
function codeFor(status: number, hasKey: boolean): S3ErrorCode {
  switch (status) {
    case 304:
      return 'NotModified';
    case 403:
      return 'AccessDenied';
    case 404:
      return hasKey ? 'NoSuchKey' : 'NoSuchBucket';
    case 412:
      return 'PreconditionFailed';
    case 416:
      return 'InvalidRange';
    case 503:
      return 'SlowDown';
    default:
      return status >= 500 ? 'InternalError' : 'InvalidRequest';
  }
}
