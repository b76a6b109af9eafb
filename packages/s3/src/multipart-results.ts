/** The answers of the multipart operations. Moments in milliseconds since the epoch, ETags without quotes. */
import type { ChecksumAlgorithm, Checksums, ChecksumType } from './checksum-algorithm.ts';
import { checksumElements, checksumValueElements } from './checksum-elements.ts';
import { isoDate } from './dates.ts';
import { quoteEtag } from './etag.ts';
import type { ListPartsParameters, ListUploadsParameters } from './list-parameters.ts';
import { commonPrefix, shownAs } from './list-results.ts';
import { type Initiator, type Owner, ownerElement } from './owner.ts';
import { element, type XmlNode, xmlDocument } from './xml-writer.ts';

export function initiateMultipartUploadXml(result: { readonly bucket: string; readonly key: string; readonly uploadId: string }): string {
  return xmlDocument('InitiateMultipartUploadResult', [
    element('Bucket', result.bucket),
    element('Key', result.key),
    element('UploadId', result.uploadId),
  ]);
}

export function completeMultipartUploadXml(result: {
  /** The URL of the object. */
  readonly location: string;
  readonly bucket: string;
  readonly key: string;
  readonly etag: string;
  readonly checksums?: Checksums | undefined;
}): string {
  return xmlDocument('CompleteMultipartUploadResult', [
    element('Location', result.location),
    element('Bucket', result.bucket),
    element('Key', result.key),
    element('ETag', quoteEtag(result.etag)),
    ...checksumElements(result.checksums),
  ]);
}

export type ListedUpload = {
  readonly uploadId: string;
  readonly key: string;
  readonly initiatedAt: number;
  readonly checksum?: { readonly algorithm: ChecksumAlgorithm; readonly type: ChecksumType } | undefined;
  /** The owner is shown where it is absent. */
  readonly initiator?: Initiator | undefined;
};

export type UploadPage = {
  readonly entries: readonly (
    | { readonly kind: 'upload'; readonly upload: ListedUpload }
    | { readonly kind: 'prefix'; readonly prefix: string }
  )[];
  readonly next?: { readonly key: string; readonly uploadId?: string | undefined } | undefined;
};

/** The next markers are those of the last entry, as on S3 also on the last page; after a common prefix it is the prefix, so that paging goes on. */
export function listUploadsXml(bucket: string, parameters: ListUploadsParameters, page: UploadPage, owner: Owner): string {
  const shown = shownAs(parameters.encodingType);
  const next = page.next ?? lastUpload(page);
  return xmlDocument('ListMultipartUploadsResult', [
    element('Bucket', bucket),
    element('KeyMarker', shown(parameters.keyMarker)),
    element('UploadIdMarker', parameters.uploadIdMarker),
    element('NextKeyMarker', shown(next?.key ?? '')),
    element('NextUploadIdMarker', next?.uploadId ?? ''),
    parameters.delimiter === undefined ? undefined : element('Delimiter', shown(parameters.delimiter)),
    element('Prefix', shown(parameters.prefix)),
    element('MaxUploads', parameters.maxUploads),
    parameters.encodingType === undefined ? undefined : element('EncodingType', parameters.encodingType),
    element('IsTruncated', page.next !== undefined),
    ...page.entries.map((entry) => (entry.kind === 'upload' ? uploadElement(entry.upload, shown, owner) : undefined)),
    ...page.entries.map((entry) => (entry.kind === 'prefix' ? commonPrefix(entry.prefix, shown) : undefined)),
  ]);
}

export type ListedPart = {
  readonly partNumber: number;
  readonly sizeBytes: number;
  readonly etag: string;
  readonly lastModified: number;
  readonly checksums?: Checksums | undefined;
};

export type PartPage = { readonly parts: readonly ListedPart[]; readonly next?: number | undefined };

export function listPartsXml(
  bucket: string,
  upload: Omit<ListedUpload, 'initiatedAt'>,
  parameters: ListPartsParameters,
  page: PartPage,
  owner: Owner,
): string {
  return xmlDocument('ListPartsResult', [
    element('Bucket', bucket),
    element('Key', upload.key),
    element('UploadId', upload.uploadId),
    ...uploadChecksumElements(upload.checksum),
    ownerElement(upload.initiator ?? owner, 'Initiator'),
    ownerElement(owner),
    element('StorageClass', 'STANDARD'),
    element('PartNumberMarker', parameters.partNumberMarker),
    element('NextPartNumberMarker', page.parts.at(-1)?.partNumber ?? 0),
    element('MaxParts', parameters.maxParts),
    element('IsTruncated', page.next !== undefined),
    ...page.parts.map(partElement),
  ]);
}

function lastUpload(page: UploadPage): { readonly key: string; readonly uploadId: string } | undefined {
  const last = page.entries.at(-1);
  return last?.kind === 'upload' ? last.upload : undefined;
}

function uploadElement(upload: ListedUpload, shown: (key: string) => string, owner: Owner): XmlNode {
  return element('Upload', [
    element('Key', shown(upload.key)),
    element('UploadId', upload.uploadId),
    ownerElement(upload.initiator ?? owner, 'Initiator'),
    ownerElement(owner),
    element('StorageClass', 'STANDARD'),
    element('Initiated', isoDate(upload.initiatedAt)),
    ...uploadChecksumElements(upload.checksum),
  ]);
}

function uploadChecksumElements(checksum: ListedUpload['checksum']): readonly XmlNode[] {
  return checksum === undefined ? [] : [element('ChecksumAlgorithm', checksum.algorithm), element('ChecksumType', checksum.type)];
}

function partElement(part: ListedPart): XmlNode {
  return element('Part', [
    element('PartNumber', part.partNumber),
    element('LastModified', isoDate(part.lastModified)),
    element('ETag', quoteEtag(part.etag)),
    element('Size', part.sizeBytes),
    ...checksumValueElements(part.checksums?.values),
  ]);
}
