import { describe, expect, test } from 'vitest';
import type { Principal } from './identity/principals.ts';
import type { Authenticated } from './pipeline.ts';
import { type DecisionFacts, requestContext } from './request-context.ts';

const NOW = Date.parse('2026-11-22T12:34:56.789Z');
const site = { region: 'eu-west-1', accountId: '123456789012' };
const policies = { identity: [], boundary: undefined, session: undefined, asksForObjectTags: false };
const ana: Principal = {
  kind: 'user',
  accessKeyId: 'LKIAEXAMPLE',
  arn: 'arn:aws:iam::123456789012:user/ana',
  userId: 'AIDAEXAMPLE',
  name: 'ana',
  principalArn: 'arn:aws:iam::123456789012:user/ana',
  tags: [{ key: 'Team', value: 'blue' }],
  policies,
  asPolicyPrincipal: { kind: 'user', accountId: '123456789012', arn: 'arn:aws:iam::123456789012:user/ana' },
};
const session: Principal = {
  ...ana,
  kind: 'role-session',
  arn: 'arn:aws:sts::123456789012:assumed-role/worker/monday',
  userId: 'AROAEXAMPLE:monday',
  name: 'worker',
  principalArn: 'arn:aws:iam::123456789012:role/worker',
  session: { issuedAt: NOW - 60_000, expiresAt: NOW + 60_000 },
};
const inQuery = {
  authType: 'REST-QUERY-STRING',
  version: 'AWS4-HMAC-SHA256',
  signedAt: NOW - 1500,
  payloadHash: 'UNSIGNED-PAYLOAD',
} as const;

type Facts = { -readonly [Name in keyof Authenticated]?: unknown };
function valuesOf(facts: Facts, more: DecisionFacts = {}): (key: string) => readonly string[] | undefined {
  const request = {
    method: 'GET',
    headers: [],
    peer: { address: '192.0.2.7', secure: true },
    receivedAt: NOW,
    target: { query: [] },
    operation: { name: 'GetObject' },
    principal: ana,
    signature: inQuery,
    ...facts,
  } as unknown as Authenticated;
  const context = requestContext(request, site, more);
  return (key) => context.get(key);
}
const query = (pairs: Record<string, string>) => ({ query: Object.entries(pairs).map(([name, value]) => ({ name, value })) });

