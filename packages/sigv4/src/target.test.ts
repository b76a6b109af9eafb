import { expect, test } from 'vitest';
import { canonicalQuery, canonicalQueryOf, type ParsedTarget, parseTarget } from './target.ts';

const parse = (raw: string): ParsedTarget => {
  const target = parseTarget(raw);
  if ('problem' in target) throw new Error(target.problem);
  return target;
};

test.each([
  ['/', '/', '/'],
  ['/a/b.txt', '/a/b.txt', '/a/b.txt'],
  ['/a+b', '/a+b', '/a%2Bb'],
  ['/a%20b', '/a b', '/a%20b'],
  ['/~a%7Eb', '/~a~b', '/~a~b'],
  ['/a%2fb', '/a/b', '/a/b'],
  ['/a//b///', '/a//b///', '/a//b///'],
  ['/a/./../b', '/a/./../b', '/a/./../b'],
  ['/%2e%2e/b', '/../b', '/../b'],
  ["/!'()*", "/!'()*", '/%21%27%28%29%2A'],
  ['/%C3%A9', '/é', '/%C3%A9'],
  ['/\xc3\xa9', '/é', '/%C3%A9'],
  ['/%00', '/\0', '/%00'],
  ['/a?b', '/a', '/a'],
])('parseTarget reads the path of %j as %j, signed as %j', (raw, path, canonicalPath) => {
  expect(parse(raw)).toMatchObject({ raw, path, canonicalPath });
});

test.each([
  ['', []],
  ['acl', [['acl', '', false]]],
  ['acl=', [['acl', '', true]]],
  ['a=b=c', [['a', 'b=c', true]]],
  [
    'a=1&a=2&',
    [
      ['a', '1', true],
      ['a', '2', true],
    ],
  ],
  ['&&a', [['a', '', false]]],
  ['=v', [['', 'v', true]]],
  ['a=+%20%2B', [['a', '  +', true]]],
  ['a;b=c;d', [['a;b', 'c;d', true]]],
  ['p=a/b?c', [['p', 'a/b?c', true]]],
])('parseTarget reads the query %j', (query, expected) => {
  expect(parse(`/?${query}`).query.map(({ name, value, hasEquals }) => [name, value, hasEquals])).toEqual(expected);
});

test.each([
  ['a', 'start'],
  ['', 'start'],
  ['http://host/a', 'start'],
  ['*', 'start'],
  ['/a b', 'U\\+0020'],
  ['/a#b', 'U\\+0023'],
  ['/a\\b', 'U\\+005C'],
  ['/a\tb', 'U\\+0009'],
  ['/a\x7f', 'U\\+007F'],
  ['/a?b c', 'U\\+0020'],
  ['/日', 'U\\+65E5'],
  ['/%', 'path'],
  ['/%2', 'path'],
  ['/%zz', 'path'],
  ['/%C3', 'path'],
  ['/%ED%A0%80', 'path'],
  ['/%C0%AF', 'path'],
  ['/\xe9', 'path'],
  ['/?a=%', 'query'],
  ['/?%FF', 'query'],
])('parseTarget refuses %j, telling why', (raw, reason) => {
  expect(parseTarget(raw)).toEqual({ problem: expect.stringMatching(reason) });
});

test.each([
  ['b=2&a=1', 'a=1&b=2'],
  ['a-b=1&a=2', 'a=2&a-b=1'],
  ['a=2&a=1', 'a=1&a=2'],
  ['acl', 'acl='],
  ['a=%7E%2f+', 'a=~%2F%20'],
  ['B=1&a=1&%C3%A9=1', '%C3%A9=1&B=1&a=1'],
  ['X-Amz-Signature=abc&a=1', 'a=1'],
  ['a=1&X-Amz-Signature=abc&b=2', 'a=1&b=2'],
  ['a=1&b=2&X-Amz-Signature=abc', 'a=1&b=2'],
  ['X-Amz-Signature=abc', ''],
  ['x-amz-signature=abc', 'x-amz-signature=abc'],
])('the canonical form of the query %j is %j', (query, expected) => {
  expect(canonicalQuery(parse(`/?${query}`).query, true)).toBe(expected);
  expect(canonicalQueryOf(parse(`/?${query}`))).toBe(expected);
});

test('canonicalQuery keeps the signature when told, and the array it was given as it was', () => {
  const { query } = parse('/?b=1&X-Amz-Signature=s&a=1');
  expect(canonicalQuery(query, false)).toBe('X-Amz-Signature=s&a=1&b=1');
  expect(query.map(({ name }) => name)).toEqual(['b', 'X-Amz-Signature', 'a']);
});
