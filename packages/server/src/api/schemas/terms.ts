/** The terms of a link as requests say them and replies show them. */
import { array, boolean, type GenericSchema, nullable, number, optional, picklist, string } from 'valibot';
import type { LinkTerms } from '../../links/terms.ts';
import { count, duration, isoTime, text, texts, time, timeText } from './values.ts';

const uses = count(1, 1e9);
const size = count(0, 5 * 1024 ** 4);
const disposition = picklist(['inline', 'attachment'], 'must be inline or attachment.');
const bytesPerSecond = count(1000, 1e12);

const end = { expiresIn: optional(duration), expiresAt: optional(time) };

/** Of a link that is to be made. */
export const newTerms = {
  ...end,
  notBefore: optional(time),
  maxUses: optional(uses),
  sourceIp: optional(texts(50)),
  minSize: optional(size),
  maxSize: optional(size),
  contentTypes: optional(texts(50)),
  checksContent: optional(boolean()),
  noOverwrite: optional(boolean()),
  downloadName: optional(text(255)),
  disposition: optional(disposition),
  maxBytesPerSecond: optional(bytesPerSecond),
} satisfies EveryTerm;

/** Of a link that is to be changed: `null` takes a term away. */
export const changedTerms = {
  ...end,
  notBefore: optional(nullable(time)),
  maxUses: optional(nullable(uses)),
  sourceIp: optional(nullable(texts(50))),
  minSize: optional(nullable(size)),
  maxSize: optional(nullable(size)),
  contentTypes: optional(nullable(texts(50))),
  checksContent: optional(nullable(boolean())),
  noOverwrite: optional(nullable(boolean())),
  downloadName: optional(nullable(text(255))),
  disposition: optional(nullable(disposition)),
  maxBytesPerSecond: optional(nullable(bytesPerSecond)),
} satisfies EveryTerm;

/** Of a link that is shown, beside when it ends. */
export const shownTerms = {
  notBefore: optional(timeText),
  maxUses: optional(number()),
  sourceIp: optional(array(string())),
  minSize: optional(number()),
  maxSize: optional(number()),
  contentTypes: optional(array(string())),
  checksContent: optional(boolean()),
  noOverwrite: optional(boolean()),
  downloadName: optional(string()),
  disposition: optional(disposition),
  maxBytesPerSecond: optional(number()),
} satisfies EveryTerm;

type EveryTerm = Readonly<Record<Exclude<keyof LinkTerms, 'expiresAt'>, GenericSchema>>;

const NAMES = Object.keys(shownTerms) as readonly (keyof typeof shownTerms)[];

/** The members of an input that are terms, as far as they are given. */
export function termsIn<Input extends Partial<Record<keyof typeof shownTerms, unknown>>>(
  input: Input,
): Pick<Input, keyof typeof shownTerms> {
  return Object.fromEntries(NAMES.filter((name) => input[name] !== undefined).map((name) => [name, input[name]])) as Pick<
    Input,
    keyof typeof shownTerms
  >;
}

/** The terms of a link but for its end, as a reply shows them. */
export function termsShown(terms: LinkTerms) {
  const { notBefore, ...others } = termsIn(terms);
  return { ...(notBefore !== undefined && { notBefore: isoTime(notBefore) }), ...others };
}
