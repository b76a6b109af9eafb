import { uriEncodePath } from './encode.ts';
import { SigningOptionError } from './signing-option-error.ts';

/** Where the bucket stands in a URL: in the host name, or first in the path. */
export type AddressingStyle = 'virtual' | 'path';

/** Which object of which service. */
export type AddressOptions = {
  /** Left out: the service itself (to list buckets), or an endpoint that stands for one bucket. */
  readonly bucket?: string | undefined;
  /** The key as it is, never encoded. Left out: the bucket itself. */
  readonly key?: string | undefined;
  readonly region: string;
  /** The service's URL, with a port and a base path if it has them. Left out: AWS in the region. */
  readonly endpoint?: string | URL | undefined;
  /** Default: 'virtual' for AWS (unless the bucket's name cannot be part of a host name under its certificate), 'path' for an endpoint. */
  readonly style?: AddressingStyle | undefined;
  /** Sign a key with `.` or `..` segments, though browsers and fetch would change its URL. Default: refuse. */
  readonly allowDotSegments?: boolean | undefined;
};

/** The parts of a URL, as they are sent and signed. */
export type Address = {
  /** `https://host:port`. */
  readonly origin: string;
  /** As in the Host header: with the port unless it is the default one. */
  readonly host: string;
  /** Encoded once; starts with `/`. */
  readonly path: string;
};

/** The address of an object, bucket or service. Throws {@link SigningOptionError}. */
export function addressOf(options: AddressOptions): Address {
  const { origin, host, path } = containerOf(options);
  if (options.key === undefined) return { origin, host, path: path === '' || options.bucket === undefined ? `${path}/` : path };
  return { origin, host, path: `${path}/${encodeKey(options.key, options.allowDotSegments === true)}` };
}

/** The container addressed last: whoever signs many URLs signs most of them for one bucket. */
let latest: { readonly of: AddressOptions; readonly container: Address } | undefined;

/** The address without the key. */
function containerOf({ bucket, region, endpoint, style }: AddressOptions): Address {
  const text = endpoint === undefined ? undefined : `${endpoint}`;
  const of = latest?.of;
  if (of === undefined || of.bucket !== bucket || of.region !== region || of.endpoint !== text || of.style !== style) {
    const wanted = { bucket, region, endpoint: text, style };
    latest = { of: wanted, container: makeContainer(wanted) };
  }
  return (latest as NonNullable<typeof latest>).container;
}

function makeContainer({ bucket, region, endpoint, style }: AddressOptions & { readonly endpoint: string | undefined }): Address {
  if (!region) throw new SigningOptionError('region', "must be given: the bucket's region, such as us-east-1.");
  if (bucket !== undefined && !/^[A-Za-z0-9][\w.-]+$/.test(bucket)) throw new SigningOptionError('bucket', 'must be the name of a bucket.');
  const base = parseEndpoint(endpoint ?? awsEndpoint(region));
  if (bucket === undefined) return base;
  const isHostLabel = /^[a-z0-9-]+$/.test(bucket);
  if ((style ?? (endpoint === undefined && isHostLabel ? 'virtual' : 'path')) === 'path')
    return { ...base, path: `${base.path}/${bucket}` };
  if (/^[\d.]+(?::|$)|^\[/.test(base.host)) {
    throw new SigningOptionError('style', "must be 'path': a bucket cannot stand before an IP address.");
  }
  return { origin: base.origin.replace('//', `//${bucket}.`), host: `${bucket}.${base.host}`, path: base.path };
}

/** AWS's own host for a region: `s3.amazonaws.com` for us-east-1, `s3.REGION.amazonaws.com` else. */
function awsEndpoint(region: string): string {
  if (region === 'us-east-1') return 'https://s3.amazonaws.com';
  return `https://s3.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;
}

function parseEndpoint(text: string): Address {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.username || url.search || url.hash) {
    throw new SigningOptionError('endpoint', `must be a URL such as https://s3.example.com:9000/base; not ${text}.`);
  }
  return { origin: url.origin, host: url.host, path: uriEncodePath(decodeURI(url.pathname)).replace(/\/+$/, '') };
}

function encodeKey(key: string, allowDotSegments: boolean): string {
  if (key === '') throw new SigningOptionError('key', 'must not be empty; leave it out to sign for the bucket.');
  if (!allowDotSegments && /(?:^|\/)\.\.?(?:\/|$)/.test(key)) {
    throw new SigningOptionError(
      'key',
      'has a "." or ".." segment, which browsers remove from URLs; allowDotSegments signs it all the same.',
    );
  }
  try {
    return uriEncodePath(key);
  } catch {
    throw new SigningOptionError('key', 'holds half a surrogate pair, which UTF-8 cannot express.');
  }
}
