import type { V2Authentication, V4Authentication } from './authentication.ts';
import { equalInConstantTime } from './bytes.ts';
import { signature, stringToSign } from './canonical.ts';
import { checkSignatureV2 } from './check-signature-v2.ts';
import { uriEncodePath } from './encode.ts';
import { FEW, receivedCanonical } from './received-canonical.ts';
import type { Refusal } from './refusal.ts';
import type { HeaderField, SignedRequest } from './request.ts';

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

function isRight(
  { accessKeyId, scope, amzDate, signature: provided }: V4Authentication,
  secretAccessKey: string,
  canonical: string,
): boolean {
  return equalInConstantTime(provided, signature(accessKeyId, secretAccessKey, scope, stringToSign(amzDate, scope, canonical)));
}

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
