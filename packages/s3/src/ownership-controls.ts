/** The ownership controls of a bucket, as XML: with ACLs disabled there is one that can be. */
import { S3Error } from './errors.ts';
import { childrenOf, childText, parseXmlRoot } from './xml.ts';
import { element, xmlDocument } from './xml-writer.ts';

export type ObjectOwnership = 'BucketOwnerEnforced' | 'BucketOwnerPreferred' | 'ObjectWriter';

/** The body of PutBucketOwnershipControls: exactly one rule. Throws MalformedXML. */
export function parseOwnershipControls(body: Uint8Array | string): ObjectOwnership {
  const rules = childrenOf(parseXmlRoot(body, 'OwnershipControls'), 'Rule');
  const ownership = rules.length === 1 && rules[0] !== undefined ? childText(rules[0], 'ObjectOwnership') : undefined;
  switch (ownership) {
    case 'BucketOwnerEnforced':
    case 'BucketOwnerPreferred':
    case 'ObjectWriter':
      return ownership;
    default:
      throw new S3Error('MalformedXML');
  }
}

export function ownershipControlsXml(ownership: ObjectOwnership): string {
  return xmlDocument('OwnershipControls', [element('Rule', [element('ObjectOwnership', ownership)])]);
}
