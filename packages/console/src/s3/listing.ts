/** What is in buckets, a page at a time, as S3 lists it. */
import { childOf, childrenOf, rootOf, textOf } from '../xml.ts';
import { s3 } from './client.ts';
import { compareKeys, type Row } from './rows.ts';

/** `createdAt` in milliseconds since the epoch. */
export type BucketRow = { readonly name: string; readonly createdAt: number };

export async function listBuckets(signal?: AbortSignal): Promise<readonly BucketRow[]> {
  const buckets = childOf(rootOf(await (await s3({ method: 'GET', signal })).text()), 'Buckets');
  return (buckets === undefined ? [] : childrenOf(buckets, 'Bucket')).map((bucket) => ({
    name: textOf(bucket, 'Name') ?? '',
    createdAt: Date.parse(textOf(bucket, 'CreationDate') ?? ''),
  }));
}

export type RowPage = {
  readonly rows: readonly Row[];
  /** Names the page after this one; without it this was the last. */
  readonly next: string | undefined;
};

export type ListOptions = {
  readonly bucket: string;
  readonly prefix: string;
  /** `undefined`: everything under the prefix, however deep. */
  readonly delimiter?: '/' | undefined;
  readonly after?: string | undefined;
  /** 1,000 at most. */
  readonly limit?: number | undefined;
  readonly signal?: AbortSignal | undefined;
};

/** One page, in the order of the names' bytes. */
export async function listRows({ bucket, prefix, delimiter, after, limit = 1000, signal }: ListOptions): Promise<RowPage> {
  const query = {
    'list-type': 2,
    // XML has no room for some characters that keys may hold.
    'encoding-type': 'url',
    'max-keys': limit,
    prefix: prefix === '' ? undefined : prefix,
    delimiter,
    'continuation-token': after,
  };
  const root = rootOf(await (await s3({ method: 'GET', bucket, query, signal })).text());
  const folders = childrenOf(root, 'CommonPrefixes').map(
    (found): Row => ({ kind: 'folder', key: decodedKey(textOf(found, 'Prefix') ?? '') }),
  );
  const objects = childrenOf(root, 'Contents').map(objectRow);
  return {
    rows: merged(folders, objects),
    next: textOf(root, 'IsTruncated') === 'true' ? textOf(root, 'NextContinuationToken') : undefined,
  };
}

function objectRow(element: Element): Row {
  let key = '';
  let sizeBytes = 0;
  let modifiedAt = 0;
  let etag = '';
  // By hand, because a page has a thousand of them.
  for (let child = element.firstElementChild; child !== null; child = child.nextElementSibling) {
    const text = child.textContent ?? '';
    if (child.localName === 'Key') key = decodedKey(text);
    else if (child.localName === 'Size') sizeBytes = Number(text);
    else if (child.localName === 'LastModified') modifiedAt = Date.parse(text);
    else if (child.localName === 'ETag') etag = text.replaceAll('"', '');
  }
  return { kind: 'object', key, sizeBytes, modifiedAt, etag };
}

/** Encoded as forms are. */
function decodedKey(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}

/** S3 lists both by name, in two lists. */
function merged(folders: readonly Row[], objects: readonly Row[]): readonly Row[] {
  if (folders.length === 0) return objects;
  if (objects.length === 0) return folders;
  return [...folders, ...objects].sort((a, b) => compareKeys(a.key, b.key));
}
