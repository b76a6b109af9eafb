import { expect, test } from 'vitest';
import { checkLocationConstraint, parseCreateBucket } from './create-bucket.ts';

test('parseCreateBucket reads the constraint of an optional body', () => {
  const body =
    '<CreateBucketConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><LocationConstraint>eu-west-1</LocationConstraint></CreateBucketConfiguration>';
  expect(parseCreateBucket(Buffer.from(body))).toEqual({ locationConstraint: 'eu-west-1' });
  expect(parseCreateBucket(Buffer.from('<CreateBucketConfiguration/>'))).toEqual({ locationConstraint: undefined });
  expect(parseCreateBucket(new Uint8Array(0))).toEqual({ locationConstraint: undefined });
  expect(() => parseCreateBucket(Buffer.from('{}'))).toThrow(expect.objectContaining({ code: 'MalformedXML' }));
});

test.each([
  [undefined, 'us-east-1'],
  ['us-east-1', 'us-east-1'],
  ['eu-west-1', 'eu-west-1'],
  ['EU', 'eu-west-1'],
  ['garage', 'garage'],
])('a bucket with constraint %s may be made in %s', (constraint, region) => {
  expect(() => checkLocationConstraint(constraint, region)).not.toThrow();
});

test.each([
  [undefined, 'eu-west-1', 'IllegalLocationConstraintException', /^The unspecified location constraint is incompatible/],
  ['eu-west-1', 'us-east-1', 'IllegalLocationConstraintException', /^The eu-west-1 location constraint is incompatible/],
  ['mars', 'us-east-1', 'InvalidLocationConstraint', 'The specified location-constraint is not valid'],
])('a bucket with constraint %s may not be made in %s', (constraint, region, code, message) => {
  expect(() => checkLocationConstraint(constraint, region)).toThrow(
    expect.objectContaining({ code, message: expect.stringMatching(message) }),
  );
});
