/**
 * Security test 38: temporary credentials never do more than their role and their session policies both allow, end with whoever began them,
 * and work with their own token only; a token of an issuer is believed with the issuer's own key and algorithm, its own time, and no other.
 */
import { exportJWK, exportSPKI, generateKeyPair, type JWTHeaderParameters, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SigningCredentials } from '../support/independent-signer.ts';
import { allow, call, credentialsOf, deny, done, newRole, newUser, policyOf } from '../support/query-client.ts';
import { testServer } from '../support/test-server.ts';
import { type Answer, anonymous, presigned, presignedV2, send, signed, xmlTexts } from '../support/wire-client.ts';

const ISSUER = 'https://login.example.com/realm';
const FORM = { 'Content-Type': 'application/x-www-form-urlencoded' };
const keys = await generateKeyPair('RS256', { extractable: true });
const strangers = await generateKeyPair('RS256', { extractable: true });
const elliptic = await generateKeyPair('ES256');
const jwk = { ...(await exportJWK(keys.publicKey)), kid: 'one', alg: 'RS256' };
const pem = await exportSPKI(keys.publicKey);
const server = await testServer({
  oidcIssuers: [{ issuer: ISSUER, audiences: ['latchkey'], algorithms: ['RS256'], jwks: { keys: [jwk] } }],
});
afterAll(() => server.close());

