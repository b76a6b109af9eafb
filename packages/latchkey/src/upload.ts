import { openAsBlob } from 'node:fs';
import { type S3Client, s3Client } from '@latchkey/s3/client';
import {
  abortMultipartUpload,
  completeMultipartUpload,
  createBucket,
  createMultipartUpload,
  headObject,
  putObject,
  type UploadedPart,
  uploadPart,
} from '@latchkey/s3/client-operations';
import { S3Error } from '@latchkey/s3/errors';
import { contentTypeOf } from './content-type.ts';
import { Failure, wrongUsage } from './failure.ts';
import type { LocalFile } from './local-file.ts';
import type { Credentials } from './profile.ts';
import type { S3Uri } from './s3-uri.ts';

/** An S3 and who we are there. */
export type Place = {
  readonly endpoint: string;
  readonly region: string;
  readonly style: 'path' | 'virtual' | undefined;
  readonly credentials: Credentials;
};

export type UploadOptions = {
  readonly signal: AbortSignal;
  /** Called with the bytes that have arrived, of all. */
  readonly onProgress?: ((sentBytes: number) => void) | undefined;
  /** Larger files go in parts of this size at least. Default 16 MiB; S3 takes no less than 5 MiB. */
  readonly partBytes?: number | undefined;
};

/** Uploads a file as an object, into a bucket that is made if it is not there. A large file goes in parts, four at a time. */
export async function upload(file: LocalFile, object: S3Uri, place: Place, options: UploadOptions): Promise<void> {
  const client = s3Client(place);
  const { partBytes = 16 * MIB } = options;
  await inSentences(place, async () => {
    await ensureBucket(client, object.bucket, place.region, options);
    const contentType = contentTypeOf(file.name);
    const blob = await openAsBlob(file.path);
    if (blob.size > partBytes) await uploadParts(client, object, blob, contentType, { ...options, partBytes });
    else await putObject(client, object, blob, { contentType, signal: options.signal });
    options.onProgress?.(blob.size);
  });
}

/** Makes sure that an object is there. */
export async function requireObject(object: S3Uri, place: Place, { signal }: UploadOptions): Promise<void> {
  await inSentences(place, () => headObject(s3Client(place), object, { signal }));
}

const MIB = 1024 * 1024;
const MAX_PARTS = 10_000;
const PARTS_IN_FLIGHT = 4;

/** Asking first would need one more permission than just making it, and could still come too late. */
async function ensureBucket(client: S3Client, bucket: string, region: string, { signal }: UploadOptions): Promise<void> {
  try {
    await createBucket(client, bucket, region, { signal });
  } catch (error) {
    if (!(error instanceof S3Error)) throw error;
    if (error.code === 'BucketAlreadyExists')
      throw wrongUsage(`The bucket ${bucket} belongs to somebody else; choose another name with --bucket.`);
    // Whoever may not make buckets may still have one: then the upload says what is wrong.
    if (error.code !== 'BucketAlreadyOwnedByYou' && error.code !== 'AccessDenied') throw error;
  }
}

async function uploadParts(
  client: S3Client,
  object: S3Uri,
  blob: Blob,
  contentType: string,
  { signal, onProgress, partBytes }: UploadOptions & { readonly partBytes: number },
): Promise<void> {
  const uploadId = await createMultipartUpload(client, object, { contentType, signal });
  const failed = new AbortController();
  const either = AbortSignal.any([signal, failed.signal]);
  const sizeBytes = Math.max(partBytes, Math.ceil(blob.size / MAX_PARTS / MIB) * MIB);
  const queue = Array.from({ length: Math.ceil(blob.size / sizeBytes) }, (_, index) => index * sizeBytes).entries();
  const parts: UploadedPart[] = [];
  let sentBytes = 0;
  const worker = async () => {
    for (const [index, start] of queue) {
      const body = blob.slice(start, start + sizeBytes);
      parts[index] = await uploadPart(client, object, { uploadId, partNumber: index + 1, body }, { signal: either });
      sentBytes += body.size;
      onProgress?.(sentBytes);
    }
  };
  try {
    await Promise.all(Array.from({ length: PARTS_IN_FLIGHT }, worker));
    await completeMultipartUpload(client, object, { uploadId, parts }, { signal });
  } catch (error) {
    failed.abort(error);
    // Parts of an upload that nobody will finish cost space; that they could not be dropped is not the error to tell.
    await abortMultipartUpload(client, object, uploadId).catch(() => {});
    throw error;
  }
}

/** What the S3 refuses, and an S3 that does not answer, in a sentence each. */
async function inSentences<T>({ endpoint }: Place, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof S3Error) throw new Failure(`${endpoint} refused: ${error.message} (${error.code})`, { cause: error });
    if (error instanceof TypeError && error.cause instanceof Error) {
      throw new Failure(`${endpoint} can not be reached: ${error.cause.message}.`, { cause: error });
    }
    throw error;
  }
}
