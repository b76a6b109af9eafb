// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is how policy variables are written
/**
 * Security test 33: policies made at random are put on a user, the user's group, a boundary, a session and a bucket, and requests of every
 * kind are sent. Each is answered as a slow reading of the rules says, which shares no line with the server: Deny wins, every limit has to
 * allow, a condition about what is not there does not hold unless it says IfExists or is negated, keys hold `:`, `/`, `*` and `?` as they are.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { SigningCredentials } from '../support/independent-signer.ts';
import { call, credentialsOf, done, newKey, newRole, newUser } from '../support/query-client.ts';
import { testServer } from '../support/test-server.ts';
import { anonymous, presigned, presignedV2, send, signed, xmlTexts } from '../support/wire-client.ts';

const server = await testServer({ blocksPublicAccess: false });
afterAll(() => server.close());
const runs = Math.ceil(60 * Number(process.env.LATCHKEY_PROPERTY_FACTOR ?? 1));

const BUCKET = 'arn:aws:s3:::box';
const KEYS = ['a', 'a:b', 'dir/a', 'dir/*', 'what?', 'other/a'];
let account = '';
let user: SigningCredentials & { readonly arn: string };
let role = '';
let boundaryArn = '';

beforeAll(async () => {
  account = xmlTexts((await done(server, 'sts', 'GetCallerIdentity', {})).text, 'Account')[0] ?? '';
  await send(server, signed(server, 'PUT', '/box'));
  for (const [index, key] of KEYS.entries()) {
    const headers = index % 2 === 0 ? { 'x-amz-tagging': 'class=public' } : {};
    await send(server, signed(server, 'PUT', `/box/${key}`, { body: 'x', headers }));
  }
  user = await newUser(server, 'ana');
  await done(server, 'iam', 'CreateGroup', { GroupName: 'team' });
  await done(server, 'iam', 'AddUserToGroup', { GroupName: 'team', UserName: 'ana' });
  const made = await done(server, 'iam', 'CreatePolicy', { PolicyName: 'limit', PolicyDocument: text([ALL]) });
  boundaryArn = xmlTexts(made.text, 'Arn')[0] ?? '';
  role = await newRole(server, 'worker', {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:AssumeRole' }],
  });
  // The one who assumes has an access key that nothing takes away.
  await newKey(server, 'ana');
});

// ---- what is made up

type Statement = { Effect: 'Allow' | 'Deny'; Principal?: unknown } & Record<string, unknown>;
const ALL: Statement = { Effect: 'Allow', Action: '*', Resource: '*' };
const text = (Statement: readonly Statement[]) => JSON.stringify({ Version: '2012-10-17', Statement });

const oneOrTwo = <Value>(item: fc.Arbitrary<Value>) => fc.array(item, { minLength: 1, maxLength: 2 });
const action = fc.constantFrom(
  's3:*',
  's3:GetObject',
  's3:Get*',
  'S3:PUTOBJECT',
  's3:?utObject',
  's3:DeleteObject',
  's3:ListBucket',
  's3:*Object',
  '*',
);
const resource = fc.constantFrom(
  `${BUCKET}/*`,
  `${BUCKET}/*`,
  BUCKET,
  `${BUCKET}/a`,
  `${BUCKET}/a*`,
  `${BUCKET}/dir/*`,
  `${BUCKET}/dir/\${*}`,
  `${BUCKET}/?`,
  `${BUCKET}/a:b`,
  `${BUCKET}/what\${?}`,
);
const CONDITIONS: readonly [operators: readonly string[], keys: readonly string[], values: readonly string[]][] = [
  [['StringEquals', 'StringNotEquals'], ['s3:authType'], ['REST-QUERY-STRING', 'REST-HEADER']],
  [['StringEquals', 'StringNotEquals', 'StringLike', 'StringNotLike'], ['s3:signatureversion'], ['AWS', 'AWS4-HMAC-SHA256', 'AWS*']],
  [
    ['StringEquals', 'StringLike', 'StringNotLike'],
    ['aws:UserAgent', 'aws:Referer', 'aws:username'],
    ['ana', 'curl/*', 'http://a/?*', 'A*'],
  ],
  [
    ['StringEquals', 'StringNotEquals', 'StringLike'],
    ['s3:prefix', 's3:delimiter'],
    ['dir/', '/', 'd*', ''],
  ],
  [
    ['StringEquals', 'StringNotEquals'],
    ['s3:ExistingObjectTag/class', 's3:ExistingObjectTag/none'],
    ['public', 'secret'],
  ],
  [['NumericGreaterThan', 'NumericLessThanEquals'], ['s3:signatureAge'], ['60000', '-1']],
  [['Bool'], ['aws:SecureTransport', 'aws:MultiFactorAuthPresent'], ['true', 'false']],
  [['IpAddress', 'NotIpAddress'], ['aws:SourceIp'], ['127.0.0.0/8', '10.0.0.0/8', '127.0.0.1']],
  [['Null'], ['s3:signatureAge', 'aws:Referer', 'aws:username', 's3:prefix', 'aws:TokenIssueTime'], ['true', 'false']],
  [
    ['ForAllValues:StringEquals', 'ForAnyValue:StringEquals', 'ForAllValues:StringLike', 'ForAnyValue:StringNotEquals'],
    ['s3:RequestObjectTagKeys'],
    ['class', 'other', 'c*'],
  ],
];
const condition = fc
  .constantFrom(...CONDITIONS)
  .chain(([operators, keys, values]) =>
    fc
      .tuple(fc.constantFrom(...operators), fc.boolean(), fc.constantFrom(...keys), oneOrTwo(fc.constantFrom(...values)))
      .map(
        ([operator, ifExists, key, wanted]) =>
          [operator === 'Null' || !ifExists ? operator : `${operator}IfExists`, key, [...new Set(wanted)]] as const,
      ),
  );
const conditions = fc
  .array(condition, { maxLength: 2 })
  .map((list) => Object.fromEntries(list.map(([operator, key, values]) => [operator, { [key]: values }])));
const statement: fc.Arbitrary<Statement> = fc
  .tuple(
    fc.constantFrom('Allow', 'Allow', 'Allow', 'Deny'),
    oneOrTwo(action),
    oneOrTwo(resource),
    conditions,
    fc.integer({ min: 0, max: 9 }),
  )
  .map(([Effect, actions, resources, Condition, dice]) => ({
    Effect: Effect as Statement['Effect'],
    [dice === 0 ? 'NotAction' : 'Action']: actions,
    [dice === 1 ? 'NotResource' : 'Resource']: resources,
    ...(Object.keys(Condition).length === 0 ? {} : { Condition }),
  }));
const statements = fc.array(statement, { minLength: 1, maxLength: 3 });
// A bucket's policy may not speak of other buckets, so it has neither `*` nor NotResource.
const bucketStatement = fc.tuple(statement, fc.constantFrom('*', 'user', 'account', 'role')).map(([{ NotResource, ...rest }, who]) => ({
  Resource: NotResource,
  ...rest,
  Principal: who,
}));
const limit = fc.oneof(fc.constant([ALL]), statements);
const world = fc.record({
  user: fc.option(statements, { freq: 4, nil: undefined }),
  group: fc.option(statements, { freq: 2, nil: undefined }),
  boundary: fc.option(limit, { freq: 1, nil: undefined }),
  role: statements,
  session: fc.option(limit, { freq: 1, nil: undefined }),
  bucket: fc.option(fc.array(bucketStatement, { minLength: 1, maxLength: 2 }), { freq: 1, nil: undefined }),
});

const WHO = ['ana', 'session', 'anonymous', 'root'] as const;
const request = fc.record({
  who: fc.constantFrom(...WHO, 'ana', 'session'),
  way: fc.constantFrom('header', 'query', 'old query', 'v2'),
  what: fc.constantFrom('get', 'put', 'put tagged', 'delete', 'list'),
  key: fc.constantFrom(...KEYS),
  agent: fc.constantFrom(undefined, 'ana', 'curl/8'),
  referer: fc.constantFrom(undefined, 'http://a/?b'),
  prefix: fc.constantFrom(undefined, 'dir/', ''),
});
type World = typeof world extends fc.Arbitrary<infer Value> ? Value : never;
type Request = typeof request extends fc.Arbitrary<infer Value> ? Value : never;

// ---- the server's answer

async function arrange(given: World): Promise<SigningCredentials> {
  const iam = (name: string, parameters: Record<string, string>) => call(server, 'iam', name, parameters);
  const put = async (sort: 'User' | 'Group' | 'Role', name: string, policy: readonly Statement[] | undefined) => {
    const named = { [`${sort}Name`]: name, PolicyName: 'own' };
    if (policy === undefined) await iam(`Delete${sort}Policy`, named);
    else await done(server, 'iam', `Put${sort}Policy`, { ...named, PolicyDocument: text(policy) });
  };
  await put('User', 'ana', given.user);
  await put('Group', 'team', given.group);
  await put('Role', 'worker', given.role);
  await iam('DeleteUserPermissionsBoundary', { UserName: 'ana' });
  if (given.boundary !== undefined) {
    await done(server, 'iam', 'CreatePolicyVersion', {
      PolicyArn: boundaryArn,
      PolicyDocument: text(given.boundary),
      SetAsDefault: 'true',
    });
    const versions = xmlTexts((await done(server, 'iam', 'ListPolicyVersions', { PolicyArn: boundaryArn })).text, 'VersionId');
    const oldest = versions.at(-1);
    if (versions.length > 3 && oldest !== undefined)
      await done(server, 'iam', 'DeletePolicyVersion', { PolicyArn: boundaryArn, VersionId: oldest });
    await done(server, 'iam', 'PutUserPermissionsBoundary', { UserName: 'ana', PermissionsBoundary: boundaryArn });
  }
  await send(server, signed(server, 'DELETE', '/box', { query: { policy: '' } }));
  for (const key of KEYS) await send(server, signed(server, 'DELETE', `/box/${objectOf('put tagged', key)}`));
  if (given.bucket !== undefined) {
    const body = text(given.bucket.map((one) => ({ ...one, Principal: principalElement(one.Principal) })));
    const reply = await send(server, signed(server, 'PUT', '/box', { query: { policy: '' }, body }));
    if (reply.status !== 204) throw new Error(`the bucket's policy was refused: ${reply.text} ${body}`);
  }
  const parameters = { RoleArn: role, RoleSessionName: 'run', ...(given.session && { Policy: text(given.session) }) };
  return credentialsOf(await done(server, 'sts', 'AssumeRole', parameters));
}

const principalElement = (who: unknown) =>
  who === '*' ? '*' : { AWS: who === 'user' ? user.arn : who === 'role' ? role : `arn:aws:iam::${account}:root` };

/** What is deleted or written is never what is read. */
const objectOf = (what: Request['what'], key: string) => (what === 'get' ? key : `${key}~${what}`);

