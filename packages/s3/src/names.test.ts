import fc from 'fast-check';
import { expect, test } from 'vitest';
import { S3Error } from './errors.ts';
import { bucketName, isBucketName, MAX_KEY_BYTES, objectKey } from './names.ts';

/** Any code point but half a surrogate pair. */
const character = fc
  .integer({ min: 0, max: 0x10ffff })
  .filter((code) => code < 0xd800 || code > 0xdfff)
  .map((code) => String.fromCodePoint(code));

test.each(['abc', 'a.b.c', 'my-bucket', '123', 'a--b', 'x'.repeat(63), '1.2.3', 'amzn-s3-demo-bucket', 'foo.bar-baz'])(
  'isBucketName accepts %s',
  (name) => {
    expect(isBucketName(name)).toBe(true);
  },
);

test.each([
  '',
  '-',
  'ab',
  'x'.repeat(64),
  'Upper',
  'under_score',
  'a..b',
  '.ab',
  'ab.',
  '-ab',
  'ab-',
  'a.-b',
  'a-.b',
  '192.168.5.4',
  'xn--abc',
  'sthree-abc',
  'abc-s3alias',
  'abc--ol-s3',
  'abc.mrap',
  'abc--x-s3',
  'abc--table-s3',
  'é-bucket',
  'a/b',
  'abc\n',
])('isBucketName refuses %j', (name) => {
  expect(isBucketName(name)).toBe(false);
});

test('bucketName throws InvalidBucketName with the name', () => {
  expect(() => bucketName('No')).toThrow(expect.objectContaining({ code: 'InvalidBucketName', fields: { BucketName: 'No' } }));
  expect(bucketName('yes')).toBe('yes');
});

test('objectKey takes any Unicode of up to 1024 bytes as it is', () => {
  fc.assert(
    fc.property(fc.string({ unit: character, minLength: 1, maxLength: 100 }), (text) => {
      fc.pre(Buffer.byteLength(text) <= MAX_KEY_BYTES);
      expect(objectKey(text)).toBe(text);
    }),
  );
  for (const key of ['../x', '//', '.', '\u0000', 'a\nb', '\u202e', 'x'.repeat(1024), 'é'.repeat(512)]) expect(objectKey(key)).toBe(key);
});

test('objectKey refuses keys of more than 1024 bytes with both sizes', () => {
  for (const [key, size] of [
    ['x'.repeat(1025), '1025'],
    ['日'.repeat(342), '1026'],
  ] as const) {
    expect(() => objectKey(key)).toThrow(
      expect.objectContaining({ code: 'KeyTooLongError', fields: { Size: size, MaxSizeAllowed: '1024' } }),
    );
  }
});

test('objectKey refuses the empty key and half a surrogate pair', () => {
  expect(() => objectKey('')).toThrow(expect.objectContaining({ code: 'InvalidArgument' }));
  expect(() => objectKey('a\ud800b')).toThrow(S3Error);
});
