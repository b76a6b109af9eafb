import { SigningOptionError } from './signing-option-error.ts';

/** One condition of a POST policy, in S3's own notation. */
export type PostCondition =
  | Readonly<Record<string, string>>
  | readonly ['eq' | 'starts-with', field: `$${string}`, value: string]
  | readonly ['content-length-range', least: number, most: number];

/** The field a condition speaks of, in lower case; undefined for a size range. */
export function fieldOf(condition: PostCondition): string | undefined {
  if (isTuple(condition)) return condition[0] === 'content-length-range' ? undefined : condition[1].slice(1).toLowerCase();
  return Object.keys(condition)[0]?.toLowerCase();
}

/**
 * Refuses a form that S3 would refuse: a condition of no known form, or a field that breaks a condition.
 * A field may be left open to whoever fills in the form only by `starts-with`; an `eq` without its field could never be met.
 */
export function checkCoverage(fields: Readonly<Record<string, string>>, conditions: readonly PostCondition[]): void {
  const values = new Map(Object.entries(fields).map(([name, value]) => [name.toLowerCase(), value]));
  if (values.size !== Object.keys(fields).length) throw new SigningOptionError('fields', 'must not name the same field twice.');
  for (const condition of conditions) {
    const field = fieldOf(condition);
    if (field === undefined) continue;
    const value = field === 'bucket' ? undefined : values.get(field);
    if (value !== undefined && !isMet(condition, value)) {
      throw new SigningOptionError('fields', `give ${field} a value that the condition ${JSON.stringify(condition)} forbids.`);
    }
    if (value === undefined && field !== 'bucket' && !(isTuple(condition) && condition[0] === 'starts-with')) {
      throw new SigningOptionError('conditions', `demand ${JSON.stringify(condition)}, but no field ${field} is given.`);
    }
  }
}

function isMet(condition: PostCondition, value: string): boolean {
  if (!isTuple(condition)) return Object.values(condition)[0] === value;
  if (condition[0] === 'eq') return condition[2] === value;
  return condition[0] !== 'starts-with' || value.startsWith(condition[2]);
}

const isTuple = (condition: PostCondition): condition is Extract<PostCondition, readonly unknown[]> => Array.isArray(condition);
