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
  readonly endpoint?: string | undefined;
  /** Default: 'virtual' for AWS (unless the bucket's name cannot be part of a host name under its certificate), 'path' for an endpoint. */
  readonly style?: AddressingStyle | undefined;
  /** Sign a key with `.` or `..` segments, though browsers and fetch would change its URL. Default: refuse. */
  readonly allowDotSegments?: boolean | undefined;
};

/** The parts of a URL, as they are sent and signed. */
export type Address = {
  /** `https:` or `http:`. */
  readonly protocol: string;
  /** As in the Host header: with the port unless it is the default one. */
  readonly host: string;
  /** Encoded once; starts with `/`. */
  readonly path: string;
};

/** The address of an object, bucket or service. Throws {@link SigningOptionError}. */
export function addressOf(options: AddressOptions): Address {
  const container = containerOf(options);
  const { key, bucket } = options;
  const rest = key === undefined ? (container.path === '' || bucket === undefined ? '/' : '') : `/${encodeKey(key, options)}`;
  return { ...container, path: container.path + rest };
}

/** The container addressed last: whoever signs many URLs signs most of them for one bucket. */
let latest: (AddressOptions & { readonly container: Address }) | undefined;

/** The address without the key. */
function containerOf({ bucket, region, endpoint, style }: AddressOptions): Address {
  if (!latest || latest.region !== region || latest.bucket !== bucket || latest.endpoint !== endpoint || latest.style !== style) {
    latest = { bucket, region, endpoint, style, container: makeContainer({ bucket, region, endpoint, style }) };
  }
  return latest.container;
}

function makeContainer({ bucket, region, endpoint, style }: AddressOptions): Address {
  if (!region) throw new SigningOptionError('region', 'must be given, such as us-east-1.');
  const base = parseEndpoint(endpoint ?? awsEndpoint(region));
  if (bucket === undefined) return base;
  if (!/^[A-Za-z0-9][\w.-]*$/.test(bucket)) throw new SigningOptionError('bucket', 'must be a bucket name.');
  const isVirtual = style ? style === 'virtual' : endpoint === undefined && /^[a-z0-9-]+$/.test(bucket);
  if (!isVirtual) return { ...base, path: `${base.path}/${bucket}` };
  if (/^[\d.]+(:|$)|^\[/.test(base.host)) throw new SigningOptionError('style', "must be 'path' for an IP address.");
  return { ...base, host: `${bucket}.${base.host}` };
}

/** AWS's own host for a region: `s3.amazonaws.com` for us-east-1, `s3.REGION.amazonaws.com` else. */
function awsEndpoint(region: string): string {
  if (region === 'us-east-1') return 'https://s3.amazonaws.com';
  return `https://s3.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;
}

function parseEndpoint(text: string): Address {
  if (!/^https?:\/\/[^/?#@]+(\/[^?#]*)?$/i.test(text) || !URL.canParse(text)) {
    throw new SigningOptionError('endpoint', `must be a URL such as https://s3.example.com, not ${text}.`);
  }
  const { protocol, host, pathname } = new URL(text);
  return { protocol, host, path: uriEncodePath(decodeURIComponent(pathname)).replace(/\/+$/, '') };
}

function encodeKey(key: string, { allowDotSegments }: AddressOptions): string {
  if (key === '') throw new SigningOptionError('key', 'must not be empty.');
  if (!allowDotSegments && /(^|\/)\.\.?(\/|$)/.test(key)) {
    throw new SigningOptionError('key', 'has dot segments, which browsers remove; see allowDotSegments.');
  }
  try {
    return uriEncodePath(key);
  } catch {
    throw new SigningOptionError('key', 'is not well-formed Unicode.');
  }
}
