/** The body of CreateBucket, and where S3 lets a bucket be made. */
import { S3Error } from './errors.ts';
import { childrenOf, childText, parseXmlRoot } from './xml.ts';

/** The body is optional. Throws MalformedXML, and NotImplemented for tags, which buckets do not have here. */
export function parseCreateBucket(body: Uint8Array): { readonly locationConstraint: string | undefined } {
  if (body.length === 0) return { locationConstraint: undefined };
  const root = parseXmlRoot(body, 'CreateBucketConfiguration');
  if (childrenOf(root, 'Tags').length > 0) throw new S3Error('NotImplemented');
  return { locationConstraint: childText(root, 'LocationConstraint')?.trim() || undefined };
}

/**
 * Whether a bucket with that constraint may be made in `region`: the constraint has to name the region, and only us-east-1 may go without.
 * Throws IllegalLocationConstraintException, or InvalidLocationConstraint for what cannot be a region. (AWS refuses to have us-east-1
 * named; that is no use to anyone, and accepted.)
 */
export function checkLocationConstraint(locationConstraint: string | undefined, region: string): void {
  const asked = locationConstraint === 'EU' ? 'eu-west-1' : locationConstraint;
  if (asked === region || (asked === undefined && region === 'us-east-1')) return;
  if (asked !== undefined && !REGION.test(asked)) {
    throw new S3Error('InvalidLocationConstraint', { fields: { LocationConstraint: asked } });
  }
  throw new S3Error('IllegalLocationConstraintException', {
    message: `The ${asked ?? 'unspecified'} location constraint is incompatible for the region specific endpoint this request was sent to.`,
  });
}

const REGION = /^[a-z]{2,}(?:-[a-z]+)+-\d+$/;
