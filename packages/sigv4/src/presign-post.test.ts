import { describe, expect, test } from 'vitest';
import { type PresignPostOptions, presignPost } from './presign-post.ts';
import { refusalAsS3 } from './refusal-text.ts';
import type { VerifyRules } from './rules.ts';
import { SigningOptionError } from './signing-option-error.ts';
import { checkPostSignature, readPostAuthentication } from './verify-post.ts';

const credentials = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' };
const now = new Date('2015-12-29T00:00:00Z');
const rules: VerifyRules = { now, region: 'us-east-1', service: 's3', sigv2: true };
const make = (options: Partial<PresignPostOptions> = {}) =>
  presignPost({
    bucket: 'inbox',
    region: 'us-east-1',
    credentials,
    expiresIn: '1h',
    now,
    ...(!('keyPrefix' in options) && { key: 'a.txt' }),
    ...options,
  });
const policyOf = (options: Partial<PresignPostOptions>) => JSON.parse(Buffer.from(make(options).fields.policy ?? '', 'base64').toString());
const lowerCase = (fields: Readonly<Record<string, string>>) =>
  new Map(Object.entries(fields).map(([name, value]) => [name.toLowerCase(), value]));

describe('presignPost', () => {
  test('returns address, fields and expiry of a form that verifies', () => {
    const { url, fields, expiresAt } = make({ credentials: { ...credentials, sessionToken: 'token+/=' } });
    expect(url).toBe('https://inbox.s3.amazonaws.com/');
    expect(expiresAt).toEqual(new Date('2015-12-29T01:00:00Z'));
    const form = readPostAuthentication(lowerCase(fields), rules);
    if (form.kind !== 'v4-form') throw new Error(form.kind);
    expect(form).toMatchObject({ accessKeyId: credentials.accessKeyId, sessionToken: 'token+/=', signedAt: now });
    expect(checkPostSignature(form, credentials.secretAccessKey)).toEqual({ ok: true });
  });
  test('posts to the bucket in path style at an endpoint', () => {
    expect(make({ endpoint: 'http://localhost:9000' }).url).toBe('http://localhost:9000/inbox');
  });
  test('states a condition for every field, and the bucket', () => {
    const { expiration, conditions } = policyOf({ fields: { acl: 'private', 'x-amz-meta-a': 'é' }, contentType: 'image/png' });
    expect(expiration).toBe('2015-12-29T01:00:00Z');
    expect(conditions).toEqual([
      { bucket: 'inbox' },
      { key: 'a.txt' },
      { 'Content-Type': 'image/png' },
      { acl: 'private' },
      { 'x-amz-meta-a': 'é' },
      { 'x-amz-algorithm': 'AWS4-HMAC-SHA256' },
      { 'x-amz-credential': `${credentials.accessKeyId}/20151229/us-east-1/s3/aws4_request` },
      { 'x-amz-date': '20151229T000000Z' },
    ]);
  });
  test('leaves key and type open by starts-with, and bounds the size', () => {
    const options = { keyPrefix: 'ada/', contentType: 'image/*', maxSize: 5000, minSize: 1 };
    expect(policyOf(options).conditions.slice(0, 4)).toEqual([
      { bucket: 'inbox' },
      ['starts-with', '$key', 'ada/'],
      ['starts-with', '$Content-Type', 'image/'],
      ['content-length-range', 1, 5000],
    ]);
    expect(make(options).fields.key).toBe(`ada/${'$'}{filename}`);
  });
  test('makes a body whose file comes last, with the type that a condition leaves open', () => {
    const { toFormData, fields } = make({ keyPrefix: 'ada/', contentType: 'image/*' });
    const form = [...toFormData(new File(['x'], 'x.png', { type: 'image/png' }))];
    expect(form.map(([name]) => name)).toEqual(['Content-Type', ...Object.keys(fields), 'file']);
    expect(form[0]).toEqual(['Content-Type', 'image/png']);
    expect([...toFormData(new Blob(['x']), { 'Content-Type': 'image/gif' })].find(([name]) => name === 'Content-Type')?.[1]).toBe(
      'image/gif',
    );
  });

  test.each<[string, Partial<PresignPostOptions>, string]>([
    ['no key', { key: undefined }, 'key'],
    ['key and prefix', { key: 'a', keyPrefix: 'b' }, 'key'],
    ['an empty key', { key: '' }, 'key'],
    ['sizes that exclude each other', { minSize: 2, maxSize: 1 }, 'maxSize'],
    ['a field that breaks a condition', { fields: { acl: 'public-read' }, conditions: [{ acl: 'private' }] }, 'fields'],
    ['a field that breaks a prefix', { fields: { acl: 'public-read' }, conditions: [['starts-with', '$acl', 'private']] }, 'fields'],
    ['the same field in two spellings', { fields: { Key: 'a' } }, 'fields'],
    ['a condition that no form can meet', { conditions: [['eq', '$acl', 'private']] }, 'conditions'],
    ['more than 20 KB', { fields: { 'x-amz-meta-a': 'a'.repeat(20_000) } }, 'fields'],
    ['no time', { expiresIn: 0 }, 'expiresIn'],
    ['no bucket', { bucket: '' }, 'bucket'],
    ['a date that is none', { now: new Date(Number.NaN) }, 'now'],
  ])('refuses %s in a sentence', (_name, options, option) => {
    expect(() => make(options)).toThrow(SigningOptionError);
    expect(() => make(options)).toThrow(expect.objectContaining({ option }));
  });
});

