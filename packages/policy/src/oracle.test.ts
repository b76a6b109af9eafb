// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is how policy variables are written
/**
 * Policies made at random, decided twice: by the package, and by a slow reading of the rules that shares no code with it.
 * The second works on the document as written, recursively and with plain sets, and knows nothing of compiling.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compilePolicy } from './compile.ts';
import { parsePolicy } from './document.ts';
import { evaluate, evaluateTrust } from './evaluate.ts';
import type { PolicyPlace } from './limits.ts';
import type { Principal } from './principals.ts';
import { simulate } from './simulate.ts';

describe('evaluate and an independent oracle', () => {
  test('agree on who may do what, whatever the policies, the limits and the request', () => {
    const reasons = new Map<string, number>();
    const decide = fc.property(access, ({ policies, request }) => {
      const real = evaluate({ ...compiled(policies), request: { ...request, context: new Map(Object.entries(request.context)) } });
      reasons.set(real.reason, (reasons.get(real.reason) ?? 0) + 1);
      expect(real.reason).toBe(decideAccess(policies, request));
      expect(real.effect).toBe(real.reason === 'allowed' ? 'allow' : 'deny');
    });
    fc.assert(decide, { numRuns: 2000 });
    // A generator that only ever produced one kind of answer would prove little.
    expect([...reasons.keys()].sort()).toEqual(['allowed', 'explicit-deny', 'implicit-deny']);
    expect(Math.min(...reasons.values())).toBeGreaterThan(100);
  }, 60_000);

  test('agree on every statement that applies', () => {
    const list = fc.property(access, ({ policies, request }) => {
      const real = simulate({ ...compiled(policies), request: { ...request, context: new Map(Object.entries(request.context)) } });
      const applying = layers(policies).flatMap(([layer, name, policy]) =>
        policy.Statement.flatMap((statement, index) =>
          speaksOf(statement, layer, policies, request) ? [`${layer} ${name} ${index}`] : [],
        ),
      );
      expect(real.matched.map(({ layer, policy, index }) => `${layer} ${policy} ${index}`).sort()).toEqual(applying.sort());
    });
    fc.assert(list, { numRuns: 1000 });
  }, 60_000);

  test('agree on who may assume a role', () => {
    const assume = fc.property(trustAccess, ({ policies, trust, request }) => {
      const all = { ...policies, resource: trust };
      const parts = { ...compiled({ ...policies, resource: undefined }), resourcePolicy: compile(trust, 'trust', 'trust') };
      const real = evaluateTrust({ ...parts, request: { ...request, context: new Map(Object.entries(request.context)) } });
      expect(real.reason).toBe(decideTrust(all, request));
    });
    fc.assert(assume, { numRuns: 1000 });
  }, 60_000);
});

// ---- the oracle

type RawStatement = Record<string, unknown> & { Effect: 'Allow' | 'Deny' };
type RawPolicy = { Version: string; Statement: RawStatement[] };
type RawPolicies = {
  identity: RawPolicy[];
  resource: RawPolicy | undefined;
  boundary: RawPolicy | undefined;
  session: RawPolicy[] | undefined;
  ceilings: RawPolicy[];
};
type RawRequest = { action: string; resource: string; principal: Principal; context: Record<string, string[]> };
type Layer = 'identity' | 'resource' | 'boundary' | 'session' | 'ceiling';

function decideAccess(policies: RawPolicies, request: RawRequest): string {
  const said = saidBy(policies, request);
  if (said.some(({ effect }) => effect === 'Deny')) return 'explicit-deny';
  const allowedBy = (layer: Layer) => said.some((one) => one.layer === layer);
  const everyCeiling = policies.ceilings.every((_, at) => said.some(({ layer, name }) => layer === 'ceiling' && name === `ceiling-${at}`));
  const ways: boolean[] = [
    request.principal.kind === 'root',
    said.some(({ layer, how }) => layer === 'resource' && how === 'direct'),
    (allowedBy('identity') || said.some(({ layer, how }) => layer === 'resource' && how === 'indirect')) &&
      (policies.boundary === undefined || allowedBy('boundary')) &&
      (policies.session === undefined || allowedBy('session')),
  ];
  return everyCeiling && ways.includes(true) ? 'allowed' : 'implicit-deny';
}

function decideTrust(policies: RawPolicies, request: RawRequest): string {
  const said = saidBy(policies, request);
  if (said.some(({ effect }) => effect === 'Deny')) return 'explicit-deny';
  const has = (layer: Layer, how?: string) => said.some((one) => one.layer === layer && (how === undefined || one.how === how));
  const everyCeiling = policies.ceilings.every((_, at) => said.some(({ layer, name }) => layer === 'ceiling' && name === `ceiling-${at}`));
  const limits = (policies.boundary === undefined || has('boundary')) && (policies.session === undefined || has('session'));
  const trusted =
    has('resource', 'direct') ||
    (has('resource', 'indirect') && limits) ||
    (!has('resource', 'indirect') && has('resource', 'delegated') && has('identity') && limits);
  return everyCeiling && trusted ? 'allowed' : 'implicit-deny';
}

function layers(policies: RawPolicies): [Layer, string, RawPolicy][] {
  const list: [Layer, string, RawPolicy][] = [];
  policies.identity.forEach((policy, at) => {
    list.push(['identity', `identity-${at}`, policy]);
  });
  (policies.session ?? []).forEach((policy, at) => {
    list.push(['session', `session-${at}`, policy]);
  });
  policies.ceilings.forEach((policy, at) => {
    list.push(['ceiling', `ceiling-${at}`, policy]);
  });
  if (policies.boundary) list.push(['boundary', 'boundary', policies.boundary]);
  if (policies.resource) list.push(['resource', 'resource', policies.resource]);
  return list;
}

function saidBy(policies: RawPolicies, request: RawRequest): { layer: Layer; name: string; effect: string; how: string }[] {
  return layers(policies).flatMap(([layer, name, policy]) =>
    policy.Statement.flatMap((statement) => {
      const how = speaksOf(statement, layer, policies, request);
      return how ? [{ layer, name, effect: statement.Effect, how }] : [];
    }),
  );
}

function speaksOf(statement: RawStatement, layer: Layer, policies: RawPolicies, request: RawRequest): string | undefined {
  const allow = statement.Effect === 'Allow';
  const lower = request.action.toLowerCase();
  const actionIn = (element: unknown) => listed(element).some((name) => glob(tokens(name.toLowerCase(), {}, true) ?? [], [...lower]));
  if ('Action' in statement ? !actionIn(statement.Action) : actionIn(statement.NotAction)) return undefined;
  if ('Resource' in statement && !listed(statement.Resource).some((name) => names(name, request) === true)) return undefined;
  if ('NotResource' in statement) {
    const answers = listed(statement.NotResource).map((name) => names(name, request));
    if (answers.includes(true) || (allow && answers.includes('nothing'))) return undefined;
  }
  for (const [operator, lines] of Object.entries((statement.Condition ?? {}) as Record<string, Record<string, unknown>>)) {
    for (const [key, values] of Object.entries(lines)) {
      if (!conditionHolds(operator, request.context[key.toLowerCase()] ?? [], listed(values), request.context, allow)) return undefined;
    }
  }
  return layer === 'resource' ? principalHow(statement, policies, request.principal) : 'direct';
}

function names(pattern: string, request: RawRequest): boolean | 'nothing' {
  const expanded = tokens(pattern, request.context, true);
  return expanded === undefined ? 'nothing' : glob(expanded, [...request.resource]);
}

function principalHow(statement: RawStatement, policies: RawPolicies, who: Principal): string | undefined {
  const account = 'accountId' in who ? [who.accountId, `arn:aws:iam::${who.accountId}:root`] : [];
  const own = who.kind === 'user' || who.kind === 'role-session' ? [who.arn, ...('uniqueId' in who ? [who.uniqueId] : [])] : [];
  const role = who.kind === 'role-session' ? [who.roleArn, who.roleUniqueId] : [];
  const among = (element: unknown, candidates: (string | undefined)[]) =>
    typeof element === 'object' && listed((element as Record<string, unknown>).AWS ?? []).some((name) => candidates.includes(name));
  const federated = (element: unknown) =>
    who.kind === 'federated' &&
    typeof element === 'object' &&
    listed((element as Record<string, unknown>).Federated ?? []).includes(who.provider);
  const everyone = (element: unknown) => element === '*' || among(element, ['*']);

  if ('NotPrincipal' in statement) {
    const element = statement.NotPrincipal;
    if (policies.boundary && (who.kind === 'user' || who.kind === 'role-session')) return 'struck';
    if (everyone(element) || federated(element)) return undefined;
    const levels = [account, ...(who.kind === 'role-session' ? [role] : []), ...(own.length > 0 ? [own] : [])].filter(
      (level) => level.length > 0,
    );
    return levels.length > 0 && levels.every((level) => among(element, level)) ? undefined : 'struck';
  }
  const element = statement.Principal;
  if (federated(element)) return 'direct';
  if (everyone(element)) return who.kind === 'federated' && statement.Effect === 'Allow' ? undefined : 'direct';
  if (among(element, own)) return who.kind === 'user' && policies.session !== undefined ? 'indirect' : 'direct';
  if (among(element, role)) return 'indirect';
  if (!among(element, account)) return undefined;
  return who.kind === 'root' ? 'direct' : 'delegated';
}

/** Every value of the request against every value of the policy, as a table; quantifiers read off its rows. */
function conditionHolds(written: string, has: string[], wants: string[], context: Record<string, string[]>, allow: boolean): boolean {
  const [quantifier, rest] = written.includes(':') ? [written.split(':')[0], written.split(':')[1] ?? ''] : ['', written];
  const ifExists = rest.endsWith('IfExists');
  const name = ifExists ? rest.slice(0, -'IfExists'.length) : rest;
  if (name === 'Null') return wants.some((value) => (value === 'true') === (has.length === 0));
  const negated = name.includes('Not');
  const base = name.replace('Not', '');
  const none = has.length === 0 || (quantifier !== '' && has.length === 1 && has[0] === '');
  if (none) {
    if (ifExists) return true;
    if (quantifier === 'ForAllValues') return true;
    if (quantifier === 'ForAnyValue') return false;
    return negated;
  }
  const rows = has.map((value) => wants.map((want) => cell(base, value, want, context)));
  const verdicts = rows.map((row) => {
    if (row.includes('yes')) return !negated;
    if (row.includes('unreadable') || (negated && row.includes('nothing'))) return !allow;
    return negated;
  });
  if (quantifier === 'ForAllValues') return verdicts.every(Boolean);
  if (quantifier === 'ForAnyValue') return verdicts.some(Boolean);
  return negated ? verdicts.every(Boolean) : verdicts.some(Boolean);
}

