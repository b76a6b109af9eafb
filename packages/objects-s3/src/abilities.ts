/**
 * What the upstream can do beyond plain S3, found out by doing it: version numbers are not told, and what is not known is often ignored
 * instead of refused. Asked when it first matters, once for the life of the process.
 */
import { createHash } from 'node:crypto';
import { etagFromHeader } from '@latchkey/s3/etag';
import type { BucketName } from '@latchkey/s3/names';
import { childText } from '@latchkey/s3/xml';
import { ALL_HONOURED, type Honoured, NONE_HONOURED, probeKey, tryConditions } from './condition-trials.ts';
import { tagCount } from './properties.ts';
import { requestCompletion } from './request-completion.ts';
import { sendStream } from './send-body.ts';
import type { Upstream } from './upstream.ts';
import { isRefusal } from './upstream-errors.ts';

export type Abilities = {
  /** Whether a checksum behind a streamed body is checked and kept. The bucket is where it is tried. */
  keepsChecksums(bucket: BucketName): Promise<boolean>;
  /** Whether an object has the tags that its upload was begun with. */
  keepsUploadTags(bucket: BucketName): Promise<boolean>;
  /** Which conditions of writes and deletes it honours. */
  honoured(bucket: BucketName): Promise<Honoured>;
};

/** What is said of them instead of tried. */
export type GivenAbilities = { readonly checksums?: boolean | undefined; readonly conditions?: boolean | undefined };

export function findAbilities(upstream: Upstream, given: GivenAbilities = {}): Abilities {
  const checksums = remembered((bucket) => tryChecksums(upstream, bucket));
  const uploadTags = remembered((bucket) => tryUploadTags(upstream, bucket));
  const conditions = remembered((bucket) => tryConditions(upstream, bucket));
  return {
    keepsChecksums: async (bucket) => given.checksums ?? (await checksums(bucket)),
    keepsUploadTags: uploadTags,
    honoured: async (bucket) => (given.conditions === undefined ? conditions(bucket) : given.conditions ? ALL_HONOURED : NONE_HONOURED),
  };
}

/** A trial that failed for another reason than its answer is made again next time. */
function remembered<T>(look: (bucket: BucketName) => Promise<T>): (bucket: BucketName) => Promise<T> {
  let found: Promise<T> | undefined;
  return (bucket) => {
    found ??= look(bucket).catch((error: unknown) => {
      found = undefined;
      throw error;
    });
    return found;
  };
}

/** One part of an upload that is never completed, so nobody sees anything of it. */
async function tryChecksums(upstream: Upstream, bucket: BucketName): Promise<boolean> {
  const key = probeKey();
  const checksum = { 'x-amz-checksum-algorithm': 'CRC32', 'x-amz-checksum-type': 'COMPOSITE' };
  const begun = await upstream.ask(
    { method: 'POST', bucket, key, query: { uploads: '' }, headers: checksum },
    'InitiateMultipartUploadResult',
  );
  const uploadId = childText(begun.document, 'UploadId') ?? '';
  const bytes = Buffer.from('123456789');
  const body = {
    sizeBytes: bytes.length,
    bytes: (async function* () {
      yield bytes;
    })(),
    seal: () => ({ checksums: { type: 'FULL_OBJECT', values: { CRC32: CHECK_VALUE } } as const }),
  };
  try {
    const { answer } = await sendStream(upstream, { bucket, key, query: { partNumber: 1, uploadId }, headers: {} }, body, 'CRC32');
    const md5 = createHash('md5').update(bytes).digest('hex');
    // An upstream that does not know the framing stores the frames too: the ETag gives it away.
    const isUnframed = etagFromHeader(answer.headers.etag ?? '') === md5 || !/^"?[0-9a-f]{32}"?$/.test(answer.headers.etag ?? '');
    return answer.headers['x-amz-checksum-crc32'] === CHECK_VALUE && isUnframed;
  } catch (error) {
    if (isRefusal(error)) return false;
    throw error;
  } finally {
    await upstream.tell({ method: 'DELETE', bucket, key, query: { uploadId }, accepts: [404] }).catch(() => undefined);
  }
}

async function tryUploadTags(upstream: Upstream, bucket: BucketName): Promise<boolean> {
  const key = probeKey();
  const headers = { 'x-amz-tagging': 'probe=1' };
  const begun = await upstream.ask({ method: 'POST', bucket, key, query: { uploads: '' }, headers }, 'InitiateMultipartUploadResult');
  const uploadId = childText(begun.document, 'UploadId') ?? '';
  try {
    const part = await upstream.tell({ method: 'PUT', bucket, key, query: { partNumber: 1, uploadId }, body: 'probe' });
    const parts = [{ partNumber: 1, etag: etagFromHeader(part.headers.etag ?? '') }];
    await requestCompletion(upstream, { bucket, key, uploadId, parts, headers: {} });
    return tagCount((await upstream.tell({ method: 'HEAD', bucket, key })).headers) === 1;
  } finally {
    await upstream.tell({ method: 'DELETE', bucket, key, query: { uploadId }, accepts: [404] }).catch(() => undefined);
    await upstream.tell({ method: 'DELETE', bucket, key }).catch(() => undefined);
  }
}

/** CRC32 of `123456789`, as everybody checks it. */
const CHECK_VALUE = 'y/Q5Jg==';
