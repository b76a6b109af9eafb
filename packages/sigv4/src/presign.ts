import { hmacSha256 } from '#sha256';
import { type AddressOptions, addressOf } from './address.ts';
import { equalInConstantTime } from './bytes.ts';
import { canonicalRequest, stringToSign, UNSIGNED_PAYLOAD } from './canonical.ts';
import { type Credentials, checkCredentials } from './credentials.ts';
import { deriveSigningKey } from './derive-signing-key.ts';
import { type Duration, seconds } from './duration.ts';
import { uriEncode } from './encode.ts';
import type { HmacKey } from './hashes.ts';
import { type QueryOptions, queryParameters } from './query-options.ts';
import { ALGORITHM, amzDate, type Scope, scopeText } from './scope.ts';
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
export function presign(given: PresignOptions): PresignedRequest {
  // A copy, because V8 reads what is absent from `{ ...common, key }`, the natural way to call this, a hundred times slower than from a copy of it.
  const options = { ...given };
  const { method = 'GET', credentials, region } = options;
  checkMethod(method, options);
  checkCredentials(credentials);
  const { protocol, host, path } = addressOf(options);
  const expiresInSeconds = seconds('expiresIn', options.expiresIn);
  const signedAt = signingTime(options, expiresInSeconds);
  const { date, scope, start, key } = sharedBy(credentials, region, signedAt);
  const { headers, names, list, lines } = headersToSign(host, options);
  const query = canonicalQuery(
    `${start}&X-Amz-Expires=${expiresInSeconds}${token(credentials)}&X-Amz-SignedHeaders=${uriEncode(list)}`,
    options,
  );

  const canonical = canonicalRequest({
    method,
    path,
    query,
    lines,
    list,
    payloadHash: headers['x-amz-content-sha256'] ?? `${options.query?.['X-Amz-Content-Sha256'] ?? UNSIGNED_PAYLOAD}`,
  });
  return {
    url: `${protocol}//${host}${path}?${query}&X-Amz-Signature=${key(stringToSign(date, scope, canonical))}`,
    method,
    headers,
    signedHeaders: names,
    expiresAt: new Date(signedAt + expiresInSeconds * 1000),
  };
}

function checkMethod(method: string, options: PresignOptions): void {
  if (!/^(GET|HEAD|PUT|POST|DELETE)$/.test(method)) throw new SigningOptionError('method', 'must be GET, HEAD, PUT, POST or DELETE.');
  if (options.contentType !== undefined && !method.startsWith('P')) {
    throw new SigningOptionError('contentType', 'is for uploads; use responseContentType.');
  }
}

/** Milliseconds since 1970, whole seconds. */
function signingTime({ now, stable }: PresignOptions, expiresInSeconds: number): number {
  const time = now === undefined ? Date.now() : now.getTime();
  if (Number.isNaN(time)) throw new SigningOptionError('now', 'must be a valid date.');
  const step = stable === undefined ? 1 : seconds('stable', stable);
  if (step > 1 && step >= expiresInSeconds) throw new SigningOptionError('stable', 'must be shorter than expiresIn.');
  return time - (time % (step * 1000));
}

/** What all URLs of one access key have in common for a second. Whoever signs many, signs many in a second. */
type Shared = {
  readonly secretAccessKey: string;
  readonly signedAt: number;
  readonly date: string;
  readonly scope: Scope;
  /** The first parameters of the query. */
  readonly start: string;
  readonly key: HmacKey;
};

const remembered = new Map<string, Shared>();
const MOST_REMEMBERED = 64;

function sharedBy({ accessKeyId, secretAccessKey }: Credentials, region: string, signedAt: number): Shared {
  const latest = remembered.get(accessKeyId);
  const isSame = latest?.scope.region === region && equalInConstantTime(latest.secretAccessKey, secretAccessKey);
  if (isSame && latest.signedAt === signedAt) return latest;
  const date = amzDate(new Date(signedAt));
  const scope = { date: date.slice(0, 8), region, service: 's3' };
  const credential = uriEncode(`${accessKeyId}/${scopeText(scope)}`);
  // Joined rather than concatenated: one flat text, which every URL then copies quickly.
  const start = [`X-Amz-Algorithm=${ALGORITHM}`, `X-Amz-Credential=${credential}`, `X-Amz-Date=${date}`].join('&');
  const key = isSame && latest.scope.date === scope.date ? latest.key : hmacSha256(deriveSigningKey(secretAccessKey, scope));
  const shared = { secretAccessKey, signedAt, date, scope, start, key };
  if (remembered.size === MOST_REMEMBERED) remembered.clear();
  remembered.set(accessKeyId, shared);
  return shared;
}

const token = ({ sessionToken }: Credentials): string => (sessionToken ? `&X-Amz-Security-Token=${uriEncode(sessionToken)}` : '');

/** The pairs sorted by name. Signing's own are in order already, and nearly always alone. */
function canonicalQuery(own: string, options: QueryOptions): string {
  const others = queryParameters(options);
  if (others.length === 0) return own;
  const pairs = [...own.split('&'), ...others.map(([name, value]) => `${uriEncode(name)}=${uriEncode(value)}`)];
  return pairs.sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1)).join('&');
}

const nameOf = (pair: string): string => pair.slice(0, pair.indexOf('='));
