import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { S3Error } from '@latchkey/s3/errors';
import { writeError } from '@latchkey/storage/health';
import type { IncomingBody, StoredChecksums } from '@latchkey/storage/object-store';
import { timeOrderedId } from '@latchkey/storage/time-ordered-id';
import { openBlobWriter, type Writing } from './blob-writer.ts';
import type { Blobs } from './blobs.ts';
import { blockChecks } from './block-checks.ts';
import type { Body } from './row.ts';
import type { Space } from './space.ts';

/** A body that has arrived whole. A file is on the disk under both its names; the index does not know it yet. */
export type Received = {
  readonly sizeBytes: number;
  readonly md5: string;
  readonly checksums: StoredChecksums | undefined;
  readonly body: Body;
  /** The bytes of an inline body. */
  readonly inline: Buffer | undefined;
};

export type Receiving = Writing & {
  readonly blobs: Blobs;
  readonly space: Space;
  readonly clock: () => number;
  /** Bodies up to this size go into the index. */
  readonly inlineLimitBytes: number;
};

/**
 * Takes in a body, hashing while it is written: small ones into memory, others into a file of their own. However large the body, about two
 * megabytes of it are in memory. Whatever fails, nothing is left behind, and an error of the body's own is thrown as it is.
 */
export async function receive(context: Receiving, body: IncomingBody, signal: AbortSignal | undefined): Promise<Received> {
  context.health.requireWritable();
  await context.space.requireRoom();
  const chunks = abortable(body.bytes, signal)[Symbol.asyncIterator]();
  try {
    const head: Uint8Array[] = [];
    let sizeBytes = 0;
    while (sizeBytes <= context.inlineLimitBytes) {
      const { value, done } = await chunks.next();
      if (done) return receiveInline(context, body, Buffer.concat(head), signal);
      head.push(value);
      sizeBytes += value.length;
    }
    return await receiveFile(context, body, head, chunks, signal);
  } finally {
    await chunks.return?.();
  }
}

function receiveInline({ clock }: Receiving, body: IncomingBody, bytes: Buffer, signal: AbortSignal | undefined): Received {
  requireSize(body, bytes.length);
  const sealed = body.seal?.();
  signal?.throwIfAborted();
  const stored: Body = bytes.length === 0 ? { kind: 'none' } : { kind: 'inline', id: timeOrderedId(clock()), crc32: crc32(bytes) };
  const md5 = createHash('md5').update(bytes).digest('hex');
  return { sizeBytes: bytes.length, md5, checksums: sealed?.checksums, body: stored, inline: bytes.length === 0 ? undefined : bytes };
}

async function receiveFile(
  context: Receiving,
  body: IncomingBody,
  head: readonly Uint8Array[],
  rest: AsyncIterator<Uint8Array>,
  signal: AbortSignal | undefined,
): Promise<Received> {
  const { blobs, files, clock } = context;
  const id = timeOrderedId(clock());
  const file = await ours(blobs.create(id));
  const writer = openBlobWriter(context, file);
  let isOpen = true;
  try {
    const md5 = createHash('md5');
    const checks = blockChecks();
    let sizeBytes = 0;
    const take = async (chunk: Uint8Array): Promise<void> => {
      await writer.write(chunk);
      md5.update(chunk);
      checks.add(chunk);
      sizeBytes += chunk.length;
    };
    for (const chunk of head) await take(chunk);
    for (let next = await rest.next(); !next.done; next = await rest.next()) await take(next.value);
    requireSize(body, sizeBytes);
    const sealed = body.seal?.();
    await writer.write(checks.finish());
    await writer.finish();
    isOpen = false;
    await ours(files.close(file));
    await ours(blobs.publish(id));
    signal?.throwIfAborted();
    return { sizeBytes, md5: md5.digest('hex'), checksums: sealed?.checksums, body: { kind: 'file', id }, inline: undefined };
  } catch (error) {
    // Not before the last write has ended: the number of a closed file is soon that of another.
    await writer.settle();
    if (isOpen) await files.close(file).catch(() => undefined);
    await blobs.discard(id).catch(() => undefined);
    throw error;
  }
}

function requireSize(body: IncomingBody, sizeBytes: number): void {
  if (body.sizeBytes !== undefined && body.sizeBytes !== sizeBytes) throw new S3Error('IncompleteBody');
}

/** Failures of the file system in S3's words. Those of the body pass as they are, so they are told apart here. */
async function ours<T>(working: Promise<T>): Promise<T> {
  try {
    return await working;
  } catch (error) {
    throw writeError(error);
  }
}

/** The same bytes, ending at once with the signal's reason when it is aborted, also in the middle of waiting for more. */
async function* abortable(bytes: AsyncIterable<Uint8Array>, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array, void> {
  if (signal === undefined) return yield* bytes;
  const chunks = bytes[Symbol.asyncIterator]();
  let isDone = false;
  try {
    for (;;) {
      const next = await unlessAborted(chunks.next(), signal);
      isDone = next.done === true;
      if (next.done) return;
      yield next.value;
    }
  } finally {
    // Not awaited: a body that hangs would hang here as well.
    if (!isDone) chunks.return?.().catch(() => undefined);
  }
}

/**
 * A listener of its own for each wait: racing against one promise for the whole upload would keep every chunk alive until its end,
 * since a promise holds on to whoever waits for it.
 */
function unlessAborted<T>(waiting: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    const settle = (): void => signal.removeEventListener('abort', onAbort);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    waiting.then(
      (value) => {
        settle();
        resolve(value);
      },
      (error) => {
        settle();
        reject(error);
      },
    );
  });
}
