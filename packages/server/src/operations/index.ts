/** The table: every operation of S3, what is done and what is answered with NotImplemented. */
import { explainRequestAction } from '../explain/action.ts';
import { guardrailActions } from '../guardrails/actions.ts';
import { queryActions } from '../identity/query-actions.ts';
import type { Operation } from '../pipeline.ts';
import { getBucketAcl, getObjectAcl, putBucketAcl, putObjectAcl } from './acl.ts';
import { deleteBucketPolicy, getBucketPolicy, getBucketPolicyStatus, putBucketPolicy } from './bucket-policy.ts';
import { createBucket, deleteBucket, getBucketLocation, headBucket, listBuckets } from './buckets.ts';
import { copyObject } from './copy-object.ts';
import { deleteBucketCors, getBucketCors, putBucketCors } from './cors.ts';
import { deleteObject } from './delete-object.ts';
import { deleteObjects } from './delete-objects.ts';
import { getFolderZip } from './get-folder-zip.ts';
import { getObject, headObject } from './get-object.ts';
import { getObjectAttributes } from './get-object-attributes.ts';
import { listObjectVersions } from './list-object-versions.ts';
import { listObjects } from './list-objects.ts';
import { listMultipartUploads, listParts } from './list-uploads.ts';
import { abortMultipartUpload, completeMultipartUpload, createMultipartUpload, uploadPart, uploadPartCopy } from './multipart.ts';
import { notImplemented } from './not-implemented.ts';
import { getBucketNotification, putBucketNotification } from './notification.ts';
import { deleteObjectTagging, getObjectTagging, putObjectTagging } from './object-tagging.ts';
import { deleteBucketOwnershipControls, getBucketOwnershipControls, putBucketOwnershipControls } from './ownership-controls.ts';
import { postObject } from './post-object.ts';
import { deletePublicAccessBlock, getPublicAccessBlock, putPublicAccessBlock } from './public-access-block.ts';
import { putObject } from './put-object.ts';
import { unsetConfiguration } from './unset-configuration.ts';

export const operations: readonly Operation[] = [
  listBuckets,
  createBucket,
  headBucket,
  deleteBucket,
  getBucketLocation,
  listObjects,
  listObjectVersions,
  listMultipartUploads,
  getFolderZip,
  getObject,
  headObject,
  putObject,
  postObject,
  copyObject,
  deleteObject,
  deleteObjects,
  createMultipartUpload,
  uploadPart,
  uploadPartCopy,
  listParts,
  completeMultipartUpload,
  abortMultipartUpload,
  getObjectAttributes,
  getObjectTagging,
  putObjectTagging,
  deleteObjectTagging,
  getBucketCors,
  putBucketCors,
  deleteBucketCors,
  getBucketNotification,
  putBucketNotification,
  getBucketPolicy,
  putBucketPolicy,
  deleteBucketPolicy,
  getBucketPolicyStatus,
  getPublicAccessBlock,
  putPublicAccessBlock,
  deletePublicAccessBlock,
  getBucketOwnershipControls,
  putBucketOwnershipControls,
  deleteBucketOwnershipControls,
  getBucketAcl,
  putBucketAcl,
  getObjectAcl,
  putObjectAcl,
  ...unsetConfiguration,
  ...notImplemented,
  ...queryActions,
  ...guardrailActions,
  explainRequestAction(() => operations),
];
