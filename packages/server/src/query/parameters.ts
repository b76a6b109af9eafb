/** The parameters of a call, made into values once. Everything throws ValidationError in AWS's manner of speaking. */
import { S3Error } from '@latchkey/s3/errors';
import type { Tag } from '../identity/model.ts';
import type { Authenticated } from '../pipeline.ts';

export type Parameters = {
  text(name: string, rule?: Rule): string | undefined;
  required(name: string, rule?: Rule): string;
  /** `Name.member.1`, `Name.member.2`, … */
  list(name: string): readonly string[];
  /** `Name.member.1.field`, …: each as a reader of its own. */
  structures(name: string): readonly Parameters[];
  wholeNumber(name: string, range: { readonly min: number; readonly max: number }): number | undefined;
  /** `Tags.member.N.Key` and `.Value`; 50 at most. */
  tags(): readonly Tag[];
};

/** What a text may be: a pattern that is matched in linear time, and a length. */
export type Rule = { readonly pattern?: RegExp; readonly min?: number; readonly max?: number };

export const NAME: Rule = { pattern: /^[\w+=,.@-]+$/, max: 128 };
export const USER_NAME: Rule = { pattern: /^[\w+=,.@-]+$/, max: 64 };
export const PATH: Rule = { pattern: /^\/(?:[!-.0-~]+\/)*$/, max: 512 };
export const DOCUMENT: Rule = { min: 1, max: 131_072 };

export function parametersOf(request: Pick<Authenticated, 'call'>): Parameters {
  return reader(request.call?.parameters ?? new Map(), '');
}

function reader(values: ReadonlyMap<string, string>, prefix: string): Parameters {
  const text = (name: string, rule: Rule = {}): string | undefined => {
    const value = values.get(prefix + name);
    if (value !== undefined) check(name, value, rule);
    return value;
  };
  const structures = (name: string): Parameters[] => {
    const found: Parameters[] = [];
    for (let index = 1; hasPrefix(`${prefix}${name}.member.${index}.`); index++)
      found.push(reader(values, `${prefix}${name}.member.${index}.`));
    return found;
  };
  const hasPrefix = (start: string): boolean => {
    for (const name of values.keys()) if (name.startsWith(start)) return true;
    return false;
  };
  const required = (name: string, rule: Rule = {}): string => {
    const value = text(name, rule);
    if (value === undefined) throw invalid(name, 'null', 'Member must not be null');
    return value;
  };
  return {
    text,
    required,
    list(name) {
      const found: string[] = [];
      for (let index = 1; ; index++) {
        const value = values.get(`${prefix}${name}.member.${index}`);
        if (value === undefined) return found;
        found.push(value);
      }
    },
    structures,
    wholeNumber(name, { min, max }) {
      const value = text(name);
      if (value === undefined) return undefined;
      const number = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN;
      if (!(number >= min && number <= max)) throw invalid(name, value, `Member must have value between ${min} and ${max}`);
      return number;
    },
    tags() {
      const tags = structures('Tags').map((tag) => ({
        key: tag.required('Key', { min: 1, max: 128 }),
        value: tag.required('Value', { max: 256 }),
      }));
      if (tags.length > 50) throw new S3Error('LimitExceeded', { message: 'The number of tags has reached the maximum limit.' });
      if (new Set(tags.map(({ key }) => key.toLowerCase())).size < tags.length)
        throw new S3Error('InvalidInput', { message: 'Duplicate tag keys found. Please note that Tag keys are case insensitive.' });
      return tags;
    },
  };
}

function check(name: string, value: string, { pattern, min = 0, max = 131_072 }: Rule): void {
  if (value.length < min) throw invalid(name, value, `Member must have length greater than or equal to ${min}`);
  if (value.length > max) throw invalid(name, value.slice(0, 64), `Member must have length less than or equal to ${max}`);
  if (pattern !== undefined && !pattern.test(value))
    throw invalid(name, value, `Member must satisfy regular expression pattern: ${pattern.source}`);
}

function invalid(name: string, value: string, constraint: string): S3Error {
  const shown = `${name[0]?.toLowerCase() ?? ''}${name.slice(1)}`;
  const quoted = value === 'null' ? 'null' : `'${value}'`;
  return new S3Error('ValidationError', {
    message: `1 validation error detected: Value ${quoted} at '${shown}' failed to satisfy constraint: ${constraint}`,
  });
}
