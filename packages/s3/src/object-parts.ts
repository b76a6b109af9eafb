import type { ChecksumValues } from './checksum-algorithm.ts';
import { checksumValueElements } from './checksum-elements.ts';
import type { ListPartsParameters } from './list-parameters.ts';
import { element, type XmlNode } from './xml-writer.ts';

export type ListedObjectPart = {
  readonly partNumber: number;
  readonly sizeBytes: number;
  readonly checksums?: ChecksumValues | undefined;
};

/** A page of an object's parts. `next` is set where there are more behind it. */
export type ObjectPartPage = { readonly parts: readonly ListedObjectPart[]; readonly next?: number | undefined };

/** ObjectParts of GetObjectAttributes: how many there are and, where there is a page, what they are. */
export function objectPartsElement(partCount: number, parameters: ListPartsParameters, page: ObjectPartPage | undefined): XmlNode {
  // The SDKs call it TotalPartsCount, the wire does not.
  const count = element('PartsCount', partCount);
  if (page === undefined) return element('ObjectParts', [count]);
  return element('ObjectParts', [
    count,
    element('PartNumberMarker', parameters.partNumberMarker),
    element('NextPartNumberMarker', page.parts.at(-1)?.partNumber ?? 0),
    element('MaxParts', parameters.maxParts),
    element('IsTruncated', page.next !== undefined),
    ...page.parts.map(partElement),
  ]);
}

function partElement({ partNumber, sizeBytes, checksums }: ListedObjectPart): XmlNode {
  return element('Part', [element('PartNumber', partNumber), element('Size', sizeBytes), ...checksumValueElements(checksums)]);
}