function cell(base: string, value: string, want: string, context: Record<string, string[]>): 'yes' | 'no' | 'nothing' | 'unreadable' {
  const yes = (fits: boolean) => (fits ? 'yes' : 'no');
  if (base === 'StringEquals' || base === 'StringEqualsIgnoreCase') {
    const expanded = tokens(want, context, false);
    if (expanded === undefined) return 'nothing';
    const wanted = expanded.map((token) => (typeof token === 'string' ? '' : token.is)).join('');
    return yes(base === 'StringEquals' ? wanted === value : wanted.toUpperCase() === value.toUpperCase());
  }
  if (base === 'StringLike') {
    const expanded = tokens(want, context, true);
    return expanded === undefined ? 'nothing' : yes(glob(expanded, [...value]));
  }
  if (base === 'ArnLike' || base === 'ArnEquals') {
    const [have, wanted] = [sixths(value), want === '*' ? ['*', '*', '*', '*', '*', '*'] : sixths(want)];
    if (have === undefined || wanted === undefined) return 'unreadable';
    const fits = wanted.map((part, at) => {
      const expanded = tokens(part, context, true);
      return expanded === undefined ? 'nothing' : yes(glob(expanded, [...(have[at] ?? '')]));
    });
    return fits.includes('no') ? 'no' : fits.includes('nothing') ? 'nothing' : 'yes';
  }
  if (base === 'Bool') return value === 'true' || value === 'false' ? yes(value === want) : 'unreadable';
  if (base === 'IpAddress') {
    const inside = ipv4Bits(value);
    const [network = '', length = '32'] = want.split('/');
    if (inside === undefined) return 'unreadable';
    return yes(inside.slice(0, Number(length)) === ipv4Bits(network)?.slice(0, Number(length)));
  }
  const numeric = base.startsWith('Numeric');
  const [left, right] = numeric ? [Number.parseFloat(value), Number.parseFloat(want)] : [Date.parse(value), Date.parse(want)];
  if (Number.isNaN(left)) return 'unreadable';
  switch (base.replace(numeric ? 'Numeric' : 'Date', '')) {
    case 'Equals':
      return yes(left === right);
    case 'LessThan':
      return yes(left < right);
    case 'LessThanEquals':
      return yes(left <= right);
    case 'GreaterThan':
      return yes(left > right);
    case 'GreaterThanEquals':
      return yes(left >= right);
    default:
      throw new Error(`The oracle knows no ${base}`);
  }
}

