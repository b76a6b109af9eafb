/** Conditions of writes and deletes as headers. One that the upstream would not honour is refused: a write that goes through in spite of its condition destroys something. */
import { httpDate } from '@latchkey/s3/dates';
import { S3Error } from '@latchkey/s3/errors';
import { quoteEtag } from '@latchkey/s3/etag';
import type { BucketName, ObjectKey } from '@latchkey/s3/names';
import type { DeleteCondition, WriteCondition } from '@latchkey/storage/object-store';
import type { ConditionName } from './condition-trials.ts';
import type { Context } from './context.ts';
import { headObject } from './head-object.ts';

type ConditionHeaders = Record<string, string | undefined>;
type Place = { readonly bucket: BucketName; readonly key: ObjectKey };

/** Throws NotImplemented. */
export async function writeConditionHeaders(
  context: Context,
  by: 'put' | 'complete',
  { bucket, key }: Place,
  condition: WriteCondition | undefined,
): Promise<ConditionHeaders> {
  const { ifMatch, ifNoneMatch } = condition ?? {};
  if (ifMatch === undefined && ifNoneMatch === undefined) return {};
  if (ifMatch !== undefined && ifNoneMatch !== undefined) throw await neverMet(context, { bucket, key });
  const { conditions, etagForm } = await context.abilities.honoured(bucket);
  if (ifNoneMatch !== undefined) requireHonoured(conditions, `${by}-if-none-match`, 'If-None-Match');
  else requireHonoured(conditions, `${by}-if-match`, 'If-Match');
  return { 'if-match': ifMatch && etagForm(ifMatch), 'if-none-match': ifNoneMatch };
}

/** Throws NotImplemented. */
export async function deleteConditionHeaders(
  { abilities }: Context,
  bucket: BucketName,
  condition: DeleteCondition | undefined,
): Promise<ConditionHeaders> {
  const { ifMatch, ifMatchLastModified, ifMatchSizeBytes } = condition ?? {};
  if (ifMatch === undefined && ifMatchLastModified === undefined && ifMatchSizeBytes === undefined) return {};
  const { conditions } = await abilities.honoured(bucket);
  if (ifMatch !== undefined) requireHonoured(conditions, 'delete-if-match', 'If-Match');
  if (ifMatchLastModified !== undefined) requireHonoured(conditions, 'delete-if-last-modified', 'x-amz-if-match-last-modified-time');
  if (ifMatchSizeBytes !== undefined) requireHonoured(conditions, 'delete-if-size', 'x-amz-if-match-size');
  return {
    'if-match': ifMatch === undefined || ifMatch === '*' ? ifMatch : quoteEtag(ifMatch),
    'x-amz-if-match-last-modified-time': ifMatchLastModified === undefined ? undefined : httpDate(ifMatchLastModified),
    'x-amz-if-match-size': ifMatchSizeBytes === undefined ? undefined : String(ifMatchSizeBytes),
  };
}

/** Runs a write; where the upstream says no more than that a condition does not hold, says which, and NoSuchKey where there is nothing to match. */
export async function underCondition<T>(
  context: Context,
  { bucket, key }: Place,
  condition: WriteCondition | DeleteCondition | undefined,
  write: () => Promise<T>,
): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (!(error instanceof S3Error) || error.code !== 'PreconditionFailed' || condition === undefined) throw error;
    if (condition.ifMatch !== undefined && (await headObject(context, bucket, key)) === undefined)
      throw new S3Error('NoSuchKey', { cause: error });
    if (error.fields.Condition !== undefined) throw error;
    throw failed('ifNoneMatch' in condition && condition.ifNoneMatch !== undefined ? 'If-None-Match' : 'If-Match', error);
  }
}

/** Of a write that wants something there and nothing there. */
async function neverMet(context: Context, { bucket, key }: Place): Promise<S3Error> {
  return (await headObject(context, bucket, key)) === undefined ? new S3Error('NoSuchKey') : failed('If-None-Match');
}

function failed(header: string, cause?: unknown): S3Error {
  return new S3Error('PreconditionFailed', { fields: { Condition: header }, cause });
}

function requireHonoured(honoured: ReadonlySet<ConditionName>, name: ConditionName, header: string): void {
  if (!honoured.has(name)) throw new S3Error('NotImplemented', { fields: { Header: header } });
}
