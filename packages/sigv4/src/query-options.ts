import { attachment } from './content-disposition.ts';
import { SigningOptionError } from './signing-option-error.ts';
import { addTerms, type Terms } from './terms.ts';

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
  /** The Expires header the answer is to have. */
  readonly responseExpires?: Date | undefined;
};

/** All of it as pairs, decoded, each name once. Throws {@link SigningOptionError}. */
export function queryParameters(options: QueryOptions): readonly (readonly [string, string])[] {
  const pairs: [string, string][] = [];
  const add = (option: string, name: string, value: string | number | undefined): void => {
    if (value === undefined) return;
    if (OF_THE_SIGNATURE.test(name)) throw new SigningOptionError(option, `must not hold ${name}, which signing adds.`);
    if (pairs.some(([known]) => known === name)) throw new SigningOptionError(option, `gives ${name} a second time.`);
    pairs.push([name, `${value}`]);
  };
  for (const name in options.query) add('query', name, options.query[name]);
  if (options.downloadAs !== undefined) add('downloadAs', 'response-content-disposition', attachment(options.downloadAs));
  for (const [option, name] of OVERRIDES) add(option, name, latin1(option, options[option]));
  add('responseExpires', 'response-expires', options.responseExpires?.toUTCString());
  addTerms(options, add);
  return pairs;
}

const OF_THE_SIGNATURE =
  /^(?:x-amz-(?:algorithm|credential|date|expires|signedheaders|signature|security-token)|Signature|AWSAccessKeyId|Expires)$/i;

const OVERRIDES = [
  ['responseContentType', 'response-content-type'],
  ['responseContentDisposition', 'response-content-disposition'],
  ['responseContentEncoding', 'response-content-encoding'],
  ['responseContentLanguage', 'response-content-language'],
  ['responseCacheControl', 'response-cache-control'],
] as const;

/** S3 answers 400 for an override that no header can carry. */
function latin1(option: string, value: string | undefined): string | undefined {
  if (value !== undefined && /[^\t -~\xa0-\xff]/.test(value))
    throw new SigningOptionError(option, 'must be ISO-8859-1 without line breaks.');
  return value;
}
