/** Conditions of writes and deletes as headers. One that the upstream would not honour is refused: a write that goes through in spite of its condition destroys something. */
import { httpDate } from '@latchkey/s3/dates';
import { S3Error } from '@latchkey/s3/errors';
import { quoteEtag } from '@latchkey/s3/etag';
import type { BucketName } from '@latchkey/s3/names';
import type { DeleteCondition, WriteCondition } from '@latchkey/storage/object-store';
import type { ConditionName } from './abilities.ts';
import type { Context } from './context.ts';

type ConditionHeaders = Record<string, string | undefined>;

/** Throws NotImplemented. */
export async function writeConditionHeaders(
  { abilities }: Context,
  bucket: BucketName,
  condition: WriteCondition | undefined,
): Promise<ConditionHeaders> {
  if (condition?.ifMatch !== undefined) requireHonoured(await abilities.honours(bucket, 'put-if-match'), 'If-Match');
  if (condition?.ifNoneMatch !== undefined) requireHonoured(await abilities.honours(bucket, 'put-if-none-match'), 'If-None-Match');
  return { 'if-match': condition?.ifMatch && quoteEtag(condition.ifMatch), 'if-none-match': condition?.ifNoneMatch };
}

/** Throws NotImplemented. */
export async function deleteConditionHeaders(
  { abilities }: Context,
  bucket: BucketName,
  condition: DeleteCondition | undefined,
): Promise<ConditionHeaders> {
  const { ifMatch, ifMatchLastModified, ifMatchSizeBytes } = condition ?? {};
  const wanted: [unknown, ConditionName, string][] = [
    [ifMatch, 'delete-if-match', 'If-Match'],
    [ifMatchLastModified, 'delete-if-last-modified', 'x-amz-if-match-last-modified-time'],
    [ifMatchSizeBytes, 'delete-if-size', 'x-amz-if-match-size'],
  ];
  for (const [value, name, header] of wanted) if (value !== undefined) requireHonoured(await abilities.honours(bucket, name), header);
  return {
    'if-match': ifMatch === undefined || ifMatch === '*' ? ifMatch : quoteEtag(ifMatch),
    'x-amz-if-match-last-modified-time': ifMatchLastModified === undefined ? undefined : httpDate(ifMatchLastModified),
    'x-amz-if-match-size': ifMatchSizeBytes === undefined ? undefined : String(ifMatchSizeBytes),
  };
}

function requireHonoured(isHonoured: boolean, header: string): void {
  if (!isHonoured) throw new S3Error('NotImplemented', { fields: { Header: header } });
}
