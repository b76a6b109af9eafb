import { type Refused, refused } from './authentication.ts';
import { base64, equalInConstantTime } from './bytes.ts';
import { signature } from './canonical.ts';
import type { SignatureCheck } from './check-signature.ts';
import { parseCredential, refuseScope } from './credential-scope.ts';
import { MAX_EXPIRES_SECONDS, MAX_SKEW_MS, type VerifyRules } from './rules.ts';
import { ALGORITHM, parseAmzDate, type Scope } from './scope.ts';
import { hmacSha1 } from './sha1.ts';

/** A form's fields before the file, by name in lower case: S3 compares field names without case. */
export type PostFields = ReadonlyMap<string, string>;

/** What a form says about who signed it. What its policy allows is another question, asked only once the signature is right. */
export type PostAuthentication =
  | { readonly kind: 'anonymous' }
  | Refused
  | (SignedForm & { readonly kind: 'v4-form'; readonly scope: Scope; readonly signedAt: Date })
  | (SignedForm & { readonly kind: 'v2-form' });

type SignedForm = {
  readonly accessKeyId: string;
  readonly sessionToken?: string;
  /** The base64 text that is signed. */
  readonly policy: string;
  readonly signature: string;
};

/**
 * Reads who signed a form and judges all that needs no secret. A form with none of the signature's fields is anonymous, one with some of
 * them is refused for the one that is missing, and one that is signed twice, in both versions, is refused for that. Never throws. What follows: look the access key up, judge the token, `checkPostSignature`.
 */
export function readPostAuthentication(fields: PostFields, rules: VerifyRules): PostAuthentication {
  const isV4 = V4_FIELDS.some((name) => fields.has(name.toLowerCase()));
  const isV2 = V2_FIELDS.some((name) => fields.has(name.toLowerCase()));
  if (!isV4 && !isV2) return { kind: 'anonymous' };
  if (isV4 && fields.has('signature')) {
    return refused({ kind: 'two-mechanisms', argumentName: 'Signature', argumentValue: field(fields, 'signature') });
  }
  const missing = ['Policy', ...(isV4 ? V4_FIELDS : V2_FIELDS)].find((name) => !fields.get(name.toLowerCase()));
  if (missing !== undefined) return refused({ kind: 'post-field-missing', name: missing });
  return isV4 ? readV4(fields, rules) : readV2(fields, rules);
}

/** Judges the signature over the policy, in constant time. The policy may only be parsed after this has said yes. */
export function checkPostSignature(
  form: Extract<PostAuthentication, { readonly kind: 'v4-form' | 'v2-form' }>,
  secretAccessKey: string,
): SignatureCheck {
  const { accessKeyId, policy } = form;
  const expected =
    form.kind === 'v4-form' ? signature(accessKeyId, secretAccessKey, form.scope, policy) : base64(hmacSha1(secretAccessKey, policy));
  if (equalInConstantTime(form.signature, expected)) return { ok: true };
  return { ok: false, refusal: { kind: 'signature-mismatch', accessKeyId, signatureProvided: form.signature, stringToSign: policy } };
}

/** In the order in which S3 misses them. */
const V4_FIELDS = ['X-Amz-Algorithm', 'X-Amz-Credential', 'X-Amz-Date', 'X-Amz-Signature'];
const V2_FIELDS = ['AWSAccessKeyId', 'Signature'];

function readV4(fields: PostFields, rules: VerifyRules): PostAuthentication {
  if (fields.get('x-amz-algorithm') !== ALGORITHM) {
    return refused({ kind: 'post-algorithm-unsupported', algorithm: field(fields, 'x-amz-algorithm') });
  }
  const credential = parseCredential(field(fields, 'x-amz-credential'));
  if (credential === undefined) return refused({ kind: 'credential-malformed', place: 'form' });
  const date = field(fields, 'x-amz-date');
  const signedAt = parseAmzDate(date);
  if (signedAt === undefined) return refused({ kind: 'post-date-malformed', date });
  const wrongScope = refuseScope(credential, date, 'form', rules);
  if (wrongScope !== undefined) return refused(wrongScope);
  if (signedAt.getTime() - rules.now.getTime() > MAX_SKEW_MS) return refused({ kind: 'not-yet-valid', signedAt, now: rules.now });
  // A signing key is good for seven days, whatever the policy says.
  const expiresAt = new Date(signedAt.getTime() + MAX_EXPIRES_SECONDS * 1000);
  if (rules.now > expiresAt) return refused({ kind: 'expired', expiresAt, now: rules.now });
  const { accessKeyId, scope } = credential;
  return { kind: 'v4-form', accessKeyId, ...signed(fields, 'x-amz-signature'), scope, signedAt };
}

function readV2(fields: PostFields, rules: VerifyRules): PostAuthentication {
  if (!rules.sigv2) return refused({ kind: 'v2-off' });
  return { kind: 'v2-form', accessKeyId: field(fields, 'awsaccesskeyid'), ...signed(fields, 'signature') };
}

function signed(fields: PostFields, signatureField: string): Omit<SignedForm, 'accessKeyId'> {
  const sessionToken = fields.get('x-amz-security-token');
  return {
    ...(sessionToken === undefined ? {} : { sessionToken }),
    policy: field(fields, 'policy'),
    signature: field(fields, signatureField),
  };
}

const field = (fields: PostFields, name: string): string => fields.get(name) ?? '';
