import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseTagging, parseTaggingHeader, taggingXml } from './tagging.ts';

const document = (...tags: readonly (readonly [string, string])[]) =>
  `<Tagging><TagSet>${tags.map(([key, value]) => `<Tag><Key>${key}</Key><Value>${value}</Value></Tag>`).join('')}</TagSet></Tagging>`;
const eleven = Array.from({ length: 11 }, (_, index) => [`k${index}`, ''] as const);

test('tags come back from XML and from the header as they went in', () => {
  const text = fc.string({ unit: fc.constantFrom(...'aZ9 é日_.:/=+-@'), minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(fc.dictionary(text, text, { maxKeys: 10 }), (tags) => {
      fc.pre(Object.keys(tags).every((key) => !key.startsWith('aws:')));
      expect({ ...parseTagging(taggingXml(tags)) }).toEqual({ ...tags });
      const header = Object.entries(tags).map(([key, value]) => `${encodeURIComponent(key)}=${encodeURIComponent(value)}`);
      expect({ ...parseTaggingHeader(header.join('&')) }).toEqual({ ...tags });
    }),
  );
});

test('parseTaggingHeader reads a form', () => {
  expect({ ...parseTaggingHeader('a=1&b&c=x+y%2B&') }).toEqual({ a: '1', b: '', c: 'x y+' });
  expect({ ...parseTaggingHeader('') }).toEqual({});
});

test.each([
  ['a key twice', document(['a', '1'], ['a', '2']), 'InvalidTag', { TagKey: 'a' }],
  ['an empty key', document(['', '1']), 'InvalidTag', { TagKey: '' }],
  ['a long key', document(['k'.repeat(129), '']), 'InvalidTag', { TagKey: 'k'.repeat(129) }],
  ['a long value', document(['k', 'v'.repeat(257)]), 'InvalidTag', { TagKey: 'k', TagValue: 'v'.repeat(257) }],
  ['a character that may not be', document(['k', 'a#b']), 'InvalidTag', { TagKey: 'k', TagValue: 'a#b' }],
  ['a reserved key', document(['aws:x', '']), 'InvalidTag', { TagKey: 'aws:x' }],
  ['eleven tags', document(...eleven), 'BadRequest', {}],
  ['no TagSet', '<Tagging/>', 'MalformedXML', {}],
  ['a tag without a value', '<Tagging><TagSet><Tag><Key>a</Key></Tag></TagSet></Tagging>', 'MalformedXML', {}],
])('parseTagging refuses %s', (_, xml, code, fields) => {
  expect(() => parseTagging(xml)).toThrow(expect.objectContaining({ code, fields }));
});

test.each(['a=1&a=2', 'a=%zz', 'a=b#c'])('parseTaggingHeader refuses %s with the header', (header) => {
  expect(() => parseTaggingHeader(header)).toThrow(
    expect.objectContaining({ code: 'InvalidArgument', fields: { ArgumentName: 'x-amz-tagging', ArgumentValue: header } }),
  );
});

test('parseTaggingHeader refuses eleven tags', () => {
  expect(() => parseTaggingHeader(eleven.map(([key]) => key).join('&'))).toThrow('Object tags cannot be greater than 10');
});

test('a tag named __proto__ is a tag', () => {
  expect(Object.entries(parseTaggingHeader('__proto__=x'))).toEqual([['__proto__', 'x']]);
});
