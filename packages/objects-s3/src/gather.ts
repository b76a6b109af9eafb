import { S3Error } from '@latchkey/s3/errors';

/** What was read of a body, and what is still to come of it. */
export type Gathered =
  | { readonly isWhole: true; readonly bytes: Buffer }
  | { readonly isWhole: false; readonly bytes: AsyncIterable<Uint8Array> };

/** Reads a body into memory if it has at most `limitBytes`; else what was read comes first in the stream. */
export async function gather(source: AsyncIterable<Uint8Array>, limitBytes: number, signal: AbortSignal | undefined): Promise<Gathered> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  const iterator = source[Symbol.asyncIterator]();
  try {
    for (;;) {
      const { value, done } = await iterator.next();
      if (done) return { isWhole: true, bytes: Buffer.concat(chunks) };
      signal?.throwIfAborted();
      chunks.push(value);
      sizeBytes += value.length;
      if (sizeBytes > limitBytes) return { isWhole: false, bytes: goOn(chunks, iterator, signal) };
    }
  } catch (error) {
    await iterator.return?.();
    throw error;
  }
}

/** The same, where more than that is too much. */
export async function gatherAll(source: AsyncIterable<Uint8Array>, limitBytes: number, signal: AbortSignal | undefined): Promise<Buffer> {
  const gathered = await gather(source, limitBytes, signal);
  if (gathered.isWhole) return gathered.bytes;
  await gathered.bytes[Symbol.asyncIterator]().return?.();
  throw new S3Error('MissingContentLength');
}

async function* goOn(
  chunks: Uint8Array[],
  iterator: AsyncIterator<Uint8Array>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield* chunks.splice(0);
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) {
      signal?.throwIfAborted();
      yield next.value;
    }
  } finally {
    await iterator.return?.();
  }
}
