import { SigningOptionError } from './signing-option-error.ts';

/** Limits that a Latchkey server enforces on a URL; they are signed into it and only ever narrow it. Other servers ignore them. */
export type Terms = {
  /** How often the object may be fetched, or uploaded. */
  readonly maxUses?: number | undefined;
  /** Addresses or CIDR ranges that may use the URL. */
  readonly sourceIp?: string | readonly string[] | undefined;
  /** The least size of an upload, in bytes. */
  readonly minSize?: number | undefined;
  /** The greatest size of an upload, in bytes. */
  readonly maxSize?: number | undefined;
  /** Types an upload may have, such as `image/*`. */
  readonly contentTypes?: string | readonly string[] | undefined;
  /** The upload must not replace an object. */
  readonly noOverwrite?: boolean | undefined;
};

/** Hands every term that is set to `add`: the option, the query parameter and its value. Throws {@link SigningOptionError}. */
export function addTerms(terms: Terms, add: (option: string, name: string, value: string | undefined) => void): void {
  const { maxUses, sourceIp, minSize, maxSize, contentTypes, noOverwrite } = terms;
  add('maxUses', 'X-Latchkey-Max-Uses', count('maxUses', maxUses, 1));
  add('sourceIp', 'X-Latchkey-Source-Ip', list('sourceIp', sourceIp));
  add('minSize', 'X-Latchkey-Min-Size', count('minSize', minSize, 0));
  add('maxSize', 'X-Latchkey-Max-Size', count('maxSize', maxSize, minSize ?? 0));
  add('contentTypes', 'X-Latchkey-Content-Types', list('contentTypes', contentTypes));
  add('noOverwrite', 'X-Latchkey-No-Overwrite', noOverwrite ? 'true' : undefined);
}

/** A whole number of at least `least`, as text. */
export function count(option: string, value: number | undefined, least: number): string | undefined {
  if (value === undefined) return undefined;
  if (!Number.isSafeInteger(value) || value < least)
    throw new SigningOptionError(option, `must be a whole number from ${least}; not ${value}.`);
  return `${value}`;
}

function list(option: string, value: string | readonly string[] | undefined): string | undefined {
  if (value === undefined) return undefined;
  const items = typeof value === 'string' ? value.split(',') : value;
  if (items.length === 0 || items.some((item) => !/^[^\s,]+$/.test(item))) throw new SigningOptionError(option, 'must name at least one.');
  return items.join(',');
}
