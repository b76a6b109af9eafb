/**
 * S3's signatures made from their published description with node:crypto alone. It shares no line with @latchkey/sigv4,
 * since a test that signs with the code it tests proves less.
 */
import { createHash, createHmac } from 'node:crypto';

export type Pairs = readonly (readonly [name: string, value: string])[];
export type SigningCredentials = { readonly accessKeyId: string; readonly secretAccessKey: string; readonly sessionToken?: string };

/** What is to be signed: texts, nothing encoded. */
export type Unsigned = {
  readonly method: string;
  /** `/bucket/key`, decoded. */
  readonly path: string;
  readonly query: Pairs;
  /** Every header to be signed, Host among them. */
  readonly headers: Pairs;
  /** The last line of the canonical request. */
  readonly payloadHash: string;
};

export type Scope = { readonly credentials: SigningCredentials; readonly date: Date; readonly region: string; readonly service?: string };

/** Percent-encodes all but `A-Za-z0-9-._~`, byte by byte of UTF-8. */
export function percentEncode(text: string): string {
  let encoded = '';
  for (const byte of Buffer.from(text, 'utf8')) {
    const character = String.fromCharCode(byte);
    encoded += /[A-Za-z0-9\-._~]/.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return encoded;
}

export const encodePath = (path: string): string => path.split('/').map(percentEncode).join('/');

export const encodeQuery = (query: Pairs): string =>
  query.map(([name, value]) => `${percentEncode(name)}=${percentEncode(value)}`).join('&');

/** `20260131T120000Z` */
export const amzDate = (date: Date): string => `${date.toISOString().replace(/\.\d+/, '').replaceAll(/[-:]/g, '')}`;

export const credentialScope = ({ date, region, service = 's3' }: Omit<Scope, 'credentials'>): string =>
  `${amzDate(date).slice(0, 8)}/${region}/${service}/aws4_request`;

export const signedHeaderNames = (headers: Pairs): string =>
  [...new Set(headers.map(([name]) => name.toLowerCase()))].sort(byteOrder).join(';');

export function canonicalRequest({ method, path, query, headers, payloadHash }: Unsigned): string {
  const values = new Map<string, string[]>();
  for (const [name, value] of headers) {
    const trimmed = value.replaceAll(/[ \t]+/g, ' ').replaceAll(/^ | $/g, '');
    values.set(name.toLowerCase(), [...(values.get(name.toLowerCase()) ?? []), trimmed]);
  }
  const lines = [...values].sort(([a], [b]) => byteOrder(a, b)).map(([name, all]) => `${name}:${all.join(',')}\n`);
  const pairs = query.map(([name, value]) => [percentEncode(name), percentEncode(value)] as const);
  const sorted = [...pairs].sort(([a, x], [b, y]) => byteOrder(a, b) || byteOrder(x, y)).map(([name, value]) => `${name}=${value}`);
  return [method, encodePath(path), sorted.join('&'), lines.join(''), signedHeaderNames(headers), payloadHash].join('\n');
}

export function stringToSign(canonical: string, scope: Scope): string {
  return ['AWS4-HMAC-SHA256', amzDate(scope.date), credentialScope(scope), sha256Hex(canonical)].join('\n');
}

export function signingKey({ credentials, date, region, service = 's3' }: Scope): Buffer {
  const parts = [amzDate(date).slice(0, 8), region, service, 'aws4_request'];
  return parts.reduce<Buffer>((key, part) => hmac(key, part), Buffer.from(`AWS4${credentials.secretAccessKey}`, 'utf8'));
}

export const signature = (text: string, scope: Scope): string => hmac(signingKey(scope), text).toString('hex');

/** The query of a pre-signed URL, the signature last: pairs, nothing encoded. */
export function presignedQuery(unsigned: Omit<Unsigned, 'query'> & { readonly query?: Pairs }, scope: Scope, expires: string): Pairs {
  const { credentials, date } = scope;
  const query: Pairs = [
    ...(unsigned.query ?? []),
    ['X-Amz-Algorithm', 'AWS4-HMAC-SHA256'],
    ['X-Amz-Credential', `${credentials.accessKeyId}/${credentialScope(scope)}`],
    ['X-Amz-Date', amzDate(date)],
    ['X-Amz-Expires', expires],
    ...(credentials.sessionToken === undefined ? [] : [['X-Amz-Security-Token', credentials.sessionToken] as const]),
    ['X-Amz-SignedHeaders', signedHeaderNames(unsigned.headers)],
  ];
  return [...query, ['X-Amz-Signature', signQuery({ ...unsigned, query }, scope)]];
}

/** The signature over a query that is complete but for it, whatever its parameters say. */
export const signQuery = (unsigned: Unsigned, scope: Scope): string => signature(stringToSign(canonicalRequest(unsigned), scope), scope);

/** The value of an Authorization header. */
export function authorization(unsigned: Unsigned, scope: Scope): string {
  const credential = `${scope.credentials.accessKeyId}/${credentialScope(scope)}`;
  return `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${signedHeaderNames(unsigned.headers)}, Signature=${signQuery(unsigned, scope)}`;
}

/** The sub-resources that SigV2 signs. */
const V2_SUBRESOURCES =
  'acl cors delete encryption legal-hold lifecycle location logging notification partNumber policy restore retention tagging torrent uploadId uploads versionId versioning versions website'.split(
    ' ',
  );

/** The query of a SigV2 URL: pairs, nothing encoded. `resource` is `/bucket/key`, decoded. */
export function presignedQueryV2(
  unsigned: Pick<Unsigned, 'method' | 'path' | 'headers'> & { readonly query?: Pairs },
  credentials: SigningCredentials,
  expires: string,
): Pairs {
  const query = unsigned.query ?? [];
  const lower = unsigned.headers.map(([name, value]) => [name.toLowerCase(), value.trim()] as const);
  const plain = (name: string) => lower.find(([candidate]) => candidate === name)?.[1] ?? '';
  const hoisted = query
    .filter(([name]) => name.toLowerCase().startsWith('x-amz-'))
    .map(([name, value]) => [name.toLowerCase(), value] as const);
  const amz = [...lower.filter(([name]) => name.startsWith('x-amz-')), ...hoisted].sort(([a], [b]) => byteOrder(a, b));
  const signed = query
    .filter(([name]) => V2_SUBRESOURCES.includes(name) || name.startsWith('response-'))
    .sort(([a], [b]) => byteOrder(a, b))
    .map(([name, value]) => (value === '' ? name : `${name}=${value}`));
  const text = [
    unsigned.method,
    plain('content-md5'),
    plain('content-type'),
    expires,
    ...amz.map(([name, value]) => `${name}:${value}`),
    encodePath(unsigned.path) + (signed.length === 0 ? '' : `?${signed.join('&')}`),
  ].join('\n');
  const mac = createHmac('sha1', credentials.secretAccessKey).update(text, 'utf8').digest('base64');
  return [...query, ['AWSAccessKeyId', credentials.accessKeyId], ['Expires', expires], ['Signature', mac]];
}

export const sha256Hex = (data: string | Buffer): string => createHash('sha256').update(data).digest('hex');
export const md5Base64 = (data: string | Buffer): string => createHash('md5').update(data).digest('base64');
export const md5Hex = (data: string | Buffer): string => createHash('md5').update(data).digest('hex');
export const hmac = (key: Buffer, text: string): Buffer => createHmac('sha256', key).update(text, 'utf8').digest();

const byteOrder = (a: string, b: string): number => Buffer.compare(Buffer.from(a, 'utf8'), Buffer.from(b, 'utf8'));
