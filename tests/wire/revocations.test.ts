/** Taking back what was signed: one URL, all of somebody, somewhere or of a label; from the next request on, in every process. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLocalObjectStore } from '@latchkey/objects-local/local-object-store';
import { openMemoryRecordStore } from '@latchkey/storage/memory-record-store';
import { openMemoryUseStore } from '@latchkey/storage/memory-use-store';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { openConnection } from '../support/connection.ts';
import { api, done as doneByApi, expectProblem, type Json } from '../support/json-api.ts';
import { newLink, requestOf, use } from '../support/links.ts';
import { postForm, signedFields } from '../support/post-form.ts';
import { allow, call, credentialsOf, newRole, newUser, policyOf } from '../support/query-client.ts';
import { testServer } from '../support/test-server.ts';
import { bytesOf, expectError, presigned, presignedV2, send, signed, type WireRequest } from '../support/wire-client.ts';

const directory = await mkdtemp(join(tmpdir(), 'latchkey-wire-'));
// On disk: a store in memory has nothing to stream.
const objects = await openLocalObjectStore({ directory });
const stores = { objects, records: openMemoryRecordStore(), uses: openMemoryUseStore() };
const server = await testServer(stores);
const other = await testServer(stores);
afterAll(async () => {
  await Promise.all([server.close(), other.close()]);
  await rm(directory, { recursive: true, force: true });
});

const REVOKED = { status: 403, code: 'AccessDenied', message: 'The URL has been revoked.' } as const;
const ALL = ['arn:aws:s3:::box', 'arn:aws:s3:::box/*'];
const revoke = (json: Json) => doneByApi(server, 'POST', '/revocations', { json });
const urlOf = (request: WireRequest) => `http://${server.host}${request.target}`;
/** Whether the URL works, in either process alike. */
async function works(request: WireRequest): Promise<boolean> {
  const [here, there] = [await send(server, request), await send(other, request)];
  expect(there.status).toBe(here.status);
  if (here.status !== 200) expectError(here, REVOKED);
  return here.status === 200;
}
/** As if signed this many seconds ago, or to be: SigV4 says it to the second. No two URLs are the same. */
const ago = (seconds: number) => ({ date: new Date(Date.now() - seconds * 1000), expires: 10_000 + made++ });
let made = 0;

beforeAll(async () => {
  await send(server, signed(server, 'PUT', '/box'));
  await send(server, signed(server, 'PUT', '/other'));
  for (const path of ['/box/file', '/box/in/file', '/box/inner', '/other/file'])
    await send(server, signed(server, 'PUT', path, { body: 'gold' }));
});
afterEach(async () => {
  for (const { id } of (await doneByApi(server, 'GET', '/revocations')).items) await doneByApi(server, 'DELETE', `/revocations/${id}`);
});

