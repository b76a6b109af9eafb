import { S3Error } from '@latchkey/s3/errors';
import type { BucketName, ObjectKey } from '@latchkey/s3/names';
import { childrenOf, childText, type XmlElement } from '@latchkey/s3/xml';
import { compareKeys } from '@latchkey/storage/key-order';
import type { ObjectStore, UploadPage, UploadRecord } from '@latchkey/storage/object-store';
import type { Context } from './context.ts';
import { decodedKey, keyDecoder } from './listing.ts';
import { uploadChecksumFrom } from './parts.ts';
import { shownUploadId, upstreamUploadId } from './upload-ids.ts';
import { type UpstreamRequest, withoutControls } from './upstream.ts';

type Options = Parameters<ObjectStore['listUploads']>[1];
type Entry = UploadPage['entries'][number];
type Markers = { readonly key: string; readonly uploadId?: string | undefined };

/** A page of the uploads under way, out of as many pages of the upstream's as it takes. */
export async function listUploads(context: Context, bucket: BucketName, options: Options): Promise<UploadPage> {
  const { limit, after } = options;
  const entries: Entry[] = [];
  let markers: Markers | undefined = after && {
    key: after.key,
    uploadId: after.uploadId && (upstreamUploadId(after.uploadId) ?? after.uploadId),
  };
  do {
    const page = await pageOf(context, bucket, options, markers, Math.max(limit - entries.length, 1));
    for (const entry of page.entries) if (isBehind(entry, after)) entries.push(entry);
    markers = page.next;
  } while (markers !== undefined && entries.length < limit);
  if (limit === 0) return { entries: [] };
  return { entries, next: markers && { key: markers.key, uploadId: markers.uploadId && shownUploadId(markers.uploadId) } };
}

/** Ceph begins with the uploads of the key itself where it is the only marker. */
function isBehind(entry: Entry, after: Options['after']): boolean {
  if (after === undefined || (entry.kind === 'upload' && after.uploadId !== undefined)) return true;
  return compareKeys(nameOf(entry), after.key) > 0;
}

async function pageOf(
  { upstream }: Context,
  bucket: BucketName,
  { prefix, delimiter }: Options,
  markers: Markers | undefined,
  limit: number,
): Promise<{ readonly entries: readonly Entry[]; readonly next: Markers | undefined }> {
  const query = {
    uploads: '',
    'encoding-type': 'url',
    'max-uploads': limit,
    prefix: prefix || undefined,
    delimiter: delimiter || undefined,
    'key-marker': markers?.key || undefined,
    'upload-id-marker': markers?.uploadId || undefined,
  };
  const ask = (asked: UpstreamRequest['query']) => upstream.ask({ method: 'GET', bucket, query: asked }, 'ListMultipartUploadsResult');
  const { document } = await ask(query);
  const decode = isDoubtful(document)
    ? byComparison(document, (await ask({ ...query, 'encoding-type': undefined })).document)
    : keyDecoder(document);
  const entries: Entry[] = childrenOf(document, 'Upload').map((upload) => ({ kind: 'upload', upload: uploadFrom(upload, decode) }));
  for (const child of childrenOf(document, 'CommonPrefixes'))
    for (const { text } of childrenOf(child, 'Prefix')) entries.push({ kind: 'prefix', prefix: decode(text) });
  if (entries.some(({ kind }) => kind === 'prefix')) entries.sort((left, right) => compareKeys(nameOf(left), nameOf(right)));
  if (childText(document, 'IsTruncated') !== 'true') return { entries, next: undefined };
  const next = {
    key: decode(childText(document, 'NextKeyMarker') ?? ''),
    uploadId: childText(document, 'NextUploadIdMarker') || undefined,
  };
  if (next.key === '') throw new S3Error('InternalError', { cause: new Error('The upstream says there is more, and not how to get it.') });
  return { entries, next };
}

/** Sorting is stable: uploads of one key stay in the order they were begun in. */
function nameOf(entry: Entry): string {
  return entry.kind === 'upload' ? entry.upload.key : entry.prefix;
}

/** Claims that nobody knows whether its keys are encoded: Ceph before 19 does it here without saying so. */
function isDoubtful(document: XmlElement): boolean {
  return childText(document, 'EncodingType') !== 'url' && keysOf(document).some((key) => key.includes('%'));
}

/** They are encoded if, decoded, they are what the upstream says without being asked to encode, as far as XML can hold that. */
function byComparison(doubtful: XmlElement, plain: XmlElement): (text: string) => string {
  const [keys, plainKeys] = [keysOf(doubtful), keysOf(plain)];
  const isEncoded = keys.length === plainKeys.length && keys.every((key, i) => withoutControls(decodedKey(key)) === plainKeys[i]);
  return isEncoded ? decodedKey : (text) => text;
}

function keysOf(document: XmlElement): readonly string[] {
  return childrenOf(document, 'Upload').map((upload) => childText(upload, 'Key') ?? '');
}

function uploadFrom(upload: XmlElement, decode: (text: string) => string): UploadRecord {
  const initiatedAt = Date.parse(childText(upload, 'Initiated') ?? '');
  return {
    uploadId: shownUploadId(childText(upload, 'UploadId') ?? ''),
    key: decode(childText(upload, 'Key') ?? '') as ObjectKey,
    initiatedAt: Number.isNaN(initiatedAt) ? 0 : initiatedAt,
    properties: { headers: {}, metadata: {} },
    checksum: uploadChecksumFrom(upload),
  };
}