async function answer({ who, way, what, key, agent, referer, prefix }: Request, session: SigningCredentials): Promise<boolean> {
  const method = { get: 'GET', put: 'PUT', 'put tagged': 'PUT', delete: 'DELETE', list: 'GET' }[what];
  const path = what === 'list' ? '/box' : `/box/${objectOf(what, key)}`;
  const headers = {
    ...(agent === undefined ? {} : { 'user-agent': agent }),
    ...(referer === undefined ? {} : { referer }),
    ...(what === 'put tagged' ? { 'x-amz-tagging': 'class=public' } : {}),
  };
  const query = {
    ...(what === 'list' && prefix !== undefined ? { prefix } : {}),
    // SigV2 has no place of its own for it.
    ...(who === 'session' && way === 'v2' ? { 'x-amz-security-token': session.sessionToken ?? '' } : {}),
  };
  const wanted = {
    headers,
    query,
    ...(method === 'PUT' ? { body: 'x' } : {}),
    ...(who === 'ana' ? { credentials: user } : who === 'session' ? { credentials: session } : {}),
    ...(way === 'old query' ? { date: new Date(Date.now() - 100_000) } : {}),
  };
  const make = who === 'anonymous' ? anonymous : way === 'header' ? signed : way === 'v2' ? presignedV2 : presigned;
  const reply = await send(server, make(server, method, path, wanted));
  expect([200, 204, 403], `${method} ${path}: ${reply.status} ${reply.text}`).toContain(reply.status);
  return reply.status < 300;
}

