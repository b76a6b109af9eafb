import type { BucketName, ObjectKey } from '@latchkey/s3/names';
import type { Announcement } from './outbox.ts';

/** What is to be there once a change was made: enough to tell later whether it was. */
export type Expected =
  | { readonly kind: 'object'; readonly sizeBytes: number }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'tags'; readonly tags: Readonly<Record<string, string>> };

/** That a change was about to be made somewhere else, kept before it was, so that what it was announced with is not lost with the process. */
export type Intent = {
  readonly id: string;
  readonly bucket: BucketName;
  readonly key: ObjectKey;
  readonly expected: Expected;
  readonly announce: readonly Announcement[];
  /** When it was begun, in milliseconds since the epoch. */
  readonly at: number;
  /** By when it has been made or will never be. */
  readonly until: number;
};
