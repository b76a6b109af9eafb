import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type JsonNode, readJson } from './json.ts';
import { lineAndColumn } from './place.ts';

describe('readJson', () => {
  test('reads whatever JSON.stringify writes, to the same value', () => {
    const same = fc.property(fc.jsonValue({ maxDepth: 5 }), fc.constantFrom(undefined, 2), (value, indent) => {
      const reading = readJson(JSON.stringify(value, null, indent));
      expect(reading.ok && plain(reading.root)).toEqual(JSON.parse(JSON.stringify(value)));
    });
    fc.assert(same, { numRuns: 300 });
  });

  test('accepts and refuses what JSON.parse does, apart from repeated names, deep nests and endless numbers', () => {
    const letters = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ':',
      ',',
      '"',
      '\\',
      '"a"',
      '1',
      '-',
      '.',
      'e',
      '0',
      ' ',
      '\n',
      'true',
      'null',
      'u00e9',
      '\t',
    );
    const alike = fc.property(fc.array(letters, { maxLength: 12 }), (parts) => {
      const text = parts.join('');
      const reading = readJson(text);
      if (!reading.ok && reading.problem.message.includes('twice')) return;
      expect(reading.ok).toBe(isJson(text));
    });
    fc.assert(alike, { numRuns: 3000 });
  });

  test.each([
    ['[1 2]', 3, '$'],
    ['{"a": }', 6, '$.a'],
    ['{"a": [1, {"b c": tru}]}', 18, '$.a[1]["b c"]'],
    ['{a: 1}', 1, '$'],
    ['["\n"]', 2, '$[0]'],
    ['["\\x"]', 2, '$[0]'],
    ['["\\u12g4"]', 2, '$[0]'],
    ['"never closed', 13, '$'],
    ['[1,]', 3, '$[1]'],
    ['[01]', 2, '$'],
    ['{} {}', 3, '$'],
    ['', 0, '$'],
    ['\uFEFF{}', 0, '$'],
    [`[${'9'.repeat(41)}]`, 1, '$[0]'],
  ])('refuses %j and says where', (text, at, path) => {
    expect(readJson(text)).toMatchObject({ ok: false, problem: { at, path } });
  });

  test('refuses a name that appears twice, however it is spelled', () => {
    const reading = readJson('{"Effect": "Deny",\n "\\u0045ffect": "Allow"}');
    expect(reading).toMatchObject({ ok: false, problem: { at: 20, path: '$', message: 'The name "Effect" appears twice in one object' } });
  });

  test('takes __proto__ for a name like any other', () => {
    const reading = readJson('{"__proto__": {"polluted": "yes"}, "constructor": 1}');
    expect(reading.ok && reading.root).toMatchObject({ kind: 'object', members: [{ name: '__proto__' }, { name: 'constructor' }] });
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });

  test('refuses the 33rd level of nesting at once, so that 10,000 levels cost nothing', () => {
    expect(readJson(`${'['.repeat(32)}${']'.repeat(32)}`)).toMatchObject({ ok: true });
    for (const levels of [33, 10_000]) {
      expect(readJson(`${'['.repeat(levels)}${']'.repeat(levels)}`)).toMatchObject({ ok: false, problem: { at: 32 } });
      expect(readJson(`${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`)).toMatchObject({ ok: false, problem: { at: 160 } });
    }
  });

  test('keeps numbers as they were written', () => {
    expect(readJson('12345678901234567890.50')).toMatchObject({ root: { kind: 'number', text: '12345678901234567890.50' } });
  });
});

describe('lineAndColumn', () => {
  test('counts both from one', () => {
    const text = 'ab\n\ncd';
    expect(lineAndColumn(text, 0)).toEqual({ line: 1, column: 1 });
    expect(lineAndColumn(text, 2)).toEqual({ line: 1, column: 3 });
    expect(lineAndColumn(text, 3)).toEqual({ line: 2, column: 1 });
    expect(lineAndColumn(text, 5)).toEqual({ line: 3, column: 2 });
  });
});

function plain(node: JsonNode): unknown {
  switch (node.kind) {
    case 'object':
      return Object.fromEntries(node.members.map(({ name, value }) => [name, plain(value)]));
    case 'array':
      return node.items.map(plain);
    case 'string':
      return node.text;
    case 'number':
    case 'boolean':
      return JSON.parse(node.text);
    case 'null':
      return null;
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
