import { S3Error } from '@latchkey/s3/errors';
import type { BucketName, ObjectKey } from '@latchkey/s3/names';
import type { Written } from '@latchkey/storage/object-store';
import type { Catalogue } from './catalogue.ts';
import { nameKey } from './keys.ts';
import type { LatelyReadMemory } from './lately-read.ts';
import type { Pins } from './pins.ts';
import type { Received, Receiving } from './receive.ts';
import { LOST } from './recovery.ts';
import { decodeRow, type Row } from './row.ts';

/** What the operations of one open store share. */
export type Context = Receiving & {
  readonly catalogue: Catalogue;
  readonly pins: Pins;
  readonly lately: LatelyReadMemory;
  /** When what is dropped now may be collected. */
  readonly dueAt: () => number;
  /** Closing the store waits for a write that went through here. */
  readonly track: <T>(writing: Promise<T>) => Promise<T>;
};

/**
 * Commits what was received. Whatever the outcome, no file is left without a row or a row without its file: refused bytes go, and where it
 * is not known whether the change reached the disk, both names of the file stay for the next start to decide.
 */
export async function settled<T>({ catalogue, blobs, health }: Context, received: Received, apply: () => T): Promise<T> {
  const { body } = received;
  let result: T;
  try {
    result = await catalogue.change(apply);
  } catch (error) {
    if (body.kind === 'file' && health.readOnlyBecause === undefined) await blobs.discard(body.id).catch(() => undefined);
    throw error;
  }
  // The object is safe already: a name that cannot be removed now is found at a later start.
  if (body.kind === 'file') await blobs.settle(body.id).catch(() => undefined);
  return result;
}

/** Inside a change: makes the received bytes part of the index. Refuses before it writes. */
export function claimBody(catalogue: Catalogue, { body, inline, sizeBytes }: Received): void {
  if (body.kind === 'inline' && inline !== undefined) catalogue.inline.putSync(body.id, inline);
  if (body.kind !== 'file') return;
  if (catalogue.blobs.getBinary(body.id)?.length === LOST.length) {
    throw new S3Error('InternalError', { cause: new Error('Another process took this one for gone and removed its file.') });
  }
  const size = Buffer.alloc(8);
  size.writeDoubleLE(sizeBytes);
  catalogue.blobs.putSync(body.id, size);
}

export function requireBucket({ buckets }: Catalogue, bucket: BucketName): void {
  if (!buckets.doesExist(nameKey(bucket))) throw new S3Error('NoSuchBucket', { fields: { BucketName: bucket } });
}

export function objectRow({ objects }: Catalogue, bucket: BucketName, key: ObjectKey): Row | undefined {
  const bytes = objects.getBinaryFast({ bucket, key });
  return bytes && decodeRow(bytes);
}

export function wholeSeconds(milliseconds: number): number {
  return Math.floor(milliseconds / 1000) * 1000;
}

export function writtenOf({ etag, lastModified, sizeBytes, checksums }: Row): Written {
  return { etag, lastModified, sizeBytes, checksums };
}
