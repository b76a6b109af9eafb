import { type Authentication, refused } from './authentication.ts';
import { UNSIGNED_PAYLOAD } from './canonical.ts';
import { headerValue, type SignedRequest } from './request.ts';
import { MAX_EXPIRES_SECONDS, type VerifyRules } from './rules.ts';
import type { QuerySignature } from './signature-parameters.ts';

/**
 * Reads a SigV2 query: complete, switched on, nothing in it that SigV2 does not sign but that changes what is done, not expired.
 * S3 sets no limit to `Expires`; we do, so that a stolen URL does not live for years.
 */
export function readQueryV2(found: QuerySignature, request: SignedRequest, rules: VerifyRules): Authentication {
  const { v2AccessKeyId, v2Signature, v2Expires } = found;
  if (!v2AccessKeyId || !v2Signature || v2Expires === undefined) return refused({ kind: 'v2-parameters-missing' });
  if (!rules.sigv2) return refused({ kind: 'v2-off' });
  const unsigned = request.target.query.find(({ name }) => mustBeSigned(name));
  if (unsigned !== undefined) return refused({ kind: 'v2-unsigned-parameter', name: unsigned.name });
  if (!/^\d{1,12}$/.test(v2Expires)) return refused({ kind: 'v2-expires-malformed', expires: v2Expires });
  const expiresAt = new Date(Number(v2Expires) * 1000);
  if (rules.now > expiresAt) return refused({ kind: 'expired', expiresAt, now: rules.now });
  if (expiresAt.getTime() - rules.now.getTime() > MAX_EXPIRES_SECONDS * 1000) {
    return refused({ kind: 'v2-expires-too-far', expiresAt, now: rules.now });
  }

  const token = headerValue(request.headers, 'x-amz-security-token') ?? parameter(request, 'x-amz-security-token');
  return {
    kind: 'v2-query',
    accessKeyId: v2AccessKeyId,
    sessionToken: token,
    expiresAt,
    payloadHash: headerValue(request.headers, 'x-amz-content-sha256') ?? UNSIGNED_PAYLOAD,
    expires: v2Expires,
    // A plus that nobody encoded arrives as a space; base64 has no spaces.
    signature: v2Signature.replaceAll(' ', '+'),
    virtualHostBucket: rules.virtualHostBucket,
  };
}

const parameter = (request: SignedRequest, name: string): string | undefined =>
  request.target.query.find((candidate) => candidate.name.toLowerCase() === name)?.value;

/** Terms of ours, and the sub-resources that SigV2 is too old to sign: whoever holds a URL could add them. */
const mustBeSigned = (name: string): boolean => /^x-latchkey-/i.test(name) || UNKNOWN_TO_V2.has(name);

const UNKNOWN_TO_V2 = new Set(
  `abac append attributes intelligent-tiering metadataConfiguration metadataInventoryTable metadataJournalTable metadataTable
  ownershipControls policyStatus publicAccessBlock renameObject session`.split(/\s+/),
);
