import fc from 'fast-check';
import { expect, test } from 'vitest';
import { S3Error } from './errors.ts';
import { checkMinimumSize, checkPostPolicy, parsePostPolicy, tooLarge } from './post-policy.ts';

const encode = (document: unknown) => Buffer.from(typeof document === 'string' ? document : JSON.stringify(document)).toString('base64');
const EXPIRATION = '2026-01-01T00:00:00.000Z';
const now = Date.UTC(2025, 11, 31);
const parse = (...conditions: readonly unknown[]) => parsePostPolicy(encode({ expiration: EXPIRATION, conditions }));
const bucket = { bucket: 'b' };

function check(conditions: readonly unknown[], fields: Record<string, string>): S3Error | undefined {
  try {
    checkPostPolicy(parse(...conditions), { fields: new Map(Object.entries(fields)), bucket: 'b', now });
    return undefined;
  } catch (error) {
    if (error instanceof S3Error) return error;
    throw error;
  }
}

test('parsePostPolicy reads expiry with and without milliseconds', () => {
  expect(parse().expiresAt).toBe(Date.UTC(2026, 0, 1));
  expect(parsePostPolicy(encode({ expiration: '2026-01-01T00:00:00Z', conditions: [] })).expiresAt).toBe(Date.UTC(2026, 0, 1));
});

test.each([
  ['', "Expecting '{' but found End-of-Input"],
  ['*', 'invalid Base64 encoding.'],
  [encode('{'), 'Invalid JSON.'],
  [encode('[]'), 'Invalid JSON.'],
  [encode({ conditions: [] }), 'Policy missing expiration.'],
  [encode({ Expiration: EXPIRATION, conditions: [] }), 'Unexpected: "Expiration"'],
  [encode({ expiration: EXPIRATION }), 'Policy missing conditions.'],
  [encode({ expiration: 'x', conditions: [] }), "Invalid 'expiration' value: 'x'"],
  [encode({ expiration: 5, conditions: [] }), "Invalid 'expiration' value: '5'"],
  [encode({ expiration: '2026-01-01', conditions: [] }), "Invalid 'expiration' value: '2026-01-01'"],
  [encode({ expiration: EXPIRATION, conditions: {} }), "Invalid 'conditions' value: must be a List."],
  [encode({ expiration: EXPIRATION, conditions: [], f: 1 }), 'Unexpected: "f"'],
])('parsePostPolicy refuses %s', (policy, message) => {
  expect(() => parsePostPolicy(policy)).toThrow(
    expect.objectContaining({ code: 'InvalidPolicyDocument', status: 400, message: `Invalid Policy: ${message}` }),
  );
});

test.each([
  [5, 'Invalid condition test: must be a List or Object.'],
  [null, 'Invalid JSON.'],
  [{ a: null }, 'Invalid JSON.'],
  [['eq', '$a', 1], 'Invalid JSON.'],
  [['content-length-range', -1, 10], 'Invalid JSON.'],
  [['content-length-range', 0, 512.5], 'Invalid JSON.'],
  [{}, 'Invalid Simple-Condition: Simple-Conditions must have exactly one property specified.'],
  [{ a: '1', b: '2' }, 'Invalid Simple-Condition: Simple-Conditions must have exactly one property specified.'],
  [{ a: 1 }, 'Invalid Simple-Condition: value must be a string.'],
  [[], 'Invalid Condition: missing operation identifier.'],
  [[5, '$a', 'b'], 'Invalid Condition: missing operation identifier.'],
  [['ends-with', '$a', 'b'], "Invalid Condition: unknown operation 'ends-with'."],
  [['eq', '$a'], 'Invalid eq: wrong number of arguments.'],
  [['content-length-range', 1, 2, 3], 'Invalid content-length-range: wrong number of arguments.'],
])('parsePostPolicy refuses the condition %j', (condition, message) => {
  expect(() => parse(condition)).toThrow(`Invalid Policy: ${message}`);
});

test('sizes are numbers or words for them, and of several ranges the narrowest counts', () => {
  expect(parse(['content-length-range', 1, '10']).sizeRange).toEqual({ min: 1, max: 10 });
  expect(parse(['content-length-range', 0, 10], ['Content-Length-Range', '2', 20]).sizeRange).toEqual({ min: 2, max: 10 });
  expect(parse().sizeRange).toBeUndefined();
});

