import fc from 'fast-check';
import { expect, test } from 'vitest';
import { shownUploadId, upstreamUploadId } from './upload-ids.ts';

test('shownUploadId makes letters and digits of any id, and upstreamUploadId the id of them again', () => {
  const id = fc.string({ unit: 'grapheme', minLength: 1 });
  fc.assert(
    fc.property(id, (theirs) => {
      expect(shownUploadId(theirs)).toMatch(/^[0-9A-Za-z]+$/);
      expect(upstreamUploadId(shownUploadId(theirs))).toBe(theirs);
    }),
  );
});

test('shownUploadId leaves letters and digits as they are, but for z', () => {
  expect(shownUploadId('2~aB.z')).toBe('2z7eaBz2ez7a');
});

test('upstreamUploadId knows what is no id', () => {
  for (const text of ['', 'a-b', 'z', 'z2', 'azGG', '\u0000', 'a'.repeat(2000)]) expect(upstreamUploadId(text)).toBeUndefined();
});
