/** The answers of CopyObject and UploadPartCopy. */
import type { Checksums } from './checksum-algorithm.ts';
import { checksumElements, checksumValueElements } from './checksum-elements.ts';
import { isoDate } from './dates.ts';
import { quoteEtag } from './etag.ts';
import { element, xmlDocument } from './xml-writer.ts';

/** ETag without quotes, `lastModified` in milliseconds since the epoch. */
export type Copied = { readonly etag: string; readonly lastModified: number; readonly checksums?: Checksums | undefined };

export function copyObjectXml(copied: Copied): string {
  return xmlDocument('CopyObjectResult', [
    element('LastModified', isoDate(copied.lastModified)),
    element('ETag', quoteEtag(copied.etag)),
    ...checksumElements(copied.checksums),
  ]);
}

export function copyPartXml(copied: Copied): string {
  return xmlDocument('CopyPartResult', [
    element('LastModified', isoDate(copied.lastModified)),
    element('ETag', quoteEtag(copied.etag)),
    ...checksumValueElements(copied.checksums?.values),
  ]);
}
