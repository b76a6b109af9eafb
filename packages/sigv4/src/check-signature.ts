import type { PublicHost, V2Authentication, V4Authentication } from './authentication.ts';
import { equalInConstantTime, utf8 } from './bytes.ts';
import { canonicalRequest, headerLine, signature, stringToSign } from './canonical.ts';
import { checkSignatureV2 } from './check-signature-v2.ts';
import { uriEncodePath } from './encode.ts';
import { recent } from './recent.ts';
import type { Refusal } from './refusal.ts';
import { type HeaderField, headerValue, type SignedRequest } from './request.ts';
import type { Scope } from './scope.ts';
import { canonicalQueryOf, type QueryParameter } from './target.ts';

/** Whether the signature is the one that this secret makes for this request. */
export type SignatureCheck = { readonly ok: true } | { readonly ok: false; readonly refusal: Refusal };

/**
 * Judges what needs the secret: first that every `x-amz-*` header sent is a signed one (otherwise the holder of a pre-signed PUT could
 * add `x-amz-copy-source`), then the signature, compared in constant time. Never throws for a "no", never tells the right signature.
 */
export function checkSignature(
  authentication: V4Authentication | V2Authentication,
  request: SignedRequest,
  secretAccessKey: string,
): SignatureCheck {
  if (authentication.kind === 'v2-query') return checkSignatureV2(authentication, request, secretAccessKey);
  const names = headersNotSigned(authentication.signedHeaders, request.headers);
  if (names !== undefined) return { ok: false, refusal: { kind: 'headers-not-signed', names } };
  const asReceived = canonicalOf(authentication, request, request.target.canonicalPath);
  if (isRight(authentication, secretAccessKey, asReceived)) return OK;
  for (const canonical of otherCanonicals(authentication, request)) if (isRight(authentication, secretAccessKey, canonical)) return OK;
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

function isRight(
  { accessKeyId, scope, amzDate, signature: provided }: V4Authentication,
  secretAccessKey: string,
  canonical: string,
): boolean {
  const known = made.get(canonical);
  if (known !== undefined && isMadeOf(known, secretAccessKey, amzDate, scope)) return equalInConstantTime(provided, known.signature);
  const right = signature(accessKeyId, secretAccessKey, scope, stringToSign(amzDate, scope, canonical));
  if (!equalInConstantTime(provided, right)) return false;
  made.set(canonical, { secretAccessKey, amzDate, scope, signature: right });
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
  let names: string[] | undefined;
  for (const [name] of headers) {
    const mustBeSigned = name === 'host' || (name.startsWith('x-amz-') && name !== 'x-amz-content-sha256');
    if (mustBeSigned && !signedHeaders.includes(name)) names = names === undefined ? [name] : [...names, name];
  }
  return names ?? (signedHeaders.includes('host') ? undefined : ['host']);
}

function canonicalOf(authentication: V4Authentication, request: SignedRequest, path: string, host?: string): string {
  const { signedHeaders, signedHeaderList, payloadHashLine } = authentication;
  let lines = '';
  for (const name of signedHeaders) {
    const value = name === 'host' && host !== undefined ? host : signedValue(name, request);
    if (value !== undefined) lines += headerLine(name, value);
  }
  return canonicalRequest({
    method: request.method,
    path,
    query: canonicalQueryOf(request.target),
    lines,
    list: signedHeaderList,
    payloadHash: payloadHashLine,
  });
}

/** A signed header that was not sent as a header may stand in the query: some SDKs move it there and list it all the same. */
function signedValue(name: string, request: SignedRequest): string | undefined {
  const value = headerValue(request.headers, name) ?? findIgnoringCase(request.target.query, name)?.value;
  // A header's characters are bytes. Those of a parameter, or of a caller that decoded its headers, may not be: then its UTF-8 was signed.
  return value === undefined || !/[^\0-\xff]/.test(value) ? value : String.fromCharCode(...utf8(value));
}

const findIgnoringCase = (query: readonly QueryParameter[], name: string): QueryParameter | undefined =>
  query.find((parameter) => parameter.name.length === name.length && parameter.name.toLowerCase() === name);

/** What the client may have signed when a proxy rewrote Host or path, or when the service is one whose paths are encoded twice. */
function otherCanonicals(authentication: V4Authentication, request: SignedRequest): readonly string[] {
  const { canonicalPath } = request.target;
  const behindProxy = (authentication.publicHosts ?? []).map(({ host, pathPrefix }: PublicHost) =>
    canonicalOf(authentication, request, uriEncodePath(pathPrefix) + canonicalPath, host),
  );
  if (authentication.scope.service === 's3' || !canonicalPath.includes('%')) return behindProxy;
  return [...behindProxy, canonicalOf(authentication, request, uriEncodePath(canonicalPath))];
}