const OBJECT = 'arn:aws:s3:::box/key';
const READ = policyOf(allow('s3:GetObject', OBJECT));
const EVERYTHING = policyOf(allow('*', '*'));
const ANYBODY = policyOf({ Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:AssumeRole' });
let user: SigningCredentials;
let reader = '';
let deployer = '';

beforeAll(async () => {
  await send(server, signed(server, 'PUT', '/box'));
  await send(server, signed(server, 'PUT', '/box/key', { body: 'content' }));
  user = await newUser(server, 'ana', policyOf(allow('s3:*', '*'), allow('sts:AssumeRole', '*')));
  reader = await newRole(server, 'reader', ANYBODY, READ);
  const account = xmlTexts((await done(server, 'sts', 'GetCallerIdentity', {})).text, 'Account')[0] ?? '';
  const trust = policyOf({
    Effect: 'Allow',
    Principal: { Federated: `arn:aws:iam::${account}:oidc-provider/login.example.com/realm` },
    Action: 'sts:AssumeRoleWithWebIdentity',
    Condition: { StringEquals: { 'login.example.com/realm:sub': 'ci' } },
  });
  deployer = await newRole(server, 'deployer', trust, READ);
});

const assume = (role: string, by: SigningCredentials | undefined, more: Record<string, string> = {}) =>
  call(server, 'sts', 'AssumeRole', { RoleArn: role, RoleSessionName: 'test', ...more }, by);
const session = async (...args: Parameters<typeof assume>) => {
  const reply = await assume(...args);
  if (reply.status !== 200) throw new Error(reply.text);
  return credentialsOf(reply);
};
const may = async (credentials: SigningCredentials) => {
  const statuses: number[] = [];
  for (const make of [presigned, signed]) {
    statuses.push((await send(server, make(server, 'GET', '/box/key', { credentials }))).status);
    statuses.push((await send(server, make(server, 'PUT', '/box/new', { credentials, body: 'x' }))).status);
  }
  return statuses;
};
const READS = [200, 403, 200, 403];
const NOTHING = [403, 403, 403, 403];

describe('Security test 38: a session policy', () => {
  test('that allows everything adds nothing to the role', async () => {
    expect(await may(await session(reader, user, { Policy: JSON.stringify(EVERYTHING) }))).toEqual(READS);
  });
  test('given by name adds nothing either', async () => {
    const made = await done(server, 'iam', 'CreatePolicy', { PolicyName: 'everything', PolicyDocument: JSON.stringify(EVERYTHING) });
    const arn = xmlTexts(made.text, 'Arn')[0] ?? '';
    expect(await may(await session(reader, user, { 'PolicyArns.member.1.arn': arn }))).toEqual(READS);
  });
  test('that allows something else leaves nothing', async () => {
    expect(await may(await session(reader, user, { Policy: JSON.stringify(policyOf(allow('s3:PutObject', '*'))) }))).toEqual(NOTHING);
  });
  test('that denies takes away', async () => {
    const policy = JSON.stringify(policyOf(allow('*', '*'), deny('s3:GetObject', OBJECT)));
    expect(await may(await session(reader, user, { Policy: policy }))).toEqual(NOTHING);
  });
  test('of one session does not reach another', async () => {
    const [narrow, plain] = [
      await session(reader, user, { Policy: JSON.stringify(policyOf(deny('*', '*'))) }),
      await session(reader, user),
    ];
    expect([await may(narrow), await may(plain)]).toEqual([NOTHING, READS]);
  });
  test('does not widen what calls of IAM and STS may do', async () => {
    const wide = await session(reader, user, { Policy: JSON.stringify(EVERYTHING) });
    for (const [service, action, parameters] of [
      ['iam', 'CreateUser', { UserName: 'mallory' }],
      ['iam', 'CreateAccessKey', { UserName: 'ana' }],
      ['iam', 'PutRolePolicy', { RoleName: 'reader', PolicyName: 'own', PolicyDocument: JSON.stringify(EVERYTHING) }],
      ['latchkey', 'PutGuardrails', { Guardrails: '{}' }],
    ] as const)
      expect((await call(server, service, action, parameters, wide)).error.Code).toBe('AccessDenied');
  });
  test('that is no policy begins no session', async () => {
    for (const Policy of ['{', '[]', '{"Version":"2012-10-17"}', JSON.stringify(policyOf(allow('s3:*', '*', { Principal: '*' })))])
      expect((await assume(reader, user, { Policy })).error.Code).toBe('MalformedPolicyDocument');
  });
});

describe('Security test 38: a child of a child', () => {
  test('has its own role’s rights, not those of the ones before', async () => {
    const writer = await newRole(server, 'writer', ANYBODY, policyOf(allow('s3:PutObject', '*'), allow('sts:AssumeRole', '*')));
    const first = await session(writer, user);
    expect(await may(await session(reader, first))).toEqual(READS);
  });
  test('is only begun by who may assume, whatever the session policy says', async () => {
    const closed = await newRole(
      server,
      'closed',
      policyOf({ Effect: 'Allow', Principal: { AWS: reader }, Action: 'sts:AssumeRole' }),
      EVERYTHING,
    );
    const narrow = await session(reader, user, { Policy: JSON.stringify(policyOf(deny('sts:*', '*'))) });
    expect((await assume(closed, narrow)).error.Code).toBe('AccessDenied');
    expect((await assume(closed, user)).error.Code).toBe('AccessDenied');
  });
  test('lasts an hour at most', async () => {
    const long = await newRole(server, 'long', ANYBODY, policyOf(allow('sts:AssumeRole', '*')));
    await done(server, 'iam', 'UpdateRole', { RoleName: 'long', MaxSessionDuration: '43200' });
    const first = await session(long, user, { DurationSeconds: '43200' });
    expect((await assume(long, first, { DurationSeconds: '3601' })).error.Code).toBe('ValidationError');
    expect((await assume(long, first, { DurationSeconds: '3600' })).status).toBe(200);
  });
  test('ends with the access key at the beginning of the chain', async () => {
    const starter = await newUser(server, 'starter', policyOf(allow('sts:AssumeRole', '*')));
    const chain = await newRole(server, 'chain', ANYBODY, policyOf(allow('sts:AssumeRole', '*'), allow('s3:GetObject', '*')));
    const first = await session(chain, starter);
    const second = await session(chain, first);
    const third = await session(chain, second);
    expect(await may(third)).toEqual(READS);
    await done(server, 'iam', 'UpdateAccessKey', { UserName: 'starter', AccessKeyId: starter.accessKeyId, Status: 'Inactive' });
    for (const one of [first, second, third]) expect(await may(one)).toEqual(NOTHING);
  });
  test('is not to be had from GetSessionToken, of users or of root', async () => {
    for (const by of [user, undefined]) {
      const first = credentialsOf(await done(server, 'sts', 'GetSessionToken', {}, by));
      expect((await call(server, 'sts', 'GetSessionToken', {}, first)).error.Code).toBe('AccessDenied');
    }
    expect((await call(server, 'sts', 'GetSessionToken', {}, await session(reader, user))).error.Code).toBe('AccessDenied');
  });
});

describe('Security test 38: a session token', () => {
  const get = (credentials: SigningCredentials, make = presigned) => send(server, make(server, 'GET', '/box/key', { credentials }));

  test('is refused once its session has ended, also by a second', async () => {
    const one = await session(reader, user, { DurationSeconds: '900' });
    const start = Date.now();
    try {
      server.clock.now = () => start + 890_000;
      const url = presigned(server, 'GET', '/box/key', { credentials: one });
      expect((await send(server, url)).status).toBe(200);
      server.clock.now = () => start + 902_000;
      for (const reply of [await send(server, url), await get(one), await get(one, signed)]) {
        expect([reply.status, reply.error.Code]).toEqual([400, 'ExpiredToken']);
      }
      const whoAmI = await call(server, 'sts', 'GetCallerIdentity', {}, one);
      expect([whoAmI.status, whoAmI.error.Code]).toEqual([403, 'ExpiredToken']);
    } finally {
      server.clock.now = undefined;
    }
  });
  test('of another session, cut, changed or empty is refused', async () => {
    const [one, other] = [await session(reader, user), await session(reader, user)];
    const token = one.sessionToken ?? '';
    const wrong = [
      other.sessionToken ?? '',
      token.slice(0, -1),
      `${token}A`,
      token.toLowerCase(),
      token.replace(/^./, (letter) => (letter === 'A' ? 'B' : 'A')),
      ' ',
      'null',
    ];
    for (const sessionToken of wrong) {
      for (const make of [presigned, signed]) {
        const reply = await get({ ...one, sessionToken }, make);
        expect(reply.status, sessionToken).toBeGreaterThanOrEqual(400);
        expect(['InvalidToken', 'InvalidAccessKeyId']).toContain(reply.error.Code);
      }
    }
    expect((await get(one)).status).toBe(200);
  });
  test('is missed where it is left out, in every way of signing', async () => {
    const { sessionToken: _, ...bare } = await session(reader, user);
    for (const make of [presigned, signed, presignedV2]) {
      const reply = await get(bare, make);
      expect([reply.status, reply.error.Code]).toEqual([403, 'InvalidAccessKeyId']);
    }
  });
  test('that was added behind the signature is not taken', async () => {
    const { sessionToken = '', ...bare } = await session(reader, user);
    const url = presigned(server, 'GET', '/box/key', { credentials: bare });
    const added = { ...url, target: `${url.target}&X-Amz-Security-Token=${encodeURIComponent(sessionToken)}` };
    expect((await send(server, added)).error.Code).toBe('SignatureDoesNotMatch');
  });
  test('with an access key that is not temporary is refused', async () => {
    const { sessionToken = '' } = await session(reader, user);
    for (const make of [presigned, signed]) expect((await get({ ...user, sessionToken }, make)).error.Code).toBe('InvalidToken');
  });
});

const inAnHour = () => Math.floor(Date.now() / 1000) + 3600;
const base64url = (value: unknown) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

function assumeWith(token: string): Promise<Answer> {
  const body = new URLSearchParams({
    Action: 'AssumeRoleWithWebIdentity',
    Version: '2011-06-15',
    RoleArn: deployer,
    RoleSessionName: 'run',
    WebIdentityToken: token,
  }).toString();
  return send(server, anonymous(server, 'POST', '/', { headers: FORM, body }));
}

type Forgery = {
  readonly header?: Partial<JWTHeaderParameters>;
  readonly claims?: Record<string, unknown>;
  readonly key?: Parameters<SignJWT['sign']>[0];
};

function forged({ header = {}, claims = {}, key = keys.privateKey }: Forgery): Promise<string> {
  const all = { sub: 'ci', aud: 'latchkey', iss: ISSUER, iat: Math.floor(Date.now() / 1000), exp: inAnHour(), ...claims };
  const kept = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
  return new SignJWT(kept).setProtectedHeader({ alg: 'RS256', kid: 'one', ...header }).sign(key);
}
const unsigned = (header: object, signature = '') =>
  `${base64url({ kid: 'one', ...header })}.${base64url({ sub: 'ci', aud: 'latchkey', iss: ISSUER, exp: inAnHour() })}.${signature}`;
const asSecret = (text: string) => new TextEncoder().encode(text);

describe('Security test 38: a token of an issuer', () => {
  test('that is right begins a session of the role, and of nothing more', async () => {
    const reply = await assumeWith(await forged({}));
    expect(reply.status).toBe(200);
    expect(await may(credentialsOf(reply))).toEqual(READS);
  });
  test.each<[string, () => string | Promise<string>]>([
    ['with alg none', () => unsigned({ alg: 'none' })],
    ['with alg None, in another case', () => unsigned({ alg: 'NoNe' })],
    ['with no alg', () => unsigned({})],
    ['with alg none and a signature', () => unsigned({ alg: 'none' }, base64url('signature'))],
    ['with RS256 and an empty signature', () => unsigned({ alg: 'RS256' })],
    ['of HS256 with the public key as PEM', () => forged({ header: { alg: 'HS256' }, key: asSecret(pem) })],
    [
      'of HS256 with the public key as PEM, without its last line end',
      () => forged({ header: { alg: 'HS256' }, key: asSecret(pem.trim()) }),
    ],
    ['of HS256 with the public key as JWK', () => forged({ header: { alg: 'HS256' }, key: asSecret(JSON.stringify(jwk)) })],
    ['of HS256 with the modulus', () => forged({ header: { alg: 'HS256' }, key: Buffer.from(jwk.n ?? '', 'base64url') })],
    ['of another algorithm', () => forged({ header: { alg: 'ES256' }, key: elliptic.privateKey })],
    ['of another key', () => forged({ key: strangers.privateKey })],
    [
      'of another key, with that key in its header',
      async () => forged({ header: { jwk: await exportJWK(strangers.publicKey) }, key: strangers.privateKey }),
    ],
    ['of another key, with an address for it', () => forged({ header: { jku: `${ISSUER}/keys` }, key: strangers.privateKey })],
    ['for a key that is not there', () => forged({ header: { kid: 'two' } })],
    [
      'with an extension that must be understood',
      () => forged({ header: { crit: ['exp'], exp: 1 } }).catch(() => unsigned({ alg: 'RS256', crit: ['x'], x: 1 })),
    ],
    ['without exp', () => forged({ claims: { exp: undefined } })],
    ['with an exp that is text', () => forged({ claims: { exp: String(inAnHour()) } })],
    ['with an exp of 1970', () => forged({ claims: { exp: 0 } })],
    ['that has expired', () => forged({ claims: { exp: Math.floor(Date.now() / 1000) - 120 } })],
    ['that is not valid yet', () => forged({ claims: { nbf: inAnHour() } })],
    ['of another issuer', () => forged({ claims: { iss: 'https://elsewhere.example.com' } })],
    ['of the issuer with a slash', () => forged({ claims: { iss: `${ISSUER}/` } })],
    ['for another audience', () => forged({ claims: { aud: 'others' } })],
    ['for no audience', () => forged({ claims: { aud: undefined } })],
    ['of another subject', () => forged({ claims: { sub: 'somebody' } })],
    ['without a subject', () => forged({ claims: { sub: undefined } })],
    ['whose subject is a list', () => forged({ claims: { sub: ['ci'] } })],
    [
      'whose claims were changed',
      async () => (await forged({})).replace(/\.[^.]+\./, `.${base64url({ sub: 'ci', aud: 'latchkey', iss: ISSUER, exp: 9e9 })}.`),
    ],
    ['whose signature was cut', async () => (await forged({})).slice(0, -8)],
    ['that is empty', () => ''],
    ['that is long', () => 'a'.repeat(20_000)],
  ])('%s is refused, and nothing comes of it', async (_, make) => {
    const reply = await assumeWith(await make());
    expect([400, 403], reply.text).toContain(reply.status);
    expect(reply.text).not.toContain('SecretAccessKey');
  });
  test('is no way into any other call', async () => {
    for (const Action of ['ListUsers', 'CreateUser', 'GetSessionToken', 'AssumeRole', 'PutGuardrails']) {
      const body = new URLSearchParams({
        Action,
        WebIdentityToken: await forged({}),
        RoleArn: deployer,
        RoleSessionName: 'run',
      }).toString();
      const reply = await send(server, anonymous(server, 'POST', '/', { headers: FORM, body }));
      expect([reply.status, reply.error.Code]).toEqual([403, 'MissingAuthenticationToken']);
    }
  });
});
