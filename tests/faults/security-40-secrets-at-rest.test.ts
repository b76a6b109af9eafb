/**
 * Security test 40: no secret stands in the data directory, in a copy of it or in the log; a wrong or missing master key opens nothing and
 * changes nothing; a copy serves the same users, keys, policies and objects; and a directory that another version wrote is refused with a sentence.
 */
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SigningCredentials } from '../support/independent-signer.ts';
import { done as asked } from '../support/json-api.ts';
import { anyPorts, latchkey } from '../support/latchkey-command.ts';
import { type MadeLink, newLink, use } from '../support/links.ts';
import { allow, credentialsOf, done, newRole, newUser, policyOf } from '../support/query-client.ts';
import { type ServerProcess, serverProcess } from '../support/several-servers.ts';
import { ROOT } from '../support/test-server.ts';
import { anonymous, presigned, send, signed, type WireRequest, xmlTexts } from '../support/wire-client.ts';

const MASTER = 'q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA=';
const OTHER_MASTER = 'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=';
const host = 'files.example.com';
const READ = policyOf(allow('s3:GetObject', 'arn:aws:s3:::box/*'));
const TRUST = policyOf({ Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:AssumeRole' });

/** All that keeps others from writing to many a webhook. */
const WEBHOOK_PATH = 'services/T0123456789/B0123456789/abcdefghijklmnopqrstuvwx';

let folder = '';
let data = '';
let account = '';
let user: SigningCredentials;
let session: SigningCredentials;
let urls: Readonly<Record<string, WireRequest>> = {};
let link: MadeLink;
let webhookSecret = '';
let log = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'latchkey-secrets-'));
  data = join(folder, 'data');
  const server = await start(data);
  try {
    await send(server, signed(server, 'PUT', '/box'));
    await send(server, signed(server, 'PUT', '/box/key', { body: 'content' }));
    account = xmlTexts((await done(server, 'sts', 'GetCallerIdentity', {})).text, 'Account')[0] ?? '';
    user = await newUser(server, 'ana', READ);
    const maker = await newUser(server, 'maker', policyOf(allow(['s3:GetObject', 'latchkey:*'], '*')));
    const role = await newRole(server, 'worker', TRUST, READ);
    session = credentialsOf(await done(server, 'sts', 'AssumeRole', { RoleArn: role, RoleSessionName: 'test' }, user));
    urls = {
      'of the user': presigned(server, 'GET', '/box/key', { credentials: user, host }),
      'of the session': presigned(server, 'GET', '/box/key', { credentials: session, host }),
      'of root': presigned(server, 'GET', '/box/key', { host }),
    };
    await done(server, 'latchkey', 'PutGuardrails', { Guardrails: '{"maxLifetimeSeconds":{"read":86400}}' });
    link = await newLink(server, '/box/key', { maxUses: 2 }, { credentials: maker });
    const url = `https://hooks.example/${WEBHOOK_PATH}`;
    const hook = await asked(server, 'POST', '/webhooks', { json: { url, events: ['link.*'] }, headers: { 'Idempotency-Key': 'once' } });
    webhookSecret = hook.secret.slice('whsec_'.length);
    await asked(server, 'PATCH', `/webhooks/${hook.id}`, { json: { status: 'paused' } });
    expect((await use(server, link)).text).toBe('content');
    // What is refused is where secrets would slip into a log.
    await send(server, presigned(server, 'GET', '/box/key', { credentials: { ...user, secretAccessKey: session.secretAccessKey } }));
    await send(server, presigned(server, 'GET', '/box/key', { credentials: { ...user, sessionToken: session.sessionToken ?? '' } }));
    for (const url of Object.values(urls)) expect((await send(server, url)).text).toBe('content');
  } finally {
    await server.close();
  }
  log = server.process.stderr() + server.process.stdout.join('\n');
}, 120_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

const environment = { LATCHKEY_ROOT_ACCESS_KEY_ID: ROOT.accessKeyId, LATCHKEY_ROOT_SECRET_ACCESS_KEY: ROOT.secretAccessKey };
const start = (directory: string, master = MASTER): Promise<ServerProcess> =>
  serverProcess(directory, ['--public-url', `http://${host}`], { LATCHKEY_MASTER_KEY: master });
const refusedStart = (directory: string, more: Record<string, string>) =>
  latchkey(['serve', '--data', directory, ...anyPorts], { environment: { ...environment, ...more } });

