// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is how policy variables are written
import { describe, expect, test } from 'vitest';
import type { Access } from './access.ts';
import { compilePolicy } from './compile.ts';
import { parsePolicy } from './document.ts';
import { evaluate, evaluateTrust } from './evaluate.ts';
import type { PolicyPlace } from './limits.ts';
import type { Principal } from './principals.ts';
import { simulate } from './simulate.ts';

const ACCOUNT = '123456789012';
const ROOT_ARN = `arn:aws:iam::${ACCOUNT}:root`;
const ANA_ARN = `arn:aws:iam::${ACCOUNT}:user/ana`;
const ROLE_ARN = `arn:aws:iam::${ACCOUNT}:role/reader`;
const SESSION_ARN = `arn:aws:sts::${ACCOUNT}:assumed-role/reader/monday`;

const ANONYMOUS: Principal = { kind: 'anonymous' };
const ROOT: Principal = { kind: 'root', accountId: ACCOUNT };
const ANA: Principal = { kind: 'user', accountId: ACCOUNT, arn: ANA_ARN, uniqueId: 'AIDAAAAAAAAAAAAAAAAAA' };
const SESSION: Principal = {
  kind: 'role-session',
  accountId: ACCOUNT,
  arn: SESSION_ARN,
  roleArn: ROLE_ARN,
  roleUniqueId: 'AROAAAAAAAAAAAAAAAAAA',
};
const TOKEN: Principal = { kind: 'federated', provider: 'id.example.com' };

