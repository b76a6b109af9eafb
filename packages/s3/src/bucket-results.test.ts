import { expect, test } from 'vitest';
import { listBucketsXml, locationXml, unversionedXml } from './bucket-results.ts';
import { continuationToken } from './continuation.ts';

const owner = { id: 'f'.repeat(64), displayName: 'root' };
const XMLNS = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"';
const plain = { maxBuckets: 10_000, prefix: undefined, after: undefined, region: undefined, showsRegion: false };
const buckets = [{ name: 'photos', createdAt: Date.UTC(2026, 0, 1), region: 'us-east-1' }];

test('listBucketsXml names owner and buckets', () => {
  expect(listBucketsXml(plain, { buckets }, owner)).toContain(
    `<ListAllMyBucketsResult ${XMLNS}><Owner><ID>${owner.id}</ID><DisplayName>root</DisplayName></Owner><Buckets><Bucket><Name>photos</Name>` +
      '<CreationDate>2026-01-01T00:00:00.000Z</CreationDate><BucketArn>arn:aws:s3:::photos</BucketArn></Bucket></Buckets></ListAllMyBucketsResult>',
  );
});

test('listBucketsXml pages, and shows regions, once asked', () => {
  const xml = listBucketsXml({ ...plain, prefix: 'p', showsRegion: true }, { buckets, next: 'photos' }, owner);
  expect(xml).toContain('<BucketRegion>us-east-1</BucketRegion>');
  expect(xml).toContain(`</Buckets><Prefix>p</Prefix><ContinuationToken>${continuationToken('photos')}</ContinuationToken>`);
});

test('locationXml says nothing of us-east-1', () => {
  expect(locationXml('us-east-1')).toContain(`<LocationConstraint ${XMLNS}/>`);
  expect(locationXml('eu-west-1')).toContain('>eu-west-1</LocationConstraint>');
});

test('unversionedXml is empty', () => {
  expect(unversionedXml()).toContain(`<VersioningConfiguration ${XMLNS}/>`);
});
