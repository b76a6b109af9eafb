import { S3Error } from '@latchkey/s3/errors';
import type { Intent } from '@latchkey/storage/intent';
import type { ObjectRecord } from '@latchkey/storage/object-store';
import type { Context } from './context.ts';
import { headObject } from './head-object.ts';

/**
 * Looks upstream whether changes were made of which it is only kept that they were about to be: what was made is announced, though late; the rest is
 * forgotten. An object that was replaced or removed meanwhile says nothing of what it was before: that change is told, this one is not.
 */
export async function settleIntents(context: Context): Promise<void> {
  const { outbox } = context;
  for (;;) {
    const intents = await outbox.overdue(PAGE);
    for (const intent of intents) {
      const { bucket, key, announce } = intent;
      const record = await lookAt(context, intent);
      if (!wasMade(intent, record)) await outbox.withdraw(intent);
      else await outbox.add({ announce }, { bucket, key, object: intent.expected.kind === 'nothing' ? undefined : record }, intent);
    }
    if (intents.length < PAGE) return;
  }
}

const PAGE = 100;

async function lookAt(context: Context, { bucket, key }: Intent): Promise<ObjectRecord | undefined> {
  try {
    return await headObject(context, bucket, key);
  } catch (error) {
    if (error instanceof S3Error && error.code === 'NoSuchBucket') return undefined;
    throw error;
  }
}

function wasMade({ expected, at }: Intent, record: ObjectRecord | undefined): boolean {
  switch (expected.kind) {
    case 'nothing':
      return record === undefined;
    case 'tags':
      return record !== undefined && isSame(record.tags ?? {}, expected.tags);
    case 'object':
      return record !== undefined && record.sizeBytes === expected.sizeBytes && record.lastModified >= at - CLOCKS_APART_MS;
  }
}

/** So far the upstream's clock may be behind ours. */
const CLOCKS_APART_MS = 60_000;

function isSame(left: Readonly<Record<string, string>>, right: Readonly<Record<string, string>>): boolean {
  const names = Object.keys(left);
  return names.length === Object.keys(right).length && names.every((name) => left[name] === right[name]);
}