describe('a URL that some SDK signed', () => {
  test('is revoked by itself, and others of its signer work on', async () => {
    const [one, another] = [presigned(server, 'GET', '/box/file', ago(0)), presigned(server, 'GET', '/box/file', { expires: 600 })];
    expect((await revoke({ by: 'url', url: urlOf(one) })).kind).toBe('signature');
    expect([await works(one), await works(another)]).toEqual([false, true]);
    expect((await send(server, signed(server, 'GET', '/box/file'))).text).toBe('gold');
  });

  test('is revoked however it is written', async () => {
    const url = presigned(server, 'GET', '/box/file', ago(0));
    await revoke({ by: 'url', url: urlOf(url) });
    const [path, query = ''] = url.target.split('?');
    expect(await works({ ...url, target: `${path}?${query.split('&').reverse().join('&')}` })).toBe(false);
    expect(await works({ ...url, target: url.target.replace('/file', '/%66ile') })).toBe(false);
    const lower = url.target.replace(/(X-Amz-Signature=)(\w+)/, (_, name, hex: string) => name + hex.toUpperCase());
    expect((await send(server, { ...url, target: lower })).status).toBe(403);
  });

  test('is revoked by the hash that the audit trail has of its signature', async () => {
    const url = presigned(server, 'PUT', '/box/uploaded', { body: 'x' });
    const signature = /X-Amz-Signature=(\w+)/.exec(url.target)?.[1] ?? '';
    await revoke({ by: 'signature', hash: createHash('sha256').update(Buffer.from(signature, 'hex')).digest('hex') });
    expect(await works(url)).toBe(false);
    expect((await send(server, signed(server, 'HEAD', '/box/uploaded'))).status).toBe(404);
  });

  test('is revoked in SigV2 as well', async () => {
    const url = presignedV2(server, 'GET', '/box/file');
    await revoke({ by: 'url', url: urlOf(url) });
    expect(await works(url)).toBe(false);
    expect(await works(presignedV2(server, 'GET', '/box/file', { expires: 3000 }))).toBe(true);
  });

  test('is not revoked by who only says that it is theirs', async () => {
    const owner = await newUser(server, 'owner', policyOf(allow(['s3:*', 'latchkey:RevokeUrl'], 'arn:aws:s3:::other/*')));
    const url = presigned(server, 'GET', '/box/file', ago(0));
    const revokeAs = (target: string) =>
      api(server, 'POST', '/revocations', { json: { by: 'url', url: `http://${server.host}${target}` }, credentials: owner });
    expectProblem(await revokeAs(url.target), { status: 403, code: 'AccessDenied' });
    expectProblem(await revokeAs(url.target.replace('/box/', '/other/')), { status: 403, code: 'AccessDenied' });
    expect(await works(url)).toBe(true);
    const own = presigned(server, 'GET', '/other/file', ago(0));
    expect((await revokeAs(own.target)).status).toBe(201);
    expect(await works(own)).toBe(false);
  });

  test('of a link revokes the link', async () => {
    const link = await newLink(server, '/box/file');
    expect((await revoke({ by: 'url', url: link.url })).kind).toBe('link');
    expectError(await use(other, link), { status: 403, code: 'AccessDenied', message: 'The link has been revoked.' });
  });

  test('that is none is refused', async () => {
    for (const url of ['nonsense', `http://${server.host}/box/file`, `http://${server.host}/box/file?X-Amz-Signature=00`])
      expectProblem(await api(server, 'POST', '/revocations', { json: { by: 'url', url } }), { status: 400, code: 'InvalidArgument' });
  });
});

