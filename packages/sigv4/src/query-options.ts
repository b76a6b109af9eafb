import { attachment } from './content-disposition.ts';
import { count, list } from './option-values.ts';
import { SigningOptionError } from './signing-option-error.ts';
import type { Terms } from './terms.ts';

/** What else is to stand in the query of a pre-signed URL. */
export type QueryOptions = Terms & {
  /** Any parameters, as they are: `uploadId`, `partNumber`, `versionId`, `list-type`, … A sub-resource such as `acl` has the value ''. */
  readonly query?: Readonly<Record<string, string | number | undefined>> | undefined;
  /** Makes browsers save the object under this name. */
  readonly downloadAs?: string | undefined;
  /** The Content-Type the answer is to have, instead of the object's own. */
  readonly responseContentType?: string | undefined;
  /** The Content-Disposition the answer is to have, where `downloadAs` does not say it. */
  readonly responseContentDisposition?: string | undefined;
  /** The Content-Encoding the answer is to have. */
  readonly responseContentEncoding?: string | undefined;
  /** The Content-Language the answer is to have. */
  readonly responseContentLanguage?: string | undefined;
  /** The Cache-Control the answer is to have. */
  readonly responseCacheControl?: string | undefined;
  /** The Expires header the answer is to have, as HTTP writes a date. */
  readonly responseExpires?: string | undefined;
};

/** All of it as pairs, decoded, each name once. Throws {@link SigningOptionError}. */
export function queryParameters(options: QueryOptions): readonly (readonly [string, string])[] {
  const pairs: [string, string][] = [];
  const add = (option: string, name: string, value: unknown): void => {
    if (value === undefined) return;
    if (OF_THE_SIGNATURE.test(name)) throw new SigningOptionError(option, `cannot hold ${name}.`);
    if (pairs.some(([known]) => known === name)) throw new SigningOptionError(option, `gives ${name} twice.`);
    pairs.push([name, `${value}`]);
  };
  for (const name in options.query) add('query', name, options.query[name]);
  for (const option in options) {
    const value = options[option as keyof QueryOptions];
    const read = option.startsWith('response') ? headerText : READ[option];
    if (read !== undefined && value !== undefined) add(option, nameOf(option), read(option, value));
  }
  if (Number(options.minSize) > Number(options.maxSize)) throw new SigningOptionError('minSize', 'must not be above maxSize.');
  return pairs;
}

const OF_THE_SIGNATURE = /^x-amz-(algorithm|credential|date|expires|sign.*|security-token)$|^(signature|awsaccesskeyid|expires)$/i;

/** `responseContentType` stands in the query as `response-content-type`, `maxUses` as `X-Latchkey-Max-Uses`. */
function nameOf(option: string): string {
  if (option === 'downloadAs') return 'response-content-disposition';
  const words = option.replace(/[A-Z]/g, '-$&');
  return words.startsWith('response') ? words.toLowerCase() : `X-Latchkey-${words}`.replace(/-[a-z]/, (first) => first.toUpperCase());
}

/** S3 answers 400 for an override that no header can carry. */
function headerText(option: string, value: unknown): string {
  if (!/^[\t -~\xa0-\xff]*$/.test(`${value}`)) throw new SigningOptionError(option, 'must be ISO-8859-1, on one line.');
  return `${value}`;
}

/** The other options that become parameters, and how each is written. */
const READ: Readonly<Record<string, (option: string, value: unknown) => string | undefined>> = {
  downloadAs: (_, value) => attachment(`${value}`),
  maxUses: (option, value) => count(option, value, 1),
  sourceIp: list,
  minSize: count,
  maxSize: count,
  contentTypes: list,
  noOverwrite: (_, value) => (value ? 'true' : undefined),
};