type Token = '*' | '?' | { is: string };

/** One letter after the other; `undefined` when a variable stands for nothing. */
function tokens(text: string, context: Record<string, string[]>, wild: boolean): Token[] | undefined {
  if (text === '') return [];
  if (text.startsWith('${')) {
    const [inside = ''] = text.slice(2).split('}');
    const rest = tokens(text.slice(inside.length + 3), context, wild);
    const [key = '', fallback] = inside.split(', ');
    const found = context[key.toLowerCase()] ?? [];
    const meaning = ['*', '?', '$'].includes(inside)
      ? inside
      : found.length === 0
        ? fallback?.slice(1, -1)
        : found.length === 1
          ? found[0]
          : undefined;
    if (meaning === undefined || rest === undefined) return undefined;
    return [...[...meaning].map((letter) => ({ is: letter })), ...rest];
  }
  const [letter = ''] = [...text];
  const rest = tokens(text.slice(letter.length), context, wild);
  if (rest === undefined) return undefined;
  return [wild && (letter === '*' || letter === '?') ? letter : { is: letter }, ...rest];
}

function glob(pattern: Token[], text: string[]): boolean {
  const [token, ...more] = pattern;
  if (token === undefined) return text.length === 0;
  if (token === '*') return glob(more, text) || (text.length > 0 && glob(pattern, text.slice(1)));
  return text.length > 0 && (token === '?' || token.is === text[0]) && glob(more, text.slice(1));
}

