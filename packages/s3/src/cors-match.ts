/** Answering browsers by a bucket's CORS configuration. */
import { CORS_METHODS, type CorsConfiguration, type CorsRule, isToken } from './cors.ts';
import { S3Error } from './errors.ts';

/** What a browser says about where a request comes from. Headers as sent. */
export type CrossOrigin = {
  readonly origin: string;
  /** `Access-Control-Request-Method`, or else the request's own method. */
  readonly method: string;
  /** `Access-Control-Request-Headers`. */
  readonly requestHeaders?: string | undefined;
};

/** The answer's CORS headers, names and values in turn; none where no rule matches. Send them with errors too, or pages cannot read those. */
export function corsHeaders(configuration: CorsConfiguration, request: CrossOrigin): readonly string[] {
  const requested = headerNames(request.requestHeaders);
  for (const rule of configuration) {
    const origin = rule.allowedOrigins.find((pattern) => matches(pattern, request.origin));
    if (origin === undefined || !rule.allowedMethods.includes(request.method)) continue;
    if (requested.every((name) => isAllowed(rule, name))) return headersOf(rule, origin, request.origin, requested);
  }
  return [];
}

export type Preflight = {
  readonly origin: string | undefined;
  readonly requestMethod: string | undefined;
  readonly requestHeaders: string | undefined;
  /** Whether the URL names a key. Nobody looks whether it exists. */
  readonly hasKey: boolean;
};

/**
 * The headers of the answer to `OPTIONS`, which is asked before anybody is authenticated. `configuration` is `undefined` where the bucket
 * has none, `'no such bucket'` where there is no bucket. Throws BadRequest or AccessForbidden in S3's words.
 */
export function preflightHeaders(configuration: CorsConfiguration | undefined | 'no such bucket', preflight: Preflight): readonly string[] {
  const { origin, requestMethod, requestHeaders } = preflight;
  if (!origin) throw new S3Error('BadRequest', { message: 'Insufficient information. Origin request header needed.' });
  const forbidden = (message: string, resourceType: string) =>
    new S3Error('AccessForbidden', { message, fields: { Method: requestMethod ?? 'OPTIONS', ResourceType: resourceType } });
  if (configuration === 'no such bucket') throw forbidden('CORSResponse: Bucket not found', 'BUCKET');
  if (configuration === undefined) throw forbidden('CORSResponse: CORS is not enabled for this bucket.', 'BUCKET');
  if (requestMethod === undefined || !CORS_METHODS.has(requestMethod)) {
    throw new S3Error('BadRequest', { message: `Invalid Access-Control-Request-Method: ${requestMethod ?? 'null'}` });
  }
  if (!headerNames(requestHeaders).every(isToken)) {
    throw new S3Error('BadRequest', { message: `Access-Control-Request-Headers "${requestHeaders}" contains invalid character.` });
  }
  const headers = corsHeaders(configuration, { origin, method: requestMethod, requestHeaders });
  if (headers.length === 0) throw forbidden(NOT_ALLOWED, preflight.hasKey ? 'OBJECT' : 'BUCKET');
  return headers;
}

/** S3's words, and its spelling. */
const NOT_ALLOWED =
  "CORSResponse: This CORS request is not allowed. This is usually because the evalution of Origin, request method / Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted by the resource's CORS spec.";

/** Anchored at both ends; the one `*` stands for any text, also none. */
function matches(pattern: string, text: string): boolean {
  const star = pattern.indexOf('*');
  if (star < 0) return pattern === text;
  const [before, behind] = [pattern.slice(0, star), pattern.slice(star + 1)];
  return text.length >= before.length + behind.length && text.startsWith(before) && text.endsWith(behind);
}

function isAllowed(rule: CorsRule, name: string): boolean {
  return rule.allowedHeaders.some((pattern) => matches(pattern.toLowerCase(), name));
}

/** In lower case, in the order asked for. */
function headerNames(requestHeaders: string | undefined): readonly string[] {
  const names = (requestHeaders ?? '').split(',').map((name) => name.trim().toLowerCase());
  return names.filter((name) => name !== '');
}

function headersOf(rule: CorsRule, pattern: string, origin: string, requested: readonly string[]): readonly string[] {
  const isForAll = pattern === '*';
  const headers = ['access-control-allow-origin', isForAll ? '*' : origin, 'access-control-allow-methods', rule.allowedMethods.join(', ')];
  if (requested.length > 0) headers.push('access-control-allow-headers', requested.join(', '));
  if (rule.exposeHeaders.length > 0) headers.push('access-control-expose-headers', rule.exposeHeaders.join(', '));
  if (rule.maxAgeSeconds !== undefined) headers.push('access-control-max-age', String(rule.maxAgeSeconds));
  if (!isForAll) headers.push('access-control-allow-credentials', 'true');
  headers.push('vary', 'Origin, Access-Control-Request-Headers, Access-Control-Request-Method');
  return headers;
}
