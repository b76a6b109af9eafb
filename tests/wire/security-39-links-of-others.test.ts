/**
 * Security test 39: knowing or guessing the id of a link is worth nothing. Nobody reads, changes or revokes the link of another, finds out which
 * ids there are, or gets from a link anything but its own object: also where that object is not there yet, was replaced, or is gone.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SigningCredentials } from '../support/independent-signer.ts';
import { api, done, expectProblem } from '../support/json-api.ts';
import { newLink, requestOf, use } from '../support/links.ts';
import { allow, newUser, policyOf } from '../support/query-client.ts';
import { testServer } from '../support/test-server.ts';
import { expectError, presigned, send, signed } from '../support/wire-client.ts';

const server = await testServer();
afterAll(() => server.close());
const ALL = ['arn:aws:s3:::box', 'arn:aws:s3:::box/*'];
let maker: SigningCredentials;
/** May do everything with the objects and make links of their own, and nothing with those of others. */
let other: SigningCredentials;
beforeAll(async () => {
  await send(server, signed(server, 'PUT', '/box'));
  await send(server, signed(server, 'PUT', '/box/file', { body: 'gold' }));
  maker = await newUser(server, 'maker', policyOf(allow(['s3:*', 'latchkey:CreateLink'], ALL)));
  other = await newUser(server, 'other', policyOf(allow(['s3:*', 'latchkey:CreateLink'], ALL)));
});

const put = (path: string, body: string) => send(server, signed(server, 'PUT', path, { body }));

describe('the id of a link of another', () => {
  test('reads nothing, changes nothing and revokes nothing, and looks like an id that nobody has', async () => {
    const link = await newLink(server, '/box/file', {}, { credentials: maker });
    const tries = async (id: string) => [
      await api(server, 'GET', `/links/${id}`, { credentials: other }),
      await api(server, 'GET', `/links/${id}`, { credentials: other, query: { withUrl: 'true' } }),
      await api(server, 'POST', `/links/${id}/url`, { credentials: other, json: {} }),
      await api(server, 'PATCH', `/links/${id}`, { credentials: other, json: { status: 'paused' } }),
      await api(server, 'DELETE', `/links/${id}`, { credentials: other }),
    ];
    const [there, absent] = [await tries(link.id), await tries('LKLNABCDEFGHIJ234567')];
    for (const [i, reply] of there.entries()) {
      expectProblem(reply, { status: 404, code: 'NoSuchEntity' });
      expect(reply.json.detail.replace(link.id, '')).toBe(absent[i]?.json.detail.replace('LKLNABCDEFGHIJ234567', ''));
    }
    expect((await use(server, link)).text).toBe('gold');
  });

  test('is in no list but those of who may see it', async () => {
    const link = await newLink(server, '/box/file', { label: 'mine' }, { credentials: maker });
    const ids = async (credentials: SigningCredentials | undefined) => {
      const { items } = await done(server, 'GET', '/links', { query: { limit: '100' }, ...(credentials && { credentials }) });
      return items.map(({ id }: { id: string }) => id);
    };
    expect(await ids(maker)).toContain(link.id);
    expect(await ids(undefined)).toContain(link.id);
    expect(await ids(other)).toEqual([]);
  });

  test('is an access key that signs nothing without its secret', async () => {
    const { id } = await newLink(server, '/box/file', {}, { credentials: maker });
    for (const secretAccessKey of ['', 'secret', id, maker.secretAccessKey]) {
      const request = presigned(server, 'GET', '/box/file', { credentials: { accessKeyId: id, secretAccessKey } });
      expectError(await send(server, request), { status: 403, code: 'SignatureDoesNotMatch' });
    }
    const unknown = presigned(server, 'GET', '/box/file', { credentials: { accessKeyId: 'LKLNABCDEFGHIJ234567', secretAccessKey: 'x' } });
    expectError(await send(server, unknown), { status: 403, code: 'InvalidAccessKeyId' });
  });
});

describe('a link', () => {
  test('opens no key that its own is the beginning of, and none beside its prefix', async () => {
    for (const key of ['file.bak', 'file/inner', 'team/a', 'team-b/secret', 'team']) await put(`/box/${key}`, key);
    const one = await newLink(server, '/box/file');
    const { target } = requestOf(one.url);
    for (const path of ['/box/file.bak', '/box/file/inner', '/box/fil', '/box/', '/box', '/', '/box/./file', '/box//file']) {
      const reply = await send(server, { ...requestOf(one.url), target: target.replace('/box/file', path) });
      expect([path, reply.status]).toEqual([path, 403]);
    }
    const many = await done(server, 'POST', '/links', { json: { bucket: 'box', keyPrefix: 'team/' } });
    const urlOf = (key: string) => api(server, 'POST', `/links/${many.id}/url`, { json: { key } });
    expect((await use(server, (await urlOf('team/a')).json)).text).toBe('team/a');
    for (const key of ['team-b/secret', 'team', 'file']) expect((await urlOf(key)).status).toBe(400);
  });

  test('to an object that is not there yet gives what is stored there later, and is no way to store it', async () => {
    const link = await newLink(server, '/box/later');
    expectError(await use(server, link), { status: 404, code: 'NoSuchKey' });
    expect((await use(server, link, { method: 'PUT', body: 'planted' })).status).toBe(403);
    await put('/box/later', 'later');
    expect((await use(server, link)).text).toBe('later');
  });

  test('gives the object as it is now, nothing once it is deleted, and again what comes in its place', async () => {
    await put('/box/changing', 'first');
    const link = await newLink(server, '/box/changing');
    expect((await use(server, link)).text).toBe('first');
    await put('/box/changing', 'second');
    expect((await use(server, link)).text).toBe('second');
    await send(server, signed(server, 'DELETE', '/box/changing'));
    expectError(await use(server, link), { status: 404, code: 'NoSuchKey' });
    await put('/box/changing', 'third');
    expect((await use(server, link)).text).toBe('third');
  });
});