/** Cuts at colons, though not at those inside `${…}`. */
function sixths(arn: string): string[] | undefined {
  const parts = [''];
  let inside = false;
  for (const [at, letter] of [...arn].entries()) {
    if (arn.slice(at).startsWith('${')) inside = true;
    if (letter === '}') inside = false;
    if (letter === ':' && !inside && parts.length < 6) parts.push('');
    else parts[parts.length - 1] += letter;
  }
  return parts.length === 6 && parts[0] === 'arn' ? parts : undefined;
}

function ipv4Bits(address: string): string | undefined {
  const numbers = address.split('.').map(Number);
  if (numbers.length !== 4 || numbers.some(Number.isNaN)) return undefined;
  return numbers.map((number) => number.toString(2).padStart(8, '0')).join('');
}

function listed(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [String(value)];
}

// ---- what is made up

const ACCOUNT = '123456789012';
const ANA = `arn:aws:iam::${ACCOUNT}:user/ana`;
const ROLE = `arn:aws:iam::${ACCOUNT}:role/reader`;
const SESSION = `arn:aws:sts::${ACCOUNT}:assumed-role/reader/monday`;
const ANA_ID = 'AIDAAAAAAAAAAAAAAAAAA';
const ROLE_ID = 'AROAAAAAAAAAAAAAAAAAA';

const principal = fc.constantFrom<Principal>(
  { kind: 'anonymous' },
  { kind: 'root', accountId: ACCOUNT },
  { kind: 'user', accountId: ACCOUNT, arn: ANA },
  { kind: 'user', accountId: ACCOUNT, arn: ANA, uniqueId: ANA_ID },
  { kind: 'role-session', accountId: ACCOUNT, arn: SESSION, roleArn: ROLE },
  { kind: 'role-session', accountId: ACCOUNT, arn: SESSION, roleArn: ROLE, roleUniqueId: ROLE_ID },
  { kind: 'federated', provider: 'id.example.com' },
);

const oneOrMore = (item: fc.Arbitrary<string>) => fc.oneof(item, fc.array(item, { minLength: 1, maxLength: 3 }));

const awsNames = fc.constantFrom('*', ACCOUNT, `arn:aws:iam::${ACCOUNT}:root`, ANA, ROLE, SESSION, ANA_ID, ROLE_ID, '999999999999');
const principalElement = fc.oneof(
  fc.constant('*'),
  fc.record({ AWS: oneOrMore(awsNames) }),
  // NotPrincipal spares only those of whom it names every level.
  fc.record({ AWS: fc.subarray([ACCOUNT, ANA, ROLE, SESSION, ROLE_ID], { minLength: 2 }) }),
  fc.record({ Federated: oneOrMore(fc.constantFrom('id.example.com', 'other.example.com')) }),
  fc.record({ Service: fc.constant('backup.amazonaws.com') }),
  fc.record({ AWS: oneOrMore(awsNames), Federated: fc.constant('id.example.com') }),
);

