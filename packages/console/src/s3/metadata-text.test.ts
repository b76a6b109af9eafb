import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { metadataHeader, metadataText } from './metadata-text.ts';

describe('metadataText', () => {
  it.each([
    ['plain text', 'plain text'],
    ['=?UTF-8?B?w6nDqA==?=', 'éè'],
    ['=?utf-8?q?a=C3=A9_b?=', 'aé b'],
    ['=?ISO-8859-1?Q?caf=E9?=', 'café'],
    ['=?UTF-8?B?w6k=?= =?UTF-8?B?w6g=?=', 'éè'],
    ['before =?UTF-8?B?w6k=?= behind', 'before é behind'],
  ])('reads %s', (header, text) => {
    expect(metadataText(header)).toBe(text);
  });
  it.each(['=?UTF-8?B?/w==?=', '=?no-such-charset?B?w6k=?=', '=?UTF-8?B?%%%?=', '=?UTF-8?X?w6k=?=', '=?UTF-8?B?w6k='])(
    'leaves %s as it is',
    (header) => expect(metadataText(header)).toBe(header),
  );
});

describe('metadataHeader', () => {
  it('leaves plain text as it is', () => {
    expect(metadataHeader('by hand, 100%')).toBe('by hand, 100%');
  });
  it('is one line of ASCII that says the same text, whatever that is', () => {
    const texts = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.string(),
      fc.constantFrom('a\r\nx-amz-acl: public-read', ' a ', '=?UTF-8?B?w6k=?='),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const header = metadataHeader(text);
        expect(header).toMatch(/^[ -~]*$/);
        expect(metadataText(header)).toBe(text);
      }),
    );
  });
});
