// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is how policy variables are written
import { describe, expect, test } from 'vitest';
import { compileCondition, holds } from './conditions.ts';
import { readOperator } from './operators.ts';

type Context = Record<string, string[]>;

describe('a condition', () => {
  test.each<[string, string[], string | undefined, boolean]>([
    ['StringEquals', ['a', 'b'], 'b', true],
    ['StringEquals', ['a'], 'A', false],
    ['StringEquals', ['a*'], 'ab', false],
    ['StringEquals', ['a*'], 'a*', true],
    ['StringEquals', [''], '', true],
    ['StringNotEquals', ['a', 'b'], 'b', false],
    ['StringNotEquals', ['a', 'b'], 'c', true],
    ['StringEqualsIgnoreCase', ['aB'], 'Ab', true],
    ['StringNotEqualsIgnoreCase', ['aB'], 'Ab', false],
    ['StringLike', ['home/*', '?'], 'home/a:b', true],
    ['StringLike', ['home/*'], 'Home/a', false],
    ['StringLike', ['a', ''], '', true],
    ['StringNotLike', ['home/*'], 'home/a', false],
    ['StringNotLike', ['home/*'], 'work/a', true],
    ['NumericEquals', ['10'], '10.0', true],
    ['NumericEquals', ['1e3'], '1000', true],
    ['NumericNotEquals', ['10', '11'], '11', false],
    ['NumericLessThan', ['10'], '9', true],
    ['NumericLessThan', ['10'], '10', false],
    ['NumericLessThanEquals', ['10'], '10', true],
    ['NumericGreaterThan', ['900000'], '1000000', true],
    ['NumericGreaterThan', ['9'], '10', true],
    ['NumericGreaterThanEquals', ['-1'], '-1', true],
    ['NumericGreaterThan', ['5', '100'], '50', true],
    ['DateEquals', ['2026-11-21'], '2026-11-21T00:00:00Z', true],
    ['DateNotEquals', ['2026-11-21'], '2026-11-21T00:00:00Z', false],
    ['DateLessThan', ['2026-11-21T10:00:00Z'], '2026-11-21T09:59:59Z', true],
    ['DateLessThan', ['2026-11-21T10:00:00Z'], '2026-11-21T12:00:00+03:00', true],
    ['DateLessThanEquals', ['2026-11-21T10:00:00Z'], '2026-11-21T10:00:00Z', true],
    ['DateGreaterThan', ['1795255505'], '2026-11-21T10:05:06Z', true],
    ['DateGreaterThanEquals', ['2026-11-21T10:05:06Z'], '1795255506', true],
    ['Bool', ['true'], 'TRUE', true],
    ['Bool', ['False'], 'false', true],
    ['Bool', ['true'], 'false', false],
    ['BinaryEquals', ['QmluYXJ5'], 'QmluYXJ5', true],
    ['BinaryEquals', ['QmluYXJ5'], 'QmluYXJ6', false],
    ['IpAddress', ['10.0.0.0/8', '2001:db8::/32'], '2001:DB8::1', true],
    ['IpAddress', ['10.0.0.0/8'], '::ffff:10.1.1.1', true],
    ['IpAddress', ['10.0.0.0/8'], '192.0.2.1', false],
    ['NotIpAddress', ['10.0.0.0/8', '192.0.2.0/24'], '192.0.2.1', false],
    ['NotIpAddress', ['10.0.0.0/8'], '2001:db8::1', true],
    ['ArnEquals', ['arn:aws:iam::*:user/a?a'], 'arn:aws:iam::123456789012:user/ana', true],
    ['ArnLike', ['arn:aws:s3:::b/*'], 'arn:aws:s3:::b/a:b', true],
    ['ArnLike', ['arn:aws:sns:*:111122223333:finance/*'], 'arn:aws:sns:us-east-2:999999999999:x:111122223333:finance/doc', false],
    ['ArnLike', ['*'], 'arn:aws:s3:::b', true],
    ['ArnNotLike', ['arn:aws:iam::*:role/*'], 'arn:aws:iam::123456789012:user/ana', true],
    ['ArnNotEquals', ['arn:aws:iam::*:user/*'], 'arn:aws:iam::123456789012:user/ana', false],
    ['Null', ['true'], undefined, true],
    ['Null', ['true'], '', false],
    ['Null', ['false'], 'x', true],
    ['Null', ['false'], undefined, false],
    ['Null', ['true', 'false'], undefined, true],
  ])('%s %j of %j: %s', (operator, values, value, expected) => {
    const context = value === undefined ? {} : { 'x:key': [value] };
    expect(asked(operator, values, context, 'Allow')).toBe(expected);
    expect(asked(operator, values, context, 'Deny')).toBe(expected);
  });

  const OF_EACH_FAMILY: [string, string][] = [
    ['StringEquals', 'a'],
    ['StringLike', 'a*'],
    ['NumericEquals', '1'],
    ['DateEquals', '2026'],
    ['IpAddress', '10.0.0.0/8'],
    ['ArnEquals', 'arn:aws:s3:::b'],
  ];

  test.each(OF_EACH_FAMILY)('with %s and an absent key is false; negated, it is true', (operator, value) => {
    for (const context of [{}, { 'x:key': [] }]) {
      expect(asked(operator, [value], context)).toBe(false);
      expect(asked(negationOf(operator), [value], context)).toBe(true);
      expect(asked(`${operator}IfExists`, [value], context)).toBe(true);
      expect(asked(`${negationOf(operator)}IfExists`, [value], context)).toBe(true);
    }
  });

  test.each(OF_EACH_FAMILY)(
    'with ForAllValues:%s and an absent key is true; with ForAnyValue it is false, negated or not',
    (operator, value) => {
      for (const name of [operator, negationOf(operator)]) {
        expect(asked(`ForAllValues:${name}`, [value], {})).toBe(true);
        expect(asked(`ForAnyValue:${name}`, [value], {})).toBe(false);
        expect(asked(`ForAnyValue:${name}IfExists`, [value], {})).toBe(true);
      }
    },
  );

  test('with a quantifier takes a lone empty text for a set of nothing, as AWS does', () => {
    expect(asked('ForAllValues:StringEquals', ['a'], { 'x:key': [''] })).toBe(true);
    expect(asked('ForAnyValue:StringEquals', [''], { 'x:key': [''] })).toBe(false);
    expect(asked('ForAnyValue:StringEquals', [''], { 'x:key': ['', 'b'] })).toBe(true);
  });

  test.each<[string, string[], string[], boolean]>([
    ['ForAnyValue:StringEquals', ['a', 'b'], ['c', 'b'], true],
    ['ForAnyValue:StringEquals', ['a', 'b'], ['c', 'd'], false],
    ['ForAllValues:StringEquals', ['a', 'b'], ['b', 'a'], true],
    ['ForAllValues:StringEquals', ['a', 'b'], ['a', 'c'], false],
    // Negated: a value counts when it is none of the policy's values, not when it merely differs from one of them.
    ['ForAllValues:StringNotEquals', ['admin', 'root'], ['admin'], false],
    ['ForAllValues:StringNotEquals', ['admin', 'root'], ['ana', 'bob'], true],
    ['ForAllValues:StringNotEquals', ['admin', 'root'], ['ana', 'root'], false],
    ['ForAnyValue:StringNotEquals', ['admin', 'root'], ['admin', 'root'], false],
    ['ForAnyValue:StringNotEquals', ['admin', 'root'], ['admin', 'ana'], true],
    ['ForAllValues:StringNotLike', ['secret*'], ['a', 'secret-b'], false],
    ['ForAnyValue:NotIpAddress', ['10.0.0.0/8'], ['10.0.0.1', '192.0.2.1'], true],
    ['ForAllValues:NumericLessThan', ['5', '9'], ['1', '8'], true],
  ])('%s %j of the values %j: %s', (operator, values, has, expected) => {
    expect(asked(operator, values, { 'x:key': has })).toBe(expected);
  });

  test('without a quantifier wants one of several values to fit, or negated none of them', () => {
    expect(asked('StringEquals', ['a'], { 'x:key': ['b', 'a'] })).toBe(true);
    expect(asked('StringNotEquals', ['a'], { 'x:key': ['b', 'a'] })).toBe(false);
    expect(asked('StringNotEquals', ['a'], { 'x:key': ['b', 'c'] })).toBe(true);
  });

  test.each([
    ['NumericGreaterThan', '10', 'NaN'],
    ['NumericLessThan', '10', 'ten'],
    ['NumericEquals', '0', ' '],
    ['NumericNotEquals', '10', '0x10'],
    ['DateLessThan', '2026', 'soon'],
    ['DateNotEquals', '2026', '2026-99'],
    ['Bool', 'true', 'yes'],
    ['BinaryEquals', 'QQ==', 'QQ'],
    ['IpAddress', '0.0.0.0/0', 'unknown'],
    ['NotIpAddress', '10.0.0.0/8', '10.0.0.1, 192.0.2.1'],
    ['ArnLike', '*', 'ana'],
    ['ArnNotLike', 'arn:aws:s3:::b', 'ana'],
  ])('with %s %s does not let a Deny go, nor an Allow through, for a value such as %j', (operator, value, unreadable) => {
    expect(asked(operator, [value], { 'x:key': [unreadable] }, 'Deny')).toBe(true);
    expect(asked(operator, [value], { 'x:key': [unreadable] }, 'Allow')).toBe(false);
    expect(asked(`ForAllValues:${operator}`, [value], { 'x:key': [unreadable] }, 'Allow')).toBe(false);
    expect(asked(`ForAnyValue:${operator}IfExists`, [value], { 'x:key': [unreadable] }, 'Deny')).toBe(true);
  });

  test('puts in variables, whose values are no wildcards', () => {
    const context = { 'x:key': ['home/ana'], 'aws:username': ['ana'], 'aws:userid': ['*'] };
    expect(asked('StringEquals', ['home/${aws:username}'], context)).toBe(true);
    expect(asked('StringEqualsIgnoreCase', ['HOME/${aws:username}'], context)).toBe(true);
    expect(asked('StringLike', ['h*/${aws:username}'], context)).toBe(true);
    expect(asked('StringLike', ['home/${aws:userid}'], context)).toBe(false);
    expect(asked('StringLike', ["home/${aws:nobody, 'ana'}"], context)).toBe(true);
    expect(asked('StringLike', ['home/${*}'], { 'x:key': ['home/*'] })).toBe(true);
    expect(asked('ArnLike', ['arn:aws:s3:::b/${aws:username}'], { ...context, 'x:key': ['arn:aws:s3:::b/ana'] })).toBe(true);
  });

  test.each(['StringEquals', 'StringLike', 'ArnLike'])('with %s of a variable that stands for nothing fits no value', (operator) => {
    const value = operator === 'ArnLike' ? 'arn:aws:s3:::${aws:nobody}' : '${aws:nobody}';
    const context = { 'x:key': ['arn:aws:s3:::b'] };
    expect(asked(operator, [value], context, 'Allow')).toBe(false);
    expect(asked(operator, [value], context, 'Deny')).toBe(false);
    expect(asked(negationOf(operator), [value], context, 'Deny')).toBe(true);
    // "Is not the nobody": true of everyone, and yet no reason to let anyone in.
    expect(asked(negationOf(operator), [value], context, 'Allow')).toBe(false);
    // A value that does fit settles it.
    expect(asked(negationOf(operator), [value, 'arn:aws:s3:::b'], context, 'Deny')).toBe(false);
  });

  test('takes variables for text where the version has none', () => {
    const condition = { operator: readOperator('StringEquals') ?? never(), key: 'x:key', values: ['${aws:username}'] };
    const compiled = compileCondition(condition, false);
    expect('test' in compiled && holds(compiled, new Map([['x:key', ['${aws:username}']]]), 'Allow')).toBe(true);
  });

  test.each([
    ['NumericLessThan', '1,5'],
    ['NumericLessThan', ''],
    ['NumericLessThan', '1e999'],
    ['DateLessThan', 'tomorrow'],
    ['Bool', 'yes'],
    ['Bool', '${aws:SecureTransport}'],
    ['Null', ''],
    ['BinaryEquals', 'QR=='],
    ['IpAddress', '10.0.0.0/33'],
    ['NotIpAddress', '${aws:SourceIp}'],
    ['ArnLike', 'user/ana'],
    ['ArnEquals', 'arn:aws:s3'],
    ['StringLike', '${aws:username'],
    ['StringEquals', '${}'],
  ])('%s cannot have the value %j', (operator, value) => {
    const condition = { operator: readOperator(operator) ?? never(), key: 'x:key', values: [value] };
    expect(compileCondition(condition, true)).toHaveProperty('problem');
  });
});

function asked(operator: string, values: string[], context: Context, effect: 'Allow' | 'Deny' = 'Allow'): boolean {
  const compiled = compileCondition({ operator: readOperator(operator) ?? never(), key: 'x:key', values }, true);
  if ('problem' in compiled) throw new Error(compiled.problem);
  return holds(compiled, new Map(Object.entries(context)), effect);
}

function negationOf(operator: string): string {
  return operator === 'IpAddress' ? 'NotIpAddress' : operator.replace(/(Equals|Like)$/, 'Not$1');
}

function never(): never {
  throw new Error('no such operator');
}
