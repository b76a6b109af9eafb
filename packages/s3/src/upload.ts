/** Uploading anything of any size: in one request, or in parts where it is large. */
import type { S3Client } from './client.ts';
import {
  abortMultipartUpload,
  completeMultipartUpload,
  createMultipartUpload,
  type ObjectAddress,
  type Options,
  putObject,
  type UploadBytes,
  type UploadedPart,
  type UploadHeaders,
  uploadPart,
} from './client-operations.ts';
import { MAX_PARTS } from './complete-multipart.ts';
import { S3Error } from './errors.ts';

/** A file (`File`, or Node's `openAsBlob`), bytes, or a stream of bytes, of which at most four parts are held in memory. */
export type UploadSource = Blob | Uint8Array<ArrayBuffer> | AsyncIterable<Uint8Array>;

export type UploadOptions = UploadHeaders &
  Options & {
    /** Of a stream, where it is known: up to 156 GiB it need not be. */
    readonly sizeBytes?: number | undefined;
    /** Called when bytes have arrived. `totalBytes` where it is known. */
    readonly onProgress?: ((progress: { readonly sentBytes: number; readonly totalBytes: number | undefined }) => void) | undefined;
    /** Default: 16 MiB, more for what would have more than 10,000 parts. */
    readonly partSizeBytes?: number | undefined;
  };

/**
 * Uploads in parts of 16 MiB, four at a time; what fits into one part, in one request. What fails leaves nothing behind: the multipart upload is
 * aborted. Throws what an `S3Client` throws, EntityTooLarge for more than 10,000 parts.
 */
export async function upload(
  client: S3Client,
  address: ObjectAddress,
  source: UploadSource,
  options: UploadOptions = {},
): Promise<{ readonly etag: string }> {
  const totalBytes = sizeOf(source) ?? options.sizeBytes;
  const pieces = piecesOf(source, options.partSizeBytes ?? partSizeFor(totalBytes));
  const progress = progressOf(options, totalBytes);
  try {
    const first = await pieces.next();
    const second = await pieces.next();
    if (first.done === true || second.done === true) {
      const body = first.value ?? new Uint8Array(0);
      const written = await putObject(client, address, body, options);
      progress(bytesIn(body));
      return written;
    }
    return await uploadInParts(client, address, numbered([first.value, second.value], pieces), options, progress);
  } finally {
    await pieces.return();
  }
}

/** 16 MiB, or as much more as 10,000 parts of whole MiB need. */
export function partSizeFor(totalBytes: number | undefined): number {
  return Math.max(16 * MIB, Math.ceil((totalBytes ?? 0) / MAX_PARTS / MIB) * MIB);
}

const MIB = 1024 * 1024;
const AT_ONCE = 4;

type Piece = { readonly partNumber: number; readonly body: UploadBytes };

async function uploadInParts(
  client: S3Client,
  address: ObjectAddress,
  pieces: AsyncGenerator<Piece, void, undefined>,
  options: UploadOptions,
  progress: (bytes: number) => void,
): Promise<{ readonly etag: string }> {
  const uploadId = await createMultipartUpload(client, address, options);
  // One that fails stops the others.
  const failed = new AbortController();
  const signal = options.signal === undefined ? failed.signal : AbortSignal.any([failed.signal, options.signal]);
  const parts: UploadedPart[] = [];
  async function uploadSome(): Promise<void> {
    for (let next = await pieces.next(); next.done !== true; next = await pieces.next()) {
      signal.throwIfAborted();
      parts.push(await uploadPart(client, address, { uploadId, ...next.value }, { signal }));
      progress(bytesIn(next.value.body));
    }
  }
  try {
    const workers = Array.from({ length: AT_ONCE }, () => uploadSome().catch((error: unknown) => failed.abort(error)));
    await Promise.all(workers);
    signal.throwIfAborted();
    const ordered = parts.toSorted((a, b) => a.partNumber - b.partNumber);
    return await completeMultipartUpload(client, address, { uploadId, parts: ordered }, { signal: options.signal });
  } catch (error) {
    await abortMultipartUpload(client, address, uploadId).catch(() => undefined);
    throw error;
  }
}

async function* numbered(
  first: readonly UploadBytes[],
  rest: AsyncGenerator<UploadBytes, void, undefined>,
): AsyncGenerator<Piece, void, undefined> {
  let partNumber = 0;
  for (const body of first) yield { partNumber: ++partNumber, body };
  for await (const body of rest) {
    if (partNumber === MAX_PARTS) throw new S3Error('EntityTooLarge');
    yield { partNumber: ++partNumber, body };
  }
}

/** Pieces of exactly `size` bytes but for the last one; none for an empty source. */
async function* piecesOf(source: UploadSource, size: number): AsyncGenerator<UploadBytes, void, undefined> {
  if (source instanceof Blob) {
    for (let start = 0; start < source.size; start += size) yield source.slice(start, start + size);
  } else if (source instanceof Uint8Array) {
    for (let start = 0; start < source.length; start += size) yield source.subarray(start, start + size);
  } else yield* gathered(source, size);
}

async function* gathered(source: AsyncIterable<Uint8Array>, size: number): AsyncGenerator<UploadBytes, void, undefined> {
  let piece = new Uint8Array(size);
  let filled = 0;
  for await (const bytes of source) {
    for (let taken = 0; taken < bytes.length; ) {
      const part = bytes.subarray(taken, taken + size - filled);
      piece.set(part, filled);
      filled += part.length;
      taken += part.length;
      if (filled < size) continue;
      yield piece;
      piece = new Uint8Array(size);
      filled = 0;
    }
  }
  if (filled > 0) yield piece.subarray(0, filled);
}

function sizeOf(source: UploadSource): number | undefined {
  return source instanceof Blob || source instanceof Uint8Array ? bytesIn(source) : undefined;
}

function bytesIn(bytes: UploadBytes): number {
  return bytes instanceof Blob ? bytes.size : bytes.length;
}

function progressOf(options: UploadOptions, totalBytes: number | undefined): (bytes: number) => void {
  let sentBytes = 0;
  return (bytes) => {
    sentBytes += bytes;
    options.onProgress?.({ sentBytes, totalBytes });
  };
}
