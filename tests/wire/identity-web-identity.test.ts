/** A role for who brings a token of a configured issuer, and for nobody else. */
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll, describe, expect, test } from 'vitest';
import { parseOidcIssuers } from '../../packages/server/src/identity/sts/oidc-issuers.ts';
import { allow, credentialsOf, newRole, policyOf } from '../support/query-client.ts';
import { testServer } from '../support/test-server.ts';
import { type Answer, anonymous, presigned, send, signed, xmlTexts } from '../support/wire-client.ts';

const ISSUER = 'https://login.example.com/realm';
const keys = await generateKeyPair('RS256');
const strangers = await generateKeyPair('RS256');
const jwk = { ...(await exportJWK(keys.publicKey)), kid: 'one', alg: 'RS256' };
const server = await testServer({
  oidcIssuers: [{ issuer: ISSUER, audiences: ['latchkey'], algorithms: ['RS256'], jwks: { keys: [jwk] } }],
});
afterAll(() => server.close());

const account = async () =>
  xmlTexts(
    (
      await send(
        server,
        signed(server, 'POST', '/', {
          service: 'sts',
          headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
          body: 'Action=GetCallerIdentity&Version=2011-06-15',
        }),
      )
    ).text,
    'Account',
  )[0] ?? '';
const trust = {
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: { Federated: `arn:aws:iam::${await account()}:oidc-provider/login.example.com/realm` },
      Action: 'sts:AssumeRoleWithWebIdentity',
      Condition: { StringEquals: { 'login.example.com/realm:sub': 'ci' } },
    },
  ],
};
const role = await newRole(server, 'deployer', trust, policyOf(allow('s3:ListAllMyBuckets', '*')));

type Claims = { readonly sub?: string; readonly aud?: string; readonly iss?: string; readonly exp?: number | null };
const inAnHour = () => Math.floor(Date.now() / 1000) + 3600;

async function token(
  { sub = 'ci', aud = 'latchkey', iss = ISSUER, exp = inAnHour() }: Claims = {},
  key = keys.privateKey,
): Promise<string> {
  const jwt = new SignJWT(exp === null ? {} : { exp }).setProtectedHeader({ alg: 'RS256', kid: 'one' });
  return jwt.setSubject(sub).setAudience(aud).setIssuer(iss).setIssuedAt().sign(key);
}

function assume(webIdentityToken: string): Promise<Answer> {
  const body = new URLSearchParams({
    Action: 'AssumeRoleWithWebIdentity',
    Version: '2011-06-15',
    RoleArn: role,
    RoleSessionName: 'run',
    WebIdentityToken: webIdentityToken,
  }).toString();
  return send(server, anonymous(server, 'POST', '/', { headers: { 'Content-Type': 'application/x-www-form-urlencoded' }, body }));
}

const base64url = (value: unknown) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

describe('AssumeRoleWithWebIdentity', () => {
  test('gives credentials for a token of the issuer, which work', async () => {
    const reply = await assume(await token());
    expect([reply.status, ...xmlTexts(reply.text, 'SubjectFromWebIdentityToken')]).toEqual([200, 'ci']);
    expect((await send(server, presigned(server, 'GET', '/', { credentials: credentialsOf(reply) }))).status).toBe(200);
  });
  test.each<readonly [string, () => Promise<string>, string]>([
    ['of another subject', () => token({ sub: 'somebody' }), 'AccessDenied'],
    ['for another audience', () => token({ aud: 'others' }), 'InvalidIdentityToken'],
    ['of another issuer', () => token({ iss: 'https://elsewhere.example.com' }), 'InvalidIdentityToken'],
    ['signed with another key', () => token({}, strangers.privateKey), 'InvalidIdentityToken'],
    ['that has expired', () => token({ exp: Math.floor(Date.now() / 1000) - 120 }), 'ExpiredTokenException'],
    ['without exp', () => token({ exp: null }), 'InvalidIdentityToken'],
    [
      'with alg none',
      async () => `${base64url({ alg: 'none' })}.${base64url({ iss: ISSUER, sub: 'ci', aud: 'latchkey', exp: inAnHour() })}.`,
      'InvalidIdentityToken',
    ],
    [
      'signed with HS256 and the public key',
      async () => {
        const secret = new TextEncoder().encode(JSON.stringify(jwk));
        const jwt = new SignJWT({}).setProtectedHeader({ alg: 'HS256', kid: 'one' });
        return jwt.setSubject('ci').setAudience('latchkey').setIssuer(ISSUER).setExpirationTime(inAnHour()).sign(secret);
      },
      'InvalidIdentityToken',
    ],
    ['that is none', async () => 'a.b.c', 'InvalidIdentityToken'],
  ])('refuses a token %s', async (_which, make, code) => {
    const reply = await assume(await make());
    expect(reply.error.Code).toBe(code);
    expect(reply.text).not.toContain('SecretAccessKey');
  });
});

test('issuers with symmetric algorithms, secret keys or none are not taken into the configuration', () => {
  const good = { issuer: ISSUER, audiences: ['a'], algorithms: ['RS256'], jwks: { keys: [jwk] } };
  expect(parseOidcIssuers(JSON.stringify([good]))).toEqual([good]);
  for (const bad of [
    { algorithms: ['HS256'] },
    { algorithms: ['none'] },
    { algorithms: [] },
    { audiences: [] },
    { jwks: { keys: [] } },
    { jwks: { keys: [{ kty: 'oct', k: 'x' }] } },
  ])
    expect(() => parseOidcIssuers(JSON.stringify([{ ...good, ...bad }]))).toThrow('Issuer number 1');
});
