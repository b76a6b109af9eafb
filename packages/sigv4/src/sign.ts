import { sha256Hex } from '#sha256';
import { canonicalRequest, signature, stringToSign } from './canonical.ts';
import { type Credentials, checkCredentials } from './credentials.ts';
import { uriEncodePath } from './encode.ts';
import { ALGORITHM, amzDate, type Scope, scopeText } from './scope.ts';
import { type HeaderOptions, headersToSign } from './signed-headers.ts';
import { SigningOptionError } from './signing-option-error.ts';
import { canonicalQueryOf, type ParsedTarget, parseTarget } from './target.ts';

/** A request to be signed in its headers. The object is never written to. */
export type SignOptions = Pick<HeaderOptions, 'headers'> & {
  readonly method: string;
  /** Absolute and encoded, as it will be sent. */
  readonly url: string | URL;
  /** The whole body, to be hashed. Default: none. */
  readonly body?: string | Uint8Array | undefined;
  /** What stands for the body's hash instead of hashing it: 64 hex digits, `UNSIGNED-PAYLOAD` or a `STREAMING-…` word. */
  readonly payloadHash?: string | undefined;
  readonly region: string;
  /** Default 's3'. */
  readonly service?: string | undefined;
  readonly credentials: Credentials;
  /** Default: the clock. Servers accept 15 minutes either way. */
  readonly now?: Date | undefined;
  /** Whether the path is signed as it is sent or, as all services but S3 want it, tidied and encoded once more. Default: what the service wants. */
  readonly pathEncoding?: 'once' | 'twice' | undefined;
};

/** The request to send, and what a chain of chunk signatures starts from. */
export type SignedInHeaders = {
  readonly url: string;
  readonly method: string;
  /** All headers to send, names in lower case; HTTP clients add host by themselves. */
  readonly headers: Readonly<Record<string, string>>;
  /** Lower-case names, sorted. */
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  readonly scope: Scope;
  /** `yyyyMMddTHHmmssZ`. */
  readonly amzDate: string;
};

/**
 * Signs a request in its Authorization header (SigV4), for S3 or any other service.
 * Throws {@link SigningOptionError} for options that cannot be signed.
 *
 * @example await fetch(url, sign({ method: 'PUT', url, body, region: 'us-east-1', credentials }))
 */
export function sign(options: SignOptions): SignedInHeaders {
  const { credentials, region, service = 's3', now = new Date() } = options;
  checkCredentials(credentials);
  if (!region) throw new SigningOptionError('region', 'must be given, such as us-east-1.');
  if (Number.isNaN(now.getTime())) throw new SigningOptionError('now', 'must be a valid date.');
  const method = options.method.toUpperCase();
  const { host, target } = parseUrl(`${options.url}`);
  const payloadHash = options.payloadHash ?? sha256Hex(bytesOf(options.body));
  const date = amzDate(now);
  const scope = { date: date.slice(0, 8), region, service };
  const [signable, unsignable] = partition(options.headers ?? {});
  const { headers, names, list, lines } = headersToSign(
    host,
    { headers: signable },
    { 'x-amz-date': date, ...more(service, payloadHash, credentials) },
  );

  const canonical = canonicalRequest({
    method,
    path: (options.pathEncoding ?? (service === 's3' ? 'once' : 'twice')) === 'once' ? target.canonicalPath : uriEncodePath(tidy(target)),
    query: canonicalQueryOf(target),
    lines,
    list,
    payloadHash,
  });
  const signed = signature(credentials.accessKeyId, credentials.secretAccessKey, scope, stringToSign(date, scope, canonical));
  const authorization = `${ALGORITHM} Credential=${credentials.accessKeyId}/${scopeText(scope)}, SignedHeaders=${list}, Signature=${signed}`;
  return {
    url: `${options.url}`,
    method,
    headers: { ...unsignable, ...headers, authorization },
    signedHeaders: names,
    signature: signed,
    scope,
    amzDate: date,
  };
}

/** S3 wants the body's hash in a header; the token of temporary credentials travels in one. */
function more(service: string, payloadHash: string, { sessionToken }: Credentials): Record<string, string> {
  return {
    ...(service === 's3' ? { 'x-amz-content-sha256': payloadHash } : {}),
    ...(sessionToken ? { 'x-amz-security-token': sessionToken } : {}),
  };
}

function parseUrl(text: string): { readonly host: string; readonly target: ParsedTarget } {
  const [, origin, rest = ''] = /^(https?:\/\/[^/?#]+)([^#]*)/i.exec(text) ?? [];
  if (origin === undefined || !URL.canParse(origin)) throw new SigningOptionError('url', 'must be absolute, with http or https.');
  // Not URL's own path: it has removed dot segments, which are part of an S3 key.
  const target = parseTarget(rest.startsWith('/') ? rest : `/${rest}`);
  if ('problem' in target) throw new SigningOptionError('url', `must be encoded. ${target.problem}`);
  return { host: new URL(origin).host, target };
}

const bytesOf = (body: string | Uint8Array = ''): Uint8Array => (typeof body === 'string' ? new TextEncoder().encode(body) : body);

/** Headers that something on the way may change are sent, but not signed. */
function partition(headers: Readonly<Record<string, string | undefined>>): [Record<string, string>, Record<string, string>] {
  const signable: Record<string, string> = {};
  const unsignable: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) (UNSIGNABLE.test(name) ? unsignable : signable)[name.toLowerCase()] = value;
  }
  return [signable, unsignable];
}

const UNSIGNABLE =
  /^(?:user-agent|expect|x-amzn-trace-id|transfer-encoding|connection|keep-alive|te|trailer|upgrade|accept-encoding|proxy-.*|sec-.*)$/i;

/** The path as sent, without empty and dot segments (RFC 3986, section 5.2.4), which other services than S3 do not sign. */
function tidy(target: ParsedTarget): string {
  const [rawPath = '/'] = target.raw.split('?');
  const kept: string[] = [];
  for (const segment of rawPath.split('/')) {
    if (segment === '..') kept.pop();
    else if (segment !== '' && segment !== '.') kept.push(segment);
  }
  return `/${kept.join('/')}${kept.length > 0 && /\/\.{0,2}$/.test(rawPath) ? '/' : ''}`;
}
