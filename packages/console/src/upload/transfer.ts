/** The bytes of one file on their way: in one request, or in parts of which four at a time are sent, wherever it stopped before. */
import { isCode, isRefusal, Refusal } from '../api/refusal.ts';
import type { ObjectAddress } from '../s3/objects.ts';
import { fileType } from './file-type.ts';
import { partSizeFor, partsLeft, type SentPart, sizeOfParts } from './parts.ts';
import { pausing } from './retry.ts';
import { sendBytes } from './send-bytes.ts';
import type { Slots } from './slots.ts';
import { abortUpload, beginUpload, completeUpload, objectSize } from './upload-requests.ts';

/** What is kept of an upload in parts, so that it can go on later. */
export type Begun = { readonly uploadId: string; readonly partSizeBytes: number; readonly parts: readonly SentPart[] };

export type Transfer = {
  readonly address: ObjectAddress;
  readonly file: File;
  readonly overwrites: boolean;
  /** Of an earlier try. */
  readonly begun: Begun | undefined;
  readonly slots: Slots;
  readonly signal: AbortSignal;
  readonly onProgress: (sentBytes: number) => void;
  readonly onBegun: (begun: Begun) => void;
};

/** Up to here a file goes in one request. */
const ONE_REQUEST_BYTES = 16 * 1024 * 1024;

/**
 * Resolves when the object is stored. Throws a Refusal, `PreconditionFailed` where there is one of the name and it must not be overwritten;
 * what failed for want of a network or a server is tried again for a while before.
 */
export async function transfer(upload: Transfer): Promise<void> {
  if (upload.file.size < ONE_REQUEST_BYTES) return inOneRequest(upload);
  await inParts(upload);
}

async function inOneRequest({ address, file, overwrites, slots, signal, onProgress }: Transfer): Promise<void> {
  const headers = { 'content-type': fileType(file), ...(!overwrites && { 'if-none-match': '*' }) };
  await pausing(signal, async (attempt) => {
    try {
      await slots.use(signal, () => sendBytes({ ...address, body: file, headers, signal, onProgress }));
    } catch (error) {
      // The answer to the try before may have been lost on its way, and not the bytes.
      const isOwn = attempt > 1 && isCode(error, 'PreconditionFailed') && (await objectSize(address)) === file.size;
      if (!isOwn) throw error;
    }
  });
  onProgress(file.size);
}

async function inParts(upload: Transfer): Promise<void> {
  const { address, file, overwrites, slots, signal, onProgress, onBegun } = upload;
  if (!overwrites && upload.begun === undefined && (await isThere(address))) throw exists();
  let begun = upload.begun ?? (await begin(upload));
  onBegun(begun);
  const flying = new Map<number, number>();
  const tell = () =>
    onProgress(sizeOfParts(begun.parts, begun.partSizeBytes, file.size) + [...flying.values()].reduce((sum, sent) => sum + sent, 0));
  tell();

  const queue = partsLeft(file.size, begun.partSizeBytes, begun.parts).values();
  // One that fails for good stops the others.
  const failed = new AbortController();
  const either = AbortSignal.any([signal, failed.signal]);
  const sendSome = async () => {
    for (const { number, start, end } of queue) {
      const etag = await pausing(either, () =>
        slots.use(either, async () => {
          try {
            return await sendBytes({
              ...address,
              query: { partNumber: number, uploadId: begun.uploadId },
              body: file.slice(start, end),
              signal: either,
              onProgress: (sent) => {
                flying.set(number, sent);
                tell();
              },
            });
          } finally {
            flying.delete(number);
          }
        }),
      );
      begun = { ...begun, parts: [...begun.parts, { number, etag }] };
      onBegun(begun);
      tell();
    }
  };
  await Promise.all(
    Array.from({ length: slots.count }, () =>
      sendSome().catch((error: unknown) => {
        failed.abort(error);
        throw error;
      }),
    ),
  );
  const parts = begun.parts.toSorted((a, b) => a.number - b.number);
  await pausing(signal, async (attempt) => {
    try {
      await completeUpload(address, { ...begun, parts }, { overwrites, signal });
    } catch (error) {
      const isOwn = attempt > 1 && isCode(error, 'NoSuchUpload', 'PreconditionFailed') && (await objectSize(address)) === file.size;
      if (!isOwn) throw error;
    }
  });
}

async function begin({ address, file, signal }: Transfer): Promise<Begun> {
  const uploadId = await pausing(signal, () => beginUpload(address, fileType(file), signal));
  return { uploadId, partSizeBytes: partSizeFor(file.size), parts: [] };
}

/** Whoever may not ask learns it at the end, from the answer. */
async function isThere(address: ObjectAddress): Promise<boolean> {
  return (await objectSize(address).catch((error: unknown) => (isRefusal(error) ? undefined : Promise.reject(error)))) !== undefined;
}

function exists(): Refusal {
  return new Refusal({ status: 412, code: 'PreconditionFailed', message: '', requestId: undefined });
}

/** Forgets the parts that were sent. */
export async function abandon(address: ObjectAddress, begun: Begun | undefined): Promise<void> {
  if (begun !== undefined) await abortUpload(address, begun.uploadId).catch(() => undefined);
}
