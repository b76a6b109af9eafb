/** The condition operators by name. */
import { type Comparison, compared, likeArn, likeText, sameText, withinBlock } from './comparisons.ts';
import { readMoment } from './dates.ts';

/** As written in a policy: `ForAnyValue:StringLikeIfExists` is `{ quantifier: 'ForAnyValue', name: 'StringLike', ifExists: true }`. */
export type ConditionOperator = {
  readonly name: OperatorName;
  readonly quantifier: 'ForAllValues' | 'ForAnyValue' | undefined;
  readonly ifExists: boolean;
};

/** Reads an operator as a policy writes it, in any case; `undefined` when there is none of that name. */
export function readOperator(text: string): ConditionOperator | undefined {
  const found = /^(?:(forallvalues|foranyvalue):)?([a-z]{1,40}?)(ifexists)?$/.exec(text.toLowerCase());
  const name = NAMES.get(found?.[2] ?? '');
  if (found === null || name === undefined) return undefined;
  const quantifier = found[1] === undefined ? undefined : found[1] === 'forallvalues' ? 'ForAllValues' : 'ForAnyValue';
  // Null asks whether the key is there, which leaves nothing for "if it exists" or "for each value" to add.
  if (name === 'Null' && (quantifier !== undefined || found[3] !== undefined)) return undefined;
  return { name, quantifier, ifExists: found[3] !== undefined };
}

/** An operator is a comparison, and whether its answer is turned round. */
type OperatorMeaning = { readonly negated: boolean; readonly comparison: Comparison };

const equal = sameText((text) => text);
const equalIgnoringCase = sameText((text) => text.toLowerCase());

export const OPERATORS = {
  StringEquals: { negated: false, comparison: equal },
  StringNotEquals: { negated: true, comparison: equal },
  StringEqualsIgnoreCase: { negated: false, comparison: equalIgnoringCase },
  StringNotEqualsIgnoreCase: { negated: true, comparison: equalIgnoringCase },
  StringLike: { negated: false, comparison: likeText },
  StringNotLike: { negated: true, comparison: likeText },
  NumericEquals: { negated: false, comparison: numbers((value, bound) => value === bound) },
  NumericNotEquals: { negated: true, comparison: numbers((value, bound) => value === bound) },
  NumericLessThan: { negated: false, comparison: numbers((value, bound) => value < bound) },
  NumericLessThanEquals: { negated: false, comparison: numbers((value, bound) => value <= bound) },
  NumericGreaterThan: { negated: false, comparison: numbers((value, bound) => value > bound) },
  NumericGreaterThanEquals: { negated: false, comparison: numbers((value, bound) => value >= bound) },
  DateEquals: { negated: false, comparison: moments((value, bound) => value === bound) },
  DateNotEquals: { negated: true, comparison: moments((value, bound) => value === bound) },
  DateLessThan: { negated: false, comparison: moments((value, bound) => value < bound) },
  DateLessThanEquals: { negated: false, comparison: moments((value, bound) => value <= bound) },
  DateGreaterThan: { negated: false, comparison: moments((value, bound) => value > bound) },
  DateGreaterThanEquals: { negated: false, comparison: moments((value, bound) => value >= bound) },
  Bool: { negated: false, comparison: compared(readTruth, '"true" or "false"', (value, bound) => value === bound) },
  Null: { negated: false, comparison: compared(readTruth, '"true" or "false"', (value, bound) => value === bound) },
  BinaryEquals: { negated: false, comparison: compared(readBase64, 'base64', (value, bound) => value === bound) },
  IpAddress: { negated: false, comparison: withinBlock },
  NotIpAddress: { negated: true, comparison: withinBlock },
  ArnEquals: { negated: false, comparison: likeArn },
  ArnLike: { negated: false, comparison: likeArn },
  ArnNotEquals: { negated: true, comparison: likeArn },
  ArnNotLike: { negated: true, comparison: likeArn },
} as const satisfies Record<string, OperatorMeaning>;

export type OperatorName = keyof typeof OPERATORS;

const NAMES: ReadonlyMap<string, OperatorName> = new Map(
  (Object.keys(OPERATORS) as OperatorName[]).map((name) => [name.toLowerCase(), name] as const),
);

function numbers(compare: (value: number, bound: number) => boolean): Comparison {
  return compared(readNumber, 'a number', compare);
}

function moments(compare: (value: number, bound: number) => boolean): Comparison {
  return compared(readMoment, 'a date (such as 2026-11-21T10:00:00Z) or a number of seconds since 1970', compare);
}

/** Decimal digits only: `Number` alone would take an empty text for zero. */
function readNumber(text: string): number | undefined {
  // Many statements ask for the same number of one request.
  if (text !== lastNumber.text) lastNumber = { text, value: parseNumber(text) };
  return lastNumber.value;
}

let lastNumber: { readonly text: string; readonly value: number | undefined } = { text: '', value: undefined };

function parseNumber(text: string): number | undefined {
  return /^[+-]?[0-9]{1,40}(?:\.[0-9]{1,40})?(?:[eE][+-]?[0-9]{1,2})?$/.test(text) ? Number(text) : undefined;
}

function readTruth(text: string): boolean | undefined {
  const truth = text.toLowerCase();
  return truth === 'true' ? true : truth === 'false' ? false : undefined;
}

/** Base64 with its padding, no bits left over: then equal text is equal bytes. */
function readBase64(text: string): string | undefined {
  return BASE64.test(text) ? text : undefined;
}

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/][AQgw]==|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=)?$/;
