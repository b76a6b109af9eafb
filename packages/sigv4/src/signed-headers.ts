import { headerLine } from './canonical.ts';
import { SigningOptionError } from './signing-option-error.ts';
import { count } from './terms.ts';

/** The headers that a signature is to cover. Whoever uses it must send them exactly so. */
export type HeaderOptions = {
  /** Any headers; names in any case, values in ASCII. */
  readonly headers?: Readonly<Record<string, string | undefined>> | undefined;
  /** The type of an upload. */
  readonly contentType?: string | undefined;
  /** The exact size of an upload, in bytes. HTTP clients send this header by themselves, browsers too. */
  readonly contentLength?: number | undefined;
  /** An upload's own metadata: `{ author: 'x' }` is sent as `x-amz-meta-author: x`. */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  /** An upload's checksum, base64, which the server compares with the bytes it receives. */
  readonly checksum?: { readonly algorithm: ChecksumAlgorithm; readonly value: string } | undefined;
};

/** The checksums S3 knows. */
export type ChecksumAlgorithm = 'CRC32' | 'CRC32C' | 'CRC64NVME' | 'SHA1' | 'SHA256';

/** Headers in the forms in which signing needs them. */
export type HeadersToSign = {
  /** Lower-case names and values, to be sent; without host. */
  readonly headers: Readonly<Record<string, string>>;
  /** Lower-case, sorted, host among them. */
  readonly names: readonly string[];
  /** The names joined with `;`. */
  readonly list: string;
  /** The lines of the canonical request. */
  readonly lines: string;
};

/** Collects the headers to sign, each once, beside those of the signature's `own`. Throws {@link SigningOptionError}. */
export function headersToSign(host: string, options: HeaderOptions, own?: Readonly<Record<string, string>>): HeadersToSign {
  const headers: Record<string, string> = { ...own };
  const add = (option: string, name: string, value: string | undefined): void => {
    if (value === undefined) return;
    const lowerCase = name.toLowerCase();
    if (!/^[0-9a-z][!#$%&'*+.^_`|~0-9a-z-]*$/.test(lowerCase) || NEVER_GIVEN.test(lowerCase)) throw refuse(option, `cannot hold ${name}.`);
    if (Object.hasOwn(headers, lowerCase)) throw refuse(option, `must not give ${name} twice.`);
    if (!/^[\t -~]*$/.test(value)) throw refuse(option, `must be ASCII without line breaks, which ${name} is not.`);
    headers[lowerCase] = value;
  };
  for (const name in options.headers) add('headers', name, options.headers[name]);
  add('contentType', 'content-type', options.contentType);
  add('contentLength', 'content-length', count('contentLength', options.contentLength, 0));
  for (const name in options.metadata) add('metadata', `x-amz-meta-${name}`, options.metadata[name]);
  const { checksum } = options;
  if (checksum !== undefined) add('checksum', `x-amz-checksum-${checksum.algorithm}`, checksum.value);

  const given = Object.keys(headers);
  if (given.length === 0) return { headers, names: HOST_ALONE, list: 'host', lines: headerLine('host', host) };
  const names = ['host', ...given].sort();
  return { headers, names, list: names.join(';'), lines: names.map((name) => headerLine(name, headers[name] ?? host)).join('') };
}

const HOST_ALONE: readonly string[] = Object.freeze(['host']);

/** What the address or the signature itself decides. */
const NEVER_GIVEN = /^(?:host|authorization|x-amz-date|x-amz-security-token)$/;

const refuse = (option: string, rule: string): SigningOptionError => new SigningOptionError(option, rule);
