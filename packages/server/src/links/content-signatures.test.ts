import { describe, expect, test } from 'vitest';
import { beginsAs, isCheckable, LOOKED_AT_BYTES } from './content-signatures.ts';

const bytes = (...parts: (number | string)[]) =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : Buffer.from([part]))));

/** How files of the type begin, as their formats are published. */
const BEGINNINGS: readonly (readonly [type: string, head: Buffer])[] = [
  ['image/png', bytes(0x89, 'PNG\r\n', 0x1a, '\n', 0, 0, 0, 13, 'IHDR')],
  ['image/jpeg', bytes(0xff, 0xd8, 0xff, 0xe0, 0, 16, 'JFIF')],
  ['image/gif', bytes('GIF89a')],
  ['image/webp', bytes('RIFF', 36, 0, 0, 0, 'WEBPVP8 ')],
  ['image/avif', bytes(0, 0, 0, 32, 'ftypavif', 0, 0, 0, 0, 'avifmif1')],
  ['image/heic', bytes(0, 0, 0, 24, 'ftypheic')],
  ['image/svg+xml', bytes('<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg">')],
  ['application/pdf', bytes('%PDF-1.7\n')],
  ['application/zip', bytes('PK', 3, 4)],
  ['application/gzip', bytes(0x1f, 0x8b, 8)],
  ['application/json', bytes('{"a": "grüße"}')],
  ['video/mp4', bytes(0, 0, 0, 32, 'ftypisom', 0, 0, 2, 0, 'isomiso2avc1mp41')],
  ['video/webm', bytes(0x1a, 0x45, 0xdf, 0xa3)],
  ['audio/mpeg', bytes(0xff, 0xfb, 0x90)],
  ['audio/wav', bytes('RIFF', 36, 0, 0, 0, 'WAVEfmt ')],
  ['text/plain', bytes('Hello\tworld\r\n')],
  ['text/csv', bytes('a;b\n1;2\n')],
];
const PAGE = bytes('<!doctype html><script>alert(1)</script>');

describe('beginsAs', () => {
  test.each(BEGINNINGS)('knows how %s begins', (type, head) => {
    expect(beginsAs(type, head)).toBe(true);
    expect(beginsAs(type, Buffer.concat([head, Buffer.alloc(LOOKED_AT_BYTES)]).subarray(0, LOOKED_AT_BYTES))).toBe(
      !/^text|json|svg/.test(type),
    );
  });

  test.each(BEGINNINGS.filter(([type]) => !type.startsWith('text/') && type !== 'application/json'))('tells a page from %s', (type) => {
    expect(beginsAs(type, PAGE)).toBe(false);
    expect(beginsAs(type, Buffer.alloc(0))).toBe(false);
  });

  test('tells every binary format from every other', () => {
    const binary = BEGINNINGS.filter(([type]) => !/^text|json|svg/.test(type));
    for (const [type] of binary) {
      for (const [other, head] of binary) if (other !== type) expect(beginsAs(type, head), `${other} as ${type}`).toBe(false);
    }
  });

  test('takes text without the bytes that no text has', () => {
    expect(beginsAs('text/plain', bytes('a', 0, 'b'))).toBe(false);
    expect(beginsAs('text/plain', Buffer.from('日本語'))).toBe(true);
    expect(beginsAs('text/plain', bytes(0xff, 0xfe, 'a', 0))).toBe(true);
    expect(beginsAs('text/plain', Buffer.alloc(0))).toBe(true);
  });

  test('says where it does not know', () => {
    for (const type of ['application/x-unheard-of', '', 'constructor', '__proto__']) expect(beginsAs(type, PAGE)).toBeUndefined();
  });
});

test('isCheckable knows types, and patterns of which it knows a type', () => {
  for (const pattern of ['image/png', 'image/*', 'text/*', 'text/markdown', 'video/*']) expect(isCheckable(pattern), pattern).toBe(true);
  for (const pattern of ['application/x-unheard-of', 'model/*', 'toString']) expect(isCheckable(pattern), pattern).toBe(false);
});
