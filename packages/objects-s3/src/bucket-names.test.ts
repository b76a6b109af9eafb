import { bucketName } from '@latchkey/s3/names';
import { expect, test } from 'vitest';
import { fixedNames, prefixedNames } from './bucket-names.ts';

test('prefixedNames shows what begins with the prefix, without it', () => {
  const names = prefixedNames('acme-');
  expect(names.theirs(bucketName('photos'))).toBe('acme-photos');
  expect(names.ours('acme-photos')).toBe('photos');
  for (const foreign of ['photos', 'acme-', 'acme-x', 'acme-Photos']) expect(names.ours(foreign)).toBeUndefined();
});

test('fixedNames shows the named ones, and is NoSuchBucket for any other', () => {
  const names = fixedNames(new Map([[bucketName('photos'), 'Old_Bucket']]));
  expect(names.theirs(bucketName('photos'))).toBe('Old_Bucket');
  expect(names.ours('Old_Bucket')).toBe('photos');
  expect(names.ours('photos')).toBeUndefined();
  expect(() => names.theirs(bucketName('films'))).toThrow(
    expect.objectContaining({ code: 'NoSuchBucket', fields: { BucketName: 'films' } }),
  );
});
