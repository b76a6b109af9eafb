// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is how policy variables are written
import { describe, expect, test } from 'vitest';
import { matches } from './match.ts';
import { readTemplate, resolve, variableKeys } from './variables.ts';

describe('readTemplate and resolve', () => {
  const context = new Map([
    ['aws:username', ['ana']],
    ['aws:userid', ['*']],
    ['aws:tagkeys', ['a', 'b']],
    ['aws:empty', []],
    ['aws:principaltag/team', ['${aws:username}']],
  ]);

  test.each([
    ['home/${aws:username}/*', 'home/ana/x', true],
    ['home/${aws:username}/*', 'home/bob/x', false],
    ['home/${AWS:UserName}/x', 'home/ana/x', true],
    ["${aws:nobody, 'guest'}", 'guest', true],
    ["${aws:nobody,'guest'}", 'guest', true],
    ["${aws:nobody, ''}", '', true],
    ["${aws:username, 'guest'}", 'ana', true],
    ["${aws:nobody, '}'}!", '}!', true],
    ['${*}${?}${$}{aws:username}', '*?${aws:username}', true],
    ['${*}', 'anything', false],
    ['a*${*}', 'abc*', true],
  ])('reads %s, which stands for %s: %s', (text, value, expected) => {
    expect(fits(text, value)).toBe(expected);
  });

  test('puts values in as text: they are no wildcards, and no variables', () => {
    expect(fits('home/${aws:userid}/x', 'home/*/x')).toBe(true);
    expect(fits('home/${aws:userid}/x', 'home/ana/x')).toBe(false);
    expect(fits("home/${aws:nobody, '*'}", 'home/ana')).toBe(false);
    expect(fits('${aws:PrincipalTag/team}', 'ana')).toBe(false);
    expect(fits('${aws:PrincipalTag/team}', '${aws:username}')).toBe(true);
  });

  test.each(['${aws:nobody}', '${aws:TagKeys}', "${aws:TagKeys, 'none'}", '${aws:empty}'])(
    'has no pattern for %s without one value',
    (text) => {
      expect(resolve(template(text), context)).toBeUndefined();
    },
  );

  test('stands by its default where the key has no value', () => {
    expect(fits("${aws:empty, 'none'}", 'none')).toBe(true);
  });

  test.each([
    'a${',
    '${}',
    '${aws:username',
    '${username}',
    '${aws:user name}',
    '${aws:a*}',
    "${aws:a, 'b}",
    '${aws:a, b}',
    '${${aws:a}}',
    "${aws:a, 'it's'}",
  ])('refuses %s', (text) => {
    expect(readTemplate(text, { variables: true, wildcards: true })).toHaveProperty('problem');
  });

  test('reads a text before version 2012-10-17 as it stands', () => {
    const plain = readTemplate('${aws:username}', { variables: false, wildcards: true });
    expect('fixed' in plain && plain.fixed).toEqual({ kind: 'exactly', text: '${aws:username}' });
  });

  test('names the keys it asks for in lower case', () => {
    expect(variableKeys(template("${aws:PrincipalTag/Team}-${*}-${aws:userid, 'x'}"))).toEqual(['aws:principaltag/team', 'aws:userid']);
  });

  function template(text: string) {
    const read = readTemplate(text, { variables: true, wildcards: true });
    if ('problem' in read) throw new Error(read.problem);
    return read;
  }

  function fits(text: string, value: string): boolean {
    const pattern = resolve(template(text), context);
    return pattern !== undefined && matches(pattern, value);
  }
});
