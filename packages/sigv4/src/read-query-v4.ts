import { type Authentication, refused } from './authentication.ts';
import { UNSIGNED_PAYLOAD } from './canonical.ts';
import { parseCredential, refuseScope } from './credential-scope.ts';
import type { TimeRefusal } from './refusal.ts';
import { headerValue, type SignedRequest } from './request.ts';
import { MAX_EXPIRES_SECONDS, MAX_SKEW_MS, type VerifyRules } from './rules.ts';
import { ALGORITHM, parseAmzDate } from './scope.ts';
import type { QuerySignature } from './signature-parameters.ts';

/** Reads a pre-signed URL's SigV4 parameters, in S3's order: complete, algorithm, credential, date, scope, expiry. */
export function readQueryV4(found: QuerySignature, request: SignedRequest, rules: VerifyRules): Authentication {
  if (!isComplete(found)) return refused({ kind: 'query-parameters-missing' });
  const { algorithm, date, expires, signature, securityToken } = found;
  if (algorithm !== ALGORITHM) return refused({ kind: 'algorithm-unsupported', algorithm });
  const credential = parseCredential(found.credential);
  if (credential === undefined) return refused({ kind: 'credential-malformed', place: 'query' });
  const signedAt = parseAmzDate(date);
  if (signedAt === undefined) return refused({ kind: 'date-malformed' });
  const wrongScope = refuseScope(credential, date, 'query', rules);
  if (wrongScope !== undefined) return refused(wrongScope);
  const expiresInSeconds = Number(expires);
  if (!(Number.isInteger(expiresInSeconds) && /^-?\d+$/.test(expires))) return refused({ kind: 'expires-not-a-number' });
  if (expiresInSeconds < 0) return refused({ kind: 'expires-negative' });
  if (expiresInSeconds > MAX_EXPIRES_SECONDS) return refused({ kind: 'expires-too-big' });
  const expiresAt = new Date(signedAt.getTime() + expiresInSeconds * 1000);
  const wrongTime = refuseTime(signedAt, expiresAt, expires, rules.now);
  if (wrongTime !== undefined) return refused(wrongTime);

  const header = headerValue(request.headers, 'x-amz-content-sha256');
  return {
    kind: 'v4-query',
    accessKeyId: credential.accessKeyId,
    sessionToken: securityToken,
    signedAt,
    expiresAt,
    expiresInSeconds,
    payloadHash: header ?? found.contentSha256 ?? UNSIGNED_PAYLOAD,
    scope: credential.scope,
    amzDate: date,
    signedHeaders: found.signedHeaders === 'host' ? HOST_ALONE : found.signedHeaders.split(';'),
    signedHeaderList: found.signedHeaders,
    signature,
    payloadHashLine: found.contentSha256 ?? header ?? UNSIGNED_PAYLOAD,
  };
}

const HOST_ALONE: readonly string[] = ['host'];

type Complete = QuerySignature & Record<'algorithm' | 'credential' | 'date' | 'expires' | 'signedHeaders' | 'signature', string>;

const isComplete = (found: QuerySignature): found is Complete =>
  found.algorithm !== undefined &&
  found.credential !== undefined &&
  found.date !== undefined &&
  found.expires !== undefined &&
  found.signedHeaders !== undefined &&
  found.signature !== undefined;

/** Whether a URL's time has come and not passed. */
export function isWithin(signedAt: Date, expiresAt: Date, now: Date): boolean {
  return refuseTime(signedAt, expiresAt, '', now) === undefined;
}

/** "Valid while now <= date + expires"; zero seconds are over at once; a date more than the skew ahead would stretch every maximum life. */
function refuseTime(signedAt: Date, expiresAt: Date, expires: string, now: Date): TimeRefusal | undefined {
  if (signedAt.getTime() - now.getTime() > MAX_SKEW_MS) return { kind: 'not-yet-valid', signedAt, now };
  if (now.getTime() > expiresAt.getTime() || expiresAt.getTime() === signedAt.getTime())
    return { kind: 'expired', expiresInSeconds: expires, expiresAt, now };
  return undefined;
}
