/** What S3 has and Latchkey has not: answered in S3's own way, after the same checks as everything else. */
import { S3Error } from '@latchkey/s3/errors';
import type { Method, Operation, Resource } from '../pipeline.ts';
import { bucketArn, objectArn } from './permissions.ts';

type Row = readonly [name: string, method: Method, scope: Resource['scope'], subresource: string];

const ROWS: readonly Row[] = [
  ['PutBucketAccelerateConfiguration', 'PUT', 'bucket', 'accelerate'],
  ['GetBucketAnalyticsConfiguration', 'GET', 'bucket', 'analytics'],
  ['PutBucketAnalyticsConfiguration', 'PUT', 'bucket', 'analytics'],
  ['DeleteBucketAnalyticsConfiguration', 'DELETE', 'bucket', 'analytics'],
  ['PutBucketEncryption', 'PUT', 'bucket', 'encryption'],
  ['DeleteBucketEncryption', 'DELETE', 'bucket', 'encryption'],
  ['GetBucketIntelligentTieringConfiguration', 'GET', 'bucket', 'intelligent-tiering'],
  ['PutBucketIntelligentTieringConfiguration', 'PUT', 'bucket', 'intelligent-tiering'],
  ['DeleteBucketIntelligentTieringConfiguration', 'DELETE', 'bucket', 'intelligent-tiering'],
  ['GetBucketInventoryConfiguration', 'GET', 'bucket', 'inventory'],
  ['PutBucketInventoryConfiguration', 'PUT', 'bucket', 'inventory'],
  ['DeleteBucketInventoryConfiguration', 'DELETE', 'bucket', 'inventory'],
  ['PutBucketLifecycleConfiguration', 'PUT', 'bucket', 'lifecycle'],
  ['DeleteBucketLifecycle', 'DELETE', 'bucket', 'lifecycle'],
  ['PutBucketLogging', 'PUT', 'bucket', 'logging'],
  ['GetBucketMetricsConfiguration', 'GET', 'bucket', 'metrics'],
  ['PutBucketMetricsConfiguration', 'PUT', 'bucket', 'metrics'],
  ['DeleteBucketMetricsConfiguration', 'DELETE', 'bucket', 'metrics'],
  ['PutObjectLockConfiguration', 'PUT', 'bucket', 'object-lock'],
  ['PutBucketReplication', 'PUT', 'bucket', 'replication'],
  ['DeleteBucketReplication', 'DELETE', 'bucket', 'replication'],
  ['PutBucketRequestPayment', 'PUT', 'bucket', 'requestPayment'],
  ['PutBucketTagging', 'PUT', 'bucket', 'tagging'],
  ['DeleteBucketTagging', 'DELETE', 'bucket', 'tagging'],
  ['PutBucketVersioning', 'PUT', 'bucket', 'versioning'],
  ['PutBucketWebsite', 'PUT', 'bucket', 'website'],
  ['DeleteBucketWebsite', 'DELETE', 'bucket', 'website'],
  ['CreateSession', 'GET', 'bucket', 'session'],
  ['CreateBucketMetadataConfiguration', 'POST', 'bucket', 'metadataConfiguration'],
  ['GetBucketMetadataConfiguration', 'GET', 'bucket', 'metadataConfiguration'],
  ['DeleteBucketMetadataConfiguration', 'DELETE', 'bucket', 'metadataConfiguration'],
  ['CreateBucketMetadataTableConfiguration', 'POST', 'bucket', 'metadataTable'],
  ['GetBucketMetadataTableConfiguration', 'GET', 'bucket', 'metadataTable'],
  ['DeleteBucketMetadataTableConfiguration', 'DELETE', 'bucket', 'metadataTable'],
  ['PutObjectLegalHold', 'PUT', 'object', 'legal-hold'],
  ['PutObjectRetention', 'PUT', 'object', 'retention'],
  ['RestoreObject', 'POST', 'object', 'restore'],
  ['SelectObjectContent', 'POST', 'object', 'select'],
  ['GetObjectTorrent', 'GET', 'object', 'torrent'],
  ['RenameObject', 'PUT', 'object', 'renameObject'],
  ['UpdateObjectEncryption', 'PUT', 'object', 'encryption'],
];

export const notImplemented: readonly Operation[] = ROWS.map(([name, method, scope, subresource]) => ({
  name,
  method,
  scope,
  subresource,
  needs: ({ bucket, key }) => [
    { action: `s3:${name}`, resource: scope === 'object' ? objectArn(bucket ?? '', key ?? '') : bucketArn(bucket ?? '') },
  ],
  run: () => Promise.reject(new S3Error('NotImplemented')),
}));
