/** Reading parameters of a parsed query as S3 does. */
import { invalidArgument } from './errors.ts';

/** What `@latchkey/sigv4/target` makes of a query; names are case-sensitive. */
export type Query = readonly { readonly name: string; readonly value: string }[];

/** The first value of that name, as S3 reads a repeated parameter. `undefined` where it is absent, `''` where it is empty. */
export function firstValue(query: Query, name: string): string | undefined {
  return query.find((parameter) => parameter.name === name)?.value;
}

export type IntegerRule = {
  readonly name: string;
  /** Where the parameter is absent or empty. */
  readonly otherwise: number;
  readonly minimum: number;
  readonly maximum: number;
  /** S3 words a value out of range with another name here and there: `maxKeys` for `max-keys`. */
  readonly nameInRangeError?: string;
};

/**
 * An integer as S3 reads it: digits with an optional minus, leading zeros ignored. Throws InvalidArgument in S3's two wordings,
 * one for what is no 32-bit integer, one for what is out of range.
 */
export function integerParameter(query: Query, rule: IntegerRule): number {
  const text = firstValue(query, rule.name);
  if (text === undefined || text === '') return rule.otherwise;
  const value = Number(text);
  if (!/^-?\d+$/.test(text) || value > INT32_MAX || value < -INT32_MAX - 1) {
    throw invalidArgument(`Provided ${rule.name} not an integer or within integer range`, rule.name, text);
  }
  if (value < rule.minimum || value > rule.maximum) {
    const name = rule.nameInRangeError ?? rule.name;
    throw invalidArgument(`Argument ${name} must be an integer between ${rule.minimum} and ${rule.maximum}`, name, String(value));
  }
  return value + 0;
}

export const INT32_MAX = 2_147_483_647;
