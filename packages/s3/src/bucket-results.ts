/** Answers about buckets. Moments in milliseconds since the epoch. */
import { continuationToken } from './continuation.ts';
import { isoDate } from './dates.ts';
import type { ListBucketsParameters } from './list-parameters.ts';
import { type Owner, ownerElement } from './owner.ts';
import { element, type XmlNode, xmlDocument } from './xml-writer.ts';

export type ListedBucket = { readonly name: string; readonly createdAt: number; readonly region: string };

/** `next` is the name the next page comes after, where there is one. */
export type BucketPage = { readonly buckets: readonly ListedBucket[]; readonly next?: string | undefined };

export function listBucketsXml(parameters: ListBucketsParameters, page: BucketPage, owner: Owner): string {
  return xmlDocument('ListAllMyBucketsResult', [
    ownerElement(owner),
    element(
      'Buckets',
      page.buckets.map((bucket) => bucketElement(bucket, parameters.showsRegion)),
    ),
    parameters.prefix === undefined ? undefined : element('Prefix', parameters.prefix),
    page.next === undefined ? undefined : element('ContinuationToken', continuationToken(page.next)),
  ]);
}

/** GetBucketLocation: us-east-1 is S3's first region and has no name here. */
export function locationXml(region: string): string {
  return xmlDocument('LocationConstraint', region === 'us-east-1' ? '' : region);
}

/** GetBucketVersioning of a bucket whose versioning was never configured. */
export function unversionedXml(): string {
  return xmlDocument('VersioningConfiguration', []);
}

function bucketElement(bucket: ListedBucket, showsRegion: boolean): XmlNode {
  return element('Bucket', [
    element('Name', bucket.name),
    element('CreationDate', isoDate(bucket.createdAt)),
    showsRegion ? element('BucketRegion', bucket.region) : undefined,
    element('BucketArn', `arn:aws:s3:::${bucket.name}`),
  ]);
}
