/** Reads of settings that nobody can have set: S3's own answer for each, which tools such as Terraform wait for. */
import { S3Error, type S3ErrorCode } from '@latchkey/s3/errors';
import { element, type XmlNode, xmlDocument } from '@latchkey/s3/xml-writer';
import type { Operation } from '../pipeline.ts';
import { bucketOperation, objectOperation } from './define.ts';
import { existingBucket } from './existing-bucket.ts';
import { missingKey } from './missing-key.ts';
import { onBucket, onObject } from './permissions.ts';
import { xmlReply } from './replies.ts';

const MISSING: readonly (readonly [name: string, action: `s3:${string}`, subresource: string, code: S3ErrorCode])[] = [
  ['GetBucketEncryption', 's3:GetEncryptionConfiguration', 'encryption', 'ServerSideEncryptionConfigurationNotFoundError'],
  ['GetBucketLifecycleConfiguration', 's3:GetLifecycleConfiguration', 'lifecycle', 'NoSuchLifecycleConfiguration'],
  ['GetObjectLockConfiguration', 's3:GetBucketObjectLockConfiguration', 'object-lock', 'ObjectLockConfigurationNotFoundError'],
  ['GetBucketReplication', 's3:GetReplicationConfiguration', 'replication', 'ReplicationConfigurationNotFoundError'],
  ['GetBucketTagging', 's3:GetBucketTagging', 'tagging', 'NoSuchTagSet'],
  ['GetBucketWebsite', 's3:GetBucketWebsite', 'website', 'NoSuchWebsiteConfiguration'],
];

const EMPTY: readonly (readonly [name: string, action: `s3:${string}`, subresource: string, root: string, body: readonly XmlNode[]])[] = [
  ['GetBucketAccelerateConfiguration', 's3:GetAccelerateConfiguration', 'accelerate', 'AccelerateConfiguration', []],
  ['GetBucketLogging', 's3:GetBucketLogging', 'logging', 'BucketLoggingStatus', []],
  [
    'GetBucketRequestPayment',
    's3:GetBucketRequestPayment',
    'requestPayment',
    'RequestPaymentConfiguration',
    [element('Payer', 'BucketOwner')],
  ],
  ['GetBucketVersioning', 's3:GetBucketVersioning', 'versioning', 'VersioningConfiguration', []],
];

export const unsetConfiguration: readonly Operation[] = [
  ...MISSING.map(([name, action, subresource, code]) =>
    bucketOperation({
      name,
      method: 'GET',
      subresource,
      needs: onBucket(action),
      async run(request, stores) {
        await existingBucket(stores, request.bucket);
        throw new S3Error(code, { fields: { BucketName: request.bucket } });
      },
    }),
  ),
  ...EMPTY.map(([name, action, subresource, root, body]) =>
    bucketOperation({
      name,
      method: 'GET',
      subresource,
      needs: onBucket(action),
      async run(request, stores) {
        await existingBucket(stores, request.bucket);
        return xmlReply(xmlDocument(root, body, { namespace: true }));
      },
    }),
  ),
  ...(['legal-hold', 'retention'] as const).map((subresource) =>
    objectOperation({
      name: subresource === 'retention' ? 'GetObjectRetention' : 'GetObjectLegalHold',
      method: 'GET',
      subresource,
      needs: onObject(subresource === 'retention' ? 's3:GetObjectRetention' : 's3:GetObjectLegalHold'),
      async run(request, { objects }) {
        if ((await objects.headObject(request.bucket, request.key)) === undefined) throw missingKey(request);
        throw new S3Error('InvalidRequest', { message: 'Bucket is missing Object Lock Configuration' });
      },
    }),
  ),
];
