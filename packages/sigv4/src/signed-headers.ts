import { headerLine } from './canonical.ts';
import { count } from './option-values.ts';
import { SigningOptionError } from './signing-option-error.ts';

/** The headers that a signature is to cover. Whoever uses it must send them exactly so. */
export type HeaderOptions = {
  /** Any headers, such as `x-amz-checksum-sha256`; names in any case, values in ASCII. */
  readonly headers?: Readonly<Record<string, string | undefined>> | undefined;
  /** The type of an upload. */
  readonly contentType?: string | undefined;
  /** The exact size of an upload, in bytes. HTTP clients send this header by themselves, browsers too. */
  readonly contentLength?: number | undefined;
  /** An upload's own metadata: `{ author: 'x' }` is sent as `x-amz-meta-author: x`. */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
};

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
    let rule = '';
    if (!NAME.test(lowerCase)) rule = `cannot hold ${name}.`;
    else if (Object.hasOwn(headers, lowerCase)) rule = `gives ${name} twice.`;
    else if (!/^[\t -~]*$/.test(value)) rule = `must give ${name} in ASCII, on one line.`;
    if (rule) throw new SigningOptionError(option, rule);
    headers[lowerCase] = value;
  };
  for (const name in options.headers) add('headers', name, options.headers[name]);
  add('contentType', 'content-type', options.contentType);
  if (options.contentLength !== undefined) add('contentLength', 'content-length', count('contentLength', options.contentLength));
  for (const name in options.metadata) add('metadata', `x-amz-meta-${name}`, options.metadata[name]);

  const given = Object.keys(headers);
  if (given.length === 0) return { headers, names: HOST_ALONE, list: 'host', lines: headerLine('host', host) };
  const names = ['host', ...given].sort();
  return { headers, names, list: names.join(';'), lines: names.map((name) => headerLine(name, headers[name] ?? host)).join('') };
}

const HOST_ALONE: readonly string[] = ['host'];

/** Any header but those that the address or the signature itself decides. */
const NAME = /^(?!(host|authorization|x-amz-(date|security-token))$)[0-9a-z][\w!#$%&'*+.^`|~-]*$/;
