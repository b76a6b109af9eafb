/** The public access block of a bucket, as XML. */
import { S3Error } from './errors.ts';
import { childText, parseXmlRoot } from './xml.ts';
import { element, xmlDocument } from './xml-writer.ts';

export type PublicAccessBlock = {
  readonly blockPublicAcls: boolean;
  readonly ignorePublicAcls: boolean;
  readonly blockPublicPolicy: boolean;
  readonly restrictPublicBuckets: boolean;
};

const ROOT = 'PublicAccessBlockConfiguration';

/** The body of PutPublicAccessBlock; what is not named is off. Throws MalformedXML. */
export function parsePublicAccessBlock(body: Uint8Array | string): PublicAccessBlock {
  const root = parseXmlRoot(body, ROOT);
  const isOn = (name: string): boolean => {
    const text = childText(root, name)?.trim().toLowerCase();
    if (text === undefined || text === 'false') return false;
    if (text === 'true') return true;
    throw new S3Error('MalformedXML');
  };
  return {
    blockPublicAcls: isOn('BlockPublicAcls'),
    ignorePublicAcls: isOn('IgnorePublicAcls'),
    blockPublicPolicy: isOn('BlockPublicPolicy'),
    restrictPublicBuckets: isOn('RestrictPublicBuckets'),
  };
}

export function publicAccessBlockXml(block: PublicAccessBlock): string {
  return xmlDocument(ROOT, [
    element('BlockPublicAcls', block.blockPublicAcls),
    element('IgnorePublicAcls', block.ignorePublicAcls),
    element('BlockPublicPolicy', block.blockPublicPolicy),
    element('RestrictPublicBuckets', block.restrictPublicBuckets),
  ]);
}
