// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is how policy variables are written
import { describe, expect, test } from 'vitest';
import { arnParts, resourceProblem } from './arn.ts';

describe('arnParts', () => {
  test('leaves all colons after the fifth to the resource', () => {
    expect(arnParts('arn:aws:s3:::b/a:b:c')).toEqual(['arn', 'aws', 's3', '', '', 'b/a:b:c']);
    expect(arnParts('arn:aws:iam::123456789012:user/ana')).toEqual(['arn', 'aws', 'iam', '', '123456789012', 'user/ana']);
    expect(arnParts('arn:aws:s3:::')).toEqual(['arn', 'aws', 's3', '', '', '']);
  });

  test.each(['', 'arn', 'arn:aws:s3::b', 'urn:aws:s3:::b', 's3://b/k', ' arn:aws:s3:::b'])('does not take %j for an ARN', (text) => {
    expect(arnParts(text)).toBeUndefined();
  });
});

describe('resourceProblem', () => {
  test.each([
    '*',
    'arn:aws:s3:::b',
    'arn:aws:s3:::*',
    'arn:aws:s3:::b/${aws:username}/*',
    "arn:aws:s3:::b/${aws:username, 'a:b'}",
    'arn:aws:s3:::b/${*}',
    'arn:aws:iam::*:user/?na',
    'arn:aws:s3:*:*:b/a:b',
    'arn:aws:sqs:eu-west-1:123456789012:queue',
    'arn:aws:latchkey:::link/*',
  ])('accepts %s', (text) => {
    expect(resourceProblem(text, true)).toBeUndefined();
  });

  test.each([
    ['', 'ARN'],
    ['b/*', 'ARN'],
    ['arn:aws:s3:b', 'ARN'],
    ['arn:aws:s3:::', 'names no resource'],
    ['arn:*:s3:::b', 'partition'],
    ['arn::s3:::b', 'partition'],
    ['arn:aws-cn:s3:::b', 'partition'],
    ['arn:aws:s3:us-east-1::b', 'no region'],
    ['arn:aws:s3::123456789012:b', 'no account'],
    ['arn:aws:s*:::b', 'service'],
    ['arn:aws:::b:c', 'service'],
    ['arn:aws:S3:::b', 'service'],
    ['arn:aws:s3::${aws:PrincipalAccount}:b', 'fifth colon'],
    ['arn:${aws:a}:s3:::b', 'partition'],
    ['${aws:a}:aws:s3:::b', 'ARN'],
    ['a*:aws:s3:::b', 'ARN'],
    ['**', 'ARN'],
    ['arn:aws:s3:::b/${aws:username', 'not a policy variable'],
  ])('refuses %s', (text, why) => {
    expect(resourceProblem(text, true)).toContain(why);
  });

  test('takes a variable for text before version 2012-10-17', () => {
    expect(resourceProblem('arn:aws:s3:::b/${aws:username', false)).toBeUndefined();
  });
});
