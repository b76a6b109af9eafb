/** The answers of ListObjects and ListObjectsV2, in the order of elements that S3 uses. */
import type { Checksums } from './checksum-algorithm.ts';
import { checksumSummaryElements } from './checksum-elements.ts';
import { continuationToken } from './continuation.ts';
import { isoDate } from './dates.ts';
import { quoteEtag } from './etag.ts';
import { urlEncodeKey } from './key-encoding.ts';
import type { ListObjectsParameters } from './list-parameters.ts';
import { type Owner, ownerElement } from './owner.ts';
import { element, type XmlNode, xmlDocument } from './xml-writer.ts';

/** What a listing shows of an object. ETag without quotes, `lastModified` in milliseconds since the epoch. */
export type ListedObject = {
  readonly key: string;
  readonly sizeBytes: number;
  readonly etag: string;
  readonly lastModified: number;
  readonly checksums?: Checksums | undefined;
};

/** A page in the order of keys; `next` is the key or common prefix the next page comes after, where there is one. */
export type ObjectPage = {
  readonly entries: readonly (
    | { readonly kind: 'object'; readonly record: ListedObject }
    | { readonly kind: 'prefix'; readonly prefix: string }
  )[];
  readonly next?: string | undefined;
};

export function listObjectsXml(bucket: string, parameters: ListObjectsParameters, page: ObjectPage, owner: Owner): string {
  const { version, encodingType } = parameters;
  const shown = shownAs(encodingType);
  const shownOwner = version.number === 1 || version.fetchOwner ? ownerElement(owner) : undefined;
  return xmlDocument('ListBucketResult', [
    element('Name', bucket),
    element('Prefix', shown(parameters.prefix)),
    ...(version.number === 1 ? markers(version.marker, parameters, page, shown) : tokens(version, page, shown)),
    element('MaxKeys', parameters.maxKeys),
    parameters.delimiter === undefined ? undefined : element('Delimiter', shown(parameters.delimiter)),
    encodingType === undefined ? undefined : element('EncodingType', encodingType),
    element('IsTruncated', page.next !== undefined),
    ...page.entries.map((entry) => (entry.kind === 'object' ? contents(entry.record, shown, shownOwner) : undefined)),
    ...page.entries.map((entry) => (entry.kind === 'prefix' ? commonPrefix(entry.prefix, shown) : undefined)),
  ]);
}

type Shown = (key: string) => string;

/** How keys and prefixes are written. */
export function shownAs(encodingType: string | undefined): Shown {
  return encodingType === undefined ? (key) => key : urlEncodeKey;
}

export function commonPrefix(prefix: string, shown: Shown): XmlNode {
  return element('CommonPrefixes', [element('Prefix', shown(prefix))]);
}

/** S3 gives NextMarker only with a delimiter: without one it is the last key on the page. */
function markers(marker: string, parameters: ListObjectsParameters, page: ObjectPage, shown: Shown): readonly (XmlNode | undefined)[] {
  const next = parameters.delimiter === undefined ? undefined : page.next;
  return [element('Marker', shown(marker)), next === undefined ? undefined : element('NextMarker', shown(next))];
}

function tokens(
  version: Extract<ListObjectsParameters['version'], { number: 2 }>,
  page: ObjectPage,
  shown: Shown,
): readonly (XmlNode | undefined)[] {
  const token = version.continuationToken;
  return [
    version.startAfter === undefined ? undefined : element('StartAfter', shown(version.startAfter)),
    token === undefined ? undefined : element('ContinuationToken', token),
    page.next === undefined ? undefined : element('NextContinuationToken', continuationToken(page.next)),
    element('KeyCount', page.entries.length),
  ];
}

function contents(record: ListedObject, shown: Shown, owner: XmlNode | undefined): XmlNode {
  return element('Contents', [
    element('Key', shown(record.key)),
    element('LastModified', isoDate(record.lastModified)),
    element('ETag', quoteEtag(record.etag)),
    ...checksumSummaryElements(record.checksums),
    element('Size', record.sizeBytes),
    owner,
    STANDARD,
  ]);
}

const STANDARD = element('StorageClass', 'STANDARD');