const action = fc.constantFrom('s3:GetObject', 's3:GetObjectTagging', 's3:PutObject', 'S3:getobject');
const actionPattern = fc.constantFrom('*', 's3:*', 's3:Get*', 'S3:GETOBJECT', 's3:?etObject', 's3:*Object', 's3:PutObject', 'ec2:*', '*:*');

const variable = fc.constantFrom('${aws:username}', "${aws:username, 'd*'}", '${aws:TagKeys}', '${*}', '${?}', '${$}', '${AWS:UserName}');
const keyPiece = fc.constantFrom('a', 'b', ':', '/', '*', '?', '$', '{', '😀');
const patternPiece = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('a', 'b', ':', '/', '😀') },
  { weight: 5, arbitrary: fc.constantFrom('*', '?') },
  { weight: 2, arbitrary: variable },
);
const joined = (piece: fc.Arbitrary<string>, maxLength: number) => fc.array(piece, { maxLength }).map((pieces) => pieces.join(''));
const resource = joined(keyPiece, 6).map((key) => `arn:aws:s3:::b/${key}`);
const resourcePattern = fc.oneof(
  fc.constant('*'),
  fc.constant('arn:aws:s3:::*'),
  fc.constant('arn:aws:s3:*:*:b/?*'),
  joined(patternPiece, 6).map((key) => `arn:aws:s3:::b/${key}`),
  joined(patternPiece, 4).map((key) => `arn:aws:s3:::b/*${key}`),
);

const QUANTIFIERS = ['', 'ForAnyValue:', 'ForAllValues:'];
const operator = (...bases: string[]) =>
  fc
    .tuple(fc.constantFrom(...QUANTIFIERS), fc.constantFrom(...bases), fc.constantFrom('', 'IfExists'))
    .map(([quantifier, base, ifExists]) => quantifier + base + ifExists);
const line = (operators: fc.Arbitrary<string>, keys: string[], values: fc.Arbitrary<string>) =>
  fc.tuple(operators, fc.constantFrom(...keys), oneOrMore(values)).map(([name, key, value]) => ({ [name]: { [key]: value } }));

const text = fc.oneof(joined(fc.constantFrom('a', 'A', 'b', '*', '?', '/'), 3), variable);
const orders = ['Equals', 'NotEquals', 'LessThan', 'LessThanEquals', 'GreaterThan', 'GreaterThanEquals'];
const TEXT_KEYS = ['aws:username', 's3:prefix', 'aws:TagKeys', 'aws:nobody', 'AWS:USERNAME'];
const condition = fc.oneof(
  line(operator('StringEquals', 'StringNotEquals', 'StringEqualsIgnoreCase', 'StringNotEqualsIgnoreCase'), TEXT_KEYS, text),
  line(operator('StringLike', 'StringNotLike'), TEXT_KEYS, text),
  line(operator(...orders.map((order) => `Numeric${order}`)), ['s3:signatureAge'], fc.constantFrom('0', '10', '-1.5', '2e1')),
  line(
    operator(...orders.map((order) => `Date${order}`)),
    ['aws:CurrentTime'],
    fc.constantFrom('2026-11-21T10:00:00Z', '2026-11-21', '2026-11-21T12:00:00+02:00'),
  ),
  line(operator('Bool'), ['aws:SecureTransport'], fc.constantFrom('true', 'false')),
  line(operator('IpAddress', 'NotIpAddress'), ['aws:SourceIp'], fc.constantFrom('10.0.0.0/8', '10.1.2.3', '0.0.0.0/0', '10.1.2.128/25')),
  line(
    operator('ArnEquals', 'ArnLike', 'ArnNotEquals', 'ArnNotLike'),
    ['aws:PrincipalArn'],
    fc.constantFrom('*', ANA, `arn:aws:iam::*:user/*`, 'arn:aws:*:*:*:user/ana', 'arn:aws:iam::*:user/${aws:username}', 'arn:*:*:*:*:*'),
  ),
  line(fc.constant('Null'), ['aws:username', 'aws:TagKeys'], fc.constantFrom('true', 'false')),
);
const conditions = fc.array(condition, { maxLength: 2 }).map((lines) => Object.assign({}, ...lines) as Record<string, unknown>);

const effect = fc.constantFrom<'Allow' | 'Deny'>('Allow', 'Allow', 'Allow', 'Deny');
const chosen = (plain: string, negated: string, value: fc.Arbitrary<unknown>, weight = 4) =>
  fc.oneof(
    { weight, arbitrary: value.map((item) => ({ [plain]: item })) },
    { weight: 1, arbitrary: value.map((item) => ({ [negated]: item })) },
  );
