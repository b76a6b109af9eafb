import { CHECKSUM_ALGORITHMS } from '@latchkey/s3/checksum-algorithm';
import { S3Error } from '@latchkey/s3/errors';
import { etagFromHeader } from '@latchkey/s3/etag';
import type { BucketName, ObjectKey } from '@latchkey/s3/names';
import { childrenOf, childText, type XmlElement } from '@latchkey/s3/xml';
import { compareKeys } from '@latchkey/storage/key-order';
import type { ListEntry, ListedObject, ListOptions, ListPage, StoredChecksums } from '@latchkey/storage/object-store';
import type { Context } from './context.ts';

/**
 * A page of a bucket's objects, out of as many pages of the upstream's as it takes: mostly one. Each goes on from the last name of the one
 * before; tokens are taken only where there is none, since those of Ceph are keys in XML, which not every key comes through.
 */
export async function listObjects(context: Context, bucket: BucketName, options: ListOptions): Promise<ListPage> {
  const { after = '', limit } = options;
  const entries: ListEntry[] = [];
  let from: { readonly after: string; readonly token?: string | undefined } | undefined = { after };
  // A page of 0 is asked for all the same: whether there is such a bucket has to be told.
  do {
    const page: UpstreamPage = await pageOf(context, bucket, { ...options, limit: Math.max(limit - entries.length, 1) }, from);
    for (const entry of page.entries) if (compareKeys(nameOf(entry), after) > 0) entries.push(entry);
    const last: ListEntry | undefined = page.entries.at(-1);
    from = !page.isTruncated ? undefined : last === undefined ? { after, token: page.token } : { after: nameOf(last) };
  } while (from !== undefined && entries.length < limit);
  if (limit === 0) return { entries: [], next: undefined };
  const last = entries.at(-1);
  return { entries, next: from !== undefined && last !== undefined ? nameOf(last) : undefined };
}

type UpstreamPage = { readonly entries: readonly ListEntry[]; readonly isTruncated: boolean; readonly token: string | undefined };

async function pageOf(
  { upstream }: Context,
  bucket: BucketName,
  { prefix = '', delimiter = '', limit }: ListOptions,
  { after, token }: { readonly after: string; readonly token?: string | undefined },
): Promise<UpstreamPage> {
  const query = {
    'list-type': 2,
    'encoding-type': 'url',
    'max-keys': limit,
    prefix: prefix || undefined,
    delimiter: delimiter || undefined,
    'start-after': token === undefined ? startAfter(after, prefix, delimiter) || undefined : undefined,
    'continuation-token': token,
  };
  const { document } = await upstream.ask({ method: 'GET', bucket, query }, 'ListBucketResult');
  const decode = keyDecoder(document);
  const entries: ListEntry[] = [];
  for (const child of document.children) {
    if (child.name === 'Contents') entries.push({ kind: 'object', record: listed(child, decode) });
    if (child.name === 'CommonPrefixes')
      for (const common of childrenOf(child, 'Prefix')) entries.push({ kind: 'prefix', prefix: decode(common.text) });
  }
  entries.sort((left, right) => compareKeys(nameOf(left), nameOf(right)));
  const isTruncated = childText(document, 'IsTruncated') === 'true';
  const next = childText(document, 'NextContinuationToken');
  if (isTruncated && entries.length === 0 && (!next || next === token))
    throw new S3Error('InternalError', { cause: new Error('The upstream says there is more, and not how to get it.') });
  return { entries, isTruncated, token: next };
}

/**
 * What lies beneath a common prefix that `after` is in, or is, is rolled up into one that is not after `after`: all of that is passed over,
 * instead of being listed by the upstream and left out here.
 */
function startAfter(after: string, prefix: string, delimiter: string): string {
  const at = delimiter === '' || !after.startsWith(prefix) ? -1 : after.indexOf(delimiter, prefix.length);
  return at < 0 ? after : `${after.slice(0, at + delimiter.length)}${LAST_CHARACTER}`;
}

const LAST_CHARACTER = '\u{10FFFF}';

/** Keys in XML are lossy unless they are encoded; an upstream that does not know that says so by not saying it. */
export function keyDecoder(document: XmlElement): (text: string) => string {
  return childText(document, 'EncodingType') === 'url' ? decodedKey : (text) => text;
}

/** A text that is no encoded one is left as it is. */
export function decodedKey(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}

function nameOf(entry: ListEntry): string {
  return entry.kind === 'object' ? entry.record.key : entry.prefix;
}

function listed(contents: XmlElement, decode: (text: string) => string): ListedObject {
  const lastModified = Date.parse(childText(contents, 'LastModified') ?? '');
  return {
    key: decode(childText(contents, 'Key') ?? '') as ObjectKey,
    sizeBytes: Number(childText(contents, 'Size') ?? 0),
    etag: etagFromHeader(childText(contents, 'ETag') ?? ''),
    lastModified: Math.floor((Number.isNaN(lastModified) ? 0 : lastModified) / 1000) * 1000,
    checksums: checksumSummary(contents),
  };
}

/** Listings say which checksums there are, not what they are. */
function checksumSummary(contents: XmlElement): StoredChecksums | undefined {
  const named = childrenOf(contents, 'ChecksumAlgorithm').map(({ text }) => text);
  const algorithms = CHECKSUM_ALGORITHMS.filter((algorithm) => named.includes(algorithm));
  if (algorithms.length === 0) return undefined;
  const type = childText(contents, 'ChecksumType') === 'COMPOSITE' ? 'COMPOSITE' : 'FULL_OBJECT';
  return { type, values: Object.fromEntries(algorithms.map((algorithm) => [algorithm, ''])) };
}