describe('a rule', () => {
  test('of an access key speaks of what was signed with it, also through sessions, and of links made with it', async () => {
    const policy = policyOf(allow('s3:GetObject', ALL), allow('latchkey:CreateLink', ALL), allow('sts:*', '*'));
    const user = await newUser(server, 'leaky', policy);
    const session = credentialsOf(await call(server, 'sts', 'GetSessionToken', {}, user));
    const own = presigned(server, 'GET', '/box/file', { credentials: user, ...ago(2) });
    const inSession = presigned(server, 'GET', '/box/file', { credentials: session, ...ago(2) });
    const link = requestOf((await newLink(server, '/box/file', {}, { credentials: session })).url);
    const foreign = presigned(server, 'GET', '/box/file', ago(2));
    await revoke({ by: 'access-key', accessKeyId: user.accessKeyId });
    expect([await works(own), await works(inSession), await works(link), await works(foreign)]).toEqual([false, false, false, true]);
    expect((await send(server, signed(server, 'GET', '/box/file', { credentials: user }))).status).toBe(200);
  });

  test('of a user speaks of all that is theirs, and leaves later URLs alone', async () => {
    const user = await newUser(server, 'Walker', policyOf(allow('s3:GetObject', ALL), allow('latchkey:CreateLink', ALL)));
    const url = presigned(server, 'GET', '/box/file', { credentials: user, ...ago(2) });
    const link = requestOf((await newLink(server, '/box/file', {}, { credentials: user })).url);
    await revoke({ by: 'user', user: 'walker' });
    expect([await works(url), await works(link)]).toEqual([false, false]);
    const later = requestOf((await newLink(server, '/box/file', {}, { credentials: user })).url);
    const laterUrl = presigned(server, 'GET', '/box/file', { credentials: user, ...ago(-5) });
    expect([await works(later), await works(laterUrl)]).toEqual([true, true]);
  });

  test('of a role speaks of its sessions', async () => {
    const user = await newUser(server, 'assumer', policyOf(allow('sts:AssumeRole', '*')));
    const trust = policyOf({ Effect: 'Allow', Principal: { AWS: user.arn }, Action: 'sts:AssumeRole' });
    const arn = await newRole(server, 'courier', trust, policyOf(allow('s3:GetObject', ALL)));
    const session = credentialsOf(await call(server, 'sts', 'AssumeRole', { RoleArn: arn, RoleSessionName: 'one' }, user));
    const url = presigned(server, 'GET', '/box/file', { credentials: session, ...ago(2) });
    await revoke({ by: 'role', role: 'Courier' });
    expect(await works(url)).toBe(false);
  });

  test('of a bucket or a prefix speaks of what lies there', async () => {
    const urls = ['/box/in/file', '/box/inner', '/other/file'].map((path) => presigned(server, 'GET', path, ago(2)));
    const list = presigned(server, 'GET', '/box', { query: { 'list-type': '2' }, ...ago(2) });
    const all = async () => Promise.all([...urls, list].map(works));
    const { revocation } = await revoke({ by: 'prefix', bucket: 'box', prefix: 'in/' });
    expect(await all()).toEqual([false, true, true, true]);
    await doneByApi(server, 'DELETE', `/revocations/${revocation.id}`);
    expect(await all()).toEqual([true, true, true, true]);
    await revoke({ by: 'bucket', bucket: 'box' });
    expect(await all()).toEqual([false, false, true, false]);
  });

  test('is told by each link that it refuses: who made it, when and of what, until it is ended', async () => {
    const ana = await newUser(server, 'rule-maker', policyOf(allow('latchkey:RevokeUrl', '*')));
    const bob = await newUser(server, 'link-maker', policyOf(allow(['s3:GetObject', 'latchkey:CreateLink'], ALL)));
    const link = await newLink(server, '/box/file', { label: 'told' }, { credentials: bob });
    const { revocation } = await doneByApi(server, 'POST', '/revocations', { json: { by: 'label', label: 'told' }, credentials: ana });
    // Who made the link may not list rules, and is told of the one that ended it.
    expectProblem(await api(server, 'GET', '/revocations', { credentials: bob }), { status: 403, code: 'AccessDenied' });
    const told = { status: 'revoked', revokedAt: revocation.createdAt, revokedBy: ana.arn, revokedByRule: revocation };
    expect(await doneByApi(server, 'GET', `/links/${link.id}`, { credentials: bob })).toMatchObject(told);
    const { items } = await doneByApi(server, 'GET', '/links', { query: { status: 'revoked', label: 'told' } });
    expect(items).toEqual([expect.objectContaining({ id: link.id, ...told })]);
    expect(await doneByApi(other, 'GET', `/links/${link.id}`)).toMatchObject(told);
    await doneByApi(server, 'DELETE', `/revocations/${revocation.id}`);
    const again = await doneByApi(server, 'GET', `/links/${link.id}`);
    expect([again.status, again.revokedAt, again.revokedBy, again.revokedByRule]).toEqual(['active', undefined, undefined, undefined]);
  });

  test('of several is the one that came first, and a link that was revoked alone says who did that', async () => {
    const link = await newLink(server, '/box/in/file');
    const { revocation: first } = await revoke({ by: 'prefix', bucket: 'box', prefix: 'in/' });
    await revoke({ by: 'bucket', bucket: 'box' });
    await revoke({ by: 'all' });
    expect((await doneByApi(server, 'GET', `/links/${link.id}`)).revokedByRule).toEqual(first);
    const alone = await doneByApi(server, 'DELETE', `/links/${link.id}`);
    expect([alone.revokedBy, alone.revokedByRule]).toEqual([link.shown.createdBy, undefined]);
    // Again, by somebody else: that changes nothing of who it was.
    const late = await newUser(server, 'late', policyOf(allow(['latchkey:ReadLink', 'latchkey:RevokeLink'], ALL)));
    const twice = await doneByApi(server, 'DELETE', `/links/${link.id}`, { credentials: late });
    expect([twice.revokedAt, twice.revokedBy]).toEqual([alone.revokedAt, link.shown.createdBy]);
  });

  test('of a label speaks of the links that have it', async () => {
    const [one, two] = [await newLink(server, '/box/file', { label: 'spring' }), await newLink(server, '/box/file', { label: 'autumn' })];
    await revoke({ by: 'label', label: 'spring' });
    expect([await works(requestOf(one.url)), await works(requestOf(two.url))]).toEqual([false, true]);
    expect(await works(requestOf((await newLink(server, '/box/file', { label: 'spring' })).url))).toBe(true);
  });

  test('of everything speaks of forms too, and of what was signed before a moment', async () => {
    const conditions = [{ bucket: 'box' }, { key: 'form' }];
    const form = (seconds: number) => postForm(server, '/box', [['key', 'form'], ...signedFields({ conditions, now: ago(seconds).date })]);
    const [old, younger] = [presigned(server, 'GET', '/box/file', ago(100)), presigned(server, 'GET', '/box/file', ago(40))];
    await revoke({ by: 'all', signedBefore: ago(60).date.toISOString() });
    expect([await works(old), await works(younger)]).toEqual([false, true]);
    expectError(await form(100), REVOKED);
    expect((await send(server, signed(server, 'HEAD', '/box/form'))).status).toBe(404);
    expect((await form(40)).status).toBe(204);
    expect(await works(presignedV2(server, 'GET', '/box/file'))).toBe(false);
  });

  test('that is made again reaches no less far back', async () => {
    const url = presigned(server, 'GET', '/box/file', ago(40));
    await revoke({ by: 'all', signedBefore: ago(30).date.toISOString() });
    await revoke({ by: 'all', signedBefore: ago(50).date.toISOString() });
    expect(await works(url)).toBe(false);
    expect((await doneByApi(server, 'GET', '/revocations')).items).toHaveLength(1);
  });

  test('is for who may, on what it speaks of', async () => {
    const keeper = await newUser(
      server,
      'keeper',
      policyOf(allow('latchkey:RevokeUrl', ['arn:aws:s3:::box/in/*', 'arn:aws:iam::*:user/keeper'])),
    );
    const asKeeper = async (json: Json) => (await api(server, 'POST', '/revocations', { json, credentials: keeper })).status;
    expect(await asKeeper({ by: 'prefix', bucket: 'box', prefix: 'in/deep' })).toBe(201);
    expect(await asKeeper({ by: 'user', user: 'keeper' })).toBe(201);
    for (const json of [
      { by: 'all' },
      { by: 'bucket', bucket: 'box' },
      { by: 'prefix', bucket: 'box', prefix: 'i' },
      { by: 'user', user: 'root' },
      { by: 'label', label: 'x' },
      { by: 'signature', hash: '0'.repeat(64) },
      { by: 'access-key', accessKeyId: keeper.accessKeyId },
    ])
      expect(await asKeeper(json), json.by).toBe(403);
    expect((await api(server, 'GET', '/revocations', { credentials: keeper })).status).toBe(403);
  });
});

