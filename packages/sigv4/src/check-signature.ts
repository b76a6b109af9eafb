import type { V2Authentication, V4Authentication } from './authentication.ts';
import { equalInConstantTime } from './bytes.ts';
import { signature, stringToSign } from './canonical.ts';
import { checkSignatureV2 } from './check-signature-v2.ts';
import { uriEncodePath } from './encode.ts';
import { FEW, receivedCanonical } from './received-canonical.ts';
import { recent } from './recent.ts';
import type { Refusal } from './refusal.ts';
import type { HeaderField, SignedRequest } from './request.ts';
import type { Scope } from './scope.ts';

/** Whether the signature is the one that this secret makes for this request. */
export type SignatureCheck = { readonly ok: true } | { readonly ok: false; readonly refusal: Refusal };

/**
 * Judges what needs the secret: first that every `x-amz-*` header sent is a signed one (otherwise the holder of a pre-signed PUT could
 * add `x-amz-copy-source`), then the signature, compared in constant time. Never throws for a "no", never tells the right signature.
 * The host and the path judged are those of the request and no others: whoever reads the bucket from them reads what was signed.
 */
export function checkSignature(
  authentication: V4Authentication | V2Authentication,
  request: SignedRequest,
  secretAccessKey: string,
): SignatureCheck {
  if (authentication.kind === 'v2-query') return checkSignatureV2(authentication, request, secretAccessKey);
  const names = headersNotSigned(authentication.signedHeaders, request.headers);
  if (names !== undefined) return { ok: false, refusal: { kind: 'headers-not-signed', names } };
  const asReceived = receivedCanonical(authentication, request, request.target.canonicalPath);
  if (isRight(authentication, secretAccessKey, asReceived)) return OK;
  const alternative = encodedTwice(authentication, request);
  if (alternative !== undefined && isRight(authentication, secretAccessKey, alternative)) return OK;
  return {
    ok: false,
    refusal: {
      kind: 'signature-mismatch',
      accessKeyId: authentication.accessKeyId,
      signatureProvided: authentication.signature,
      stringToSign: stringToSign(authentication.amzDate, authentication.scope, asReceived),
      canonicalRequest: asReceived,
    },
  };
}

const OK: SignatureCheck = { ok: true };

/** A right signature, with all that it was made of. */
type Made = {
  readonly secretAccessKey: string;
  readonly amzDate: string;
  readonly scope: Scope;
  readonly signature: string;
};

/** By canonical request, which is no secret; never by signature, which is only ever compared in constant time. */
const made = recent<Made>();

const LONGEST_REMEMBERED = 2048;

function isRight(
  { accessKeyId, scope, amzDate, signature: provided }: V4Authentication,
  secretAccessKey: string,
  canonical: string,
): boolean {
  const known = made.get(canonical);
  if (known !== undefined && isMadeOf(known, secretAccessKey, amzDate, scope)) return equalInConstantTime(provided, known.signature);
  const right = signature(accessKeyId, secretAccessKey, scope, stringToSign(amzDate, scope, canonical));
  if (!equalInConstantTime(provided, right)) return false;
  if (canonical.length <= LONGEST_REMEMBERED) made.set(canonical, { secretAccessKey, amzDate, scope, signature: right });
  return true;
}

const isMadeOf = (known: Made, secretAccessKey: string, amzDate: string, scope: Scope): boolean =>
  equalInConstantTime(known.secretAccessKey, secretAccessKey) &&
  known.amzDate === amzDate &&
  known.scope.date === scope.date &&
  known.scope.region === scope.region &&
  known.scope.service === scope.service;

/** `host` and every `x-amz-*` header must be signed, except the hash of the body, which is checked against the body itself. */
function headersNotSigned(signedHeaders: readonly string[], headers: readonly HeaderField[]): readonly string[] | undefined {
  const isSigned = has(signedHeaders);
  const names = isSigned('host') ? [] : ['host'];
  for (const [name] of headers) {
    const mustBeSigned = name.startsWith('x-amz-') && name !== 'x-amz-content-sha256';
    if (mustBeSigned && !isSigned(name)) names.push(name);
  }
  return names.length === 0 ? undefined : names;
}

/** However long a list a client sends, looking a name up in it takes no longer. */
function has(names: readonly string[]): (name: string) => boolean {
  if (names.length <= FEW) return (name) => names.includes(name);
  const set = new Set(names);
  return (name) => set.has(name);
}

/** Clients sign for IAM, STS and the like with the path encoded twice, most of them; S3's is encoded once. */
function encodedTwice(authentication: V4Authentication, request: SignedRequest): string | undefined {
  const { canonicalPath } = request.target;
  if (authentication.scope.service === 's3' || !canonicalPath.includes('%')) return undefined;
  return receivedCanonical(authentication, request, uriEncodePath(canonicalPath));
}
