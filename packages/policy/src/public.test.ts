// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is how policy variables are written
import { describe, expect, test } from 'vitest';
import { parsePolicy } from './document.ts';
import { isPublic } from './public.ts';

describe('isPublic', () => {
  test('is true of a grant to everyone, and not of one to anybody in particular', () => {
    expect(asked({ Principal: '*' })).toBe(true);
    expect(asked({ Principal: { AWS: ['123456789012', '*'] } })).toBe(true);
    expect(asked({ Principal: { AWS: '123456789012' } })).toBe(false);
    expect(asked({ Principal: { Service: 'backup.amazonaws.com' } })).toBe(false);
  });

  test('is not true of what is denied to everyone, nor made false by it', () => {
    expect(asked({ Effect: 'Deny', Principal: '*' })).toBe(false);
    expect(asked({ Principal: '*' }, { Effect: 'Deny', Principal: '*' })).toBe(true);
  });

  test('is true when any one of the grants is public', () => {
    expect(asked({ Principal: { AWS: '123456789012' } }, { Principal: '*' })).toBe(true);
  });

  test.each<[string, Record<string, unknown>]>([
    ['addresses', { IpAddress: { 'aws:SourceIp': ['192.0.2.0/24', '10.0.0.0/8', '2001:db8::/32'] } }],
    ['an account', { StringEquals: { 'aws:PrincipalAccount': '123456789012' } }],
    ['an organisation', { StringLike: { 'aws:PrincipalOrgID': 'o-example' } }],
    ['a principal', { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::123456789012:user/ana' } }],
    ['the sessions of a role', { StringLike: { 'aws:userid': 'AROAAAAAAAAAAAAAAAAAA:*' } }],
    ['a source among other things', { StringEquals: { 'aws:SourceVpce': 'vpce-1' }, Bool: { 'aws:SecureTransport': 'true' } }],
  ])('is not true of a grant to everyone that is pinned to %s', (_, Condition) => {
    expect(asked({ Principal: '*', Condition })).toBe(false);
  });

  test.each<[string, Record<string, unknown>]>([
    ['too many addresses', { IpAddress: { 'aws:SourceIp': ['192.0.2.0/24', '128.0.0.0/7'] } }],
    ['too many addresses of IPv6', { IpAddress: { 'aws:SourceIp': '2000::/31' } }],
    ['all addresses but some', { NotIpAddress: { 'aws:SourceIp': '192.0.2.0/24' } }],
    ['addresses, if there are any', { IpAddressIfExists: { 'aws:SourceIp': '192.0.2.0/24' } }],
    ['addresses of something else', { IpAddress: { 'aws:VpcSourceIp': '10.0.0.0/8' } }],
    ['a pattern of principals', { ArnLike: { 'aws:PrincipalArn': ['arn:aws:iam::123456789012:user/ana', 'arn:aws:iam::*:user/ana'] } }],
    ['a variable', { StringEquals: { 'aws:userid': '${aws:userid}' } }],
    ['every principal but one', { StringNotEquals: { 'aws:PrincipalAccount': '123456789012' } }],
    ['all values of none', { 'ForAllValues:StringEquals': { 'aws:PrincipalAccount': '123456789012' } }],
    ['what anybody can say', { StringEquals: { 'aws:Referer': 'https://example.com' } }],
  ])('is true of a grant to everyone that is pinned to %s', (_, Condition) => {
    expect(asked({ Principal: '*', Condition })).toBe(true);
  });
});

function asked(...statements: object[]): boolean {
  const usual = { Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::b/*' };
  const text = JSON.stringify({ Version: '2012-10-17', Statement: statements.map((statement) => ({ ...usual, ...statement })) });
  const parsed = parsePolicy(text, 'bucket');
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return isPublic(parsed.document);
}