const GET = { Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::b/*' };
const DENY_GET = { ...GET, Effect: 'Deny' };
const OTHER = { ...GET, Action: 's3:PutObject' };

describe('evaluate', () => {
  test('denies by default, naming what was missing', () => {
    const decision = asked(ANA, {});
    expect(decision).toMatchObject({ effect: 'deny', reason: 'implicit-deny', layer: 'identity', statement: undefined });
    expect(decision.explanation).toBe(`No identity policy allows ${ANA_ARN} s3:GetObject on arn:aws:s3:::b/k.`);
  });

  test('allows by an identity policy, naming the statement', () => {
    const decision = asked(ANA, { identityPolicies: [identity(OTHER), identity(OTHER, { ...GET, Sid: 'Read' })] });
    expect(decision).toMatchObject({
      effect: 'allow',
      reason: 'allowed',
      layer: 'identity',
      statement: { policy: 'p', sid: 'Read', index: 1 },
    });
    expect(decision.explanation).toBe(`Statement "Read" of the identity policy "p" allows ${ANA_ARN} s3:GetObject on arn:aws:s3:::b/k.`);
  });

  test('denies by a Deny in any of the policies, whatever allows', () => {
    const all: Parts = {
      identityPolicies: [identity(GET)],
      resourcePolicy: bucket({ ...GET, Principal: '*' }),
      permissionsBoundary: identity(GET),
      sessionPolicies: [identity(GET)],
      ceilings: [identity(GET)],
    };
    expect(asked(ANA, all).effect).toBe('allow');
    const denials: [string, Parts][] = [
      ['identity', { identityPolicies: [identity(GET), identity(GET, DENY_GET)] }],
      ['resource', { resourcePolicy: bucket({ ...GET, Principal: '*' }, { ...DENY_GET, Principal: { AWS: ANA_ARN } }) }],
      ['boundary', { permissionsBoundary: identity(GET, DENY_GET) }],
      ['session', { sessionPolicies: [identity(GET), identity(DENY_GET)] }],
      ['ceiling', { ceilings: [identity(GET), identity(GET, DENY_GET)] }],
    ];
    for (const [layer, parts] of denials) {
      expect(asked(ANA, { ...all, ...parts })).toMatchObject({ effect: 'deny', reason: 'explicit-deny', layer });
    }
  });

  test('matches actions in any case and resources by case', () => {
    const policy = identity({ ...GET, Action: 'S3:GETobject' });
    expect(asked(ANA, { identityPolicies: [policy] }, { action: 's3:getOBJECT' }).effect).toBe('allow');
    expect(asked(ANA, { identityPolicies: [policy] }, { resource: 'arn:aws:s3:::B/k' }).effect).toBe('deny');
  });

  test.each(['a:b', 'a/b', ':', '/', 'a/b:c/d:e', '*', '?', '${*}', '$', ' ', 'ü', '😀', '../x', 'a\nb'])(
    'holds a Deny on b/* against the key %j',
    (key) => {
      const identityPolicies = [identity({ ...GET, Resource: '*' }, DENY_GET)];
      expect(asked(ANA, { identityPolicies }, { resource: `arn:aws:s3:::b/${key}` }).reason).toBe('explicit-deny');
      expect(asked(ANA, { identityPolicies }, { resource: `arn:aws:s3:::bb/${key}` }).reason).toBe('allowed');
    },
  );

  test('gives NotAction and NotResource all but what they list', () => {
    const butSecret = identity({ Effect: 'Allow', NotAction: 'iam:*', NotResource: ['arn:aws:s3:::secret', 'arn:aws:s3:::secret/*'] });
    expect(asked(ANA, { identityPolicies: [butSecret] }).effect).toBe('allow');
    expect(asked(ANA, { identityPolicies: [butSecret] }, { action: 'iam:CreateUser' }).effect).toBe('deny');
    expect(asked(ANA, { identityPolicies: [butSecret] }, { resource: 'arn:aws:s3:::secret/x' }).effect).toBe('deny');
  });

  test('gives each user a folder by a variable, and none to whom the variable does not exist for', () => {
    const own = identity({ ...GET, Resource: 'arn:aws:s3:::b/${aws:username}/*' });
    const resource = 'arn:aws:s3:::b/ana/x';
    expect(asked(ANA, { identityPolicies: [own] }, { resource, context: new Map([['aws:username', ['ana']]]) }).effect).toBe('allow');
    expect(asked(ANA, { identityPolicies: [own] }, { resource, context: new Map([['aws:username', ['bob']]]) }).effect).toBe('deny');
    expect(asked(ANA, { identityPolicies: [own] }, { resource, context: new Map([['aws:username', ['*']]]) }).effect).toBe('deny');
    expect(asked(SESSION, { identityPolicies: [own] }, { resource }).effect).toBe('deny');
  });

  test('does not take NotResource of nobody for everything, except in a Deny', () => {
    const NotResource = 'arn:aws:s3:::b/${aws:username}/*';
    const statement = { Effect: 'Allow', Action: '*', NotResource };
    expect(asked(SESSION, { identityPolicies: [identity(statement)] }).reason).toBe('implicit-deny');
    expect(asked(SESSION, { identityPolicies: [identity(GET, { ...statement, Effect: 'Deny' })] }).reason).toBe('explicit-deny');
  });

  test('decides by patterns of fifty stars and keys of a thousand characters', () => {
    const fifty = identity(
      { ...GET, Resource: `arn:aws:s3:::b/${'*a'.repeat(50)}` },
      { ...DENY_GET, Resource: `arn:aws:s3:::b/${'*a'.repeat(50)}*b` },
    );
    const resource = `arn:aws:s3:::b/${'a'.repeat(1000)}`;
    expect(asked(ANA, { identityPolicies: [fifty] }, { resource }).reason).toBe('allowed');
    expect(asked(ANA, { identityPolicies: [fifty] }, { resource: `${resource}b` }).reason).toBe('explicit-deny');
    expect(asked(ANA, { identityPolicies: [fifty] }, { resource: `${resource}c` }).reason).toBe('implicit-deny');
  });

  test('asks all conditions of a statement', () => {
    const Condition = { NumericLessThan: { 's3:signatureAge': 900_000 }, StringEquals: { 's3:authType': ['POST', 'REST-QUERY-STRING'] } };
    const identityPolicies = [identity({ ...GET, Condition })];
    const context = (age: string, type: string) =>
      new Map([
        ['s3:signatureage', [age]],
        ['s3:authtype', [type]],
      ]);
    expect(asked(ANA, { identityPolicies }, { context: context('1000', 'POST') }).effect).toBe('allow');
    expect(asked(ANA, { identityPolicies }, { context: context('900000', 'POST') }).effect).toBe('deny');
    expect(asked(ANA, { identityPolicies }, { context: context('1000', 'REST-HEADER') }).effect).toBe('deny');
  });
});

describe('a permissions boundary and session policies', () => {
  test('limit what identity policies allow, and allow nothing themselves', () => {
    for (const [layer, limits] of [
      ['boundary', { permissionsBoundary: identity(OTHER) }],
      ['session', { sessionPolicies: [identity(OTHER)] }],
      ['session', { sessionPolicies: [] }],
    ] as [string, Parts][]) {
      expect(asked(SESSION, { identityPolicies: [identity(GET)], ...limits })).toMatchObject({ reason: 'implicit-deny', layer });
    }
    expect(asked(SESSION, { permissionsBoundary: identity(GET), sessionPolicies: [identity(GET)] })).toMatchObject({
      reason: 'implicit-deny',
      layer: 'identity',
    });
  });

  test('allow together what all of them allow; of several session policies one is enough', () => {
    const limits = { permissionsBoundary: identity(GET), sessionPolicies: [identity(OTHER), identity(GET)] };
    expect(asked(SESSION, { identityPolicies: [identity(GET)], ...limits })).toMatchObject({ reason: 'allowed', layer: 'identity' });
  });

  const BOUNDED: Parts = { permissionsBoundary: identity(OTHER) };
  const NARROWED: Parts = { sessionPolicies: [] };

  test.each<[string, Principal, unknown, Parts, string]>([
    ['a user by ARN', ANA, { AWS: ANA_ARN }, {}, 'allowed'],
    ['a user by ARN, past the boundary', ANA, { AWS: ANA_ARN }, BOUNDED, 'allowed'],
    ['a user by unique id, past the boundary', ANA, { AWS: 'AIDAAAAAAAAAAAAAAAAAA' }, BOUNDED, 'allowed'],
    ['everyone, past both limits', ANA, '*', { ...BOUNDED, ...NARROWED }, 'allowed'],
    ['a user whose session is narrowed', ANA, { AWS: ANA_ARN }, NARROWED, 'session'],
    [
      'a user whose session is narrowed, within the boundary',
      ANA,
      { AWS: ANA_ARN },
      { ...BOUNDED, sessionPolicies: [identity(GET)] },
      'boundary',
    ],
    ['a session by its own ARN, past both limits', SESSION, { AWS: SESSION_ARN }, { ...BOUNDED, ...NARROWED }, 'allowed'],
    ['a role', SESSION, { AWS: ROLE_ARN }, {}, 'allowed'],
    ['a role by unique id', SESSION, { AWS: 'AROAAAAAAAAAAAAAAAAAA' }, {}, 'allowed'],
    ['a role, within the boundary', SESSION, { AWS: ROLE_ARN }, BOUNDED, 'boundary'],
    ['a role, within session policies', SESSION, { AWS: ROLE_ARN }, NARROWED, 'session'],
    ['the account of a user', ANA, { AWS: ACCOUNT }, {}, 'identity'],
    ['the account of a session', SESSION, { AWS: ROOT_ARN }, {}, 'identity'],
    ['another account', ANA, { AWS: '999999999999' }, {}, 'identity'],
    ['a service', ANA, { Service: 'backup.amazonaws.com' }, {}, 'identity'],
  ])('bear on a bucket policy that names %s', (_, principal, named, limits, outcome) => {
    const decision = asked(principal, { ...limits, resourcePolicy: bucket({ ...GET, Principal: named }) });
    expect(outcome === 'allowed' ? decision.reason : decision.layer).toBe(outcome);
    expect(decision.effect).toBe(outcome === 'allowed' ? 'allow' : 'deny');
  });

  test('do not stop an identity policy from allowing what a bucket policy leaves to the account', () => {
    const parts = { identityPolicies: [identity(GET)], resourcePolicy: bucket({ ...GET, Principal: { AWS: ACCOUNT } }) };
    expect(asked(ANA, parts)).toMatchObject({ reason: 'allowed', layer: 'identity' });
    expect(asked(ANA, { ...parts, ...BOUNDED })).toMatchObject({ reason: 'implicit-deny', layer: 'boundary' });
  });
});

describe('ceilings', () => {
  test('have to allow, each of them, whoever grants and whoever asks', () => {
    const granted = { identityPolicies: [identity(GET)], resourcePolicy: bucket({ ...GET, Principal: '*' }) };
    for (const principal of [ANA, SESSION, ROOT, ANONYMOUS]) {
      expect(asked(principal, { ...granted, ceilings: [identity(GET), identity(GET)] }).effect).toBe('allow');
      expect(asked(principal, { ...granted, ceilings: [identity(GET), identity(OTHER)] })).toMatchObject({
        reason: 'implicit-deny',
        layer: 'ceiling',
      });
      expect(asked(principal, { ...granted, ceilings: [] }).effect).toBe('allow');
    }
    expect(asked(ANA, { ceilings: [identity(GET)] })).toMatchObject({ reason: 'implicit-deny', layer: 'identity' });
  });
});

describe('principals', () => {
  test('anonymous is allowed by "Principal": "*" in the resource policy, and by nothing else', () => {
    for (const everyone of ['*', { AWS: '*' }, { AWS: ['*', ANA_ARN] }]) {
      expect(asked(ANONYMOUS, { resourcePolicy: bucket({ ...GET, Principal: everyone }) }).effect).toBe('allow');
    }
    for (const named of [{ AWS: ACCOUNT }, { AWS: ANA_ARN }, { Service: 's3.amazonaws.com' }, { Federated: 'id.example.com' }]) {
      expect(asked(ANONYMOUS, { resourcePolicy: bucket({ ...GET, Principal: named }) })).toMatchObject({
        reason: 'implicit-deny',
        layer: 'resource',
      });
    }
    expect(asked(ANONYMOUS, {})).toMatchObject({ reason: 'implicit-deny', layer: 'resource' });
  });

  test('root may do what nobody denies', () => {
    expect(asked(ROOT, {})).toMatchObject({ effect: 'allow', layer: undefined, statement: undefined });
    for (const struck of ['*', { AWS: ACCOUNT }, { AWS: ROOT_ARN }]) {
      expect(asked(ROOT, { resourcePolicy: bucket({ ...DENY_GET, Principal: struck }) }).reason).toBe('explicit-deny');
    }
    expect(asked(ROOT, { resourcePolicy: bucket({ ...DENY_GET, Principal: { AWS: ANA_ARN } }) }).effect).toBe('allow');
  });

  test('a Deny strikes everyone it names, by any of their names', () => {
    const identityPolicies = [identity(GET)];
    const strikes = (principal: Principal, named: unknown) =>
      asked(principal, { identityPolicies, resourcePolicy: bucket({ ...DENY_GET, Principal: named }) }).effect === 'deny';
    for (const named of ['*', { AWS: ACCOUNT }, { AWS: ROOT_ARN }, { AWS: ANA_ARN }, { AWS: 'AIDAAAAAAAAAAAAAAAAAA' }])
      expect(strikes(ANA, named)).toBe(true);
    for (const named of ['*', { AWS: ACCOUNT }, { AWS: ROLE_ARN }, { AWS: SESSION_ARN }, { AWS: 'AROAAAAAAAAAAAAAAAAAA' }])
      expect(strikes(SESSION, named)).toBe(true);
    expect(strikes(ANA, { AWS: ROLE_ARN })).toBe(false);
    expect(strikes(SESSION, { AWS: `${SESSION_ARN}x` })).toBe(false);
    expect(strikes(SESSION, { AWS: ANA_ARN })).toBe(false);
  });

  test('NotPrincipal spares only those whose account, role and self it lists, as on AWS', () => {
    const identityPolicies = [identity(GET)];
    const spared = (principal: Principal, named: unknown, parts: Parts = {}) =>
      asked(principal, { identityPolicies, resourcePolicy: bucket({ ...DENY_GET, NotPrincipal: named }), ...parts }).effect === 'allow';
    expect(spared(ANA, { AWS: [ANA_ARN, ACCOUNT] })).toBe(true);
    expect(spared(ANA, { AWS: [ANA_ARN, ROOT_ARN] })).toBe(true);
    expect(spared(ANA, { AWS: ANA_ARN })).toBe(false);
    expect(spared(ANA, { AWS: ACCOUNT })).toBe(false);
    expect(spared(SESSION, { AWS: [ACCOUNT, ROLE_ARN, SESSION_ARN] })).toBe(true);
    expect(spared(SESSION, { AWS: [ACCOUNT, ROLE_ARN] })).toBe(false);
    expect(spared(SESSION, { AWS: [ACCOUNT, SESSION_ARN] })).toBe(false);
    expect(spared(SESSION, { AWS: [ROLE_ARN, SESSION_ARN] })).toBe(false);
    expect(spared(ROOT, { AWS: ACCOUNT })).toBe(true);
    expect(spared(ROOT, { AWS: ANA_ARN })).toBe(false);
    expect(spared(ANA, { AWS: [ANA_ARN, ACCOUNT] }, { permissionsBoundary: identity(GET) })).toBe(false);
    expect(
      asked(ANONYMOUS, { resourcePolicy: bucket({ ...GET, Principal: '*' }, { ...DENY_GET, NotPrincipal: { AWS: ACCOUNT } }) }).effect,
    ).toBe('deny');
  });

  test('a policy of an identity, put by mistake where a resource policy belongs, allows nobody', () => {
    expect(asked(ANA, { resourcePolicy: identity(GET) }).effect).toBe('deny');
    expect(asked(ANONYMOUS, { resourcePolicy: identity(GET) }).effect).toBe('deny');
    expect(asked(ROOT, { resourcePolicy: identity(DENY_GET) }).effect).toBe('deny');
  });
});

describe('evaluateTrust', () => {
  const ASSUME = { Effect: 'Allow', Action: 'sts:AssumeRole' };
  const mayAssume = identity({ ...ASSUME, Resource: ROLE_ARN });

  test.each<[string, Principal, unknown, Parts, boolean]>([
    ['a user it names', ANA, { AWS: ANA_ARN }, {}, true],
    ['everyone with an account', ANA, { AWS: '*' }, {}, true],
    ['the account of a user with a policy', ANA, { AWS: ACCOUNT }, { identityPolicies: [mayAssume] }, true],
    ['the account of a user without a policy', ANA, { AWS: ACCOUNT }, {}, false],
    [
      'the account of a user with a policy outside the boundary',
      ANA,
      { AWS: ACCOUNT },
      { identityPolicies: [mayAssume], permissionsBoundary: identity(GET) },
      false,
    ],
    ['another user, though a policy allows this one', ANA, { AWS: `${ANA_ARN}a` }, { identityPolicies: [mayAssume] }, false],
    ['the role of a session', SESSION, { AWS: ROLE_ARN }, {}, true],
    ['the role of a session that is narrowed', SESSION, { AWS: ROLE_ARN }, { sessionPolicies: [identity(GET)] }, false],
    ['a provider, to holders of its tokens', TOKEN, { Federated: 'id.example.com' }, {}, true],
    ['another provider', TOKEN, { Federated: 'id.example.org' }, {}, false],
    ['everyone, to holders of tokens', TOKEN, '*', {}, false],
    ['nobody in particular, to root', ROOT, { AWS: ANA_ARN }, {}, false],
    ['the account, to root', ROOT, { AWS: ACCOUNT }, {}, true],
    ['everyone, within ceilings', ANA, '*', { ceilings: [identity(GET)] }, false],
  ])('trusts %s: %j %j', (_, principal, named, parts, expected) => {
    expect(assume(principal, parts, { ...ASSUME, Principal: named }).effect).toBe(expected ? 'allow' : 'deny');
  });

  test('denies by a Deny, of the trust policy or the identity', () => {
    expect(assume(ANA, {}, { ...ASSUME, Principal: '*' }, { ...ASSUME, Effect: 'Deny', Principal: { AWS: ACCOUNT } }).reason).toBe(
      'explicit-deny',
    );
    const identityPolicies = [identity({ ...ASSUME, Effect: 'Deny', Resource: '*' })];
    expect(assume(ANA, { identityPolicies }, { ...ASSUME, Principal: '*' }).reason).toBe('explicit-deny');
    expect(
      assume(TOKEN, {}, { ...ASSUME, Principal: { Federated: 'id.example.com' } }, { ...ASSUME, Effect: 'Deny', Principal: '*' }).reason,
    ).toBe('explicit-deny');
  });

  function assume(principal: Principal, parts: Parts, ...statements: object[]) {
    const resourcePolicy = compiled('trust', statements);
    const request = { action: 'sts:AssumeRole', resource: ROLE_ARN, principal, context: new Map() };
    return evaluateTrust({ identityPolicies: [], ...parts, resourcePolicy, request });
  }
});

describe('simulate', () => {
  test('lists every statement that applies, and the keys the request lacks', () => {
    const conditioned = {
      ...GET,
      Sid: 'Office',
      Condition: { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' }, StringLike: { 's3:prefix': '${aws:username}/*' } },
    };
    const access: Access = {
      request: { action: 's3:GetObject', resource: 'arn:aws:s3:::b/k', principal: ANA, context: new Map([['aws:sourceip', ['10.0.0.1']]]) },
      identityPolicies: [identity(OTHER, GET, conditioned), identity(DENY_GET)],
      resourcePolicy: bucket({ ...GET, Principal: '*' }),
      sessionPolicies: [identity(GET)],
    };
    expect(simulate(access)).toMatchObject({
      reason: 'explicit-deny',
      explanation: expect.stringContaining('denies'),
      matched: [
        { layer: 'identity', index: 1, effect: 'Allow' },
        { layer: 'identity', index: 0, effect: 'Deny' },
        { layer: 'session', index: 0, effect: 'Allow' },
        { layer: 'resource', index: 0, effect: 'Allow' },
      ],
      missingKeys: ['s3:prefix', 'aws:username'],
    });
  });
});

describe('compilePolicy', () => {
  test('names all condition keys a policy asks for, in lower case', () => {
    const policy = identity(
      {
        ...GET,
        Resource: 'arn:aws:s3:::b/${aws:UserName}/*',
        Condition: { StringEquals: { 's3:ExistingObjectTag/Team': '${aws:PrincipalTag/Team}' } },
      },
      { ...DENY_GET, Condition: { Bool: { 'aws:SecureTransport': false } } },
    );
    expect([...policy.keys].sort()).toEqual(['aws:principaltag/team', 'aws:securetransport', 'aws:username', 's3:existingobjecttag/team']);
  });
});

type Parts = Partial<Omit<Access, 'request'>>;

function asked(principal: Principal, parts: Parts, request: Partial<Access['request']> = {}) {
  const usual = { action: 's3:GetObject', resource: 'arn:aws:s3:::b/k', principal, context: new Map() };
  return evaluate({ identityPolicies: [], ...parts, request: { ...usual, ...request } });
}

function identity(...statements: object[]) {
  return compiled('managed', statements);
}

function bucket(...statements: object[]) {
  return compiled('bucket', statements);
}

function compiled(place: PolicyPlace, statements: object[]) {
  const parsed = parsePolicy(JSON.stringify({ Version: '2012-10-17', Statement: statements }), place);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return compilePolicy(parsed.document, 'p');
}