describe('the context of a request', () => {
  test('says where it comes from, how and when', () => {
    const value = valuesOf({
      headers: [
        ['user-agent', 'curl/8'],
        ['referer', 'http://example.com/'],
      ],
    });
    expect(
      Object.fromEntries(
        [
          'aws:sourceip',
          'aws:securetransport',
          'aws:currenttime',
          'aws:epochtime',
          'aws:useragent',
          'aws:referer',
          'aws:requestedregion',
          'aws:resourceaccount',
        ].map((key) => [key, value(key)]),
      ),
    ).toEqual({
      'aws:sourceip': ['192.0.2.7'],
      'aws:securetransport': ['true'],
      'aws:currenttime': ['2026-11-22T12:34:56Z'],
      'aws:epochtime': ['1795350896'],
      'aws:useragent': ['curl/8'],
      'aws:referer': ['http://example.com/'],
      'aws:requestedregion': ['eu-west-1'],
      'aws:resourceaccount': ['123456789012'],
    });
  });
  test.each<[string, Principal, Record<string, readonly string[] | undefined>]>([
    [
      'a user',
      ana,
      {
        'aws:username': ['ana'],
        'aws:userid': ['AIDAEXAMPLE'],
        'aws:principaltype': ['User'],
        'aws:principalarn': ['arn:aws:iam::123456789012:user/ana'],
        'aws:principalaccount': ['123456789012'],
        'aws:principaltag/team': ['blue'],
        'aws:principaltag/other': undefined,
        'aws:tokenissuetime': undefined,
      },
    ],
    [
      'a session of a role',
      session,
      {
        'aws:username': undefined,
        'aws:userid': ['AROAEXAMPLE:monday'],
        'aws:principaltype': ['AssumedRole'],
        'aws:principalarn': ['arn:aws:iam::123456789012:role/worker'],
        'aws:tokenissuetime': ['2026-11-22T12:33:56Z'],
      },
    ],
    [
      'root',
      { kind: 'root', accessKeyId: 'ROOT' },
      {
        'aws:principaltype': ['Account'],
        'aws:userid': ['123456789012'],
        'aws:principalarn': ['arn:aws:iam::123456789012:root'],
        'aws:username': undefined,
      },
    ],
    [
      'nobody',
      { kind: 'anonymous' },
      { 'aws:principaltype': ['Anonymous'], 'aws:userid': ['anonymous'], 'aws:principalarn': undefined, 'aws:principalaccount': undefined },
    ],
    [
      'the holder of a token',
      { kind: 'federated', provider: 'arn:…/id.example.com', issuer: 'https://ID.example.com', subject: 'ci', audience: 'us' },
      {
        'id.example.com:sub': ['ci'],
        'id.example.com:aud': ['us'],
        'aws:federatedprovider': ['arn:…/id.example.com'],
        'aws:principalaccount': undefined,
      },
    ],
  ])('says who %s is', (_, principal, expected) => {
    const value = valuesOf({ principal });
    expect(Object.fromEntries(Object.keys(expected).map((key) => [key, value(key)]))).toEqual(expected);
  });
  test('says how it was signed, and how long ago where it is pre-signed', () => {
    const asked = (facts: Facts) => ['s3:authtype', 's3:signatureversion', 's3:signatureage'].map((key) => valuesOf(facts)(key)?.[0]);
    expect(asked({})).toEqual(['REST-QUERY-STRING', 'AWS4-HMAC-SHA256', '1500']);
    expect(asked({ signature: { ...inQuery, authType: 'POST' } })).toEqual(['POST', 'AWS4-HMAC-SHA256', '1500']);
    expect(asked({ signature: { ...inQuery, authType: 'REST-HEADER' } })).toEqual(['REST-HEADER', 'AWS4-HMAC-SHA256', undefined]);
    expect(asked({ signature: { ...inQuery, version: 'AWS', signedAt: undefined } })).toEqual(['REST-QUERY-STRING', 'AWS', '0']);
    // A signer whose clock is ahead has signed nothing in the future.
    expect(asked({ signature: { ...inQuery, signedAt: NOW + 5000 } })[2]).toBe('0');
    expect(asked({ signature: undefined })).toEqual([undefined, undefined, undefined]);
  });
  test('takes prefix, delimiter and max-keys from listings alone', () => {
    const target = query({ prefix: 'a/', delimiter: '/', 'max-keys': '5' });
    const list = valuesOf({ target, operation: { name: 'ListObjects' } });
    expect([list('s3:prefix'), list('s3:delimiter'), list('s3:max-keys')]).toEqual([['a/'], ['/'], ['5']]);
    expect(valuesOf({ target })('s3:prefix')).toBeUndefined();
    expect(valuesOf({ operation: { name: 'ListObjects' } })('s3:prefix')).toBeUndefined();
  });
  test('reads tags of the object as it is, and of the request from the header, the form or the body', () => {
    const existing = valuesOf({}, { objectTags: { Class: 'secret', CLASS: 'other' } });
    expect([existing('s3:existingobjecttag/class'), existing('s3:existingobjecttag/none')]).toEqual([['secret', 'other'], undefined]);
    const header = valuesOf({ headers: [['x-amz-tagging', 'a=1&b=2']] });
    expect([header('s3:requestobjecttag/a'), header('s3:requestobjecttagkeys')]).toEqual([['1'], ['a', 'b']]);
    const xml = '<Tagging><TagSet><Tag><Key>a</Key><Value>3</Value></Tag></TagSet></Tagging>';
    expect(valuesOf({ form: { fields: new Map([['tagging', xml]]) } })('s3:requestobjecttag/a')).toEqual(['3']);
    expect(valuesOf({}, { requestTags: { a: '4' } })('s3:requestobjecttag/a')).toEqual(['4']);
    expect(valuesOf({})('s3:requestobjecttagkeys')).toBeUndefined();
  });
  test('reads x-amz-* keys from the header, or in a URL from the parameter in its place', () => {
    const inHeader = valuesOf({ headers: [['x-amz-acl', 'private']], signature: { ...inQuery, authType: 'REST-HEADER' } });
    expect(inHeader('s3:x-amz-acl')).toEqual(['private']);
    expect(valuesOf({ target: query({ 'X-Amz-Acl': 'private' }) })('s3:x-amz-acl')).toEqual(['private']);
    const unsigned = valuesOf({ target: query({ 'x-amz-acl': 'private' }), signature: { ...inQuery, authType: 'REST-HEADER' } });
    expect(unsigned('s3:x-amz-acl')).toBeUndefined();
  });
  test('never makes a key of what a client sends', () => {
    const sent: [string, string][] = [
      ['aws:username', 'root'],
      ['aws-principaltag-team', 'red'],
      ['aws:principaltag/team', 'red'],
      ['s3:authtype', 'POST'],
      ['x-amz-meta-a', 'b'],
    ];
    const value = valuesOf({
      principal: { kind: 'anonymous' },
      signature: undefined,
      headers: sent,
      target: query(Object.fromEntries(sent)),
    });
    for (const [key] of sent) expect(value(key)).toBeUndefined();
    for (const key of ['s3:x-amz-meta-a', 's3:x-amz-date', 'constructor', '__proto__', '']) expect(value(key)).toBeUndefined();
  });
  test('takes what a call of IAM brings before everything else', () => {
    const more = new Map([['sts:rolesessionname', ['monday']]]);
    expect(valuesOf({}, { more })('sts:rolesessionname')).toEqual(['monday']);
  });
});
