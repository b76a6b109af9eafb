import { type AddressOptions, addressOf } from './address.ts';
import { canonicalRequest, signature, stringToSign, UNSIGNED_PAYLOAD } from './canonical.ts';
import { type Credentials, checkCredentials } from './credentials.ts';
import { type Duration, seconds } from './duration.ts';
import { uriEncode } from './encode.ts';
import { type QueryOptions, queryParameters } from './query-options.ts';
import { ALGORITHM, amzDate, TERMINATOR } from './scope.ts';
import { type HeaderOptions, headersToSign } from './signed-headers.ts';
import { SigningOptionError } from './signing-option-error.ts';

/** What a pre-signed URL is to be good for. The object is never written to. */
export type PresignOptions = AddressOptions &
  HeaderOptions &
  QueryOptions & {
    /** Default 'GET'. A signature is good for one method only: a GET URL does not answer HEAD. */
    readonly method?: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE' | undefined;
    readonly credentials: Credentials;
    /** How long the URL is good, counted from the signing date: seconds, or such as '15m', '1h', '7d' (the most). */
    readonly expiresIn: Duration;
    /** The signing date. Default: the clock. */
    readonly now?: Date | undefined;
    /** Rounds the signing date down to a multiple of this, so that URLs repeat and caches work. Must be shorter than `expiresIn`. */
    readonly stable?: Duration | undefined;
  };

/** A request that whoever holds it may send. */
export type PresignedRequest = {
  readonly url: string;
  readonly method: string;
  /** Exactly the headers to send, and no other `x-amz-*`. HTTP clients add host by themselves. */
  readonly headers: Readonly<Record<string, string>>;
  /** Lower-case names, sorted; `host` is always one. */
  readonly signedHeaders: readonly string[];
  readonly expiresAt: Date;
};

/**
 * Pre-signs one S3 request (SigV4 in the query, body unsigned), offline and synchronously.
 * Throws `SigningOptionError` for options that no server could honour.
 *
 * @example presign({ method: 'GET', bucket: 'reports', key: 'März.pdf', region: 'eu-central-1', credentials, expiresIn: '15m' }).url
 */
export function presign(options: PresignOptions): PresignedRequest {
  const { method = 'GET', credentials, region } = options;
  checkMethod(method, options);
  checkCredentials(credentials);
  const { origin, host, path } = addressOf(options);
  const expiresInSeconds = seconds('expiresIn', options.expiresIn);
  const signedAt = signingDate(options, expiresInSeconds);
  const date = amzDate(signedAt);
  const scope = { date: date.slice(0, 8), region, service: 's3' };
  const { headers, names, lines } = headersToSign(host, options);
  const query = canonicalQuery(options, [
    `X-Amz-Algorithm=${ALGORITHM}`,
    `X-Amz-Credential=${uriEncode(credentials.accessKeyId)}%2F${scope.date}%2F${uriEncode(region)}%2Fs3%2F${TERMINATOR}`,
    `X-Amz-Date=${date}`,
    `X-Amz-Expires=${expiresInSeconds}`,
    ...(credentials.sessionToken ? [`X-Amz-Security-Token=${uriEncode(credentials.sessionToken)}`] : []),
    `X-Amz-SignedHeaders=${names.join('%3B')}`,
  ]);

  const canonical = canonicalRequest({
    method,
    path,
    query,
    headerLines: lines,
    signedHeaders: names.join(';'),
    payloadHash: headers['x-amz-content-sha256'] ?? UNSIGNED_PAYLOAD,
  });
  const signed = signature(credentials.accessKeyId, credentials.secretAccessKey, scope, stringToSign(date, scope, canonical));
  return {
    url: `${origin}${path}?${query}&X-Amz-Signature=${signed}`,
    method,
    headers,
    signedHeaders: names,
    expiresAt: new Date(signedAt.getTime() + expiresInSeconds * 1000),
  };
}

const UPLOADS: readonly string[] = ['PUT', 'POST'];
const METHODS: readonly string[] = ['GET', 'HEAD', 'DELETE', ...UPLOADS];

function checkMethod(method: string, options: PresignOptions): void {
  if (!METHODS.includes(method)) throw new SigningOptionError('method', `must be one of ${METHODS.join(', ')}; not ${method}.`);
  if (options.contentType !== undefined && !UPLOADS.includes(method)) {
    throw new SigningOptionError('contentType', 'is the type of an upload; what a GET answers with is responseContentType.');
  }
}

function signingDate({ now = new Date(), stable }: PresignOptions, expiresInSeconds: number): Date {
  const time = now.getTime();
  if (Number.isNaN(time)) throw new SigningOptionError('now', 'must be a valid date.');
  const step = stable === undefined ? 1 : seconds('stable', stable);
  if (step > 1 && step >= expiresInSeconds) throw new SigningOptionError('stable', 'must be shorter than expiresIn.');
  return new Date(time - (time % (step * 1000)));
}

/** The pairs sorted by name. Signing's own parameters are in order already, and nearly always alone. */
function canonicalQuery(options: QueryOptions, own: readonly string[]): string {
  const others = queryParameters(options);
  if (others.length === 0) return own.join('&');
  // A character below all others instead of the equals sign makes sorting the pairs the same as sorting by name.
  const pairs = [
    ...own.map((pair) => pair.replace('=', '\0')),
    ...others.map(([name, value]) => `${uriEncode(name)}\0${uriEncode(value)}`),
  ];
  return pairs.sort().join('&').replaceAll('\0', '=');
}
