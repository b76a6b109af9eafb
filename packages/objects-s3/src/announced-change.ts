/**
 * A change upstream that is announced. The upstream knows nothing of outboxes, so it is kept beforehand that the change is about to be made: right
 * before the upstream could make it, since what is still on its way can not have happened. If the process ends before it is kept that it was made, somebody
 * looks whether it was (`settle-intents.ts`).
 */

import type { BucketName, ObjectKey } from '@latchkey/s3/names';
import type { Expected, Intent } from '@latchkey/storage/intent';
import type { Announced } from '@latchkey/storage/object-store';
import type { OutboxEntry } from '@latchkey/storage/outbox';
import type { Context } from './context.ts';
import { upstreamStatus } from './upstream-errors.ts';

/** To be awaited right before the request, or the end of its body, is sent that makes the change. */
export type AboutTo = (expected: Expected, withinMs?: number) => Promise<void>;

type Made<T> = { readonly result: T; readonly object?: OutboxEntry['object']; readonly isChanged?: boolean };

/** `change` says what it made; with `isChanged: false`, that there is nothing to tell. It gets no `aboutTo` where nothing is announced. */
export async function announcedChange<T>(
  { outbox }: Context,
  place: { readonly bucket: BucketName; readonly key: ObjectKey },
  announced: Announced | undefined,
  change: (aboutTo: AboutTo | undefined) => Promise<Made<T>>,
): Promise<T> {
  const { announce = [] } = announced ?? {};
  if (announce.length === 0) return (await change(undefined)).result;
  let intent: Intent | undefined;
  const aboutTo: AboutTo = async (expected, withinMs = WITHIN_MS) => {
    intent = await outbox.intend({ ...place, expected, announce }, withinMs);
  };
  try {
    const { result, object, isChanged = true } = await change(aboutTo);
    if (isChanged) await outbox.add(announced, { ...place, object }, intent);
    else if (intent !== undefined) await outbox.withdraw(intent);
    return result;
  } catch (error) {
    // What was refused did not happen. Of all else nobody knows; somebody will look.
    if (intent !== undefined && isRefusal(error)) await outbox.withdraw(intent).catch(() => undefined);
    throw error;
  }
}

/** A request that was sent is answered by then, or its connection is given up; and sent again, some times. */
const WITHIN_MS = 5 * 60_000;

function isRefusal(error: unknown): boolean {
  const status = upstreamStatus(error);
  return status !== undefined && status < 500;
}
