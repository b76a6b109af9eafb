import { S3Error } from '@latchkey/s3/errors';
import type { BucketRecord, ObjectStore } from '@latchkey/storage/object-store';
import { type Context, requireBucket } from './commit.ts';
import { behindAll, inBucket, nameKey } from './keys.ts';
import { dropUploads } from './uploads.ts';

export function bucketsOf(context: Context): Pick<ObjectStore, 'createBucket' | 'getBucket' | 'listBuckets' | 'deleteBucket'> {
  const { catalogue, health } = context;
  return {
    async createBucket(record) {
      health.requireWritable();
      await catalogue.change(() => {
        if (catalogue.buckets.doesExist(nameKey(record.name))) {
          throw new S3Error('BucketAlreadyOwnedByYou', { fields: { BucketName: record.name } });
        }
        catalogue.buckets.putSync(nameKey(record.name), Buffer.from(JSON.stringify(record)));
      });
    },
    async getBucket(name) {
      catalogue.latest();
      const bytes = catalogue.buckets.getBinary(nameKey(name));
      return bytes && bucketRecord(bytes);
    },
    async listBuckets({ prefix = '', after = '', limit }) {
      catalogue.latest();
      const start = nameKey(after > prefix ? `${after}\u0000` : prefix);
      const range = { ...(start.length > 0 && { start }), ...(prefix !== '' && { end: behindAll(nameKey(prefix)) }), limit: limit + 1 };
      const found = [...catalogue.buckets.getRange(range)].map(({ value }) => bucketRecord(value));
      const buckets = found.slice(0, limit);
      return { buckets, next: found.length > limit ? buckets.at(-1)?.name : undefined };
    },
    async deleteBucket(name) {
      health.requireWritable();
      await catalogue.change(() => {
        requireBucket(catalogue, name);
        const start = inBucket(name, '');
        for (const _key of catalogue.objects.getKeys({ start, end: behindAll(start), limit: 1 })) {
          throw new S3Error('BucketNotEmpty', { fields: { BucketName: name } });
        }
        dropUploads(context, name);
        catalogue.buckets.removeSync(nameKey(name));
      });
    },
  };
}

function bucketRecord(bytes: Buffer): BucketRecord {
  return JSON.parse(bytes.toString()) as BucketRecord;
}
