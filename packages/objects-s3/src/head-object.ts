import { S3Error } from '@latchkey/s3/errors';
import type { BucketName, ObjectKey } from '@latchkey/s3/names';
import { childOf, childrenOf, childText } from '@latchkey/s3/xml';
import type { ObjectRecord } from '@latchkey/storage/object-store';
import type { Context } from './context.ts';
import { recordFrom, tagCount } from './properties.ts';
import type { Answer } from './transport.ts';

export async function headObject(context: Context, bucket: BucketName, key: ObjectKey): Promise<ObjectRecord | undefined> {
  const headers = { 'x-amz-checksum-mode': 'ENABLED' };
  const answer = await context.upstream.tell({ method: 'HEAD', bucket, key, headers, accepts: [404] });
  if (answer.status === 404) return existingKey(context, bucket, answer);
  return withTags(context, bucket, recordFrom(key, answer.headers), answer.headers);
}

/** Of a 404: undefined for a key that is not there. Throws NoSuchBucket: HEAD can not say which of both it is. */
export async function existingKey(context: Context, bucket: BucketName, { body }: Answer): Promise<undefined> {
  body.resume();
  if (!(await bucketExists(context, bucket))) throw new S3Error('NoSuchBucket', { fields: { BucketName: bucket } });
  return undefined;
}

export async function bucketExists({ upstream }: Context, bucket: BucketName): Promise<boolean> {
  return (await upstream.tell({ method: 'HEAD', bucket, accepts: [404] })).status !== 404;
}

/** Tags have a request of their own; most objects have none, and say so. */
export async function withTags(
  context: Context,
  bucket: BucketName,
  record: ObjectRecord,
  headers: Answer['headers'],
): Promise<ObjectRecord> {
  if (tagCount(headers) === 0) return record;
  const { document } = await context.upstream.ask({ method: 'GET', bucket, key: record.key, query: { tagging: '' } }, 'Tagging');
  const set = childOf(document, 'TagSet');
  const pairs = set === undefined ? [] : childrenOf(set, 'Tag').map((tag) => [childText(tag, 'Key') ?? '', childText(tag, 'Value') ?? '']);
  return { ...record, tags: Object.fromEntries(pairs) };
}
