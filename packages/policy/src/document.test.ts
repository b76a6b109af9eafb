// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is how policy variables are written
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compilePolicy } from './compile.ts';
import { parsePolicy, readStoredPolicy } from './document.ts';
import { evaluate } from './evaluate.ts';
import type { PolicyPlace } from './limits.ts';
import type { PolicyKind } from './statement.ts';

const ALLOW = { Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::b/*' };
const DENY = { ...ALLOW, Effect: 'Deny' };

describe('parsePolicy', () => {
  test('accepts the policies of everyday life', () => {
    expect(problemsOf({ Version: '2012-10-17', Id: 'x', Statement: [{ ...ALLOW, Sid: 'Read1' }, DENY] }, 'managed')).toEqual([]);
    expect(problemsOf({ Statement: { ...ALLOW, Action: ['s3:Get*', 'ec2:*', '*'], Condition: {} } }, 'user-inline')).toEqual([]);
    expect(problemsOf({ Statement: { ...ALLOW, Principal: '*', Sid: 'with a space' } }, 'bucket')).toEqual([]);
    const trust = { Effect: 'Allow', Action: ['sts:AssumeRole', 'sts:TagSession'], Principal: { AWS: '123456789012' } };
    expect(problemsOf({ Version: '2012-10-17', Statement: [trust] }, 'trust')).toEqual([]);
    expect(problemsOf({ Version: '2012-10-17', Statement: [ALLOW] }, 'session')).toEqual([]);
  });

  test.each([
    ['identity', '123456789012'],
    ['identity', 'arn:aws:iam::123456789012:root'],
    ['identity', 'arn:aws:iam::123456789012:user/division/ana'],
    ['identity', 'arn:aws:sts::123456789012:assumed-role/reader/monday@example.com'],
    ['identity', 'AIDAAAAAAAAAAAAAAAAAA'],
  ])('accepts the %s %s as a principal', (_, name) => {
    expect(problemsOf({ Statement: { ...ALLOW, Principal: { AWS: [name, '*'] } } }, 'bucket')).toEqual([]);
  });

  test.each<[string, Record<string, unknown>, string]>([
    ['no Effect', { Effect: undefined }, '$.Statement[0]'],
    ['an Effect in small letters', { Effect: 'allow' }, '$.Statement[0].Effect'],
    ['no Action', { Action: undefined }, '$.Statement[0]'],
    ['both Action and NotAction', { NotAction: 's3:*' }, '$.Statement[0].NotAction'],
    ['an empty list of actions', { Action: [] }, '$.Statement[0].Action'],
    ['an action without a service', { Action: ['s3:GetObject', 'GetObject'] }, '$.Statement[0].Action[1]'],
    ['an action of any service', { Action: '*:GetObject' }, '$.Statement[0].Action'],
    ['an action that is a number', { Action: 1 }, '$.Statement[0].Action'],
    ['no Resource', { Resource: undefined }, '$.Statement[0]'],
    ['both Resource and NotResource', { NotResource: '*' }, '$.Statement[0].NotResource'],
    ['a resource that is no ARN', { Resource: ['*', 'b/*'] }, '$.Statement[0].Resource[1]'],
    ['a variable that is none', { Resource: 'arn:aws:s3:::b/${aws:username' }, '$.Statement[0].Resource'],
    ['an unknown element', { Conditions: {} }, '$.Statement[0].Conditions'],
    ['an element called __proto__', JSON.parse('{"__proto__": {}}'), '$.Statement[0].__proto__'],
    ['a Condition that is a list', { Condition: [] }, '$.Statement[0].Condition'],
    ['an unknown operator', { Condition: { StringMatches: { 'a:b': 'c' } } }, '$.Statement[0].Condition.StringMatches'],
    ['an operator without keys', { Condition: { Bool: true } }, '$.Statement[0].Condition.Bool'],
    ['a condition key without a prefix', { Condition: { Bool: { secure: true } } }, '$.Statement[0].Condition.Bool.secure'],
    ['a condition without values', { Condition: { Bool: { 'a:b': [] } } }, '$.Statement[0].Condition.Bool["a:b"]'],
    ['a value that is null', { Condition: { Bool: { 'a:b': [true, null] } } }, '$.Statement[0].Condition.Bool["a:b"][1]'],
    ['a value of another kind', { Condition: { NumericLessThan: { 'a:b': 'ten' } } }, '$.Statement[0].Condition.NumericLessThan["a:b"]'],
    ['a Sid with a space', { Sid: 'a b' }, '$.Statement[0].Sid'],
    ['a Sid that is a number', { Sid: 1 }, '$.Statement[0].Sid'],
    ['a Principal', { Principal: '*' }, '$.Statement[0].Principal'],
    ['a NotPrincipal', { NotPrincipal: '*' }, '$.Statement[0].NotPrincipal'],
  ])('refuses an identity policy with %s', (_, change, path) => {
    expect(problemsOf({ Version: '2012-10-17', Statement: [{ ...ALLOW, ...change }] }, 'managed').map((problem) => problem.path)).toEqual([
      path,
    ]);
  });

  test.each<[string, Record<string, unknown>, string]>([
    ['no Principal', { Principal: undefined }, '$.Statement'],
    ['both Principal and NotPrincipal', { NotPrincipal: '*' }, '$.Statement.NotPrincipal'],
    ['a NotPrincipal in an Allow', { Principal: undefined, NotPrincipal: { AWS: '123456789012' } }, '$.Statement.NotPrincipal'],
    ['an empty Principal', { Principal: {} }, '$.Statement.Principal'],
    ['a Principal that is a name', { Principal: 'ana' }, '$.Statement.Principal'],
    ['a wildcard inside a name', { Principal: { AWS: 'arn:aws:iam::123456789012:user/*' } }, '$.Statement.Principal.AWS'],
    ['a principal of no known kind', { Principal: { AWS: ['*', 'arn:aws:iam::123456789012:group/g'] } }, '$.Statement.Principal.AWS[1]'],
    ['a short account id', { Principal: { AWS: '12345' } }, '$.Statement.Principal.AWS'],
    ['a canonical user', { Principal: { CanonicalUser: 'abc' } }, '$.Statement.Principal.CanonicalUser'],
    ['a provider with a wildcard', { Principal: { Federated: '*' } }, '$.Statement.Principal.Federated'],
  ])('refuses a bucket policy with %s', (_, change, path) => {
    const statement = { ...ALLOW, Principal: '*', ...change };
    expect(problemsOf({ Statement: statement }, 'bucket').map((problem) => problem.path)).toEqual([path]);
  });

  test.each<[string, Record<string, unknown>, string]>([
    ['a Resource', { Resource: '*' }, '$.Statement.Resource'],
    ['an action of another service', { Action: ['sts:AssumeRole', 's3:GetObject'] }, '$.Statement.Action[1]'],
    ['every action', { Action: '*' }, '$.Statement.Action'],
    ['a NotAction', { Action: undefined, NotAction: 'sts:TagSession' }, '$.Statement.NotAction'],
    ['a NotPrincipal', { Effect: 'Deny', Principal: undefined, NotPrincipal: '*' }, '$.Statement.NotPrincipal'],
  ])('refuses a trust policy with %s', (_, change, path) => {
    const statement = { Effect: 'Allow', Principal: { AWS: '123456789012' }, Action: 'sts:AssumeRole', ...change };
    expect(problemsOf({ Statement: statement }, 'trust').map((problem) => problem.path)).toEqual([path]);
  });

  test.each<[string, string, string]>([
    ['a list', '[]', '$'],
    ['no Statement', '{"Version": "2012-10-17"}', '$'],
    ['no statements', '{"Statement": []}', '$.Statement'],
    ['a statement that is a text', '{"Statement": ["Allow"]}', '$.Statement[0]'],
    ['an unknown version', `{"Version": "2030-01-01", "Statement": ${JSON.stringify(ALLOW)}}`, '$.Version'],
    ['an unknown element', `{"Rules": [], "Statement": ${JSON.stringify(ALLOW)}}`, '$.Rules'],
    ['an Id that is a number', `{"Id": 1, "Statement": ${JSON.stringify(ALLOW)}}`, '$.Id'],
    ['the same element twice', '{"Statement": [{"Effect": "Deny", "Effect": "Allow"}]}', '$.Statement[0]'],
    [
      'the same Sid twice',
      JSON.stringify({
        Statement: [
          { ...ALLOW, Sid: 'A' },
          { ...DENY, Sid: 'A' },
        ],
      }),
      '$.Statement[1].Sid',
    ],
  ])('refuses %s', (_, text, path) => {
    expect(problemsIn(text, 'managed').map((problem) => problem.path)).toEqual([path]);
  });

  test('points at the line and the column', () => {
    const text = '{\n  "Statement": [{\n    "Effect": "Allow",\n    "Action": "s3:*",\n    "Resource": ["*", "b/*"]\n  }]\n}';
    expect(problemsIn(text, 'managed')).toMatchObject([{ path: '$.Statement[0].Resource[1]', line: 5, column: 23 }]);
    expect(problemsIn(text.replace('"s3:*",', '"s3:*"'), 'managed')).toMatchObject([{ path: '$.Statement[0]', line: 5, column: 5 }]);
  });

  test('tells all problems at once, up to fifty', () => {
    expect(
      problemsOf(
        {
          Statement: [
            { ...ALLOW, Effect: 'x', Action: ['x', 'y'] },
            { ...ALLOW, Resource: 'x' },
          ],
        },
        'managed',
      ),
    ).toHaveLength(4);
    expect(problemsOf({ Statement: new Array(100).fill(1) }, 'managed')).toHaveLength(50);
  });

  test.each<[PolicyPlace, number]>([
    ['user-inline', 2048],
    ['group-inline', 5120],
    ['role-inline', 10_240],
    ['managed', 6144],
    ['trust', 2048],
    ['session', 2048],
    ['bucket', 20_480],
  ])('takes a policy for %s of %i and refuses one that is longer by one', (place, size) => {
    const kind = place === 'trust' ? { Action: 'sts:AssumeRole', Resource: undefined } : {};
    const principal = place === 'trust' || place === 'bucket' ? { Principal: '*' } : {};
    const document = { Id: '', Statement: { ...ALLOW, ...kind, ...principal } };
    const padding = size - JSON.stringify(document).length;
    expect(problemsOf({ ...document, Id: 'x'.repeat(padding) }, place)).toEqual([]);
    expect(problemsOf({ ...document, Id: 'x'.repeat(padding + 1) }, place)).toMatchObject([{ path: '$', line: 1, column: 1 }]);
    expect(problemsOf({ ...document, Id: 'x'.repeat(padding + 1) }, place, size + 1)).toEqual([]);
  });

  test('refuses a million statements and ten thousand levels before anything is built from them', () => {
    const million = `{"Statement": [${`${JSON.stringify(ALLOW)},`.repeat(1_000_000)}${JSON.stringify(ALLOW)}]}`;
    expect(problemsIn(million, 'bucket')).toMatchObject([{ path: '$', message: 'The policy is longer than 20480 bytes' }]);
    const deep = `{"Statement": ${'['.repeat(10_000)}${']'.repeat(10_000)}}`;
    expect(problemsIn(deep, 'bucket')).toMatchObject([{ message: 'Nested more than 32 levels deep' }]);
  });

  test('never throws, whatever the text', () => {
    fc.assert(
      fc.property(anyText, fc.constantFrom<PolicyPlace>('managed', 'bucket', 'trust', 'session'), (text, place) => {
        const parsed = parsePolicy(text, place);
        expect(parsed.ok || parsed.problems.length > 0).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('readStoredPolicy', () => {
  test('reads what parsePolicy accepts to the same document', () => {
    const text = JSON.stringify({ Version: '2012-10-17', Statement: [ALLOW, { ...DENY, Condition: { Bool: { 'a:b': 'true' } } }] });
    const parsed = parsePolicy(text, 'managed');
    const stored = readStoredPolicy(text, 'identity');
    expect(stored.problems).toEqual([]);
    expect(JSON.stringify(stored.document)).toBe(JSON.stringify(parsed.ok && parsed.document));
  });

  const UNCLEAR: [string, Record<string, unknown>][] = [
    ['an unknown operator', { Condition: { StringMatches: { 'aws:username': 'x' } } }],
    ['an unknown element', { Unless: 'x' }],
    ['an unreadable value', { Condition: { NumericLessThan: { 's3:max-keys': 'few' } } }],
    ['an unreadable variable', { Resource: 'arn:aws:s3:::b/${aws:username' }],
    ['an unreadable action', { Action: ['s3:GetObject', 7] }],
    ['two kinds of action', { NotAction: 's3:PutObject' }],
    ['no resource', { Resource: undefined }],
  ];

  test.each(UNCLEAR)('gives nothing for an Allow with %s', (_, change) => {
    const policy = { Version: '2012-10-17', Statement: [{ ...ALLOW, ...change }] };
    expect(decide(policy)).toBe('implicit-deny');
    expect(decide({ ...policy, Statement: [...policy.Statement, ALLOW] })).toBe('allowed');
  });

  test.each(UNCLEAR)('denies all that a Deny with %s might mean', (_, change) => {
    expect(decide({ Version: '2012-10-17', Statement: [ALLOW, { ...DENY, ...change }] })).toBe('explicit-deny');
  });

  test.each([[{ Effect: 'Forbid' }], [{ Effect: undefined }], [{ Effect: 'allow' }]])('takes a statement with %j for a Deny', (change) => {
    expect(decide({ Statement: [ALLOW, { ...ALLOW, ...change }] })).toBe('explicit-deny');
    expect(decide({ Statement: [ALLOW, 'Allow'] })).toBe('explicit-deny');
  });

  test('keeps a Deny within the elements that are understood', () => {
    const elsewhere = { ...DENY, Resource: 'arn:aws:s3:::other/*', Unless: 'x' };
    expect(decide({ Statement: [ALLOW, elsewhere] })).toBe('allowed');
    const otherAction = { ...DENY, Action: 's3:PutObject', Resource: 'not an ARN' };
    expect(decide({ Statement: [ALLOW, otherAction] })).toBe('allowed');
    const understoodAndFalse = { ...DENY, Condition: { Bool: { 'aws:SecureTransport': 'true' }, StringMatches: { 'a:b': 'c' } } };
    expect(decide({ Statement: [ALLOW, understoodAndFalse] })).toBe('allowed');
  });

  test.each([
    '',
    '{"Statement": [',
    'null',
    '[]',
    '{}',
    `{"Version": "2030-01-01", "Statement": [${JSON.stringify(ALLOW)}]}`,
    `{"Rules": 1, "Statement": [${JSON.stringify(ALLOW)}]}`,
    `{"Statement": [${JSON.stringify(ALLOW)}], "Statement": []}`,
    `${' '.repeat(131_072)}{"Statement": [${JSON.stringify(ALLOW)}]}`,
  ])('denies everything for a text that is no policy', (text) => {
    expect(decideText(text, [ALLOW])).toBe('explicit-deny');
  });

  test('finds nothing unclear about names for people and about an empty list', () => {
    expect(
      decide({
        Id: 1,
        Statement: [
          { ...ALLOW, Sid: 'a b' },
          { ...ALLOW, Sid: 'a b' },
        ],
      }),
    ).toBe('allowed');
    expect(decide({ Statement: [] })).toBe('implicit-deny');
  });

  test('denies everyone for a Deny whose principal is not understood', () => {
    const policy = { Statement: [{ ...DENY, Principal: { CanonicalUser: 'abc' } }] };
    const { document, problems } = readStoredPolicy(JSON.stringify(policy), 'resource');
    expect(problems).toHaveLength(1);
    const resourcePolicy = compilePolicy(document, 'bucket');
    const own = readStoredPolicy(JSON.stringify({ Statement: ALLOW }), 'identity');
    const decision = evaluate({ request: REQUEST, identityPolicies: [compilePolicy(own.document, 'own')], resourcePolicy });
    expect(decision).toMatchObject({ reason: 'explicit-deny', layer: 'resource' });
    expect(decision.explanation).toContain('cannot be understood');
  });

  test('keeps the numbers of statements when some are left out', () => {
    const { document } = readStoredPolicy(JSON.stringify({ Statement: [{ ...ALLOW, Action: 7 }, ALLOW] }), 'identity');
    expect(document.statements.map(({ index }) => index)).toEqual([1]);
  });

  test('never throws, and never allows what parsePolicy would not', () => {
    const never = fc.property(anyText, fc.constantFrom<PolicyKind>('identity', 'resource', 'trust', 'session'), (text, kind) => {
      const { document, problems } = readStoredPolicy(text, kind);
      for (const statement of document.statements) if (!statement.understood) expect(statement.effect).toBe('Deny');
      if (problems.length === 0) expect(document.statements.every(({ understood }) => understood)).toBe(true);
    });
    fc.assert(never, { numRuns: 2000 });
  });

  test('lets no garbage in any element turn a Deny off, or an Allow on', () => {
    const element = fc.constantFrom('Action', 'NotAction', 'Resource', 'NotResource', 'Condition', 'Principal', 'Effect', 'Version');
    const garbage = fc.oneof(fc.jsonValue(), fc.dictionary(fc.string(), fc.jsonValue()), fc.array(fc.string()));
    const safe = fc.property(element, garbage, fc.constantFrom('Allow', 'Deny'), (name, value, effect) => {
      const text = JSON.stringify({ Statement: { Effect: effect, Action: '*', Resource: '*', [name]: value } });
      if (parsePolicy(text, 'managed', { maxSize: 100_000 }).ok) return;
      if (effect === 'Deny') expect(decideText(text, [ALLOW])).toBe('explicit-deny');
      else expect(decideText(text, [])).not.toBe('allowed');
    });
    fc.assert(safe, { numRuns: 2000 });
  });
});

const REQUEST = {
  action: 's3:GetObject',
  resource: 'arn:aws:s3:::b/k',
  principal: { kind: 'user', accountId: '123456789012', arn: 'arn:aws:iam::123456789012:user/ana' },
  context: new Map([['aws:securetransport', ['false']]]),
} as const;

const words = [
  '"Statement"',
  '"Effect"',
  '"Allow"',
  '"Deny"',
  '"Action"',
  '"Resource"',
  '"Principal"',
  '"*"',
  '"s3:*"',
  '{',
  '}',
  '[',
  ']',
  ':',
  ',',
];
const anyText = fc.oneof(
  fc.string(),
  fc.json(),
  fc.array(fc.constantFrom(...words, '"${"', '1', 'null', ' '), { maxLength: 30 }).map((parts) => parts.join('')),
  fc
    .record(
      { Effect: fc.constantFrom('Allow', 'Deny', 'x'), Action: fc.jsonValue(), Resource: fc.jsonValue(), Condition: fc.jsonValue() },
      { requiredKeys: [] },
    )
    .map((statement) => JSON.stringify({ Version: '2012-10-17', Statement: [statement] })),
);

function problemsOf(document: unknown, place: PolicyPlace, maxSize?: number) {
  return problemsIn(JSON.stringify(document), place, maxSize);
}

function problemsIn(text: string, place: PolicyPlace, maxSize?: number) {
  const parsed = parsePolicy(text, place, maxSize === undefined ? {} : { maxSize });
  return parsed.ok ? [] : parsed.problems;
}

function decide(document: unknown): string {
  return decideText(JSON.stringify(document), []);
}

/** Decides with the stored text, next to a policy that allows what `others` say. */
function decideText(text: string, others: unknown[]): string {
  const policies = [text, ...(others.length > 0 ? [JSON.stringify({ Statement: others })] : [])];
  const identityPolicies = policies.map((policy, at) => compilePolicy(readStoredPolicy(policy, 'identity').document, `p${at}`));
  return evaluate({ request: REQUEST, identityPolicies }).reason;
}