test.each([
  [[bucket, { key: 'a.txt' }], { key: 'a.txt' }],
  [[bucket, ['eq', '$Key', 'a.txt']], { key: 'a.txt' }],
  [[bucket, ['STARTS-WITH', '$key', 'user/']], { key: 'user/a.txt' }],
  [[bucket, ['starts-with', '$key', '']], { key: 'anything' }],
  [[bucket, ['starts-with', '$Content-Type', 'image/']], { 'content-type': 'image/png, image/gif' }],
  [
    [bucket, ['content-length-range', 0, 10]],
    { 'x-ignore-this': 'x', policy: 'p', 'x-amz-signature': 's', signature: 's', awsaccesskeyid: 'a' },
  ],
])('a form that keeps to %j is accepted', (conditions, fields) => {
  expect(check(conditions, fields as Record<string, string>)).toBeUndefined();
});

test.each([
  [[bucket, { key: 'a' }], { key: 'b' }, 'Policy Condition failed: ["eq", "$key", "a"]'],
  [[bucket, { key: 'a' }], { key: 'A' }, 'Policy Condition failed: ["eq", "$key", "a"]'],
  [[bucket, ['starts-with', '$key', 'user/']], { key: 'other' }, 'Policy Condition failed: ["starts-with", "$key", "user/"]'],
  [[bucket, ['starts-with', '$acl', '']], {}, 'Policy Condition failed: ["starts-with", "$acl", ""]'],
  [
    [bucket, ['starts-with', '$Content-Type', 'image/']],
    { 'content-type': 'image/png,text/html' },
    'Policy Condition failed: ["starts-with", "$Content-Type", "image/"]',
  ],
  [[bucket, ['eq', 'key', 'a']], { key: 'a' }, 'Policy Condition failed: ["eq", "key", "a"]'],
  [[bucket, ['content-length-range', 'test', '10']], {}, 'Policy Condition failed: ["content-length-range", "test", "10"]'],
  [[{ bucket: 'other' }], {}, 'Policy Condition failed: ["eq", "$bucket", "other"]'],
  [[bucket], { key: 'a' }, 'Extra input fields: key'],
  [[{ key: 'a' }], { key: 'a' }, 'Extra input fields: bucket'],
  [[bucket], { 'x-amz-credential': 'c' }, 'Extra input fields: x-amz-credential'],
])('a form that breaks %j is refused', (conditions, fields, message) => {
  expect(check(conditions, fields as unknown as Record<string, string>)).toMatchObject({
    code: 'AccessDenied',
    status: 403,
    message: `Invalid according to Policy: ${message}`,
  });
});

test('a policy is over at its expiry', () => {
  const form = { fields: new Map<string, string>(), bucket: 'b' };
  expect(() => checkPostPolicy(parse(bucket), { ...form, now: Date.UTC(2026, 0, 1) })).toThrow(
    'Invalid according to Policy: Policy expired.',
  );
  expect(() => checkPostPolicy(parse(bucket), { ...form, now: Date.UTC(2026, 0, 1) - 1 })).not.toThrow();
});

test('a file outside the size range is refused with both sizes', () => {
  const policy = parse(['content-length-range', 5, 10]);
  expect(() => checkMinimumSize(policy, 5)).not.toThrow();
  expect(() => checkMinimumSize(policy, 4)).toThrow(
    expect.objectContaining({ code: 'EntityTooSmall', fields: { ProposedSize: '4', MinSizeAllowed: '5' } }),
  );
  expect(tooLarge(10, 11)).toMatchObject({ code: 'EntityTooLarge', status: 400, fields: { ProposedSize: '11', MaxSizeAllowed: '10' } });
});

test('whatever document comes, it is a policy or refused with an S3Error', () => {
  const conditions = fc.array(
    fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.tuple(fc.constantFrom('eq', 'starts-with'), fc.jsonValue(), fc.jsonValue())),
  );
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), fc.record({ expiration: fc.constantFrom(EXPIRATION, 'x', 1), conditions })), (document) => {
      try {
        checkPostPolicy(parsePostPolicy(encode(document)), { fields: new Map([['key', 'a']]), bucket: 'b', now });
      } catch (error) {
        expect(error).toBeInstanceOf(S3Error);
      }
    }),
    { numRuns: 300 },
  );
});
