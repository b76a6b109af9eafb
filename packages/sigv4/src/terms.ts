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

/** The terms as query parameters. Throws {@link SigningOptionError}. */
export function termParameters(terms: Terms): Record<string, string> {
  const parameters: Record<string, string> = {};
  const add = (name: string, value: string | undefined): void => {
    if (value !== undefined) parameters[`X-Latchkey-${name}`] = value;
  };
  add('Max-Uses', count('maxUses', terms.maxUses, 1));
  add('Source-Ip', list('sourceIp', terms.sourceIp));
  add('Min-Size', count('minSize', terms.minSize, 0));
  add('Max-Size', count('maxSize', terms.maxSize, terms.minSize ?? 0));
  add('Content-Types', list('contentTypes', terms.contentTypes));
  add('No-Overwrite', terms.noOverwrite ? 'true' : undefined);
  return parameters;
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
