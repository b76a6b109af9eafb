import { describe, expect, it } from 'vitest';
import { csvRows, jsonText, textIn } from './text-preview.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

describe('textIn', () => {
  it('reads UTF-8, also where it is cut in the middle of a character', () => {
    expect(textIn(bytes('März €'), true)).toBe('März €');
    expect(textIn(bytes('März €').slice(0, -1), false)).toBe('März ');
  });
  it('reads UTF-16 by its mark, and what is neither as Western text', () => {
    expect(textIn(new Uint8Array([0xff, 0xfe, 0x41, 0, 0xac, 0x20]), true)).toBe('A€');
    expect(textIn(new Uint8Array([0x4d, 0xe4, 0x72, 0x7a]), true)).toBe('März');
  });
  it('takes nothing for a text that holds zeros', () => {
    expect(textIn(new Uint8Array([0x50, 0x4b, 0, 1]), true)).toBeUndefined();
  });
});

describe('jsonText', () => {
  it('indents JSON, and leaves alone what is none', () => {
    expect(jsonText('{"a":[1]}')).toBe('{\n  "a": [\n    1\n  ]\n}');
    expect(jsonText('{"a":[1')).toBe('{"a":[1');
  });
});

describe('csvRows', () => {
  it('keeps separators, quotes and line ends within quotes', () => {
    expect(csvRows('a,"b,""c""\nd"\r\n1,2\n', true)).toEqual([
      ['a', 'b,"c"\nd'],
      ['1', '2'],
    ]);
  });
  it('finds the separator', () => {
    expect(csvRows('a;b;c\n1,5;2;3', true)).toEqual([
      ['a', 'b', 'c'],
      ['1,5', '2', '3'],
    ]);
    expect(csvRows('a\tb', true)).toEqual([['a', 'b']]);
  });
  it('leaves out what is cut off, and stops where it has enough', () => {
    expect(csvRows('a,b\n1,2\n3,', false)).toEqual([
      ['a', 'b'],
      ['1', '2'],
    ]);
    expect(csvRows('a\nb\nc\n', true, 2)).toEqual([['a'], ['b']]);
  });
});