describe('a running transfer', () => {
  const LARGE = Buffer.alloc(30 * 1024 * 1024, 'x');
  beforeAll(() => send(server, signed(server, 'PUT', '/box/large', { body: LARGE })));

  test.each([true, false])('of a link that is revoked with what is running (%j) ends, or goes on', async (cut) => {
    const link = await newLink(server, '/box/large');
    const now = Date.now();
    const { hostname, port } = new URL(server.s3);
    const client = connect({ host: hostname, port: Number(port) });
    let bytes = 0;
    client.on('data', (chunk) => {
      bytes += chunk.byteLength;
    });
    client.write(bytesOf(requestOf(link.url)));
    await once(client, 'data');
    // The client takes no more for now: the rest waits in the server.
    client.pause();
    await doneByApi(server, 'DELETE', `/links/${link.id}`, { query: { cut: String(cut) } });
    server.clock.now = () => now + 1000;
    try {
      await new Promise<void>((resolve) => {
        client.on('close', () => resolve());
        client.on('data', () => {
          if (bytes >= LARGE.length) resolve();
        });
        client.resume();
      });
      client.destroy();
      expect(bytes >= LARGE.length).toBe(!cut);
    } finally {
      server.clock.now = undefined;
    }
  });

  test('of an upload ends too, and stores nothing', async () => {
    const link = await newLink(server, '/box/endless', { method: 'PUT' });
    let now = Date.now();
    server.clock.now = () => now;
    try {
      const connection = await openConnection(server.s3);
      connection.write(bytesOf(requestOf(link.url, { method: 'PUT', headers: { 'Content-Length': '1000000' }, body: Buffer.alloc(1000) })));
      await doneByApi(server, 'DELETE', `/links/${link.id}`, { query: { cut: 'true' } });
      now += 1000;
      connection.write(Buffer.alloc(1000));
      expect((await connection.reply()).head).toMatch(/^HTTP\/1.1 403/);
      connection.close();
      expect((await send(server, signed(server, 'HEAD', '/box/endless'))).status).toBe(404);
    } finally {
      server.clock.now = undefined;
    }
  });
});
