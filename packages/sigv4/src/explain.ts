import { parseErrorDocument } from './error-document.ts';
import { type Difference, signatureDifference } from './explain-difference.ts';
import { explainError } from './explain-error.ts';
import { refusalAsS3 } from './refusal-text.ts';
import { faultOf, parameterOf, readSignedUrl, type SignedUrl, splitUrl, type UrlParts } from './signed-url.ts';

/** What a signed URL says and what is wrong with it; 'unreadable' is no URL that could be sent. */
export type Explanation = (SignedUrl | { readonly kind: 'unreadable' }) & {
  /** What the server said, if its answer was given. */
  readonly error?: { readonly code: string; readonly message: string };
  /** After a wrong signature: where the server's view of the request first departs from what the URL says. */
  readonly difference?: Difference;
  /** All of it in sentences, the most important first. */
  readonly sentences: readonly string[];
};

/** What may be known besides the URL. */
export type ExplainOptions = {
  /** Default: the clock. */
  readonly now?: Date | undefined;
  /** The method that was signed; a URL does not show it. */
  readonly method?: string | undefined;
  /** The headers that were signed, if their values are known. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
};

/**
 * Explains a pre-signed URL to a person: who signed what until when, and what must be sent with it. Given the XML with which a server
 * refused it, also why: for SignatureDoesNotMatch the first thing the server saw differently, with the likely culprit. Never throws.
 *
 * @example explain(url, await response.text()).sentences.join('\n')
 */
export function explain(url: string, errorXml?: string, options: ExplainOptions = {}): Explanation {
  const now = options.now ?? new Date();
  const copied = url.includes('&amp;') ? ['The URL was copied out of HTML or XML: every &amp; in it must be a plain &.'] : [];
  const parts = splitUrl(url.trim().replaceAll('&amp;', '&'));
  if (parts === undefined) return { kind: 'unreadable', sentences: [...copied, UNREADABLE] };
  const signed = readSignedUrl(parts, now);
  const own = [...faultSentences(parts, now), ...sentencesOf(signed)];
  if (errorXml === undefined) return { ...signed, sentences: [...copied, ...own] };

  const document = parseErrorDocument(errorXml);
  const error = { code: document.code, message: document.message };
  if (document.code !== 'SignatureDoesNotMatch') {
    return { ...signed, error, sentences: [...copied, ...explainError(document, parts, now), ...own] };
  }
  const signature = parameterOf(parts.target, 'X-Amz-Signature') ?? parameterOf(parts.target, 'Signature') ?? '';
  const difference = signatureDifference({ ...parts, ...options, signature }, document);
  return { ...signed, error, difference, sentences: [...copied, difference.culprit, ...own] };
}

const UNREADABLE = 'This is not a URL that can be sent: it must start with http:// or https:// and hold no spaces or broken escapes.';

function faultSentences(parts: UrlParts, now: Date): readonly string[] {
  const fault = faultOf(parts, now);
  if (fault === undefined) return [];
  const twice = fault.kind === 'credential-malformed' && /%252F/i.test(parts.target.rawQuery);
  return [`No server accepts it: ${refusalAsS3(fault).message}`, ...(twice ? ['It was percent-encoded twice (%2F became %252F).'] : [])];
}

function sentencesOf(url: SignedUrl): readonly string[] {
  if (url.kind === 'unsigned') return ['The URL carries no signature: it works only where anonymous access is allowed.'];
  const what = url.key === undefined ? `the bucket ${url.bucket ?? ''}` : `the object ${url.key} in the bucket ${url.bucket ?? ''}`;
  const version = url.kind === 'v4' ? `signature version 4, region ${url.region}` : 'signature version 2';
  const lines = [`The access key ${url.accessKeyId} signed it for ${what} at ${url.host} (${version}).`];
  if (url.expiresAt !== undefined) lines.push(`It ${url.isExpired ? 'expired at' : 'is good until'} ${url.expiresAt.toISOString()}.`);
  if (url.isTemporary) lines.push('Its credentials are temporary: it ends with them, even if it says it lasts longer.');
  if (url.mustSend.length > 0) lines.push(`These headers must be sent as they were signed: ${url.mustSend.join(', ')}.`);
  for (const [name, value] of Object.entries(url.parameters)) {
    if (name.startsWith('X-Latchkey-')) lines.push(`A Latchkey server limits it: ${name.slice('X-Latchkey-'.length)} ${value}.`);
  }
  return lines;
}
