/** What the credentials of an upload request are good for, request by request. */
import { queryValue } from '../headers.ts';
import type { Terms } from '../links/terms.ts';
import type { Authenticated } from '../pipeline.ts';
import { sizeOfPart, type UploadOf } from './as-link.ts';

/** Whether it is what the credentials were made for. Nobody has their secrets; but if somebody had, this would still be all they are good for. */
export function isItsUpload(request: Authenticated, upload: UploadOf): boolean {
  const { signature, operation, form, bucket, key } = request;
  if (bucket !== upload.request.bucket || signature?.version !== 'AWS4-HMAC-SHA256') return false;
  // Of a form, authentication has made the key.
  if (upload.by === 'form') return signature.authType === 'POST' && operation.name === 'PostObject' && form !== undefined;
  if (signature.authType !== 'REST-QUERY-STRING' || key !== upload.delivery.key) return false;
  if (upload.by === 'put') return operation.name === 'PutObject';
  const { uploadId } = upload.delivery;
  if (operation.name === 'CreateMultipartUpload') return uploadId === undefined;
  const isOfIt = OF_PARTS.has(operation.name) && uploadId !== undefined && queryValue(request, 'uploadId') === uploadId;
  return isOfIt && (operation.name !== 'UploadPart' || partSize(request, upload) !== undefined);
}

/** Signed by us alone but for the parts: a guest gets no URL that begins or completes an upload. */
const OF_PARTS: ReadonlySet<string> = new Set(['UploadPart', 'CompleteMultipartUpload']);

/** The terms of one request: a part has exactly its size, so that all of them together have that of the file; the first one shows what it is. */
export function termsOfUpload(request: Authenticated, upload: UploadOf, terms: Terms): Terms {
  if (upload.by !== 'parts' || request.operation.name !== 'UploadPart') return terms;
  const size = partSize(request, upload);
  const checksContent = upload.request.terms.checksContent === true && queryValue(request, 'partNumber') === '1';
  return { ...terms, minSize: size, maxSize: size, ...(checksContent && { checksContent }) };
}

function partSize(request: Authenticated, upload: Extract<UploadOf, { by: 'put' | 'parts' }>): number | undefined {
  const partNumber = queryValue(request, 'partNumber') ?? '';
  return /^[1-9]\d{0,4}$/.test(partNumber) ? sizeOfPart(upload.delivery, Number(partNumber)) : undefined;
}