/** Every secret there is, as it is and as it may be written. */
function secrets(): readonly (readonly [name: string, bytes: Buffer])[] {
  const plain: Readonly<Record<string, string>> = {
    'the secret of root': ROOT.secretAccessKey,
    'the secret of a user': user.secretAccessKey,
    'the secret of a session': session.secretAccessKey,
    'the token of a session': session.sessionToken ?? '',
    'the signing secret of a webhook': webhookSecret,
    'the address of a webhook': WEBHOOK_PATH,
    'the master key': MASTER,
  };
  return Object.entries(plain).flatMap(([name, text]) => {
    const bytes = Buffer.from(text);
    return [
      [name, bytes],
      [`${name}, in hex`, Buffer.from(bytes.toString('hex'))],
      [`${name}, in UTF-16`, Buffer.from(text, 'utf16le')],
      [`${name}, reversed`, Buffer.from(bytes).reverse()],
      // In base64 a text reads in three ways, by where it begins.
      ...[0, 1, 2].map((shift): [string, Buffer] => [
        `${name}, in base64`,
        Buffer.from(
          Buffer.concat([Buffer.alloc(shift), bytes])
            .toString('base64')
            .slice(4, -4),
        ),
      ]),
    ] as const;
  });
}

async function filesOf(directory: string): Promise<readonly (readonly [name: string, bytes: Buffer])[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Promise.all(files.map(async (file) => [file.slice(directory.length + 1), await readFile(file)] as const));
}

const digests = async (directory: string) => new Map((await filesOf(directory)).map(([name, bytes]) => [name, bytes.toString('base64')]));

async function foundIn(files: readonly (readonly [string, Buffer])[]): Promise<string[]> {
  return files.flatMap(([name, bytes]) => secrets().flatMap(([secret, form]) => (bytes.includes(form) ? [`${secret} in ${name}`] : [])));
}

describe('Security test 40: secrets', () => {
  test('stand nowhere in the data directory', async () => {
    const files = await filesOf(data);
    expect(files.length).toBeGreaterThan(3);
    expect(files.some(([, bytes]) => bytes.includes(user.accessKeyId))).toBe(true);
    expect(await foundIn(files)).toEqual([]);
  });
  test('would be found if they did', async () => {
    for (const written of [
      user.secretAccessKey,
      Buffer.from(user.secretAccessKey).toString('base64'),
      Buffer.from(`x${user.secretAccessKey}`).toString('base64'),
    ])
      expect(await foundIn([['a file', Buffer.from(`before ${written} behind`)]])).not.toEqual([]);
  });
  test('stand nowhere in a copy', async () => {
    const copy = join(folder, 'searched');
    await cp(data, copy, { recursive: true });
    expect(await foundIn(await filesOf(copy))).toEqual([]);
  });
  test('stand nowhere in what was printed', async () => {
    expect(log).toContain('"listening"');
    expect(await foundIn([['the log', Buffer.from(log)]])).toEqual([]);
    expect(log).not.toMatch(/X-Amz-Signature|Signature=/);
  });
  test('that were made on the first start stand in two files that only their owner reads', async () => {
    const directory = join(folder, 'made');
    const server = await serverProcess(directory, [], {}, {});
    await server.close();
    const files = await filesOf(directory);
    const { secretAccessKey } = JSON.parse(await readFile(join(directory, 'root-credentials.json'), 'utf8')) as { secretAccessKey: string };
    const master = (await readFile(join(directory, 'master-key'), 'utf8')).trim();
    const holding = (secret: string) => files.filter(([, bytes]) => bytes.includes(secret)).map(([name]) => name);
    expect([holding(secretAccessKey), holding(master)]).toEqual([['root-credentials.json'], ['master-key']]);
  });
});

describe('Security test 40: a master key', () => {
  test.each<[string, Record<string, string>]>([
    ['that is another', { LATCHKEY_MASTER_KEY: OTHER_MASTER }],
    ['that is missing', {}],
  ])('%s starts nothing, says what to do, and leaves every byte as it was', async (_, more) => {
    const copy = join(folder, `wrong-${Object.keys(more).length}`);
    await cp(data, copy, { recursive: true });
    const before = await digests(copy);
    const ended = await refusedStart(copy, more);
    expect([ended.status, ended.stdout]).toEqual([1, '']);
    expect(ended.stderr).toContain('The master key is not the one that sealed the secrets');
    expect(ended.stderr).not.toContain(OTHER_MASTER);
    const after = await digests(copy);
    for (const [name, bytes] of before) if (!name.endsWith('lock.mdb')) expect(after.get(name) === bytes, name).toBe(true);
    const server = await start(copy);
    try {
      expect((await send(server, urls['of the user'] as WireRequest)).text).toBe('content');
    } finally {
      await server.close();
    }
  });
  test('that is too short starts nothing', async () => {
    const ended = await refusedStart(join(folder, 'short'), { LATCHKEY_MASTER_KEY: 'short' });
    expect(ended.status).not.toBe(0);
    expect(ended.stderr).toContain('at least 16 characters');
  });
});

