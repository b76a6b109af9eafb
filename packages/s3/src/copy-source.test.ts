import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseCopySource, parseCopySourceRange } from './copy-source.ts';

/** Any code point but half a surrogate pair. */
const character = fc
  .integer({ min: 0, max: 0x10ffff })
  .filter((code) => code < 0xd800 || code > 0xdfff)
  .map((code) => String.fromCodePoint(code));

test.each([
  ['bucket/key', 'key', undefined],
  ['/bucket/key', 'key', undefined],
  ['bucket/a%20b%2Bc+d', 'a b+c+d', undefined],
  ['/bucket/%252F', '%2F', undefined],
  ['bucket%2Fa', 'a', undefined],
  ['bucket//a', '/a', undefined],
  ['bucket/../a', '../a', undefined],
  ['bucket/a%3FversionId=x', 'a?versionId=x', undefined],
  ['bucket/a?b', 'a?b', undefined],
  ['bucket/a?versionId=v%2B1', 'a', 'v+1'],
])('parseCopySource reads %s', (header, key, versionId) => {
  expect(parseCopySource(header)).toEqual({ bucket: 'bucket', key, versionId });
});

test('parseCopySource reads back any key that was percent-encoded once', () => {
  fc.assert(
    fc.property(fc.string({ unit: character, minLength: 1, maxLength: 100 }), (key) => {
      expect(parseCopySource(`/bucket/${encodeURIComponent(key)}`).key).toBe(key);
    }),
  );
});

test.each([
  ['', 'Invalid copy source bucket name'],
  ['/', 'Invalid copy source bucket name'],
  ['No/key', 'Invalid copy source bucket name'],
  ['bucket', 'Invalid copy source object key'],
  ['bucket/', 'Invalid copy source object key'],
  ['bucket/%zz', 'Invalid copy source encoding'],
  ['bucket/%ff', 'Invalid copy source encoding'],
])('parseCopySource refuses %j', (header, message) => {
  expect(() => parseCopySource(header)).toThrow(expect.objectContaining({ code: 'InvalidArgument', message }));
});

test('parseCopySourceRange reads a range inside the source', () => {
  expect(parseCopySourceRange('bytes=0-9', 10)).toEqual({ start: 0, end: 9 });
});

test.each(['bytes=-5', 'bytes=5-', 'bytes=9-0', '0-9', 'bytes=0-1,3-4', ''])('parseCopySourceRange refuses %j', (header) => {
  expect(() => parseCopySourceRange(header, 10)).toThrow(/must be of the form bytes=first-last/);
});

test('parseCopySourceRange refuses a range beyond the source, with its size', () => {
  expect(() => parseCopySourceRange('bytes=0-10', 10)).toThrow('Range specified is not valid for source object of size: 10');
});
