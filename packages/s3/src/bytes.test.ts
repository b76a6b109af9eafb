import fc from 'fast-check';
import { expect, test } from 'vitest';
import { base64FromBytes, base64UrlFromBytes, bytesFromBase64, bytesFromBase64Url, bytesFromHex, hexFromBytes } from './bytes.ts';

test('bytes come back from base64, base64url and hex as they went in', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      expect(base64FromBytes(bytes)).toBe(Buffer.from(bytes).toString('base64'));
      expect(base64UrlFromBytes(bytes)).toBe(Buffer.from(bytes).toString('base64url'));
      expect(bytesFromBase64(base64FromBytes(bytes))).toEqual(bytes);
      expect(bytesFromBase64Url(base64UrlFromBytes(bytes))).toEqual(bytes);
      expect(bytesFromHex(hexFromBytes(bytes))).toEqual(bytes);
    }),
  );
});

test.each(['A', 'AAA', 'AB==', 'AA=A', 'AA==\n', 'A-A=', 'é', ' '])('bytesFromBase64 refuses %j', (text) => {
  expect(bytesFromBase64(text)).toBeUndefined();
});

test.each(['A', 'AA==', 'A+A', 'A/A'])('bytesFromBase64Url refuses %j', (text) => {
  expect(bytesFromBase64Url(text)).toBeUndefined();
});