describe('readPostAuthentication', () => {
  const fields = lowerCase(make().fields);
  const answer = (changes: Readonly<Record<string, string | undefined>>, more: Partial<VerifyRules> = {}) => {
    const changed = new Map(
      Object.entries({ ...Object.fromEntries(fields), ...changes }).filter((field): field is [string, string] => field[1] !== undefined),
    );
    const form = readPostAuthentication(changed, { ...rules, ...more });
    if (form.kind !== 'refused') throw new Error(form.kind);
    return refusalAsS3(form.refusal);
  };
  const missing = (name: string) => ({
    code: 'InvalidArgument',
    status: 400,
    message: `Bucket POST must contain a field named '${name}'.  If it is specified, please check the order of the fields.`,
    fields: { ArgumentName: name, ArgumentValue: '' },
  });

  test('finds nobody in a form without a signature, even with a policy', () => {
    expect(readPostAuthentication(new Map([['key', 'k']]), rules)).toEqual({ kind: 'anonymous' });
    expect(readPostAuthentication(new Map([['policy', 'p']]), rules)).toEqual({ kind: 'anonymous' });
  });
  test.each(['X-Amz-Algorithm', 'X-Amz-Credential', 'X-Amz-Date', 'X-Amz-Signature', 'Policy'])('misses %s', (name) => {
    expect(answer({ [name.toLowerCase()]: undefined })).toEqual(missing(name));
  });
  test('misses the algorithm before the credential', () => {
    expect(answer({ 'x-amz-algorithm': undefined, 'x-amz-credential': undefined })).toEqual(missing('X-Amz-Algorithm'));
  });
  test.each([
    ['/us-east-1/', '/eu-west-1/', "the region 'eu-west-1' is wrong; expecting 'us-east-1'", { Region: 'us-east-1' }],
    ['/s3/', '/sns/', 'incorrect service "sns". This endpoint belongs to "s3".', {}],
    ['/20151229/', '/20151228/', 'Invalid credential date "20151228". This date is not the same as X-Amz-Date: "20151229".', {}],
  ])('refuses a credential with %s as %s', (from, to, problem, more) => {
    const credential = fields.get('x-amz-credential')?.replace(from, to);
    const refused = answer({ 'x-amz-credential': credential });
    expect(refused).toMatchObject({ code: 'InvalidArgument', status: 400, fields: { ArgumentName: 'x-amz-credential', ...more } });
    expect(refused.message.endsWith(problem)).toBe(true);
  });
  test('refuses another algorithm and another form of date', () => {
    expect(answer({ 'x-amz-algorithm': 'X' })).toMatchObject({
      code: 'InvalidArgument',
      fields: { ArgumentName: 'x-amz-algorithm', ArgumentValue: 'X' },
    });
    expect(answer({ 'x-amz-date': '2015' })).toMatchObject({
      code: 'InvalidArgument',
      fields: { ArgumentName: 'x-amz-date', ArgumentValue: '2015' },
    });
  });
  test('refuses a form signed in the future, or more than seven days ago', () => {
    const at = (milliseconds: number) => answer({}, { now: new Date(now.getTime() + milliseconds) }).message;
    expect(at(-16 * 60_000)).toBe('Request is not valid yet');
    expect(at(604_800_001)).toBe('Request has expired');
    expect(() => at(604_800_000)).toThrow('v4-form');
  });
  test('reads and checks a form of signature version 2, unless that is off', () => {
    const v2 = new Map([
      ['awsaccesskeyid', credentials.accessKeyId],
      ['policy', 'eyJ4IjoxfQ=='],
      ['signature', 'JmDJn/ckh3mKMueTGKJCOvijbIs='],
    ]);
    const form = readPostAuthentication(v2, rules);
    if (form.kind !== 'v2-form') throw new Error(form.kind);
    expect(checkPostSignature(form, credentials.secretAccessKey)).toEqual({ ok: true });
    expect(checkPostSignature(form, 'another secret').ok).toBe(false);
    expect(readPostAuthentication(v2, { ...rules, sigv2: false })).toEqual({ kind: 'refused', refusal: { kind: 'v2-off' } });
    expect(readPostAuthentication(new Map([['signature', 'x']]), rules)).toMatchObject({
      refusal: { kind: 'post-field-missing', name: 'Policy' },
    });
  });
});

test('checkPostSignature refuses a changed policy, showing the policy as the string to sign and no canonical request', () => {
  const form = readPostAuthentication(new Map([...lowerCase(make().fields), ['policy', 'e30=']]), rules);
  if (form.kind !== 'v4-form') throw new Error(form.kind);
  const checked = checkPostSignature(form, credentials.secretAccessKey);
  if (checked.ok) throw new Error('accepted');
  expect(Object.keys(refusalAsS3(checked.refusal).fields)).toEqual([
    'AWSAccessKeyId',
    'StringToSign',
    'SignatureProvided',
    'StringToSignBytes',
  ]);
  expect(refusalAsS3(checked.refusal).fields).toMatchObject({ StringToSign: 'e30=' });
});
