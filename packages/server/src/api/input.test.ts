import { S3Error } from '@latchkey/s3/errors';
import { parseTarget } from '@latchkey/sigv4/target';
import { array, minValue, number, optional, picklist, pipe, string } from 'valibot';
import { describe, expect, it } from 'vitest';
import { checked, members, queryValues } from './input.ts';
import { jsonBody } from './json-body.ts';

const schema = members({
  name: string(),
  size: optional(pipe(number(), minValue(1, 'must be 1 or more.'))),
  kind: optional(picklist(['a', 'b'])),
  list: optional(array(string())),
});

/** What is wrong, by pointer. */
function errorsOf(run: () => unknown): Readonly<Record<string, string>> {
  try {
    run();
  } catch (error) {
    if (error instanceof S3Error && error.code === 'ValidationError') return error.fields;
    throw error;
  }
  throw new Error('nothing was refused');
}

const json = (text: string) => jsonBody([['content-type', 'application/json']], Buffer.from(text));

describe('checked', () => {
  it('gives a value that is as the schema says', () => {
    expect(checked(schema, json('{"name":"x","list":["y"]}'))).toEqual({ name: 'x', list: ['y'] });
  });
  it('names every member that is wrong, at once', () => {
    expect(errorsOf(() => checked(schema, json('{"size":0,"kind":"c","list":["y",5],"more":1}')))).toEqual({
      '/name': 'must be given.',
      '/size': 'must be 1 or more.',
      '/kind': 'must be "a" | "b".',
      '/list/1': 'must be a text.',
      '/more': 'is not known here.',
    });
  });
  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
    'refuses a member called %s like any other that it does not know',
    (name) => {
      expect(errorsOf(() => checked(schema, json(`{"name":"x","${name}":{"polluted":true}}`)))).toEqual({
        [`/${name}`]: 'is not known here.',
      });
      expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
    },
  );
  it('says so where a body is missing, or is something else', () => {
    expect(errorsOf(() => checked(schema, undefined))).toEqual({ '': 'must be an object.' });
    expect(errorsOf(() => checked(schema, json('[]')))).toEqual({ '': 'must be an object.' });
  });
  it('bounds what it repeats of the input', () => {
    const many = json(`{${Array.from({ length: 500 }, (_, index) => `"m${index}${'x'.repeat(400)}":1`).join(',')}}`);
    const errors = errorsOf(() => checked(schema, many));
    expect(Object.keys(errors).length).toBeLessThanOrEqual(50);
    expect(Math.max(...Object.keys(errors).map(({ length }) => length))).toBeLessThanOrEqual(200);
  });
});

describe('a JSON body', () => {
  it.each([
    ['text that is no JSON', '{"name":'],
    ['a name that is given twice', '{"name":"a","name":"b"}'],
    ['nesting beyond a bound', '['.repeat(100_000)],
    ['text behind its end', '{} {}'],
    ['a byte order mark of another encoding', '\u0000{}'],
  ])('refuses %s', (_what, text) => {
    expect(Object.values(errorsOf(() => json(text)))).toEqual([expect.stringMatching(/^The body is not JSON: .*\.$/)]);
  });
  it('refuses bytes that are not UTF-8', () => {
    expect(errorsOf(() => jsonBody([['content-type', 'application/json']], Buffer.from([0x22, 0xff, 0x22])))).toEqual({
      '': 'The body is not JSON: It is not UTF-8.',
    });
  });
  it.each([
    ['of another type', [['content-type', 'application/x-www-form-urlencoded']]],
    ['of no type', []],
    [
      'that is compressed',
      [
        ['content-type', 'application/json'],
        ['content-encoding', 'gzip'],
      ],
    ],
  ] as const)('is refused when it is sent as one %s', (_what, headers) => {
    expect(() => jsonBody(headers, Buffer.from('{}'))).toThrow(expect.objectContaining({ code: 'UnsupportedMediaType', status: 415 }));
  });
});

describe('queryValues', () => {
  const read = (query: string) => {
    const target = parseTarget(`/?${query}`);
    if ('problem' in target) throw new Error(target.problem);
    return checked(schema, queryValues(target.query, schema));
  };
  it('gives numbers where the schema has numbers, and texts elsewhere', () => {
    expect(read('name=5&size=5')).toEqual({ name: '5', size: 5 });
  });
  it('refuses a name that is given twice, and one that is not known', () => {
    expect(errorsOf(() => read('name=a&name=b'))).toEqual({ '/name': 'must not be given twice.' });
    expect(errorsOf(() => read('name=a&__proto__=b'))).toEqual({ '/__proto__': 'is not known here.' });
  });
  it.each(['5x', '', '1e3', '0x5', ' 5', '99999999999999999999'])('does not take %j for a number', (text) => {
    expect(Object.keys(errorsOf(() => read(`name=a&size=${encodeURIComponent(text)}`)))).toEqual(['/size']);
  });
});
