/** ExplainRequest: what a URL would meet, check by check, by the word of the server that would refuse it; nothing is run. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { md5Base64 } from '../support/independent-signer.ts';
import { done as doneByApi, type Json } from '../support/json-api.ts';
import { type MadeLink, newLink, requestOf, use } from '../support/links.ts';
import { allow, call, credentialsOf, deny, done, newRole, newUser, policyOf, putPolicy } from '../support/query-client.ts';
import { ROOT, testServer } from '../support/test-server.ts';
import {
  anonymous,
  presigned,
  presignedV2,
  send,
  signed,
  type WireRequest,
  withHeader,
  withQuery,
  xmlParts,
  xmlTexts,
} from '../support/wire-client.ts';

const server = await testServer({ publicUrls: ['https://files.example.com/storage'] });
afterAll(() => server.close());
const READ = policyOf({ ...allow('s3:GetObject', 'arn:aws:s3:::vault/*'), Sid: 'ReadVault' });

beforeAll(async () => {
  for (const bucket of ['vault', 'other', 'open']) await send(server, signed(server, 'PUT', `/${bucket}`));
  await send(server, signed(server, 'PUT', '/vault/file', { body: 'gold' }));
  await send(server, signed(server, 'PUT', '/open/file', { body: 'air' }));
});

type Explained = {
  readonly outcome: string;
  readonly code: string | undefined;
  readonly status: number | undefined;
  readonly checks: ReadonlyMap<string, { readonly outcome: string; readonly explanation: string; readonly xml: string }>;
  readonly failed: readonly string[];
  readonly text: string;
};

const urlOf = ({ target }: WireRequest) => `http://${server.host}${target}`;

async function explain(request: WireRequest, more: Record<string, string> = {}): Promise<Explained> {
  const headers = request.headers.filter(([name]) => !/^(host|content-length)$/i.test(name));
  const parameters: Record<string, string> = { Url: urlOf(request), Method: request.method, ...more };
  for (const [index, [name, value]] of headers.entries()) {
    parameters[`Headers.member.${index + 1}.Name`] = name;
    parameters[`Headers.member.${index + 1}.Value`] = value;
  }
  return read((await done(server, 'latchkey', 'ExplainRequest', parameters)).text);
}

function read(text: string): Explained {
  const at = text.indexOf('<Checks>');
  const head = text.slice(0, at);
  const status = xmlTexts(head, 'Status')[0];
  const checks = new Map(
    text
      .slice(at)
      .split('<member><Check>')
      .slice(1)
      .map((xml) => {
        const [name = ''] = xml.split('<');
        return [name, { outcome: xmlTexts(xml, 'Outcome')[0] ?? '', explanation: xmlTexts(xml, 'Explanation')[0] ?? '', xml }];
      }),
  );
  const failed = [...checks].filter(([, { outcome }]) => outcome === 'failed').map(([name]) => name);
  return {
    outcome: xmlTexts(head, 'Outcome')[0] ?? '',
    code: xmlTexts(head, 'Code')[0],
    status: status === undefined ? undefined : Number(status),
    checks,
    failed,
    text,
  };
}

describe('ExplainRequest', () => {
  test('takes a good URL through every check', async () => {
    const explained = await explain(presigned(server, 'GET', '/vault/file'));
    expect([explained.outcome, explained.failed]).toEqual(['accepted', []]);
    expect([...explained.checks].map(([name, { outcome }]) => [name, outcome])).toEqual([
      ['address', 'passed'],
      ['operation', 'passed'],
      ['mechanism', 'passed'],
      ['scope', 'passed'],
      ['expiry', 'passed'],
      ['access-key', 'passed'],
      ['session-token', 'skipped'],
      ['signed-headers', 'passed'],
      ['signature', 'passed'],
      ['terms', 'passed'],
      ['guardrails', 'passed'],
      ['permissions', 'passed'],
      ['object', 'passed'],
    ]);
  });

  test('names the statement and the policy that decide, for and against', async () => {
    const user = await newUser(server, 'explained', READ);
    const read = await explain(presigned(server, 'GET', '/vault/file', { credentials: user }));
    expect(read.outcome).toBe('accepted');
    const [statement = ''] = xmlParts(read.checks.get('permissions')?.xml ?? '', 'Statement');
    expect(statement).toBe('<Policy>explained/own</Policy><Sid>ReadVault</Sid><Number>1</Number>');
    const write = await explain(presigned(server, 'PUT', '/vault/file', { credentials: user }));
    expect([write.failed, write.code]).toEqual([['permissions'], 'AccessDenied']);
    expect(write.checks.get('permissions')?.explanation).toBe(
      `No identity policy allows ${user.arn} s3:PutObject on arn:aws:s3:::vault/file.`,
    );
    await putPolicy(server, 'explained', policyOf(allow('s3:*', '*'), { ...deny('s3:Put*', '*'), Sid: 'NoWrites' }));
    const denied = await explain(presigned(server, 'PUT', '/vault/file', { credentials: user }));
    expect(denied.checks.get('permissions')?.explanation).toContain('Statement "NoWrites" of the identity policy "explained/own" denies');
  });

  test('asks as from another address where it is told to', async () => {
    const condition = { Condition: { NotIpAddress: { 'aws:SourceIp': '198.51.100.0/24' } } };
    const user = await newUser(server, 'placed', policyOf(allow('s3:*', '*'), deny('s3:*', '*', condition)));
    const url = presigned(server, 'GET', '/vault/file', { credentials: user });
    expect((await explain(url)).failed).toEqual(['permissions']);
    expect((await explain(url, { SourceIp: '198.51.100.7' })).failed).toEqual([]);
    expect((await call(server, 'latchkey', 'ExplainRequest', { Url: urlOf(url), SourceIp: 'here' })).error.Code).toBe('InvalidInput');
  });

  test('names the guardrail, and says on what else an old URL fails and on what it does not', async () => {
    const guardrails = JSON.stringify({ maxLifetimeSeconds: { read: 60 } });
    await done(server, 'latchkey', 'PutGuardrails', { Guardrails: guardrails, Bucket: 'vault' });
    const old = { date: new Date(Date.now() - 600_000), expires: 300 };
    const explained = await explain(presigned(server, 'GET', '/vault/file', old));
    await done(server, 'latchkey', 'DeleteGuardrails', { Bucket: 'vault' });
    expect(explained.failed).toEqual(['expiry', 'guardrails']);
    expect(explained.checks.get('signature')?.explanation).toBe('The signature is right.');
    expect(explained.checks.get('guardrails')?.explanation).toMatch(
      /^A guardrail of the bucket vault refuses this request: It was signed \d+ seconds ago, and works for 60\.$/,
    );
  });

  test('says what a link is, what is left of its uses, and what became of it, and takes none', async () => {
    const maker = await newUser(server, 'link-maker', policyOf(allow(['s3:GetObject', 'latchkey:CreateLink'], 'arn:aws:s3:::vault/*')));
    const link = await newLink(server, '/vault/file', { maxUses: 1, sourceIp: ['127.0.0.1', '198.51.100.7'] }, { credentials: maker });
    const asked = (more?: Record<string, string>) => explain(requestOf(link.url), { SourceIp: '127.0.0.1', ...more });
    const terms = async (more?: Record<string, string>) => {
      const { failed, checks } = await asked(more);
      return [failed.join(' '), checks.get('terms')?.explanation];
    };
    const whose = `It is the link ${link.id} of ${maker.arn}, which carries no limit that refuses it.`;
    expect(await terms()).toEqual(['', `${whose} 0 of its 1 uses are counted or under way.`]);
    expect(await terms({ SourceIp: '192.0.2.1' })).toEqual(['terms', '192.0.2.1 is in none of 127.0.0.1, 198.51.100.7.']);
    await use(server, link);
    expect(await terms()).toEqual(['terms', '1 of 1 uses are counted or under way.']);
    await doneByApi(server, 'DELETE', `/links/${link.id}`);
    expect(await terms()).toEqual(['terms', `The link ${link.id} was revoked.`]);
    await done(server, 'iam', 'DeleteUserPolicy', { UserName: 'link-maker', PolicyName: 'own' });
    await done(server, 'iam', 'DeleteAccessKey', { UserName: 'link-maker', AccessKeyId: maker.accessKeyId });
    await done(server, 'iam', 'DeleteUser', { UserName: 'link-maker' });
    const { checks } = await asked();
    expect(checks.get('access-key')?.explanation).toBe(`The link ${link.id} was made by ${maker.arn}, who is gone.`);
  });

  test('says what became of an access key', async () => {
    const user = await newUser(server, 'leaver', READ);
    const url = presigned(server, 'GET', '/vault/file', { credentials: user });
    const key = { UserName: 'leaver', AccessKeyId: user.accessKeyId };
    const why = async () => (await explain(url)).checks.get('access-key')?.explanation;
    expect(await why()).toBe(`${user.accessKeyId} is an access key of ${user.arn}.`);
    await done(server, 'iam', 'UpdateAccessKey', { ...key, Status: 'Inactive' });
    expect(await why()).toBe(`The access key ${user.accessKeyId} of the user leaver is inactive.`);
    await done(server, 'iam', 'DeleteAccessKey', key);
    expect(await why()).toBe(`There is no access key ${user.accessKeyId}: it was deleted, or never made here.`);
  });

  test('says what became of a session', async () => {
    const trust = policyOf({ Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:AssumeRole' });
    const role = await newRole(server, 'guide', trust, READ);
    const session = credentialsOf(await done(server, 'sts', 'AssumeRole', { RoleArn: role, RoleSessionName: 'tour' }));
    const url = presigned(server, 'GET', '/vault/file', { credentials: session });
    expect((await explain(url)).checks.get('session-token')?.explanation).toMatch(/^Its session lasts until 20/);
    const { sessionToken: _, ...bare } = session;
    expect((await explain(presigned(server, 'GET', '/vault/file', { credentials: bare }))).checks.get('access-key')?.explanation).toBe(
      `The access key ${session.accessKeyId} is a temporary one, and its session token does not come with it.`,
    );
    await done(server, 'iam', 'DeleteRolePolicy', { RoleName: 'guide', PolicyName: 'own' });
    await done(server, 'iam', 'DeleteRole', { RoleName: 'guide' });
    expect((await explain(url)).checks.get('access-key')?.explanation).toContain('is over before its time');
  });

  test('says that a public access block keeps everybody out', async () => {
    const everybody = policyOf(allow('s3:GetObject', 'arn:aws:s3:::open/*', { Principal: '*' }));
    await send(server, signed(server, 'DELETE', '/open', { query: { publicAccessBlock: '' } }));
    await send(server, signed(server, 'PUT', '/open', { query: { policy: '' }, body: JSON.stringify(everybody) }));
    const nobody = anonymous(server, 'GET', '/open/file');
    expect((await explain(nobody)).outcome).toBe('accepted');
    const block = '<PublicAccessBlockConfiguration><RestrictPublicBuckets>true</RestrictPublicBuckets></PublicAccessBlockConfiguration>';
    const headers = { 'content-md5': md5Base64(block) };
    expect((await send(server, signed(server, 'PUT', '/open', { query: { publicAccessBlock: '' }, headers, body: block }))).status).toBe(
      200,
    );
    expect((await explain(nobody)).checks.get('permissions')?.explanation).toContain('RestrictPublicBuckets');
  });

  test('a missing object is NoSuchKey to who may list, and AccessDenied to others', async () => {
    expect(await explain(presigned(server, 'GET', '/vault/none'))).toMatchObject({ failed: ['object'], code: 'NoSuchKey' });
    const user = await newUser(server, 'sightless', READ);
    const explained = await explain(presigned(server, 'GET', '/vault/none', { credentials: user }));
    expect(explained).toMatchObject({ failed: ['object'], code: 'AccessDenied' });
    expect(explained.checks.get('object')?.explanation).toContain('No object has this key');
  });

  test('finds the method of a URL by itself', async () => {
    const upload = presigned(server, 'PUT', '/vault/new');
    const text = (await done(server, 'latchkey', 'ExplainRequest', { Url: urlOf(upload) })).text;
    expect(xmlTexts(text, 'Method')).toEqual(['PUT']);
    expect(read(text).outcome).toBe('accepted');
  });

  test('of a wrong signature finds out what was signed', async () => {
    const url = presigned(server, 'GET', '/vault/a file');
    const differing: [string, WireRequest, string][] = [
      ['the method', { ...url, method: 'PUT' }, 'method'],
      ['what was added behind', { ...url, target: `${url.target}&utm_source=mail` }, 'query'],
      ['what was added before', { ...url, target: url.target.replace('?', '?fbclid=1&') }, 'query'],
      ['a path encoded twice', { ...url, target: url.target.replace('%20', '%2520') }, 'path'],
      ['a plus for a space', { ...url, target: url.target.replace('%20', '+') }, 'path'],
      ['punctuation at its end', { ...url, target: `${url.target}).` }, 'signature'],
      ['a lost end', { ...url, target: url.target.slice(0, -3) }, 'signature'],
      [
        'a header that was not sent',
        { ...presigned(server, 'GET', '/vault/a file', { headers: { 'x-amz-meta-a': 'b' } }), headers: [] },
        'header',
      ],
      ['another key', { ...url, target: url.target.replace('a%20file', 'another') }, 'secret'],
    ];
    for (const [what, request, part] of differing) {
      const { failed, checks, code } = await explain(request);
      expect([what, failed[0], code, xmlTexts(checks.get('signature')?.xml ?? '', 'Part')]).toEqual([
        what,
        'signature',
        'SignatureDoesNotMatch',
        [part],
      ]);
    }
    const other = await explain({ ...url, target: url.target.replace('a%20file', 'another') });
    expect(xmlTexts(other.text, 'CanonicalRequest')[0]).toContain('GET\n/vault/another\n');
  });

  test('shows neither a secret, nor a signature, nor a token', async () => {
    const user = await newUser(server, 'shy', READ);
    const session = credentialsOf(await done(server, 'sts', 'GetSessionToken', {}, user));
    const right = presigned(server, 'GET', '/vault/file', { credentials: session });
    const signature = /X-Amz-Signature=(\w+)/.exec(right.target)?.[1] ?? '';
    const wrongs = [
      right,
      { ...right, method: 'PUT' },
      withHeader(right, 'x-amz-meta-a', 'b'),
      withQuery(right, (pairs) => pairs.map(([name, value]) => [name, name === 'X-Amz-Signature' ? '0'.repeat(64) : value])),
    ];
    for (const request of wrongs) {
      const { text } = await explain(request);
      for (const secret of [session.secretAccessKey, user.secretAccessKey, ROOT.secretAccessKey, signature])
        expect(text).not.toContain(secret);
    }
    const { text } = await explain(right);
    expect(text).not.toContain(session.sessionToken);
  });

  test('is not for everybody, and says nothing to those', async () => {
    const user = await newUser(server, 'curious', policyOf(allow(['s3:*', 'iam:*'], '*')));
    const reply = await call(server, 'latchkey', 'ExplainRequest', { Url: urlOf(presigned(server, 'GET', '/vault/file')) }, user);
    expect([reply.status, reply.error.Code]).toEqual([403, 'AccessDenied']);
    expect(reply.error.Message).toContain('latchkey:ExplainRequest');
    await putPolicy(server, 'curious', policyOf(allow('latchkey:ExplainRequest', '*')));
    const allowed = await call(server, 'latchkey', 'ExplainRequest', { Url: urlOf(presigned(server, 'GET', '/vault/file')) }, user);
    expect(allowed.status).toBe(200);
  });

  test('refuses what is no URL', async () => {
    for (const Url of ['vault/file', 'ftp://example.com/', 'http://example.com/%zz', ''])
      expect((await call(server, 'latchkey', 'ExplainRequest', { Url })).error.Code).toBe('InvalidInput');
    expect((await call(server, 'latchkey', 'ExplainRequest', {})).error.Code).toBe('ValidationError');
  });
});

describe('what it says is what happens', () => {
  const agoSeconds = (seconds: number) => new Date(Date.now() - seconds * 1000);
  const get = (wanted = {}) => presigned(server, 'GET', '/vault/file', wanted);
  const requests: Readonly<Record<string, () => WireRequest | Promise<WireRequest>>> = {
    'a GET': get,
    'a HEAD': () => presigned(server, 'HEAD', '/vault/file'),
    'a list': () => presigned(server, 'GET', '/vault', { query: { 'list-type': '2' } }),
    'the buckets': () => presigned(server, 'GET', '/'),
    'a SigV2 URL': () => presignedV2(server, 'GET', '/vault/file'),
    'a SigV2 URL that expired': () => presignedV2(server, 'GET', '/vault/file', { expires: -5 }),
    'a SigV2 URL for years': () => presignedV2(server, 'GET', '/vault/file', { expires: 10_000_000 }),
    'an expired URL': () => get({ date: agoSeconds(100), expires: 60 }),
    'a URL for no time': () => get({ expires: 0 }),
    'a URL for too long': () => get({ expires: 604_801 }),
    'a URL of tomorrow': () => get({ date: agoSeconds(-86_400) }),
    'a negative expiry': () => get({ expires: -1 }),
    'another region': () => get({ region: 'eu-west-1' }),
    'another service': () => get({ service: 'ec2' }),
    'an unknown access key': () => get({ credentials: { accessKeyId: 'LKIANOBODY', secretAccessKey: 'x' } }),
    'a wrong secret': () => get({ credentials: { ...ROOT, secretAccessKey: 'x' } }),
    'a token that nobody gave': () => get({ credentials: { ...ROOT, sessionToken: 'x' } }),
    'an unsigned header': () => withHeader(get(), 'x-amz-acl', 'private'),
    'two mechanisms': () => withHeader(get(), 'Authorization', 'Bearer x'),
    'a repeated parameter': () => ({ ...get(), target: `${get().target}&X-Amz-Expires=1` }),
    'no signature': () => anonymous(server, 'GET', '/vault/file'),
    'half a signature': () => withQuery(get(), (pairs) => pairs.filter(([name]) => name !== 'X-Amz-Signature')),
    'a limit that is not known': () => get({ query: { 'X-Latchkey-Nonsense': '1' } }),
    'a bucket that is not there': () => presigned(server, 'GET', '/nowhere/file'),
    'a list of a bucket that is not there': () => presigned(server, 'GET', '/nowhere'),
    'a name that no bucket has': () => presigned(server, 'GET', '/x/file'),
    'two sub-resources': () => presigned(server, 'GET', '/vault', { query: { cors: '', policy: '' } }),
    'a method for nothing': () => presigned(server, 'POST', '/vault/file'),
    'a version that is not there': () => get({ query: { versionId: 'abc' } }),
    'a signed header': () => signed(server, 'GET', '/vault/file'),
    'a signed header of long ago': () => signed(server, 'GET', '/vault/file', { date: agoSeconds(3600) }),
    'a DELETE of what is not there': () => presigned(server, 'DELETE', '/vault/none'),
    'a copy of what the signer may not read': async () => {
      const user = await newUser(server, 'copy-explained', policyOf(allow('s3:PutObject', '*')));
      return presigned(server, 'PUT', '/other/copy', { credentials: user, headers: { 'x-amz-copy-source': '/vault/file' } });
    },
    'a virtual host': () => presigned(server, 'GET', '/file', { host: 'vault.localhost' }),
    'a call of IAM as a URL': () => presigned(server, 'GET', '/', { service: 'iam', query: { Action: 'ListUsers' } }),
  };
  test.each(Object.entries(requests))('%s', async (_, make) => {
    const request = await make();
    const reply = await send(server, request);
    const host = request.headers.find(([name]) => name === 'Host')?.[1] ?? server.host;
    const explained = await explain(request, { Url: `http://${host}${request.target}`, SourceIp: '127.0.0.1' });
    if (reply.status < 300) expect([explained.outcome, explained.failed]).toEqual(['accepted', []]);
    else {
      expect([explained.outcome, explained.status]).toEqual(['refused', reply.status]);
      if (reply.error.Code !== undefined && request.method !== 'HEAD') expect(explained.code).toBe(reply.error.Code);
    }
  });
  test('a URL for the public name that came by another', async () => {
    const request = presigned(server, 'GET', '/storage/vault/file', { host: 'files.example.com' });
    const arrived = { ...request, target: request.target.replace('/storage', ''), headers: [['Host', server.host] as const] };
    expect((await send(server, arrived)).status).toBe(200);
    expect((await explain(arrived)).outcome).toBe('accepted');
  });
});

describe('of links, and of limits signed into a URL', () => {
  const usesOf = async ({ id }: MadeLink) => (await doneByApi(server, 'GET', `/links/${id}`)).uses.used as number;
  const agree = async (request: WireRequest, check: string | undefined) => {
    const explained = await explain(request, { SourceIp: '127.0.0.1' });
    const reply = await send(server, request);
    if (check === undefined) expect([explained.outcome, reply.status]).toEqual(['accepted', 200]);
    else {
      expect([explained.failed[0], explained.status, explained.code]).toEqual([check, reply.status, reply.error.Code]);
      expect(xmlTexts(explained.text, 'Message')[0]).toBe(reply.error.Message);
    }
    return explained;
  };

  test('names the link and its maker, and counts no use', async () => {
    const link = await newLink(server, '/vault/file', { maxUses: 1 });
    for (let i = 0; i < 3; i++) {
      const explained = await explain(requestOf(link.url));
      expect(explained.outcome).toBe('accepted');
      expect(explained.checks.get('terms')?.explanation).toContain(`It is the link ${link.id} of`);
      expect(explained.checks.get('terms')?.explanation).toContain('0 of its 1 uses are counted or under way.');
    }
    expect(await usesOf(link)).toBe(0);
    await agree(requestOf(link.url), undefined);
    await agree(requestOf(link.url), 'terms');
    expect(await usesOf(link)).toBe(1);
  });
  test('says what a link was ended by', async () => {
    const [revoked, elsewhere] = [
      await newLink(server, '/vault/file'),
      await newLink(server, '/vault/file', { sourceIp: ['198.51.100.0/24'] }),
    ];
    await agree(requestOf(revoked.url), undefined);
    await doneByApi(server, 'DELETE', `/links/${revoked.id}`);
    await agree(requestOf(revoked.url), 'terms');
    await agree(requestOf(elsewhere.url), 'terms');
    expect((await explain(requestOf(elsewhere.url), { SourceIp: '198.51.100.7' })).outcome).toBe('accepted');
  });
  test('says that its maker may no longer do it', async () => {
    const maker = await newUser(server, 'maker', policyOf(allow(['s3:GetObject', 'latchkey:*'], '*')));
    const link = await newLink(server, '/vault/file', {}, { credentials: maker });
    await agree(requestOf(link.url), undefined);
    await putPolicy(server, 'maker', policyOf(allow('s3:PutObject', '*')));
    await agree(requestOf(link.url), 'permissions');
  });
  test('reads the limits that any signer signed', async () => {
    await agree(presigned(server, 'GET', '/vault/file', { query: { 'X-Latchkey-Source-Ip': '127.0.0.0/8' } }), undefined);
    await agree(presigned(server, 'GET', '/vault/file', { query: { 'X-Latchkey-Source-Ip': '198.51.100.0/24' } }), 'terms');
    const once = presigned(server, 'GET', '/vault/file', { query: { 'X-Latchkey-Max-Uses': '1' } });
    expect((await explain(once)).outcome).toBe('accepted');
    await agree(once, undefined);
    await agree(once, 'terms');
  });
});

test('the trail tells who asked about which URL, without its signature, and of no other request', async () => {
  const session = credentialsOf(await done(server, 'sts', 'GetSessionToken', {}));
  const url = presigned(server, 'GET', '/vault/trailed', { credentials: session });
  await explain(withHeader(url, 'Authorization', 'Bearer the-holders-own'));
  let found: Json[] = [];
  for (let asked = 0; asked < 100 && found.length === 0; asked++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    const { items } = await doneByApi(server, 'GET', '/audit', { query: { limit: '1000' } });
    found = items.filter((item: Json) => JSON.stringify(item).includes('trailed'));
  }
  expect(found.map(({ eventName }) => eventName)).toEqual(['ExplainRequest']);
  expect(JSON.stringify(found)).not.toMatch(new RegExp(`X-Amz-Signature=[0-9a-f]|the-holders-own|${session.sessionToken}`));
});

test('explaining changes nothing', async () => {
  const user = await newUser(server, 'unused', policyOf(allow('s3:*', '*')));
  await explain(presigned(server, 'DELETE', '/vault/file', { credentials: user }));
  await explain(presigned(server, 'PUT', '/vault/never', { credentials: user }));
  await explain(presigned(server, 'PUT', '/never', { credentials: user }));
  expect(xmlTexts((await send(server, signed(server, 'GET', '/vault'))).text, 'Key')).toEqual(['file']);
  expect(xmlTexts((await send(server, signed(server, 'GET', '/'))).text, 'Name')).toEqual(['open', 'other', 'vault']);
  const { text } = await done(server, 'iam', 'GetAccessKeyLastUsed', { AccessKeyId: user.accessKeyId });
  expect(xmlTexts(text, 'ServiceName')).toEqual(['N/A']);
  expect(server.logged).toEqual([]);
});

test('a form is signed in its fields, which a URL does not have', async () => {
  const explained = await explain(anonymous(server, 'POST', '/vault'));
  expect([explained.outcome, explained.failed[0]]).toEqual(['refused', 'mechanism']);
});
