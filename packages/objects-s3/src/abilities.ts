/**
 * What the upstream can do beyond plain S3, found out by doing it: version numbers are not told, and what is not known is often ignored
 * instead of refused. Asked when it first matters, once for the life of the process.
 */
import { createHash, randomUUID } from 'node:crypto';
import { httpDate } from '@latchkey/s3/dates';
import { etagFromHeader } from '@latchkey/s3/etag';
import type { BucketName, ObjectKey } from '@latchkey/s3/names';
import { childText } from '@latchkey/s3/xml';
import { sendStream } from './send-body.ts';
import type { Upstream } from './upstream.ts';
import { upstreamStatus } from './upstream-errors.ts';

export type ConditionName = 'put-if-none-match' | 'put-if-match' | 'delete-if-match' | 'delete-if-last-modified' | 'delete-if-size';

export type Abilities = {
  /** Whether a checksum behind a streamed body is checked and kept. The bucket is where it is tried. */
  keepsChecksums(bucket: BucketName): Promise<boolean>;
  /** Whether a write or delete under this condition happens only if it holds. */
  honours(bucket: BucketName, condition: ConditionName): Promise<boolean>;
};

/** What is said of them instead of tried. */
export type GivenAbilities = { readonly checksums?: boolean | undefined; readonly conditions?: boolean | undefined };

export function findAbilities(upstream: Upstream, given: GivenAbilities = {}): Abilities {
  const checksums = remembered((bucket) => tryChecksums(upstream, bucket));
  const conditions = remembered((bucket) => tryConditions(upstream, bucket));
  return {
    keepsChecksums: async (bucket) => given.checksums ?? (await checksums(bucket)),
    honours: async (bucket, condition) => given.conditions ?? (await conditions(bucket)).has(condition),
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

/** CRC32 of `123456789`, as everybody checks it. */
const CHECK_VALUE = 'y/Q5Jg==';

/** An empty object, written and deleted under conditions that do not hold. */
async function tryConditions(upstream: Upstream, bucket: BucketName): Promise<ReadonlySet<ConditionName>> {
  const key = probeKey();
  const isRefused = async (method: 'PUT' | 'DELETE', headers: Record<string, string>): Promise<boolean> => {
    const answer = await upstream.tell({ method, bucket, key, headers, accepts: [400, 404, 409, 412, 501], isOnce: true });
    return answer.status === 412 || answer.status === 409;
  };
  const write = () => upstream.tell({ method: 'PUT', bucket, key });
  const honoured = new Set<ConditionName>();
  try {
    await write();
    if (await isRefused('PUT', { 'if-none-match': '*' })) honoured.add('put-if-none-match');
    if (await isRefused('PUT', { 'if-match': `"${'0'.repeat(32)}"` })) honoured.add('put-if-match');
    for (const [condition, headers] of DELETES) {
      if (await isRefused('DELETE', headers)) honoured.add(condition);
      else await write();
    }
    return honoured;
  } finally {
    await upstream.tell({ method: 'DELETE', bucket, key }).catch(() => undefined);
  }
}

const DELETES: readonly (readonly [ConditionName, Record<string, string>])[] = [
  ['delete-if-match', { 'if-match': `"${'0'.repeat(32)}"` }],
  ['delete-if-last-modified', { 'x-amz-if-match-last-modified-time': httpDate(0) }],
  ['delete-if-size', { 'x-amz-if-match-size': '12345' }],
];

function probeKey(): ObjectKey {
  return `.latchkey-probe-${randomUUID()}` as ObjectKey;
}

/** The upstream's own no, and not a failure on the way to it. */
function isRefusal(error: unknown): boolean {
  const status = upstreamStatus(error);
  return status !== undefined && (status < 500 || status === 501);
}
