/** The ownership controls of a bucket, as XML: with ACLs disabled there is one that can be. */
import { invalidArgument, S3Error } from './errors.ts';
import { childrenOf, childText, parseXmlRoot } from './xml.ts';
import { element, xmlDocument } from './xml-writer.ts';

export type ObjectOwnership = 'BucketOwnerEnforced' | 'BucketOwnerPreferred' | 'ObjectWriter';

/** The body of PutBucketOwnershipControls: exactly one rule. Throws MalformedXML. */
export function parseOwnershipControls(body: Uint8Array | string): ObjectOwnership {
  const rules = childrenOf(parseXmlRoot(body, 'OwnershipControls'), 'Rule');
  const ownership = rules.length === 1 && rules[0] !== undefined ? childText(rules[0], 'ObjectOwnership') : undefined;
  if (!isOwnership(ownership)) throw new S3Error('MalformedXML');
  return ownership;
}

/** The header `x-amz-object-ownership` of CreateBucket. Throws InvalidArgument. */
export function readOwnership(header: string): ObjectOwnership {
  if (!isOwnership(header)) throw invalidArgument(`Invalid ${OWNERSHIP_HEADER} header: ${header}`, OWNERSHIP_HEADER, header);
  return header;
}

export const OWNERSHIP_HEADER = 'x-amz-object-ownership';

function isOwnership(text: string | undefined): text is ObjectOwnership {
  return text === 'BucketOwnerEnforced' || text === 'BucketOwnerPreferred' || text === 'ObjectWriter';
}

export function ownershipControlsXml(ownership: ObjectOwnership): string {
  return xmlDocument('OwnershipControls', [element('Rule', [element('ObjectOwnership', ownership)])]);
}
