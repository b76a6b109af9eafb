import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compositeEtag, etagFromHeader, quoteEtag } from './etag.ts';
import { md5Hex } from './md5.ts';

test('md5Hex computes what Node computes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      expect(md5Hex(bytes)).toBe(createHash('md5').update(bytes).digest('hex'));
    }),
  );
});

test('compositeEtag hashes the digests of the parts, as S3 answered for one part', () => {
  const part = createHash('md5').update('abc').digest('hex');
  const expected = createHash('md5')
    .update(Buffer.from(part + part, 'hex'))
    .digest('hex');
  expect(compositeEtag([part, part])).toBe(`${expected}-2`);
});

test('etagFromHeader takes quotes and weakness off', () => {
  expect(['"abc"', 'abc', ' W/"abc" ', '*', '""', '"'].map(etagFromHeader)).toEqual(['abc', 'abc', 'abc', '*', '', '"']);
  expect(quoteEtag('abc')).toBe('"abc"');
});
