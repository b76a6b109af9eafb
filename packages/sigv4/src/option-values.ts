import { SigningOptionError } from './signing-option-error.ts';

/** A whole number of at least `least`, as text. */
export function count(option: string, value: unknown, least = 0): string {
  if (Number.isSafeInteger(value) && (value as number) >= least) return `${value}`;
  throw new SigningOptionError(option, `must be a whole number from ${least}, not ${value}.`);
}

/** One or more words, as text with commas between them. */
export function list(option: string, value: unknown): string {
  if (/^[^\s,]+(,[^\s,]+)*$/.test(`${value}`)) return `${value}`;
  throw new SigningOptionError(option, `must be one or more words, not ${value}.`);
}
