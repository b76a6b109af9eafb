/** A file in parts: begun and completed for the guest, by requests that go the way of any other, as whoever made the upload request. */
import { S3Error, type S3ErrorCode } from '@latchkey/s3/errors';
import type { BucketName, ObjectKey } from '@latchkey/s3/names';
import { childText, parseXml } from '@latchkey/s3/xml';
import type { ObjectStore, PartRecord } from '@latchkey/storage/object-store';
import type { Sealer } from '../identity/sealing.ts';
import { guestRequest } from '../landing/landing-state.ts';
import type { Incoming, Reply, RequestBytes, Site } from '../pipeline.ts';
import { partCount, sizeOfPart } from './as-link.ts';
import type { Delivery, UploadRequest } from './model.ts';
import { signedUrl } from './signed-upload.ts';

export type PartsContext = {
  readonly ask: (incoming: Incoming) => Promise<Reply>;
  readonly sealer: Pick<Sealer, 'open'>;
  readonly site: Site;
};

const LEAST_PART_BYTES = 16 * 1024 ** 2;
const MOST_PARTS = 10_000;

/** 16 MiB; of what has more than 156 GiB, as many whole MiB as keep it to 10,000 parts. */
export function partBytesOf(sizeBytes: number): number {
  return Math.max(LEAST_PART_BYTES, Math.ceil(sizeBytes / MOST_PARTS / 1024 ** 2) * 1024 ** 2);
}

/** The id of a new upload. Rejects with what it is refused with. */
export async function beginParts(request: UploadRequest, delivery: Delivery, guest: Incoming, context: PartsContext): Promise<string> {
  const reply = await asked(request, delivery, guest, context, { uploads: '' }, { type: delivery.type });
  const uploadId = childText(parseXml(reply), 'UploadId');
  if (uploadId === undefined) throw new Error('a new upload without an id');
  return uploadId;
}

/** Makes the object of the parts, all of which have to be there, each of its size. Throws InvalidPart; rejects with what it is refused with. */
export async function completeParts(
  request: UploadRequest,
  delivery: Delivery,
  guest: Incoming,
  context: PartsContext & { readonly objects: ObjectStore },
): Promise<void> {
  const parts = await storedParts(request, delivery, context.objects);
  const isWhole = parts.length === partCount(delivery) && parts.every((part) => part.sizeBytes === sizeOfPart(delivery, part.partNumber));
  if (!isWhole) throw new S3Error('InvalidPart', { message: 'Some parts of the file have not come yet.' });
  const listed = parts.map(({ partNumber, etag }) => `<Part><PartNumber>${partNumber}</PartNumber><ETag>"${etag}"</ETag></Part>`);
  const body = `<CompleteMultipartUpload>${listed.join('')}</CompleteMultipartUpload>`;
  await asked(request, delivery, guest, context, { uploadId: delivery.uploadId ?? '' }, { body });
}

/** Of an upload that is gone, none. */
export async function storedParts(
  { bucket }: UploadRequest,
  { key, uploadId = '' }: Delivery,
  objects: ObjectStore,
): Promise<PartRecord[]> {
  const parts: PartRecord[] = [];
  let after = 0;
  for (;;) {
    const page = await objects
      .listParts(bucket as BucketName, key as ObjectKey, uploadId, { after, limit: 1000 })
      .catch((error: unknown) => {
        if (error instanceof S3Error && (error.code === 'NoSuchUpload' || error.code === 'NoSuchBucket'))
          return { parts: [], next: undefined };
        throw error;
      });
    parts.push(...page.parts);
    if (page.next === undefined) return parts;
    after = page.next;
  }
}

async function asked(
  request: UploadRequest,
  delivery: Delivery,
  guest: Incoming,
  { ask, sealer, site }: PartsContext,
  query: Readonly<Record<string, string>>,
  { body, type }: { readonly body?: string; readonly type?: string },
): Promise<Uint8Array> {
  const { url } = signedUrl('POST', request, delivery, { sealer, region: site.region, now: site.now() }, query);
  const plain = guestRequest('POST', url, guest);
  const headers = type === undefined ? plain.headers : [...plain.headers, ['content-type', type] as const];
  const reply = await ask({ ...plain, headers, body: body === undefined ? plain.body : bytesOf(Buffer.from(body)) });
  const document = reply.body instanceof Uint8Array ? reply.body : new Uint8Array();
  if (!(reply.body instanceof Uint8Array)) await reply.close?.();
  reply.ended?.({ isComplete: true, bytes: document.byteLength });
  if (reply.status === 200) return document;
  const refusal = parseXml(document);
  throw new S3Error((childText(refusal, 'Code') ?? 'InternalError') as S3ErrorCode, { message: childText(refusal, 'Message') });
}

function bytesOf(bytes: Uint8Array): RequestBytes {
  return {
    contentLength: bytes.byteLength,
    isPresent: true,
    stream: async function* () {
      yield bytes;
    },
    signal: new AbortController().signal,
  };
}
