import fc from 'fast-check';
import { expect, test } from 'vitest';
import { S3Error } from './errors.ts';
import { childrenOf, childText, parseXml, parseXmlRoot } from './xml.ts';
import { element, escapeXml, xmlDocument } from './xml-writer.ts';

/** Any code point but half a surrogate pair. */
const character = fc
  .integer({ min: 0, max: 0x10ffff })
  .filter((code) => code < 0xd800 || code > 0xdfff)
  .map((code) => String.fromCodePoint(code));

const refused = (code: string) => expect.objectContaining({ code });

test('parseXml reads elements, text, CDATA and attributes by their local names', () => {
  const root = parseXml(
    '<a:Root xmlns:a="http://s3.amazonaws.com/doc/2006-03-01/" a:x="1"><a:B>one &amp; </a:B><a:B><![CDATA[<two>]]></a:B></a:Root>',
  );
  expect(root).toMatchObject({ name: 'Root', attributes: { x: '1' } });
  expect(childrenOf(root, 'B').map((child) => child.text)).toEqual(['one & ', '<two>']);
  expect(childText(root, 'C')).toBeUndefined();
});

test('parseXml reads bytes with a byte order mark', () => {
  expect(parseXml(Buffer.from('\ufeff<?xml version="1.0" encoding="UTF-8"?>\n<A/>')).name).toBe('A');
});

test.each([
  ['nothing', ''],
  ['text', 'hello'],
  ['two roots', '<A/><B/>'],
  ['an open element', '<A><B></A>'],
  ['a document type', '<!DOCTYPE A><A/>'],
  ['an entity bomb', '<!DOCTYPE A [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;">]><A>&c;</A>'],
  ['an external entity', '<!DOCTYPE A [<!ENTITY b SYSTEM "file:///etc/passwd">]><A>&b;</A>'],
  ['an unknown entity', '<A>&b;</A>'],
  ['a control character', '<A>\u0001</A>'],
  ['a duplicate attribute', '<A b="1" b="2"/>'],
  ['another namespace', '<A xmlns="http://example.com/"/>'],
  ['an undeclared prefix', '<b:A/>'],
  ['seventeen levels', `${'<A>'.repeat(17)}${'</A>'.repeat(17)}`],
])('parseXml refuses %s', (_, document) => {
  expect(() => parseXml(document)).toThrow(refused('MalformedXML'));
});

test('parseXml refuses bytes that are not UTF-8', () => {
  expect(() => parseXml(Buffer.from('<A>é</A>', 'latin1'))).toThrow(refused('MalformedXML'));
  expect(() => parseXml(Buffer.from('\ufeff<A/>', 'utf16le'))).toThrow(refused('MalformedXML'));
});

test('parseXml gives up on a million nested elements at the limit, not at the end', () => {
  expect(() => parseXml('<A>'.repeat(1_000_000))).toThrow(refused('MalformedXML'));
});

test('parseXml holds to the limits it is given', () => {
  expect(() => parseXml('<A><B/><B/></A>', { maxElements: 2 })).toThrow(refused('MalformedXML'));
  expect(() => parseXml('<A/>', { maxBytes: 3 })).toThrow(refused('MaxMessageLengthExceeded'));
});

test('parseXmlRoot refuses another root', () => {
  expect(() => parseXmlRoot('<A/>', 'B')).toThrow(refused('MalformedXML'));
});

test('an element named like a property of objects is an element like any other', () => {
  expect(childText(parseXml('<A><constructor>x</constructor></A>'), 'constructor')).toBe('x');
  expect(parseXml('<A __proto__="x"/>').attributes.toString).toBe(Object.prototype.toString);
});

test('what the writer writes the parser reads: any text that XML 1.0 can hold', () => {
  const text = fc
    .string({ unit: character, maxLength: 60 })
    .filter((value) => !/\p{Cc}|[\ufffe\uffff]/u.test(value))
    .map((value) => `\t${value}\r\n`);
  fc.assert(
    fc.property(fc.array(text), (texts) => {
      const document = xmlDocument(
        'Root',
        texts.map((value) => element('Text', value)),
      );
      expect(parseXml(document).children.map((child) => child.text)).toEqual(texts);
    }),
  );
});

test('what XML 1.0 cannot hold is written as a character reference', () => {
  expect(escapeXml('a\u0001\u001f\ufffe\r\n\t')).toBe('a&#x1;&#x1F;&#xFFFE;&#xD;\n\t');
});

test('element leaves out what is undefined and closes what is empty', () => {
  expect(element('A', [element('B', 1), undefined, element('C', true), element('D', '')])).toBe('<A><B>1</B><C>true</C><D/></A>');
});

test('xmlDocument writes S3’s declaration and namespace', () => {
  expect(xmlDocument('A', '')).toBe('<?xml version="1.0" encoding="UTF-8"?>\n<A xmlns="http://s3.amazonaws.com/doc/2006-03-01/"/>');
});

test('whatever comes, it is an element or refused with an S3Error', () => {
  const token = fc.constantFrom(
    '<',
    '>',
    '/',
    '<A>',
    '</A>',
    '<A/>',
    '&',
    '&lt;',
    '&#1;',
    '<!--',
    '-->',
    '<?',
    '?>',
    '<![CDATA[',
    ']]>',
    '<!DOCTYPE',
    'xmlns=',
    '"',
    ' ',
    'A',
  );
  fc.assert(
    fc.property(fc.array(token, { maxLength: 20 }), (tokens) => {
      try {
        expect(parseXml(tokens.join('')).name).toBe('A');
      } catch (error) {
        expect(error).toBeInstanceOf(S3Error);
      }
    }),
    { numRuns: 1000 },
  );
});