// ---- the oracle

type Facts = { readonly who: Request['who']; readonly context: Readonly<Record<string, readonly string[]>> };

/** `tagged` are the keys that were put with tags since the policies are as they are. */
function expected(given: World, request: Request, tagged: ReadonlySet<string>): boolean {
  const { who, what, key } = request;
  const arn = what === 'list' ? BUCKET : `${BUCKET}/${objectOf(what, key)}`;
  const actions = {
    get: ['s3:GetObject'],
    put: ['s3:PutObject'],
    'put tagged': ['s3:PutObject', 's3:PutObjectTagging'],
    delete: ['s3:DeleteObject'],
    list: ['s3:ListBucket'],
  }[what];
  const facts = { who, context: contextOf(request, tagged) };
  return actions.every((name) => decides(given, name, arn, facts));
}

function contextOf({ who, way, what, key, agent, referer, prefix }: Request, tagged: ReadonlySet<string>): Facts['context'] {
  const isTagged = what === 'get' ? KEYS.indexOf(key) % 2 === 0 : what === 'put tagged' && tagged.has(key);
  const isSigned = who !== 'anonymous';
  const inQuery = isSigned && way !== 'header';
  const has = (name: string, ...values: (string | undefined)[]) =>
    values.includes(undefined) ? {} : { [name.toLowerCase()]: values as string[] };
  return {
    ...has('s3:authType', isSigned ? (inQuery ? 'REST-QUERY-STRING' : 'REST-HEADER') : undefined),
    ...has('s3:signatureversion', isSigned ? (way === 'v2' ? 'AWS' : 'AWS4-HMAC-SHA256') : undefined),
    ...has('s3:signatureAge', inQuery ? (way === 'old query' ? '100000' : '0') : undefined),
    ...has('aws:UserAgent', agent),
    ...has('aws:Referer', referer),
    ...has('aws:username', who === 'ana' ? 'ana' : undefined),
    ...has('aws:SourceIp', '127.0.0.1'),
    ...has('aws:SecureTransport', 'false'),
    ...has('aws:TokenIssueTime', who === 'session' ? 'some time' : undefined),
    ...has('s3:prefix', what === 'list' ? prefix : undefined),
    ...has('s3:ExistingObjectTag/class', isTagged ? 'public' : undefined),
    ...has('s3:RequestObjectTagKeys', what === 'put tagged' ? 'class' : undefined),
  };
}