describe('Security test 40: a copy of the directory', () => {
  test('serves the same users, keys, policies, guardrails and objects, and the URLs they have signed', async () => {
    const copy = join(folder, 'restored');
    await cp(data, copy, { recursive: true });
    const server = await start(copy);
    try {
      for (const [which, url] of Object.entries(urls)) expect((await send(server, url)).text, which).toBe('content');
      expect((await send(server, anonymous(server, 'GET', '/box/key'))).status).toBe(403);
      expect((await send(server, presigned(server, 'PUT', '/box/key', { credentials: user, body: 'x' }))).status).toBe(403);
      const calls: readonly (readonly ['iam' | 'sts' | 'latchkey', string, Record<string, string>, string, unknown])[] = [
        ['sts', 'GetCallerIdentity', {}, 'Account', account],
        ['iam', 'GetUser', { UserName: 'ana' }, 'UserName', 'ana'],
        ['iam', 'ListAccessKeys', { UserName: 'ana' }, 'AccessKeyId', user.accessKeyId],
        ['iam', 'ListRoles', {}, 'RoleName', 'worker'],
        ['iam', 'GetUserPolicy', { UserName: 'ana', PolicyName: 'own' }, 'PolicyDocument', encodeURIComponent(JSON.stringify(READ))],
        ['latchkey', 'GetGuardrails', {}, 'Guardrails', '{"maxLifetimeSeconds":{"read":86400}}'],
      ];
      for (const [service, action, parameters, element, value] of calls) {
        expect([action, ...xmlTexts((await done(server, service, action, parameters)).text, element)]).toEqual([action, value]);
      }
      // Of two uses one was counted, and the other is left.
      expect((await use(server, link)).text).toBe('content');
      expect((await use(server, link)).error.Message).toBe('The link has been used as often as it may be.');
      // The copy goes its own way from here.
      await done(server, 'iam', 'UpdateAccessKey', { UserName: 'ana', AccessKeyId: user.accessKeyId, Status: 'Inactive' });
      expect((await send(server, urls['of the user'] as WireRequest)).status).toBe(403);
    } finally {
      await server.close();
    }
    const original = await start(data);
    try {
      expect((await send(original, urls['of the user'] as WireRequest)).text).toBe('content');
    } finally {
      await original.close();
    }
  });
  test('has the audit trail whole, and says so', async () => {
    const copy = join(folder, 'trail');
    await cp(data, copy, { recursive: true });
    const checked = await latchkey(['verify-audit', '--data', copy], { environment: { LATCHKEY_MASTER_KEY: MASTER } });
    expect([checked.status, checked.stderr]).toEqual([0, '']);
    expect(checked.stdout).toMatch(/\d/);
  });
  test.each([
    ['objects', 'latchkey-objects 2'],
    ['objects', 'latchkey-objects 0'],
    ['records', 'latchkey-record-store 2'],
    ['records', 'latchkey-record-store 0'],
  ])('whose %s say "%s" is refused with a sentence, and left as it was', async (place, format) => {
    const copy = join(folder, format.replaceAll(' ', '-'));
    await cp(data, copy, { recursive: true });
    await writeFile(join(copy, place, 'FORMAT'), `${format}\n`);
    const before = await digests(join(copy, place));
    const ended = await refusedStart(copy, { LATCHKEY_MASTER_KEY: MASTER });
    expect([ended.status, ended.stdout]).toEqual([1, '']);
    expect(ended.stderr).toContain(`has format ${format.at(-1)}; this version of Latchkey knows format 1. Use the version that wrote it`);
    const after = await digests(join(copy, place));
    for (const [name, bytes] of before) if (!name.endsWith('lock.mdb')) expect(after.get(name) === bytes, name).toBe(true);
  });
});
