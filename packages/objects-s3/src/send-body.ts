/**
 * A body on its way upstream. The upstream must not have all of it before every check has passed, because then it stores it: the last block
 * is held back until `bytes` has ended and `seal` has been called. Where either throws, the connection is cut, the upstream has seen fewer
 * bytes than were announced, and stores nothing.
 */
import { checksumHeader } from '@latchkey/s3/checksum-algorithm';
import { S3Error } from '@latchkey/s3/errors';
import type { BucketName, ObjectKey } from '@latchkey/s3/names';
import type { ChecksumAlgorithm, IncomingBody, StoredChecksums } from '@latchkey/storage/object-store';
import type { AboutTo } from './announced-change.ts';
import { inBlocks } from './blocks.ts';
import { framing } from './framing.ts';
import type { Answer } from './transport.ts';
import type { Upstream } from './upstream.ts';
import { unreachable } from './upstream-errors.ts';

/** A PUT that is complete but for its body. */
export type Put = {
  readonly bucket: BucketName;
  readonly key: ObjectKey;
  readonly query?: Readonly<Record<string, string | number>> | undefined;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal | undefined;
  /** Awaited when all was checked, and before the upstream has all of it. */
  readonly aboutTo?: AboutTo | undefined;
  /** Claims that doing it twice is not doing it once: its conditions may be met the first time only. */
  readonly isOnce?: boolean | undefined;
};

export type Sent = { readonly answer: Answer; readonly sizeBytes: number; readonly checksums: StoredChecksums | undefined };

/** Sends a body whose size is known, in constant memory. `checksum` is the one that goes behind it. */
export async function sendStream(
  upstream: Upstream,
  put: Put,
  body: IncomingBody & { readonly sizeBytes: number },
  checksum: ChecksumAlgorithm | undefined,
): Promise<Sent> {
  const { bucket, key, query, signal } = put;
  const { sizeBytes } = body;
  const frame = framing({ isEncrypted: upstream.isEncrypted, checksum, credentials: upstream.credentials });
  const encoding = put.headers['content-encoding'];
  const headers = {
    ...put.headers,
    ...frame.headers,
    ...(frame.blockBytes !== undefined && { 'x-amz-decoded-content-length': String(sizeBytes) }),
    // Where a checksum is kept, this is known to be about the request; Ceph before 19 takes it for what the object is.
    ...(checksum !== undefined && { 'content-encoding': ['aws-chunked', encoding].filter((coding) => coding !== undefined).join(',') }),
  };
  const request = { method: 'PUT', bucket, key, query, headers, payloadHash: frame.payloadHash } as const;
  const { sending, signed } = await upstream.begin({ ...request, sentBytes: frame.sentBytes(sizeBytes) });
  try {
    const framed = frame.open(signed);
    let held: Uint8Array | undefined;
    const bytes = counted(body, signal);
    for await (const block of frame.blockBytes === undefined ? bytes : inBlocks(bytes, frame.blockBytes)) {
      if (block.length === 0) continue;
      if (held !== undefined) await passed(upstream, request, sending.write(framed.wrap(held)));
      held = block;
    }
    const checksums = body.seal?.().checksums;
    signal?.throwIfAborted();
    await put.aboutTo?.({ kind: 'object', sizeBytes });
    const last = held === undefined ? [] : framed.wrap(held);
    const ending = sending.end([...last, ...framed.finish(checksum && checksums?.values[checksum])]);
    const answer = await ending.catch((error: unknown) => {
      throw unreachable(error);
    });
    return { answer: await required(upstream, request, answer), sizeBytes, checksums };
  } catch (error) {
    sending.abandon();
    throw error;
  }
}

/** Sends a body that is in memory, which can be sent again, with its hash signed. */
export async function sendBytes(upstream: Upstream, put: Put, body: IncomingBody, bytes: Uint8Array): Promise<Sent> {
  const { bucket, key, query, signal, isOnce } = put;
  if (body.sizeBytes !== undefined && body.sizeBytes !== bytes.length) throw new S3Error('IncompleteBody');
  const checksums = body.seal?.().checksums;
  signal?.throwIfAborted();
  await put.aboutTo?.({ kind: 'object', sizeBytes: bytes.length });
  const [first] = checksums?.type === 'FULL_OBJECT' ? Object.entries(checksums.values) : [];
  const headers = { ...put.headers, ...(first && { [checksumHeader(first[0] as ChecksumAlgorithm)]: first[1] }) };
  const answer = await upstream.tell({ method: 'PUT', bucket, key, query, headers, body: bytes, lane: 'writes', isOnce });
  return { answer, sizeBytes: bytes.length, checksums };
}

/** Throws IncompleteBody for more or fewer bytes than were announced, and the signal's reason. */
async function* counted(
  { bytes, sizeBytes }: IncomingBody & { readonly sizeBytes: number },
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array, void, undefined> {
  let sofar = 0;
  for await (const chunk of bytes) {
    signal?.throwIfAborted();
    sofar += chunk.length;
    if (sofar > sizeBytes) throw new S3Error('IncompleteBody');
    yield chunk;
  }
  if (sofar < sizeBytes) throw new S3Error('IncompleteBody');
}

type Request = Parameters<Upstream['refusal']>[1];

/** An answer that comes before the body has ended is a refusal. */
async function passed(upstream: Upstream, request: Request, writing: Promise<Answer | undefined>): Promise<void> {
  const answer = await writing.catch((error: unknown) => {
    throw unreachable(error);
  });
  if (answer !== undefined) throw await upstream.refusal(answer, request);
}

async function required(upstream: Upstream, request: Request, answer: Answer): Promise<Answer> {
  if (answer.status !== 200) throw await upstream.refusal(answer, request);
  answer.body.resume();
  return answer;
}
