/** The terms of a link that is about to be made or changed: each is sensible, or refused by name. */
import { invalidArgument } from '@latchkey/s3/errors';
import { isCheckable } from './content-signatures.ts';
import { isTypePattern } from './content-types.ts';
import { type LinkMethod, MAX_SIGNED_MS } from './model.ts';
import { isAddressBlock } from './source-address.ts';
import type { LinkTerms } from './terms.ts';
import { MOST_ITEMS, MOST_USES } from './url-terms.ts';

const LEAST_BYTES_PER_SECOND = 1000;
const MOST_BYTES = Number.MAX_SAFE_INTEGER;

/** Of a link whose page signs its URLs, where a guardrail allows it. */
export const LONGEST_WITH_PAGE_MS = 366 * 24 * 3600 * 1000;

/** Throws InvalidArgument that names the term. `signedAt` is when the link's URL is signed, in milliseconds since the epoch. */
export function checkTerms(
  terms: LinkTerms,
  method: LinkMethod,
  { now, signedAt, hasPage = false }: { readonly now: number; readonly signedAt: number; readonly hasPage?: boolean },
): void {
  checkTimes(terms, now, hasPage ? now + LONGEST_WITH_PAGE_MS : signedAt + MAX_SIGNED_MS, hasPage);
  number('maxUses', terms.maxUses, 1, MOST_USES);
  list('sourceIp', terms.sourceIp, isAddressBlock, 'addresses or blocks such as 192.0.2.0/24');
  number('maxBytesPerSecond', terms.maxBytesPerSecond, LEAST_BYTES_PER_SECOND, MOST_BYTES);
  checkUpload(terms, method);
  checkDownload(terms, method);
}

function checkTimes({ notBefore, expiresAt }: LinkTerms, now: number, latest: number, hasPage: boolean): void {
  number('notBefore', notBefore, 0, MOST_BYTES);
  number('expiresAt', expiresAt, 0, MOST_BYTES);
  if (expiresAt <= now) throw wrong('expiresAt', expiresAt, 'lies in the past');
  if (notBefore !== undefined && notBefore >= expiresAt) throw wrong('notBefore', notBefore, 'must lie before expiresAt');
  if (expiresAt <= latest) return;
  if (hasPage) throw wrong('expiresAt', expiresAt, 'is too late: a link lives for a year at most');
  throw wrong('expiresAt', expiresAt, 'is too late: a URL works for seven days from its signature, and has to be signed anew for more');
}

function checkUpload({ minSize, maxSize, contentTypes, checksContent, noOverwrite }: LinkTerms, method: LinkMethod): void {
  number('minSize', minSize, 0, MOST_BYTES);
  number('maxSize', maxSize, minSize ?? 0, MOST_BYTES);
  list('contentTypes', contentTypes, isTypePattern, 'types such as image/png or image/*, in lower case');
  if (checksContent === true && contentTypes === undefined) throw wrong('checksContent', true, 'needs contentTypes');
  const unknown = checksContent === true ? contentTypes?.find((pattern) => !isCheckable(pattern)) : undefined;
  if (unknown !== undefined) throw wrong('checksContent', unknown, 'is for types whose files are known by their first bytes');
  const given = { minSize, maxSize, contentTypes, checksContent, noOverwrite };
  if (method === 'GET') refuse(given, 'is for uploads');
}

function checkDownload({ downloadName, disposition }: LinkTerms, method: LinkMethod): void {
  if (method !== 'GET') refuse({ downloadName, disposition }, 'is for downloads');
  if (downloadName !== undefined && (downloadName === '' || downloadName.length > 255))
    throw wrong('downloadName', downloadName, 'has 1 to 255 characters');
}

/** What would be of no effect is not taken without a word. */
function refuse(terms: Readonly<Record<string, unknown>>, why: string): void {
  for (const [name, value] of Object.entries(terms)) if (value !== undefined) throw wrong(name, value, why);
}

function number(name: string, value: number | undefined, from: number, to: number): void {
  if (value === undefined || (Number.isSafeInteger(value) && value >= from && value <= to)) return;
  throw wrong(name, value, `is a whole number from ${from} to ${to}`);
}

function list(name: string, items: readonly string[] | undefined, isItem: (item: string) => boolean, what: string): void {
  if (items === undefined || (items.length > 0 && items.length <= MOST_ITEMS && items.every(isItem))) return;
  throw wrong(name, items.join(','), `lists 1 to ${MOST_ITEMS} ${what}`);
}

function wrong(name: string, value: unknown, problem: string): Error {
  return invalidArgument(`The term ${name} ${problem}.`, `terms.${name}`, String(value).slice(0, 200));
}
