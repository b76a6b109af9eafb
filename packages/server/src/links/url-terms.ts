/** The terms that some program signed into a URL: `X-Latchkey-…` parameters, each understood to the letter or refused. */
import { invalidArgument, type S3Error } from '@latchkey/s3/errors';
import type { QueryParameter } from '@latchkey/sigv4/target';
import { isTypePattern } from './content-types.ts';
import { isAddressBlock } from './source-address.ts';
import type { Terms } from './terms.ts';

/** Whether a parameter, header or field is one of ours by its name. Made for every request: nearly all names fail at the first letter. */
export function isTermName(name: string): boolean {
  return (
    name.length > PREFIX.length &&
    (name.charCodeAt(0) | 0x20) === 0x78 &&
    (name.charCodeAt(2) | 0x20) === 0x6c &&
    name.slice(0, PREFIX.length).toLowerCase() === PREFIX
  );
}

const PREFIX = 'x-latchkey-';
export const MOST_USES = 1_000_000_000;
export const MOST_ITEMS = 50;

/** Throws InvalidArgument that names the parameter which is given twice (in whatever case), not known, or not well formed. */
export function urlTerms(query: readonly Pick<QueryParameter, 'name' | 'value'>[]): Terms {
  const terms: Record<string, unknown> = {};
  for (const { name, value } of query) {
    if (!isTermName(name)) continue;
    const known = READ[name.slice(PREFIX.length).toLowerCase()];
    if (known === undefined) throw notEnforced(name, value);
    if (terms[known.term] !== undefined) throw invalidArgument(`The limit ${name} must not be given more than once.`, name, value);
    terms[known.term] = known.read(name, value);
  }
  const { minSize, maxSize } = terms as Terms;
  if (minSize !== undefined && maxSize !== undefined && minSize > maxSize)
    throw invalidArgument('The least size of an upload must not be above the greatest.', 'X-Latchkey-Min-Size', String(minSize));
  return terms as Terms;
}

/** A limit that is not understood must not be ignored. */
export function notEnforced(name: string, value: string): S3Error {
  return invalidArgument(`This server does not enforce the limit ${name}, so that it does not accept a request with it.`, name, value);
}

type Read = { readonly term: keyof Terms; readonly read: (name: string, value: string) => unknown };

const READ: Readonly<Record<string, Read>> = Object.assign(Object.create(null), {
  'max-uses': { term: 'maxUses', read: (name, value) => wholeNumber(name, value, { from: 1, to: MOST_USES }) },
  'source-ip': { term: 'sourceIp', read: (name, value) => list(name, value, isAddressBlock, 'addresses or blocks such as 192.0.2.0/24') },
  'min-size': { term: 'minSize', read: (name, value) => wholeNumber(name, value, { from: 0, to: Number.MAX_SAFE_INTEGER }) },
  'max-size': { term: 'maxSize', read: (name, value) => wholeNumber(name, value, { from: 0, to: Number.MAX_SAFE_INTEGER }) },
  'content-types': {
    term: 'contentTypes',
    read: (name, value) => list(name, value.toLowerCase(), isTypePattern, 'types such as image/png or image/*'),
  },
  'no-overwrite': { term: 'noOverwrite', read: onlyTrue },
} satisfies Readonly<Record<string, Read>>);

function wholeNumber(name: string, value: string, { from, to }: { readonly from: number; readonly to: number }): number {
  const number = /^(?:0|[1-9]\d{0,15})$/.test(value) ? Number(value) : Number.NaN;
  if (!(number >= from && number <= to)) throw invalidArgument(`${name} is a whole number from ${from} to ${to}.`, name, value);
  return number;
}

function list(name: string, value: string, isItem: (item: string) => boolean, what: string): readonly string[] {
  const items = value.split(',').map((item) => item.trim());
  if (items.length > MOST_ITEMS || !items.every(isItem))
    throw invalidArgument(`${name} lists ${what}, with commas between them, ${MOST_ITEMS} at most.`, name, value);
  return items;
}

/** Terms only ever narrow: there is no way of saying that overwriting is allowed. */
function onlyTrue(name: string, value: string): boolean {
  if (value !== 'true') throw invalidArgument(`${name} is true, or is left out.`, name, value);
  return true;
}
