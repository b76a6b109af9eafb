import type { V2Authentication } from './authentication.ts';
import { base64, equalInConstantTime } from './bytes.ts';
import type { SignatureCheck } from './check-signature.ts';
import { type HeaderField, headerValue, type SignedRequest } from './request.ts';
import { hmacSha1 } from './sha1.ts';
import type { QueryParameter } from './target.ts';
import { trimBlanks } from './trim-blanks.ts';

/** Judges a SigV2 query signature. SigV2 signs every `x-amz-*` header, so there is none that could be unsigned. */
export function checkSignatureV2(authentication: V2Authentication, request: SignedRequest, secretAccessKey: string): SignatureCheck {
  const rawPath = pathOf(request);
  // Old SDKs sign `/bucket/` for the request path `/bucket`: both name the bucket.
  const paths = /^\/[^/]+$/.test(rawPath) && authentication.virtualHostBucket === undefined ? [rawPath, `${rawPath}/`] : [rawPath];
  const texts = paths.map((path) => stringToSignV2(authentication, request, path));
  const isMatch = texts.some((text) => equalInConstantTime(authentication.signature, base64(hmacSha1(secretAccessKey, text))));
  if (isMatch) return { ok: true };
  return {
    ok: false,
    refusal: {
      kind: 'signature-mismatch',
      accessKeyId: authentication.accessKeyId,
      signatureProvided: authentication.signature,
      stringToSign: texts[0] ?? '',
    },
  };
}

/**
 * Method, content-md5, content-type, expiry, `x-amz-*` headers, bucket and path, sub-resources. Content-Type is signed whether the client
 * knew it or not: sending one that was not signed breaks the signature, unlike in SigV4.
 */
function stringToSignV2(authentication: V2Authentication, request: SignedRequest, rawPath: string): string {
  const { method, target, headers } = request;
  const amzLines = amzHeaders(headers, target.query).map(([name, value]) => `${name}:${value}\n`);
  const bucket = authentication.virtualHostBucket === undefined ? '' : `/${authentication.virtualHostBucket}`;
  const lines = [method, sent(request, 'content-md5'), sent(request, 'content-type'), authentication.expires];
  return `${lines.join('\n')}\n${amzLines.join('')}${bucket}${rawPath}${subResources(target.query)}`;
}

const pathOf = ({ target }: SignedRequest): string =>
  target.raw.slice(0, target.raw.length - (target.raw.includes('?') ? target.rawQuery.length + 1 : 0));

/** A header, or the query parameter that boto moves it to. */
const sent = ({ headers, target }: SignedRequest, name: string): string =>
  headerValue(headers, name) ?? target.query.find((parameter) => parameter.name.toLowerCase() === name)?.value ?? '';

/** The `x-amz-*` headers and the parameters that stand for them, sorted; a header wins over a parameter of its name. */
function amzHeaders(headers: readonly HeaderField[], query: readonly QueryParameter[]): readonly HeaderField[] {
  const found = new Map<string, string>();
  for (const { name, value } of query) if (/^x-amz-/i.test(name)) found.set(name.toLowerCase(), trimBlanks(value));
  for (const [name] of headers) if (name.startsWith('x-amz-')) found.set(name, trimBlanks(headerValue(headers, name) ?? ''));
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1));
}

function subResources(query: readonly QueryParameter[]): string {
  const signed = query
    .filter(({ name }) => isSignedByV2(name))
    .map(({ name, value, hasEquals }) => (hasEquals ? `${name}=${value}` : name));
  return signed.length === 0 ? '' : `?${signed.sort().join('&')}`;
}

/** True for the sub-resources and overrides that are part of what SigV2 signs. */
export const isSignedByV2 = (name: string): boolean => SIGNED_BY_V2.has(name);

const SIGNED_BY_V2 = new Set(
  `accelerate acl analytics cors defaultObjectAcl delete encryption inventory legal-hold lifecycle location logging metrics notification
  object-lock partNumber policy replication requestPayment response-cache-control response-content-disposition response-content-encoding
  response-content-language response-content-type response-expires restore retention select select-type storageClass tagging torrent
  uploadId uploads versionId versioning versions website`.split(/\s+/),
);