const base = fc
  .tuple(
    effect,
    chosen('Action', 'NotAction', oneOrMore(actionPattern)),
    chosen('Resource', 'NotResource', oneOrMore(resourcePattern)),
    conditions,
  )
  .map(([Effect, actions, resources, Condition]) => ({ Effect, ...actions, ...resources, Condition }) as RawStatement);
const resourceStatement = fc.tuple(base, principalElement, fc.boolean()).map(([statement, who, negate]) => ({
  ...statement,
  [negate && statement.Effect === 'Deny' ? 'NotPrincipal' : 'Principal']: who,
}));
const policyOf = (statement: fc.Arbitrary<RawStatement>): fc.Arbitrary<RawPolicy> =>
  fc.array(statement, { minLength: 1, maxLength: 3 }).map((Statement) => ({ Version: '2012-10-17', Statement }));

const identityPolicy = policyOf(base);
const everything: RawPolicy = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };
const limit = fc.oneof(identityPolicy, fc.constant(everything));
const policies: fc.Arbitrary<RawPolicies> = fc.record({
  identity: fc.array(identityPolicy, { maxLength: 2 }),
  resource: fc.option(policyOf(resourceStatement), { nil: undefined }),
  boundary: fc.option(limit, { nil: undefined, freq: 2 }),
  session: fc.option(fc.array(limit, { maxLength: 2 }), { nil: undefined, freq: 2 }),
  ceilings: fc.oneof({ weight: 3, arbitrary: fc.constant<RawPolicy[]>([]) }, { weight: 1, arbitrary: fc.array(limit, { maxLength: 2 }) }),
});

const texts = fc.array(fc.constantFrom('', 'a', 'A', 'ana', 'b', '*', 'a/b'), { maxLength: 3 });
const context = fc.record(
  {
    'aws:username': fc.array(fc.constantFrom('ana', 'a', '*', '?', ''), { maxLength: 1 }),
    's3:prefix': texts,
    'aws:tagkeys': texts,
    's3:signatureage': fc.array(fc.constantFrom('0', '9', '10', '11', '20', '-2', 'NaN', ''), { maxLength: 2 }),
    'aws:currenttime': fc.array(fc.constantFrom('2026-11-21T10:00:00Z', '2026-11-20T23:59:59Z', 'soon'), { maxLength: 1 }),
    'aws:securetransport': fc.array(fc.constantFrom('true', 'false', 'maybe'), { maxLength: 1 }),
    'aws:sourceip': fc.array(fc.constantFrom('10.1.2.3', '10.1.2.200', '192.0.2.1', 'unix'), { maxLength: 1 }),
    'aws:principalarn': fc.array(fc.constantFrom(ANA, ROLE, 'arn:aws:iam::1:x:user/ana', 'ana'), { maxLength: 1 }),
  },
  { requiredKeys: [] },
) as fc.Arbitrary<Record<string, string[]>>;

const access = fc.record({ policies, request: fc.record({ action, resource, principal, context }) });

const trustStatement = fc
  .tuple(effect, fc.constantFrom('sts:AssumeRole', 'sts:*', 'sts:TagSession'), principalElement, conditions)
  .map(([Effect, Action, Principal, Condition]) => ({ Effect, Action, Principal, Condition }) as RawStatement);
const trustAccess = fc.record({
  policies,
  trust: policyOf(trustStatement),
  request: fc.record({ action: fc.constant('sts:AssumeRole'), resource: fc.constant(ROLE), principal, context }),
});

function compiled({ identity, resource: ofResource, boundary, session, ceilings }: RawPolicies) {
  return {
    identityPolicies: identity.map((policy, at) => compile(policy, 'managed', `identity-${at}`)),
    resourcePolicy: ofResource && compile(ofResource, 'bucket', 'resource'),
    permissionsBoundary: boundary && compile(boundary, 'managed', 'boundary'),
    sessionPolicies: session?.map((policy, at) => compile(policy, 'session', `session-${at}`)),
    ceilings: ceilings.map((policy, at) => compile(policy, 'managed', `ceiling-${at}`)),
  };
}

function compile(policy: RawPolicy, place: PolicyPlace, name: string) {
  const parsed = parsePolicy(JSON.stringify(policy), place, { maxSize: 100_000 });
  if (!parsed.ok) throw new Error(JSON.stringify([parsed.problems, policy]));
  return compilePolicy(parsed.document, name);
}
