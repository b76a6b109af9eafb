/** `--objects s3+https://HOST:PORT?…`: which S3 the objects are in, and what of it is served. */
import { type BucketName, isBucketName } from '@latchkey/s3/names';
import type { Environment } from './environment.ts';
import { wrongUsage } from './failure.ts';

export type UpstreamConfig = {
  readonly kind: 's3';
  /** Without a path. */
  readonly endpoint: string;
  readonly region: string;
  readonly style: 'path' | 'virtual';
  /** All buckets whose upstream names begin so; or only these, by our names. */
  readonly buckets: { readonly prefix: string } | { readonly named: ReadonlyMap<BucketName, string> };
  /** What is said of the upstream instead of tried. */
  readonly abilities: { readonly checksums?: boolean | undefined; readonly conditions?: boolean | undefined };
  readonly credentials: UpstreamCredentials;
  /** How clients reach it, where downloads may be handed over to it, and with which credentials their URLs are signed. */
  readonly direct: { readonly endpoint: string; readonly credentials: UpstreamCredentials } | undefined;
};

export type UpstreamCredentials = {
  readonly accessKeyId: string;
  /** The secret itself, or the file it is in and the variable that says so. */
  readonly secret: { readonly text: string } | { readonly file: string; readonly variable: string };
  readonly sessionToken?: string | undefined;
};

/** Throws a `Failure` with status 2 that says what is wrong; nothing of a secret is in it. */
export function upstreamConfig(text: string, environment: Environment): UpstreamConfig {
  const url = URL.canParse(text.slice('s3+'.length)) ? new URL(text.slice('s3+'.length)) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.hash !== '')
    throw wrongUsage('--objects is s3+https://HOST:PORT, with what belongs to it behind a question mark.');
  if (url.username !== '' || url.password !== '')
    throw wrongUsage('--objects holds no credentials: they are LATCHKEY_UPSTREAM_ACCESS_KEY_ID and LATCHKEY_UPSTREAM_SECRET_ACCESS_KEY.');
  if (url.pathname !== '/') throw wrongUsage('--objects has no path: buckets are named with ?bucket=OURS:THEIRS or ?bucket-prefix=PREFIX.');
  for (const name of url.searchParams.keys())
    if (!PARAMETERS.includes(name)) throw wrongUsage(`--objects knows ${PARAMETERS.join(', ')}, not "${name}".`);
  const credentials = credentialsFrom(environment, 'UPSTREAM');
  if (credentials === undefined)
    throw wrongUsage(
      'Objects in an S3 need LATCHKEY_UPSTREAM_ACCESS_KEY_ID, and LATCHKEY_UPSTREAM_SECRET_ACCESS_KEY or LATCHKEY_UPSTREAM_SECRET_ACCESS_KEY_FILE.',
    );
  return {
    kind: 's3',
    endpoint: url.origin,
    region: url.searchParams.get('region') ?? regionOf(url.hostname),
    style: (isTrue(url, 'path-style') ?? !isAws(url.hostname)) ? 'path' : 'virtual',
    buckets: bucketsOf(url),
    abilities: { checksums: isTrue(url, 'checksums'), conditions: isTrue(url, 'conditions') },
    credentials,
    direct: directFrom(url, credentials, environment),
  };
}

const PARAMETERS: readonly string[] = ['region', 'path-style', 'bucket', 'bucket-prefix', 'checksums', 'conditions', 'public-endpoint'];

function isAws(host: string): boolean {
  return /\.amazonaws\.com(\.cn)?$/.test(host);
}

function regionOf(host: string): string {
  return /^s3[.-]([a-z]{2,}(?:-[a-z]+)+-\d)\.amazonaws\.com(?:\.cn)?$/.exec(host)?.[1] ?? 'us-east-1';
}

function isTrue(url: URL, name: string): boolean | undefined {
  const value = url.searchParams.get(name);
  if (value === null) return undefined;
  if (value !== 'true' && value !== 'false') throw wrongUsage(`${name} in --objects is true or false, not "${value}".`);
  return value === 'true';
}

function bucketsOf(url: URL): UpstreamConfig['buckets'] {
  const prefix = url.searchParams.get('bucket-prefix') ?? '';
  const pairs = url.searchParams.getAll('bucket').map((text) => text.split(':'));
  if (pairs.length === 0) {
    if (!/^(?:[a-z0-9][a-z0-9.-]{0,59})?$/.test(prefix))
      throw wrongUsage(`bucket-prefix in --objects is the beginning of a bucket's name, not "${prefix}".`);
    return { prefix };
  }
  if (prefix !== '') throw wrongUsage('--objects has bucket or bucket-prefix, not both.');
  const named = new Map<BucketName, string>();
  for (const [ours = '', theirs = ours, more] of pairs) {
    const isTwice = named.has(ours as BucketName) || [...named.values()].includes(theirs);
    if (!isBucketName(ours) || !/^[A-Za-z0-9][\w.-]{2,254}$/.test(theirs) || more !== undefined || isTwice)
      throw wrongUsage(`bucket in --objects is OURS:THEIRS, each a bucket's name that is there once, not "${[ours, theirs].join(':')}".`);
    named.set(ours, theirs);
  }
  return { named };
}

function directFrom(url: URL, upstream: UpstreamCredentials, environment: Environment): UpstreamConfig['direct'] {
  const text = url.searchParams.get('public-endpoint');
  if (text === null) return undefined;
  const endpoint = URL.canParse(text) ? new URL(text) : undefined;
  if (endpoint === undefined || !/^https?:$/.test(endpoint.protocol) || endpoint.href !== `${endpoint.origin}/`)
    throw wrongUsage(`public-endpoint in --objects is an address without a path, such as https://s3.example.com, not "${text}".`);
  return { endpoint: endpoint.origin, credentials: credentialsFrom(environment, 'REDIRECT') ?? upstream };
}

/** `undefined` where there is no access key id. */
function credentialsFrom(environment: Environment, whose: 'UPSTREAM' | 'REDIRECT'): UpstreamCredentials | undefined {
  const of = (name: string) => environment[`LATCHKEY_${whose}_${name}`] || undefined;
  const [accessKeyId, sessionToken] = [of('ACCESS_KEY_ID'), of('SESSION_TOKEN')];
  const [text, file] = [of('SECRET_ACCESS_KEY'), of('SECRET_ACCESS_KEY_FILE')];
  const secret = `LATCHKEY_${whose}_SECRET_ACCESS_KEY`;
  if (text !== undefined && file !== undefined) throw wrongUsage(`${secret} and ${secret}_FILE are not both set.`);
  if (accessKeyId === undefined) return undefined;
  if (text === undefined && file === undefined) throw wrongUsage(`LATCHKEY_${whose}_ACCESS_KEY_ID needs ${secret} or ${secret}_FILE.`);
  return {
    accessKeyId,
    secret: text === undefined ? { variable: `${secret}_FILE`, file: file ?? '' } : { text },
    ...(sessionToken && { sessionToken }),
  };
}
