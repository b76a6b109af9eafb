import { S3Error } from '@latchkey/s3/errors';
import type { BucketName } from '@latchkey/s3/names';
import type { BucketRecord } from '@latchkey/storage/object-store';
import type { Stores } from '../pipeline.ts';

/** Throws NoSuchBucket. */
export async function existingBucket(stores: Stores, name: BucketName): Promise<BucketRecord> {
  const bucket = await stores.objects.getBucket(name);
  if (bucket === undefined) throw new S3Error('NoSuchBucket', { fields: { BucketName: name } });
  return bucket;
}
