/** The `Condition` element: what holds when a key is absent, has several values, or has one the operator cannot read. */
import type { ValueTest } from './comparisons.ts';
import { type ConditionOperator, OPERATORS } from './operators.ts';
import type { RequestContext } from './variables.ts';

/** One line of a `Condition` element. `key` is in lower case; the values are alternatives. */
export type Condition = { readonly operator: ConditionOperator; readonly key: string; readonly values: readonly string[] };

/** A condition ready to be asked. `keys` are those it asks for: its own, and its variables'. */
export type CompiledCondition = Condition & {
  readonly keys: readonly string[];
  readonly negated: boolean;
  readonly test: ValueTest;
};

/** Compiles a condition, or says which value cannot be understood; `variables` as the document's version has it. */
export function compileCondition(condition: Condition, variables: boolean): CompiledCondition | { readonly problem: string } {
  const { operator, key, values } = condition;
  const { negated, comparison } = OPERATORS[operator.name];
  const compared = comparison(values, { negated, variables });
  if ('problem' in compared) return compared;
  return { operator, key, values, keys: [key, ...compared.keys], negated, test: compared.test };
}

/**
 * Whether the condition holds for a statement of this effect.
 *
 * - A key that is absent, or has no values: false; true for a negated operator, `…IfExists` and `ForAllValues`.
 * - Several values without a quantifier: one that fits is enough; a negated operator wants all of them not to.
 * - `ForAllValues`: every value of the request fits (for a negated operator: is none of the policy's values); none is "every".
 * - `ForAnyValue`: at least one does, so an absent key never will, not even for a negated operator.
 * - A value the operator cannot read (`NumericLessThan` of "soon"), or a negated comparison with a variable that stands for
 *   nothing: for a Deny it holds, for an Allow it does not. What nobody can decide never opens a door.
 */
export function holds(condition: CompiledCondition, context: RequestContext, effect: 'Allow' | 'Deny'): boolean {
  const { name, quantifier, ifExists } = condition.operator;
  const values = context.get(condition.key);
  if (name === 'Null') return condition.test(isEmpty(values) ? 'true' : 'false', context) === true;
  const everyOne = quantifier === undefined ? condition.negated : quantifier === 'ForAllValues';
  if (isEmpty(values)) return ifExists || everyOne;
  // AWS: to a quantifier, a lone empty text is a set of nothing.
  if (quantifier !== undefined && values.length === 1 && values[0] === '') return ifExists || everyOne;
  for (const value of values) {
    const fits = condition.test(value, context);
    const answer = fits === undefined ? effect === 'Deny' : fits !== condition.negated;
    if (answer !== everyOne) return answer;
  }
  return everyOne;
}

function isEmpty(values: readonly string[] | undefined): values is undefined | readonly [] {
  return values === undefined || values.length === 0;
}