function decides(given: World, action: string, arn: string, facts: Facts): boolean {
  const { who } = facts;
  const speaks = (list: readonly Statement[] | undefined, effect: string) =>
    (list ?? []).filter((one) => one.Effect === effect && applies(one, action, arn, facts));
  const own = who === 'ana' ? [...(given.user ?? []), ...(given.group ?? [])] : who === 'session' ? given.role : [];
  const limits = who === 'ana' ? [given.boundary] : who === 'session' ? [given.session] : [];
  const bucket = (given.bucket ?? []).filter(({ Principal }) => isNamed(Principal, who));
  if ([own, ...limits, bucket].some((list) => speaks(list, 'Deny').length > 0)) return false;
  if (who === 'root') return true;
  const granted = speaks(bucket, 'Allow').map(({ Principal }) => Principal);
  if (granted.includes('*') || (who === 'ana' && granted.includes('user'))) return true;
  const within = limits.every((list) => list === undefined || speaks(list, 'Allow').length > 0);
  return (speaks(own, 'Allow').length > 0 || (who === 'session' && granted.includes('role'))) && within;
}

const isNamed = (principal: unknown, who: Request['who']): boolean =>
  principal === '*' ||
  (who === 'ana' && principal === 'user') ||
  (who === 'session' && principal === 'role') ||
  (who !== 'anonymous' && principal === 'account');

