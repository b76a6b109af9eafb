/** The requests of an upload that carry no bytes. */
import { isCode, Refusal } from '../api/refusal.ts';
import { s3 } from '../s3/client.ts';
import type { ObjectAddress } from '../s3/objects.ts';
import { escaped, rootOf, textOf } from '../xml.ts';
import type { SentPart } from './parts.ts';

export async function beginUpload(address: ObjectAddress, contentType: string, signal: AbortSignal): Promise<string> {
  const answer = await s3({ method: 'POST', ...address, query: { uploads: '' }, headers: { 'content-type': contentType }, signal });
  return textOf(rootOf(await answer.text()), 'UploadId') ?? '';
}

/** S3 may answer 200 and then an error: that is thrown too. */
export async function completeUpload(
  address: ObjectAddress,
  { uploadId, parts }: { readonly uploadId: string; readonly parts: readonly SentPart[] },
  { overwrites, signal }: { readonly overwrites: boolean; readonly signal: AbortSignal },
): Promise<void> {
  const items = parts.map(({ number, etag }) => `<Part><PartNumber>${number}</PartNumber><ETag>${escaped(etag)}</ETag></Part>`);
  const headers = { 'content-type': 'application/xml', ...(!overwrites && { 'if-none-match': '*' }) };
  const body = `<CompleteMultipartUpload>${items.join('')}</CompleteMultipartUpload>`;
  const root = rootOf(await (await s3({ method: 'POST', ...address, query: { uploadId }, headers, body, signal })).text());
  if (root.localName !== 'Error') return;
  throw new Refusal({ status: 500, code: textOf(root, 'Code') ?? '', message: textOf(root, 'Message') ?? '', requestId: undefined });
}

export async function abortUpload(address: ObjectAddress, uploadId: string): Promise<void> {
  await s3({ method: 'DELETE', ...address, query: { uploadId } });
}

/** `undefined` where there is no such object. */
export async function objectSize(address: ObjectAddress): Promise<number | undefined> {
  try {
    return Number((await s3({ method: 'HEAD', ...address })).headers.get('content-length'));
  } catch (error) {
    if (isCode(error, 'NotFound', 'NoSuchKey')) return undefined;
    throw error;
  }
}
