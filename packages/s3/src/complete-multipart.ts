/** The body of CompleteMultipartUpload: which parts make the object. */
import type { ChecksumValues } from './checksum-algorithm.ts';
import { readChecksumElements } from './checksum-elements.ts';
import { invalidArgument, S3Error } from './errors.ts';
import { etagFromHeader } from './etag.ts';
import { childrenOf, childText, parseXmlRoot, type XmlElement } from './xml.ts';

export type PartToComplete = {
  /** 1 to 10,000. */
  readonly partNumber: number;
  /** Without quotes. */
  readonly etag: string;
  /** As the client says they are; empty where it says nothing. */
  readonly checksums: ChecksumValues;
};

/**
 * Parts in the order sent: whether that order is right is for whoever knows the upload to say (InvalidPartOrder names it).
 * Throws MalformedXML, also for no parts and more than 10,000, InvalidArgument for a part number that cannot be.
 */
export function parseCompleteMultipartUpload(body: Uint8Array): readonly PartToComplete[] {
  const root = parseXmlRoot(body, 'CompleteMultipartUpload');
  const parts = childrenOf(root, 'Part');
  if (parts.length === 0 || parts.length > MAX_PARTS) throw new S3Error('MalformedXML');
  return parts.map(partToComplete);
}

export const MAX_PARTS = 10_000;

/** `partNumber` of an upload's query. Throws InvalidArgument. */
export function partNumberParameter(text: string): number {
  const partNumber = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (partNumber >= 1 && partNumber <= MAX_PARTS) return partNumber;
  throw invalidArgument('Part number must be an integer between 1 and 10000, inclusive', 'partNumber', text);
}

function partToComplete(part: XmlElement): PartToComplete {
  const etag = childText(part, 'ETag');
  const number = childText(part, 'PartNumber')?.trim();
  if (etag === undefined || number === undefined || !/^-?\d{1,9}$/.test(number)) throw new S3Error('MalformedXML');
  const partNumber = Number(number);
  if (partNumber < 1) throw invalidArgument('PartNumber must be >= 1', 'PartNumber', number);
  if (partNumber > MAX_PARTS) throw invalidArgument('PartNumber must be <= 10000', 'PartNumber', number);
  return { partNumber, etag: etagFromHeader(etag), checksums: readChecksumElements(part) };
}