function applies(one: Statement, action: string, arn: string, { context }: Facts): boolean {
  const some = (element: unknown, fits: (pattern: string) => boolean) => (element as string[]).some(fits);
  const named = (pattern: string) => like(pattern.toLowerCase(), action.toLowerCase());
  const meant = (pattern: string) => like(pattern, arn);
  if ('Action' in one ? !some(one.Action, named) : some(one.NotAction, named)) return false;
  const resources = one.Resource ?? undefined;
  if (resources !== undefined ? !some(typeof resources === 'string' ? [resources] : resources, meant) : some(one.NotResource, meant))
    return false;
  return Object.entries((one.Condition ?? {}) as Record<string, Record<string, string[]>>).every(([operator, line]) =>
    Object.entries(line).every(([key, wanted]) => holds(operator, context[key.toLowerCase()] ?? [], wanted)),
  );
}

function holds(written: string, has: readonly string[], wanted: readonly string[]): boolean {
  const [, quantifier, base = '', ifExists] = /^(?:(\w+):)?(\w+?)(IfExists)?$/.exec(written) ?? [];
  if (base === 'Null') return wanted.some((value) => (value === 'true') === (has.length === 0));
  const isNegated = base.includes('Not');
  if (has.length === 0) return ifExists !== undefined || quantifier === 'ForAllValues' || (quantifier === undefined && isNegated);
  const one = (value: string) => wanted.some((want) => matches(base.replace('Not', ''), value, want)) !== isNegated;
  return quantifier === 'ForAnyValue' ? has.some(one) : quantifier === 'ForAllValues' ? has.every(one) : one(has[0] ?? '');
}

function matches(base: string, value: string, want: string): boolean {
  switch (base) {
    case 'StringEquals':
    case 'Bool':
      return value === want;
    case 'StringLike':
      return like(want, value);
    case 'NumericGreaterThan':
      return Number(value) > Number(want);
    case 'NumericLessThanEquals':
      return Number(value) <= Number(want);
    case 'IpAddress':
      return want.endsWith('/8') ? value.split('.')[0] === want.split('.')[0] : value === want;
    default:
      throw new Error(`The oracle knows no ${base}`);
  }
}

/** `*`, `?`, and what `${*}` and `${?}` write: these two as they are. */
function like(pattern: string, value: string): boolean {
  const pieces = pattern.match(/\$\{[*?]\}|[\s\S]/g) ?? [];
  const source = pieces.map((piece) =>
    piece === '*' ? '.*' : piece === '?' ? '.' : (piece[2] ?? piece).replace(/[.*+?^${}()|[\]\\/]/g, '\\$&'),
  );
  return new RegExp(`^${source.join('')}$`, 's').test(value);
}

test(
  'Security test 33: what is answered is what an independent reading of the policies says',
  async () => {
    const counts = { allowed: 0, refused: 0 };
    await fc.assert(
      fc.asyncProperty(world, fc.array(request, { minLength: 12, maxLength: 12 }), async (given, requests) => {
        const session = await arrange(given);
        const tagged = new Set<string>();
        for (const one of requests) {
          const should = expected(given, one, tagged);
          if (should && one.what === 'put tagged') tagged.add(one.key);
          counts[should ? 'allowed' : 'refused']++;
          expect(await answer(one, session), JSON.stringify({ one, given })).toBe(should);
        }
      }),
      { numRuns: runs, endOnFailure: true },
    );
    // Policies that only ever said the same would prove little.
    expect(Math.min(counts.allowed, counts.refused)).toBeGreaterThan(runs * 2);
  },
  30_000 + runs * 1000,
);
