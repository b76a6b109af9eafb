import { describe, expect, test } from 'vitest';
import { OPERATORS, readOperator } from './operators.ts';

describe('readOperator', () => {
  test.each([
    ['StringEquals', { name: 'StringEquals', quantifier: undefined, ifExists: false }],
    ['stringequals', { name: 'StringEquals', quantifier: undefined, ifExists: false }],
    ['ForAllValues:StringLike', { name: 'StringLike', quantifier: 'ForAllValues', ifExists: false }],
    ['foranyvalue:ArnNotLikeIfExists', { name: 'ArnNotLike', quantifier: 'ForAnyValue', ifExists: true }],
    ['BoolIfExists', { name: 'Bool', quantifier: undefined, ifExists: true }],
  ])('reads %s', (text, operator) => {
    expect(readOperator(text)).toEqual(operator);
  });

  test.each([
    ...['', 'IfExists', 'StringMatches', 'StringEquals ', 'String Equals', 'ForAllValues', 'ForAllValues:', 'ForEachValue:StringLike'],
    ...['ForAllValues:ForAnyValue:StringLike', 'StringLikeIfExistsIfExists', 'NullIfExists', 'ForAnyValue:Null'],
    ...['BinaryNotEquals', 'NotBool', '__proto__', 'constructor', 'toString'],
  ])('knows no operator %j', (text) => {
    expect(readOperator(text)).toBeUndefined();
  });

  test('knows all of the 27 operators, and negates those with Not in their names', () => {
    const names = Object.keys(OPERATORS);
    expect(names).toHaveLength(27);
    for (const [name, { negated }] of Object.entries(OPERATORS)) {
      expect(readOperator(name)?.name).toBe(name);
      expect(negated).toBe(name.includes('Not'));
    }
  });
});
