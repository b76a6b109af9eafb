/** Whether the upstream honours conditions, found out on an empty object and on an upload of one part. What is made for it is removed again. */
import { randomUUID } from 'node:crypto';
import { httpDate } from '@latchkey/s3/dates';
import { etagFromHeader, quoteEtag } from '@latchkey/s3/etag';
import type { BucketName, ObjectKey } from '@latchkey/s3/names';
import { childText } from '@latchkey/s3/xml';
import { requestCompletion } from './request-completion.ts';
import type { Upstream } from './upstream.ts';
import { upstreamStatus } from './upstream-errors.ts';

export type ConditionName =
  | 'put-if-none-match'
  | 'put-if-match'
  | 'complete-if-none-match'
  | 'complete-if-match'
  | 'delete-if-match'
  | 'delete-if-last-modified'
  | 'delete-if-size';

export type Honoured = {
  readonly conditions: ReadonlySet<ConditionName>;
  /** How an ETag is written in the `If-Match` of a write: Ceph before 20 compares the quotes too. */
  readonly etagForm: (etag: string) => string;
};

/** Every condition, as AWS has them. */
export const ALL_HONOURED: Honoured = {
  conditions: new Set<ConditionName>([
    'put-if-none-match',
    'put-if-match',
    'complete-if-none-match',
    'complete-if-match',
    'delete-if-match',
    'delete-if-last-modified',
    'delete-if-size',
  ]),
  etagForm: quoteEtag,
};
export const NONE_HONOURED: Honoured = { conditions: new Set(), etagForm: quoteEtag };

export function probeKey(): ObjectKey {
  return `.latchkey-probe-${randomUUID()}` as ObjectKey;
}

/** A condition is honoured where it keeps out what it should keep out, and lets in what it should. */
export async function tryConditions(upstream: Upstream, bucket: BucketName): Promise<Honoured> {
  const key = probeKey();
  const isRefused = async (method: 'PUT' | 'DELETE', headers: Record<string, string>): Promise<boolean> => {
    const answer = await upstream.tell({ method, bucket, key, headers, accepts: REFUSALS, isOnce: true });
    return answer.status === 412 || answer.status === 409;
  };
  const write = () => upstream.tell({ method: 'PUT', bucket, key });
  const conditions = new Set<ConditionName>();
  let etagForm = quoteEtag;
  try {
    const etag = etagFromHeader((await write()).headers.etag ?? '');
    if (await isRefused('PUT', { 'if-none-match': '*' })) conditions.add('put-if-none-match');
    for (const form of [quoteEtag, bare]) {
      if (!(await isRefused('PUT', { 'if-match': form(OTHER_ETAG) })) || (await isRefused('PUT', { 'if-match': form(etag) }))) continue;
      conditions.add('put-if-match');
      etagForm = form;
      break;
    }
    for (const condition of await tryCompletions(upstream, bucket, key, etagForm)) conditions.add(condition);
    for (const [condition, headers] of DELETES) {
      if (await isRefused('DELETE', headers)) conditions.add(condition);
      else await write();
    }
    return { conditions, etagForm };
  } finally {
    await upstream.tell({ method: 'DELETE', bucket, key }).catch(() => undefined);
  }
}

/** Of an upload to a key that holds something. */
async function tryCompletions(
  upstream: Upstream,
  bucket: BucketName,
  key: ObjectKey,
  etagForm: (etag: string) => string,
): Promise<readonly ConditionName[]> {
  const conditions: ConditionName[] = [];
  for (const [condition, headers] of [
    ['complete-if-none-match', { 'if-none-match': '*' }],
    ['complete-if-match', { 'if-match': etagForm(OTHER_ETAG) }],
  ] as const) {
    const begun = await upstream.ask({ method: 'POST', bucket, key, query: { uploads: '' } }, 'InitiateMultipartUploadResult');
    const uploadId = childText(begun.document, 'UploadId') ?? '';
    try {
      const sent = await upstream.tell({ method: 'PUT', bucket, key, query: { partNumber: 1, uploadId }, body: 'probe' });
      const parts = [{ partNumber: 1, etag: etagFromHeader(sent.headers.etag ?? '') }];
      const status = await requestCompletion(upstream, { bucket, key, uploadId, parts, headers }).then(() => 200, upstreamStatus);
      if (status === 412 || status === 409) conditions.push(condition);
    } finally {
      await upstream.tell({ method: 'DELETE', bucket, key, query: { uploadId }, accepts: [404] }).catch(() => undefined);
    }
  }
  return conditions;
}

const REFUSALS = [400, 404, 409, 412, 501] as const;
const OTHER_ETAG = '0'.repeat(32);
const bare = (etag: string): string => etag;

const DELETES: readonly (readonly [ConditionName, Record<string, string>])[] = [
  ['delete-if-match', { 'if-match': quoteEtag(OTHER_ETAG) }],
  ['delete-if-last-modified', { 'x-amz-if-match-last-modified-time': httpDate(0) }],
  ['delete-if-size', { 'x-amz-if-match-size': '12345' }],
];
