/** What terms say about an upload: its size, its type, and what its first bytes are. Judged on what is declared, and again on what comes. */
import { S3Error } from '@latchkey/s3/errors';
import { Denial } from '../denial.ts';
import { headerValue } from '../headers.ts';
import type { Authenticated } from '../pipeline.ts';
import { beginsAs, LOOKED_AT_BYTES } from './content-signatures.ts';
import { matchesType, mediaType } from './content-types.ts';
import type { Terms } from './terms.ts';

/** Throws EntityTooLarge, EntityTooSmall, AccessDenied for what the head of the request gives away; nothing of the body has been read. */
export function checkDeclared(request: Authenticated, terms: Terms): void {
  if (TYPED.has(request.operation.name)) checkType(headerValue(request.headers, 'content-type'), terms);
  // The length of a form is not that of its file.
  const { contentLength } = request.body;
  if (SIZED.has(request.operation.name) && contentLength !== undefined) checkSize(contentLength, terms);
}

const TYPED: ReadonlySet<string> = new Set(['PutObject', 'PostObject', 'CreateMultipartUpload']);
const SIZED: ReadonlySet<string> = new Set(['PutObject', 'UploadPart']);

/** Of something whose size is known: a body by its Content-Length, a copy, the parts of an upload together. */
export function checkSize(sizeBytes: number, { minSize, maxSize }: Pick<Terms, 'minSize' | 'maxSize'>): void {
  if (maxSize !== undefined && sizeBytes > maxSize) throw tooLarge(sizeBytes, maxSize);
  if (minSize !== undefined && sizeBytes < minSize) throw tooSmall(sizeBytes, minSize);
}

/** Throws AccessDenied for a type that is not one of those allowed; without a type there is nothing to go by. */
export function checkType(contentType: string | undefined, { contentTypes }: Pick<Terms, 'contentTypes'>): void {
  if (contentTypes === undefined) return;
  const type = mediaType(contentType);
  if (type !== undefined && matchesType(type, contentTypes)) return;
  const explanation = `Its Content-Type is ${contentType === undefined ? 'not given' : JSON.stringify(contentType)}, and ${contentTypes.join(', ')} is allowed.`;
  throw new S3Error('AccessDenied', {
    message: `An upload here has one of the types ${contentTypes.join(', ')}, and says so in its Content-Type.`,
    cause: new Denial('upload', explanation),
  });
}

/**
 * The same bytes, counted as they come: cut off as soon as there are too many, whatever was declared, refused at the end where there are
 * too few. With `checksContent` none is handed on before enough have come to see what they are.
 */
export function limitedBytes(bytes: AsyncIterable<Uint8Array>, terms: Terms, contentType: string | undefined): AsyncIterable<Uint8Array> {
  const { minSize, maxSize, checksContent } = terms;
  const counted = minSize === undefined && maxSize === undefined ? bytes : countedBytes(bytes, terms);
  return checksContent === true ? checkedBytes(counted, mediaType(contentType) ?? '') : counted;
}

async function* countedBytes(bytes: AsyncIterable<Uint8Array>, { minSize = 0, maxSize = Number.POSITIVE_INFINITY }: Terms) {
  let sizeBytes = 0;
  for await (const chunk of bytes) {
    sizeBytes += chunk.byteLength;
    if (sizeBytes > maxSize) throw tooLarge(sizeBytes, maxSize);
    yield chunk;
  }
  if (sizeBytes < minSize) throw tooSmall(sizeBytes, minSize);
}

async function* checkedBytes(bytes: AsyncIterable<Uint8Array>, type: string): AsyncGenerator<Uint8Array> {
  let held: Uint8Array[] | undefined = [];
  let heldBytes = 0;
  for await (const chunk of bytes) {
    if (held === undefined) {
      yield chunk;
      continue;
    }
    held.push(chunk);
    heldBytes += chunk.byteLength;
    if (heldBytes < LOOKED_AT_BYTES) continue;
    checkHead(type, held);
    yield* held;
    held = undefined;
  }
  if (held === undefined) return;
  checkHead(type, held);
  yield* held;
}

function checkHead(type: string, chunks: readonly Uint8Array[]): void {
  const head = Buffer.concat(chunks).subarray(0, LOOKED_AT_BYTES);
  const fits = beginsAs(type, head);
  if (fits === true) return;
  const explanation = fits === false ? `It does not begin as ${type} does.` : `How ${type} begins is not known here.`;
  throw new S3Error('AccessDenied', {
    message: 'The content of the upload is not what its Content-Type says.',
    cause: new Denial('upload', explanation),
  });
}

function tooLarge(sizeBytes: number, maxSize: number): S3Error {
  const cause = new Denial('upload', `It has ${sizeBytes} bytes or more, and may have ${maxSize}.`);
  return new S3Error('EntityTooLarge', { fields: { ProposedSize: String(sizeBytes), MaxSizeAllowed: String(maxSize) }, cause });
}

function tooSmall(sizeBytes: number, minSize: number): S3Error {
  const cause = new Denial('upload', `It has ${sizeBytes} bytes, and must have ${minSize}.`);
  return new S3Error('EntityTooSmall', { fields: { ProposedSize: String(sizeBytes), MinSizeAllowed: String(minSize) }, cause });
}
