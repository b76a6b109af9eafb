/** What a person sees who opens a pre-signed URL or a link that is refused, or sends a form that is. Programs get S3's XML, and so does who asks for anything but a page. */
import type { S3Error } from '@latchkey/s3/errors';
import { Denial } from '../denial.ts';
import { headerValue } from '../headers.ts';
import type { Incoming, Reply } from '../pipeline.ts';
import { deadPage } from './dead-page.ts';
import type { DeadReason } from './words.ts';

/** `undefined` for whoever is better served with XML. It tells no more than the XML does. */
export function refusalPage(error: S3Error, incoming: Incoming): Reply | undefined {
  const why = wantsPage(incoming) ? reasonOf(error) : undefined;
  if (why === undefined) return undefined;
  const { headers, requestId } = incoming;
  return deadPage({ status: error.status, why, code: error.code, requestId, acceptLanguage: headerValue(headers, 'accept-language') });
}

/** Browsers ask for a page where somebody opens an address, and for anything where a script does. */
function wantsPage({ method, rawTarget, headers }: Incoming): boolean {
  const isForm = method === 'POST' && /^multipart\/form-data\b/i.test(headerValue(headers, 'content-type') ?? '');
  if (!isForm && (method !== 'GET' || !/[?&](?:X-Amz-Signature|Signature)=/.test(rawTarget))) return false;
  return /(?:^|,)\s*text\/html\s*(?:,|;|$)/.test(headerValue(headers, 'accept') ?? '');
}

/** In the words of pages; `undefined` for what they have none for. */
export function reasonOf({ code, status, cause }: S3Error): DeadReason | undefined {
  switch (code) {
    case 'NoSuchKey':
    case 'NoSuchBucket':
      return 'gone';
    case 'AccessDenied':
      return cause instanceof Denial
        ? BY_CHECK[cause.check]
        : (BY_TIME[(cause as { readonly kind?: string } | undefined)?.kind ?? ''] ?? 'invalid');
    case 'EntityTooLarge':
      return 'too-large';
    case 'EntityTooSmall':
      return 'too-small';
    case 'PreconditionFailed':
      return 'exists';
    case 'LimitExceeded':
      return 'full';
    case 'ExpiredToken':
      return 'expired';
    case 'SlowDown':
    case 'ServiceUnavailable':
      return 'busy';
    case 'SignatureDoesNotMatch':
    case 'InvalidAccessKeyId':
    case 'AuthorizationQueryParametersError':
    case 'InvalidToken':
      return 'invalid';
  }
  return status >= 500 ? 'failed' : undefined;
}

/** By what the signing library says of it. */
const BY_TIME: Readonly<Record<string, DeadReason>> = { expired: 'expired', 'not-yet-valid': 'not-yet' };

const BY_CHECK: Readonly<Record<Denial['check'], DeadReason>> = {
  policy: 'not-allowed',
  guardrail: 'not-allowed',
  'public-access-block': 'not-allowed',
  revocation: 'revoked',
  link: 'paused',
  'source-address': 'elsewhere',
  uses: 'used-up',
  upload: 'wrong-type',
};
