/** The operations that uploading a file and looking at it take. All throw what an `S3Client` throws. */
import { base64FromBytes } from './bytes.ts';
import { openHasher } from './checksum-hasher.ts';
import type { S3Client } from './client.ts';
import { refusalFrom } from './client-refusal.ts';
import { parseHttpDate } from './dates.ts';
import { S3Error } from './errors.ts';
import { etagFromHeader, quoteEtag } from './etag.ts';
import { childOf, childrenOf, childText, parseXmlRoot, type XmlElement } from './xml.ts';
import { element, xmlDocument } from './xml-writer.ts';

/** `key` as it is, never encoded. */
export type ObjectAddress = { readonly bucket: string; readonly key: string };

export type UploadHeaders = {
  readonly contentType?: string | undefined;
  /** ASCII; names without `x-amz-meta-`. */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  /** Further headers to be signed, such as `if-none-match` or `cache-control`. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
};

export type Options = { readonly signal?: AbortSignal | undefined };

/** Bytes that can be read more than once: a file in the browser, or Node's `openAsBlob`. */
export type UploadBytes = Uint8Array<ArrayBuffer> | Blob;

/** Without quotes. */
export type Etag = string;

/** Uploads in one request, up to 5 GiB, with a CRC32 that the server compares. */
export async function putObject(
  client: S3Client,
  address: ObjectAddress,
  body: UploadBytes,
  options: UploadHeaders & Options = {},
): Promise<{ readonly etag: Etag }> {
  const headers = { ...uploadHeaders(options), 'x-amz-checksum-crc32': await crc32Of(body) };
  return { etag: etagOf(await client({ method: 'PUT', ...address, body, headers, signal: options.signal })) };
}

export async function createMultipartUpload(
  client: S3Client,
  address: ObjectAddress,
  options: UploadHeaders & Options = {},
): Promise<string> {
  const answer = await client({
    method: 'POST',
    ...address,
    query: { uploads: '' },
    headers: uploadHeaders(options),
    signal: options.signal,
  });
  return requiredText(await document(answer, 'InitiateMultipartUploadResult'), 'UploadId');
}

export type UploadedPart = { readonly partNumber: number; readonly etag: Etag; readonly crc32: string };

/** `partNumber` from 1 to 10,000. */
export async function uploadPart(
  client: S3Client,
  address: ObjectAddress,
  part: { readonly uploadId: string; readonly partNumber: number; readonly body: UploadBytes },
  options: Options = {},
): Promise<UploadedPart> {
  const { uploadId, partNumber, body } = part;
  const crc32 = await crc32Of(body);
  const answer = await client({
    method: 'PUT',
    ...address,
    query: { partNumber, uploadId },
    body,
    headers: { 'x-amz-checksum-crc32': crc32 },
    signal: options.signal,
  });
  return { partNumber, etag: etagOf(answer), crc32 };
}

/** `parts` in ascending order. The service may answer 200 and then an error: that is thrown too. */
export async function completeMultipartUpload(
  client: S3Client,
  address: ObjectAddress,
  upload: { readonly uploadId: string; readonly parts: readonly UploadedPart[] },
  options: { readonly headers?: Readonly<Record<string, string>> | undefined } & Options = {},
): Promise<{ readonly etag: Etag }> {
  const parts = upload.parts.map((part) =>
    element('Part', [element('PartNumber', part.partNumber), element('ETag', quoteEtag(part.etag))]),
  );
  const answer = await client({
    method: 'POST',
    ...address,
    query: { uploadId: upload.uploadId },
    body: xmlDocument('CompleteMultipartUpload', parts),
    headers: { ...XML, ...options.headers },
    signal: options.signal,
  });
  return { etag: etagFromHeader(requiredText(await document(answer, 'CompleteMultipartUploadResult'), 'ETag')) };
}

export async function abortMultipartUpload(client: S3Client, address: ObjectAddress, uploadId: string): Promise<void> {
  await client({ method: 'DELETE', ...address, query: { uploadId } });
}

export type ObjectHead = {
  readonly sizeBytes: number;
  readonly etag: Etag;
  readonly contentType: string | undefined;
  /** Milliseconds since the epoch. */
  readonly lastModified: number | undefined;
  /** Names without `x-amz-meta-`, in lower case. */
  readonly metadata: Readonly<Record<string, string>>;
};

/** Throws NoSuchKey, AccessDenied. */
export async function headObject(client: S3Client, address: ObjectAddress, options: Options = {}): Promise<ObjectHead> {
  return headOf(await client({ method: 'HEAD', ...address, signal: options.signal }));
}

/** The object's bytes as a stream, which has to be read to its end or cancelled. */
export async function getObject(
  client: S3Client,
  address: ObjectAddress,
  options: { /** Such as `bytes=0-99`. */ readonly range?: string | undefined } & Options = {},
): Promise<{ readonly head: ObjectHead; readonly body: ReadableStream<Uint8Array> }> {
  const answer = await client({ method: 'GET', ...address, headers: { range: options.range }, signal: options.signal });
  return { head: headOf(answer), body: answer.body ?? new Blob([]).stream() };
}

/** Deleting what is not there is no error. */
export async function deleteObject(client: S3Client, address: ObjectAddress, options: Options = {}): Promise<void> {
  await client({ method: 'DELETE', ...address, signal: options.signal });
}

/** In the region the client signs for. Throws BucketAlreadyOwnedByYou, BucketAlreadyExists. */
export async function createBucket(client: S3Client, bucket: string, region: string, options: Options = {}): Promise<void> {
  const constraint = [element('LocationConstraint', region)];
  const body = region === 'us-east-1' ? undefined : xmlDocument('CreateBucketConfiguration', constraint);
  await client({ method: 'PUT', bucket, body, headers: body === undefined ? {} : XML, signal: options.signal });
}

/** `createdAt` in milliseconds since the epoch. */
export type BucketSummary = { readonly name: string; readonly createdAt: number };

export async function listBuckets(client: S3Client, options: Options = {}): Promise<readonly BucketSummary[]> {
  const answer = await client({ method: 'GET', signal: options.signal });
  const buckets = childOf(await document(answer, 'ListAllMyBucketsResult'), 'Buckets');
  return (buckets === undefined ? [] : childrenOf(buckets, 'Bucket')).map((bucket) => ({
    name: requiredText(bucket, 'Name'),
    createdAt: Date.parse(requiredText(bucket, 'CreationDate')),
  }));
}

const XML = { 'content-type': 'application/xml' } as const;

/** Base64, read through once. */
async function crc32Of(body: UploadBytes): Promise<string> {
  const hasher = await openHasher('CRC32');
  if (body instanceof Uint8Array) hasher.update(body);
  else {
    const reader = body.stream().getReader();
    for (let next = await reader.read(); !next.done; next = await reader.read()) hasher.update(next.value);
  }
  return base64FromBytes(hasher.digest());
}

function uploadHeaders({ contentType, metadata = {}, headers = {} }: UploadHeaders): Record<string, string> {
  const named = Object.entries(metadata).map(([name, value]) => [`x-amz-meta-${name}`, value] as const);
  return { ...headers, ...Object.fromEntries(named), ...(contentType === undefined ? {} : { 'content-type': contentType }) };
}

function etagOf(answer: Response): Etag {
  return etagFromHeader(answer.headers.get('etag') ?? '');
}

function headOf(answer: Response): ObjectHead {
  const lastModified = answer.headers.get('last-modified');
  const metadata: [string, string][] = [];
  for (const [name, value] of answer.headers) if (name.startsWith('x-amz-meta-')) metadata.push([name.slice('x-amz-meta-'.length), value]);
  return {
    sizeBytes: Number(answer.headers.get('content-length') ?? 0),
    etag: etagOf(answer),
    contentType: answer.headers.get('content-type') ?? undefined,
    lastModified: lastModified === null ? undefined : parseHttpDate(lastModified),
    metadata: Object.fromEntries(metadata),
  };
}

/** The answer's document; where it is an error in spite of its status, that error. */
async function document(answer: Response, root: string): Promise<XmlElement> {
  const text = await answer.text();
  try {
    return parseXmlRoot(text, root);
  } catch (cause) {
    throw text.includes('<Error') ? await refusalFrom(new Response(text), {}) : unexpected(cause);
  }
}

function requiredText(parent: XmlElement, name: string): string {
  const text = childText(parent, name);
  if (text === undefined) throw unexpected(new Error(`${parent.name} without ${name}`));
  return text;
}

function unexpected(cause: unknown): S3Error {
  return new S3Error('InternalError', { message: 'The server answered with a document that is not S3’s.', cause });
}
