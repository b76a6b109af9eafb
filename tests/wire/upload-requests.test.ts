/** Upload requests: people without an account deliver files within terms, which hold against whoever ignores the page. */
import { openMemoryObjectStore } from '@latchkey/storage/memory-object-store';
import { openMemoryRecordStore } from '@latchkey/storage/memory-record-store';
import { openMemoryUseStore } from '@latchkey/storage/memory-use-store';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { api, done as doneByApi, expectProblem, type Json } from '../support/json-api.ts';
import { type Field, postForm } from '../support/post-form.ts';
import { allow, deny, done, newUser, policyOf, putPolicy } from '../support/query-client.ts';
import { testServer } from '../support/test-server.ts';
import { newGuest, newUploadRequest, sendWhole } from '../support/upload-requests.ts';
import { presigned, send, signed, xmlTexts } from '../support/wire-client.ts';

const server = await testServer({ trustedProxies: ['127.0.0.1'] });
afterAll(() => server.close());
afterEach(() => {
  server.clock.now = undefined;
});
beforeAll(async () => {
  await send(server, signed(server, 'PUT', '/box'));
});

const MIB = 1024 ** 2;
let folders = 0;
/** A request for a folder of its own. */
const request = (terms: Json = {}, wanted = {}) => newUploadRequest(server, `/box/in${++folders}/`, terms, wanted);
const shown = (id: string) => doneByApi(server, 'GET', `/requests/${id}`);
const deliveries = async (id: string): Promise<Json[]> => (await doneByApi(server, 'GET', `/requests/${id}/deliveries`)).items;
const keysIn = async ({ keyPrefix }: Json): Promise<string[]> =>
  xmlTexts((await send(server, signed(server, 'GET', '/box', { query: { 'list-type': '2', prefix: keyPrefix } }))).text, 'Key');
const uploadsIn = async ({ keyPrefix }: Json): Promise<string[]> =>
  xmlTexts((await send(server, signed(server, 'GET', '/box', { query: { uploads: '', prefix: keyPrefix } }))).text, 'UploadId');
const get = (key: string) => send(server, signed(server, 'GET', `/box/${key}`));
const page = (made: Json, init: RequestInit = {}) => fetch(made.url, { redirect: 'manual', ...init });

describe('a request', () => {
  test('is made, shown, listed, changed, closed and opened again by the API', async () => {
    const made = await request({ label: 'tax', note: 'Dear Ann', maxFiles: 3, maxTotalBytes: 1000, contentTypes: ['image/*'] });
    expect(made.id).toMatch(/^LKRQ[A-Z2-7]{16}$/);
    expect(made.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/r\/[\w-]{22}$/);
    expect(made).toMatchObject({ status: 'active', keyTemplate: '{date}/{id}-{name}', noOverwrite: true, maxFiles: 3, hasPassword: false });
    expect((await shown(made.id)).url).toBeUndefined();
    expect((await doneByApi(server, 'GET', `/requests/${made.id}`, { query: { withUrl: 'true' } })).url).toBe(made.url);
    expect((await doneByApi(server, 'GET', '/requests', { query: { label: 'tax' } })).items).toHaveLength(1);
    const changed = await doneByApi(server, 'PATCH', `/requests/${made.id}`, { json: { maxFiles: null, label: 'taxes' } });
    expect([changed.maxFiles, changed.label]).toEqual([undefined, 'taxes']);
    expect((await doneByApi(server, 'DELETE', `/requests/${made.id}`)).status).toBe('closed');
    expect((await doneByApi(server, 'PATCH', `/requests/${made.id}`, { json: { status: 'active' } })).status).toBe('active');
  });

  test.each([
    [{ keyTemplate: '../{name}' }, '/keyTemplate'],
    [{ keyTemplate: 'a/./{name}' }, '/keyTemplate'],
    [{ keyTemplate: '{date}' }, '/keyTemplate'],
    [{ keyTemplate: '{user}/{name}' }, '/keyTemplate'],
    [{ keyTemplate: '/{name}' }, '/keyTemplate'],
    [{ keyPrefix: 'a/../' }, '/keyPrefix'],
    [{ keyPrefix: 'k'.repeat(512), keyTemplate: `${'{name}'.repeat(5)}` }, '/keyTemplate'],
    [{ maxFiles: 0 }, '/maxFiles'],
    [{ checksContent: true }, '/checksContent'],
    [{ expiresIn: '367d' }, '/expiresAt'],
    [{ maxUses: 1 }, '/maxUses'],
  ])('with %j is refused by name', async (terms, pointer) => {
    const reply = await api(server, 'POST', '/requests', { json: { bucket: 'box', ...terms } });
    expect([reply.status, reply.json.errors?.[0].pointer]).toEqual([400, pointer]);
  });

  test('that leads to another server is refused', async () => {
    const json = { bucket: 'box', endpoint: 'https://evil.example' };
    expectProblem(await api(server, 'POST', '/requests', { json }), { status: 400, code: 'InvalidArgument' });
  });

  test('delivers large files, too, where the guardrails ask for every term', async () => {
    await send(server, signed(server, 'PUT', '/stern'));
    const every = ['max-uses', 'source-ip', 'min-size', 'max-size', 'content-types', 'no-overwrite'];
    const Guardrails = JSON.stringify({ requiredTerms: { write: every, form: ['max-uses'] } });
    await done(server, 'latchkey', 'PutGuardrails', { Bucket: 'stern', Guardrails });
    const terms = { maxFiles: 2, sourceIp: ['127.0.0.1'], minSize: 1, maxSize: 20 * MIB, contentTypes: ['text/plain'] };
    const made = await newUploadRequest(server, '/stern/in/', terms);
    const guest = newGuest(made);
    expect((await guest.deliver('a.txt', 'abc')).status).toBe(200);
    const { id } = (await guest.announce('b.txt', 17 * MIB, { type: 'text/plain' })).json;
    const { parts } = (await guest.call(`files/${id}/send`, { parts: [1, 2] })).json.upload;
    for (const { url, size } of parts) expect((await fetch(url, { method: 'PUT', body: Buffer.alloc(size, 'x') })).status).toBe(200);
    expect((await guest.call(`files/${id}/finish`)).json.status).toBe('delivered');
    // Uses of forms are not counted by themselves.
    expect(await (await page(await newUploadRequest(server, '/stern/in/', terms))).text()).not.toContain('multipart/form-data');
  });

  test('lives no longer than the guardrails let pages live', async () => {
    await send(server, signed(server, 'PUT', '/strict'));
    const Guardrails = JSON.stringify({ maxLifetimeSeconds: { write: 3600 }, requiredTerms: { write: ['max-size'] } });
    await done(server, 'latchkey', 'PutGuardrails', { Bucket: 'strict', Guardrails });
    const make = (terms: Json) => api(server, 'POST', '/requests', { json: { bucket: 'strict', keyPrefix: 'in/', ...terms } });
    expectProblem(await make({ expiresIn: '2h', maxSize: 10 }), { status: 400, code: 'InvalidArgument' });
    expectProblem(await make({ expiresIn: '1h' }), { status: 400, code: 'InvalidArgument' });
    const made = await make({ expiresIn: '1h', maxSize: 10 });
    expect(made.status).toBe(201);
    expect((await newGuest(made.json).deliver('a.txt', 'abc')).status).toBe(200);
  });
});

describe('who may make and see one', () => {
  test('needs the permission on the prefix, and sees no others', async () => {
    const may = { action: 'latchkey:CreateUploadRequest', resource: 'arn:aws:s3:::box/ann/*' };
    const ann = await newUser(server, 'ann', policyOf(allow(may.action, may.resource), allow('s3:PutObject', 'arn:aws:s3:::box/ann/*')));
    const bob = await newUser(server, 'bob', policyOf(allow('s3:*', '*')));
    const made = await newUploadRequest(server, '/box/ann/', {}, { credentials: ann });
    expectProblem(await api(server, 'POST', '/requests', { json: { bucket: 'box', keyPrefix: 'bob/' }, credentials: ann }), {
      status: 403,
      code: 'AccessDenied',
    });
    expect((await doneByApi(server, 'GET', '/requests', { credentials: ann })).items.map(({ id }: Json) => id)).toEqual([made.id]);
    expect((await doneByApi(server, 'GET', '/requests', { credentials: bob })).items).toEqual([]);
    for (const [method, path] of [
      ['GET', ''],
      ['GET', '/deliveries'],
      ['DELETE', ''],
    ] as const)
      expectProblem(await api(server, method, `/requests/${made.id}${path}`, { credentials: bob }), { status: 404, code: 'NoSuchEntity' });
    expectProblem(await api(server, 'PATCH', `/requests/${made.id}`, { json: { maxFiles: 1 }, credentials: ann }), {
      status: 403,
      code: 'AccessDenied',
    });
    expect((await doneByApi(server, 'DELETE', `/requests/${made.id}`, { credentials: ann })).status).toBe('closed');
  });

  test('who loses the right to write, loses it for the guests too, at once', async () => {
    const everything = [allow('latchkey:*', '*'), allow('s3:PutObject', 'arn:aws:s3:::box/*')];
    const carl = await newUser(server, 'carl', policyOf(...everything));
    const made = await request({}, { credentials: carl });
    const guest = newGuest(made);
    const announced = (await guest.announce('a.txt', 3)).json;
    const large = (await guest.announce('b.bin', 20 * MIB)).json;
    const { upload } = (await guest.call(`files/${large.id}/send`, { parts: [1] })).json;
    await putPolicy(server, 'carl', policyOf(...everything, deny('s3:PutObject', 'arn:aws:s3:::box/*')));
    expect((await sendWhole(announced, 'abc')).status).toBe(403);
    expect((await fetch(upload.parts[0].url, { method: 'PUT', body: Buffer.alloc(16 * MIB) })).status).toBe(403);
    expect((await guest.announce('c.txt', 3)).json.code).toBe('not-allowed');
    expect(await (await page(made)).text()).toContain('Files can not be received here any more');
    await done(server, 'iam', 'DeleteUserPolicy', { UserName: 'carl', PolicyName: 'own' });
    await putPolicy(server, 'carl', policyOf(...everything));
    expect((await sendWhole(announced, 'abc')).status).toBe(200);
  });

  test('who is deleted leaves a request of no use', async () => {
    const dora = await newUser(server, 'dora', policyOf(allow('latchkey:*', '*'), allow('s3:*', '*')));
    const made = await request({}, { credentials: dora });
    const announced = (await newGuest(made).announce('a.txt', 3)).json;
    await done(server, 'iam', 'DeleteAccessKey', { UserName: 'dora', AccessKeyId: dora.accessKeyId });
    await done(server, 'iam', 'DeleteUserPolicy', { UserName: 'dora', PolicyName: 'own' });
    await done(server, 'iam', 'DeleteUser', { UserName: 'dora' });
    expect((await sendWhole(announced, 'abc')).status).toBe(403);
    expect((await page(made)).status).toBe(403);
  });
});

describe('the page', () => {
  test('says who asks for what, and nothing of where it goes but what a form has to', async () => {
    const made = await request({ note: 'Dear <Ann>', maxSize: 5_000_000, contentTypes: ['application/pdf'], maxFiles: 2 });
    const answer = await page(made);
    const text = await answer.text();
    expect(answer.status).toBe(200);
    for (const part of ['Send files', 'Dear &#60;Ann&#62;', '5 MB', 'application/pdf', 'The person who asked will be told.'])
      expect(text).toContain(part);
    expect(text).not.toContain('LKROOT');
    const policy = answer.headers.get('content-security-policy') ?? '';
    expect(policy).toContain(`connect-src 'self' ${new URL(server.s3).origin}`);
    expect(policy).not.toContain('unsafe');
    expect([answer.headers.get('cache-control'), answer.headers.get('referrer-policy')]).toEqual(['no-store', 'no-referrer']);
    expect(answer.headers.get('set-cookie')).toMatch(
      /^latchkey-deliverer=[\w-]{22}; Path=\/r\/[\w-]{22}; Max-Age=\d+; HttpOnly; SameSite=Lax$/,
    );
  });

  test('speaks German', async () => {
    expect(await (await page(await request(), { headers: { 'accept-language': 'de' } })).text()).toContain('Dateien senden');
  });

  test('reserves nothing, however often robots look', async () => {
    const made = await request({ maxFiles: 1 });
    for (let i = 0; i < 5; i++) await page(made);
    expect((await shown(made.id)).open).toEqual({ files: 0, bytes: 0 });
  });

  test.each(['/r/', '/r/short', `/r/${'A'.repeat(22)}`, '/r/..%2f'])('GET %s: there is none', async (path) => {
    const answer = await fetch(`${server.console}${path}`);
    expect([answer.status, (await answer.text()).includes('There is no such page')]).toEqual([404, true]);
  });

  test('serves its scripts, and no other files of that folder', async () => {
    const script = await fetch(`${server.console}/-/upload/uploader.js`);
    expect([script.status, script.headers.get('content-type')]).toEqual([200, 'text/javascript; charset=utf-8']);
    for (const name of ['../../package.json', '..%2f..%2fpackage.json', 'nothing.js'])
      expect((await fetch(`${server.console}/-/upload/${name}`)).status).toBe(404);
  });

  test.each([
    ['closed', 410, 'This request is closed'],
    ['over', 410, 'This request has ended'],
    ['early', 403, 'This request is not open yet'],
    ['elsewhere', 403, 'not open to your network'],
    ['full', 410, 'Everything has been delivered'],
    ['without its bucket', 404, 'The place for them is not there any more'],
  ])('of one that is %s says so, and nothing can be announced', async (how, status, words) => {
    const terms = {
      early: { notBefore: new Date(Date.now() + 3_600_000).toISOString() },
      elsewhere: { sourceIp: ['192.0.2.0/24'] },
      full: { maxFiles: 1 },
    }[how];
    if (how.startsWith('without')) await send(server, signed(server, 'PUT', '/brief'));
    const made = how.startsWith('without') ? await newUploadRequest(server, '/brief/') : await request(terms);
    if (how === 'closed') await doneByApi(server, 'DELETE', `/requests/${made.id}`);
    if (how === 'full') await newGuest(made).deliver('a.txt', 'a');
    if (how.startsWith('without')) await send(server, signed(server, 'DELETE', '/brief'));
    if (how === 'over') server.clock.now = () => Date.now() + 8 * 86_400_000;
    const answer = await page(made);
    expect([answer.status, await answer.text()]).toEqual([status, expect.stringContaining(words)]);
    expect((await newGuest(made).announce('b.txt', 1)).status).toBeGreaterThanOrEqual(400);
  });
});

describe('a file', () => {
  test('is announced, sent to the S3 address and counted, without its deliverer saying that it is finished', async () => {
    const made = await request();
    const guest = newGuest(made);
    expect((await guest.deliver('Tax report.pdf', 'gold', 'application/pdf')).status).toBe(200);
    const [key = ''] = await keysIn(made);
    expect(key).toMatch(/^in\d+\/\d{4}-\d\d-\d\d\/[a-z2-9]{8}-Tax report\.pdf$/);
    const stored = await get(key);
    expect([stored.text, stored.headers.get('content-type')]).toEqual(['gold', 'application/pdf']);
    expect(await shown(made.id)).toMatchObject({ delivered: { files: 1, bytes: 4 }, open: { files: 0, bytes: 0 } });
    expect((await guest.mine()).files).toEqual([
      expect.objectContaining({ name: 'Tax report.pdf', size: 4, status: 'delivered', type: 'application/pdf' }),
    ]);
    expect((await deliveries(made.id))[0]).toMatchObject({ key, name: 'Tax report.pdf', by: 'put', sourceIPAddress: '127.0.0.1' });
  });

  test('of no bytes may come, too', async () => {
    const made = await request();
    expect((await newGuest(made).deliver('empty.txt', '')).status).toBe(200);
    expect((await shown(made.id)).delivered).toEqual({ files: 1, bytes: 0 });
  });

  test('that is large comes in parts, and is put together by the server', async () => {
    const made = await request();
    const guest = newGuest(made);
    const bytes = Buffer.alloc(33 * MIB, 'latchkey');
    const { id, upload } = (await guest.announce('film.mp4', bytes.length, { type: 'video/mp4' })).json;
    expect(upload).toMatchObject({ kind: 'parts', partSize: 16 * MIB, partCount: 3, parts: [] });
    const { parts } = (await guest.call(`files/${id}/send`, { parts: [1, 2, 3, 4] })).json.upload;
    expect(parts.map(({ part, size }: Json) => [part, size])).toEqual([
      [1, 16 * MIB],
      [2, 16 * MIB],
      [3, MIB],
    ]);
    const sendPart = (n: number, body: Buffer) => fetch(parts[n - 1].url, { method: 'PUT', body: body as BodyInit });
    const slice = (n: number) => bytes.subarray((n - 1) * 16 * MIB, n * 16 * MIB);
    expect((await sendPart(1, slice(1))).status).toBe(200);
    expect((await sendPart(3, slice(3))).status).toBe(200);
    expect((await guest.mine()).files[0].parts).toEqual([1, 3]);
    expect((await guest.call(`files/${id}/finish`)).json.code).toBe('incomplete');
    // A part may come again.
    expect((await sendPart(1, slice(1))).status).toBe(200);
    expect((await sendPart(2, slice(2))).status).toBe(200);
    const finished = await guest.call(`files/${id}/finish`);
    expect([finished.status, finished.json.status]).toEqual([200, 'delivered']);
    expect((await guest.call(`files/${id}/finish`)).json.status).toBe('delivered');
    const [key = ''] = await keysIn(made);
    const stored = await fetch(new URL(presigned(server, 'GET', `/box/${key}`).target, server.s3));
    expect([bytes.equals(Buffer.from(await stored.arrayBuffer())), stored.headers.get('content-type')]).toEqual([true, 'video/mp4']);
    expect((await shown(made.id)).delivered).toEqual({ files: 1, bytes: bytes.length });
    expect((await sendPart(1, slice(1))).status).toBe(404);
  });

  test('that is given up gives its place back, and what it was given works no more', async () => {
    const made = await request({ maxFiles: 1 });
    const guest = newGuest(made);
    const small = (await guest.announce('a.txt', 3)).json;
    expect((await guest.announce('b.txt', 3)).json.code).toBe('full');
    expect((await guest.call(`files/${small.id}/abort`)).status).toBe(204);
    expect((await sendWhole(small, 'abc')).status).toBe(403);
    const large = (await guest.announce('c.bin', 20 * MIB)).json;
    const { upload } = (await guest.call(`files/${large.id}/send`, { parts: [1] })).json;
    expect((await guest.call(`files/${large.id}/abort`)).status).toBe(204);
    expect((await fetch(upload.parts[0].url, { method: 'PUT', body: Buffer.alloc(16 * MIB) })).status).toBe(403);
    expect(await uploadsIn(made)).toEqual([]);
    expect((await guest.deliver('d.txt', 'abc')).status).toBe(200);
    expect((await shown(made.id)).status).toBe('full');
  });

  test('that never comes gives its place back after a time, and can not come later', async () => {
    const made = await request({ maxFiles: 2 });
    const guest = newGuest(made);
    const small = (await guest.announce('a.txt', 3)).json;
    await guest.announce('b.bin', 20 * MIB);
    expect((await guest.announce('c.txt', 3)).json.code).toBe('full');
    server.clock.now = () => Date.now() + 3_600_000 + 1000;
    expect((await guest.announce('c.txt', 3)).status).toBe(201);
    expect((await sendWhole(small, 'abc')).status).toBe(403);
    expect(await uploadsIn(made)).toHaveLength(1);
    server.clock.now = () => Date.now() + 26 * 3_600_000;
    await page(made);
    expect(await uploadsIn(made)).toEqual([]);
    expect((await shown(made.id)).open).toEqual({ files: 0, bytes: 0 });
  });

  test('is seen by its deliverer alone', async () => {
    const made = await request();
    const ann = newGuest(made);
    const bob = newGuest(made);
    const { id } = (await ann.announce('secret name.txt', 3)).json;
    await bob.announce('b.txt', 3);
    expect((await bob.mine()).files.map(({ name }: Json) => name)).toEqual(['b.txt']);
    for (const verb of ['send', 'finish', 'abort']) expect((await bob.call(`files/${id}/${verb}`)).json.code).toBe('unknown-file');
    const other = newGuest(await request());
    for (const verb of ['send', 'finish', 'abort']) expect((await other.call(`files/${id}/${verb}`)).json.code).toBe('unknown-file');
    expect((await ann.mine()).files.map(({ name }: Json) => name)).toEqual(['secret name.txt']);
  });

  test('is in the trail under the id of its request, whatever became of it', async () => {
    const made = await request({ maxSize: 10 });
    const guest = newGuest(made);
    await guest.deliver('a.txt', 'abc');
    const refused = (await guest.announce('b.txt', 3)).json;
    await sendWhole(refused, 'abcd');
    const events = async () => (await doneByApi(server, 'GET', '/audit', { query: { link: made.id } })).items;
    const told = async () => (await events()).map(({ eventName, errorCode }: Json) => `${eventName} ${errorCode ?? 'ok'}`);
    await expect.poll(told).toEqual(expect.arrayContaining(['CreateUploadRequest ok', 'PutObject ok', 'PutObject EntityTooLarge']));
    expect(JSON.stringify(await events())).not.toContain(new URL(made.url).pathname.slice(3));
  });
});

describe('limits hold against whoever ignores the page:', () => {
  test('a size is exactly the announced one, on the real bytes, and so is the type', async () => {
    const made = await request({ minSize: 2, maxSize: 5 });
    const guest = newGuest(made);
    expect((await guest.announce('a', 6)).json.code).toBe('too-large');
    expect((await guest.announce('a', 1)).json.code).toBe('too-small');
    const announced = (await guest.announce('a', 4)).json;
    expect((await sendWhole(announced, 'abcd', { 'Content-Type': 'text/html' })).status).toBe(403);
    for (const body of ['abc', 'abcde', 'x'.repeat(100_000)]) expect((await sendWhole(announced, body)).status).toBe(400);
    const chunked = await fetch(announced.upload.url, {
      method: 'PUT',
      headers: announced.upload.headers,
      body: new ReadableStream({
        start(controller) {
          controller.enqueue(Buffer.from('abcd'));
          controller.enqueue(Buffer.from('e'));
          controller.close();
        },
      }),
      duplex: 'half',
    } as RequestInit);
    expect(chunked.status).toBeGreaterThanOrEqual(400);
    expect(await keysIn(made)).toEqual([]);
    expect((await sendWhole(announced, 'abcd')).status).toBe(200);
  });

  test('a part has its size, its number and its upload, and nothing else can be done with it', async () => {
    const made = await request();
    const guest = newGuest(made);
    const { id } = (await guest.announce('a.bin', 20 * MIB)).json;
    const { parts } = (await guest.call(`files/${id}/send`, { parts: [1, 2] })).json.upload;
    const put = (url: string, size: number) => fetch(url, { method: 'PUT', body: Buffer.alloc(size) });
    expect((await put(parts[0].url, 16 * MIB + 1)).status).toBe(400);
    expect((await put(parts[0].url, 16 * MIB - 1)).status).toBe(400);
    expect((await put(parts[1].url, 16 * MIB)).status).toBe(400);
    expect((await put(parts[0].url.replace('partNumber=1', 'partNumber=3'), 1)).status).toBe(403);
    const complete = parts[0].url.replace('partNumber=1&', '');
    expect((await fetch(complete, { method: 'POST', body: '<CompleteMultipartUpload/>' })).status).toBe(403);
    expect((await fetch(complete, { method: 'DELETE' })).status).toBe(403);
    expect(await keysIn(made)).toEqual([]);
  });

  test('a URL is for one key, one method and one use', async () => {
    const made = await request();
    const guest = newGuest(made);
    const announced = (await guest.announce('a.txt', 3)).json;
    const { url } = announced.upload;
    expect((await fetch(url)).status).toBe(403);
    expect((await fetch(url, { method: 'DELETE' })).status).toBe(403);
    expect((await fetch(url.replace('a.txt', 'b.txt'), { method: 'PUT', body: 'abc' })).status).toBe(403);
    const answers = await Promise.all(Array.from({ length: 8 }, () => sendWhole(announced, 'abc')));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    await send(server, signed(server, 'DELETE', `/box/${(await keysIn(made))[0]}`));
    expect((await sendWhole(announced, 'abc')).status).toBe(403);
    expect((await shown(made.id)).delivered).toEqual({ files: 1, bytes: 3 });
  });

  test('types are those of the terms, as announced, as sent, and as the bytes begin', async () => {
    const made = await request({ contentTypes: ['image/*', 'text/plain'], checksContent: true });
    const guest = newGuest(made);
    expect((await guest.announce('a.exe', 3, { type: 'application/x-msdownload' })).json.code).toBe('wrong-type');
    expect((await guest.announce('a', 3)).json.code).toBe('wrong-type');
    const announced = (await guest.announce('a.png', 6, { type: 'image/png' })).json;
    expect((await sendWhole(announced, 'ABCDEF', { 'Content-Type': 'text/plain' })).status).toBe(403);
    expect((await sendWhole(announced, '<html>')).status).toBe(403);
    const large = (await guest.announce('b.png', 17 * MIB, { type: 'image/png' })).json;
    const { parts } = (await guest.call(`files/${large.id}/send`, { parts: [1, 2] })).json.upload;
    expect((await fetch(parts[0].url, { method: 'PUT', body: Buffer.alloc(16 * MIB, '<html>') })).status).toBe(403);
    expect((await fetch(parts[1].url, { method: 'PUT', body: Buffer.alloc(MIB, '<html>') })).status).toBe(200);
    expect((await guest.deliver('c.txt', 'words')).status).toBe(200);
  });

  test('count: of fifty at once, three are taken', async () => {
    const made = await request({ maxFiles: 3 });
    const answers = await Promise.all(Array.from({ length: 50 }, (_, i) => newGuest(made).announce(`${i}.txt`, 1)));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(3);
    expect(new Set(answers.filter(({ status }) => status !== 201).map(({ json }) => json.code))).toEqual(new Set(['full']));
    expect((await shown(made.id)).open).toEqual({ files: 3, bytes: 3 });
  });

  test('count: by forms at once, too', async () => {
    const made = await request({ maxFiles: 3 });
    const { fields, action } = await formOf(made);
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, i) => postForm(server, action, fields, { filename: `${i}.txt`, content: 'abc' })),
    );
    expect(answers.filter(({ status }) => status === 303)).toHaveLength(3);
    expect(await keysIn(made)).toHaveLength(3);
    expect(await shown(made.id)).toMatchObject({ status: 'full', open: { files: 0, bytes: 0 }, delivered: { files: 3, bytes: 9 } });
  });

  test('total: what is announced together never exceeds it', async () => {
    const made = await request({ maxTotalBytes: 100 });
    const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => newGuest(made).announce(`${i}.bin`, 30)));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(3);
    expect((await newGuest(made).announce('small', 10)).status).toBe(201);
    expect((await newGuest(made).announce('one more', 1)).json.code).toBe('no-room');
  });

  test('total: by forms, whose size shows when they come', async () => {
    const made = await request({ maxTotalBytes: 100 });
    const { fields, action } = await formOf(made);
    const post = (content: string) => postForm(server, action, fields, { filename: 'a.txt', content });
    expect((await post('x'.repeat(101))).status).toBe(400);
    expect((await post('x'.repeat(90))).status).toBe(303);
    expect((await post('x'.repeat(11))).status).toBe(400);
    expect((await post('x'.repeat(10))).status).toBe(303);
    expect((await shown(made.id)).status).toBe('full');
  });

  test('nothing is overwritten: of one name, each gets a key of its own, and at the commit it is looked at again', async () => {
    const made = await request({ keyTemplate: '{name}' });
    const guest = newGuest(made);
    const first = (await guest.announce('a.txt', 3)).json;
    await send(server, signed(server, 'PUT', `/box/${made.keyPrefix}a.txt`, { body: 'old' }));
    expect((await sendWhole(first, 'new')).status).toBe(412);
    expect((await guest.deliver('a.txt', 'new')).status).toBe(200);
    expect((await keysIn(made)).map((key) => key.slice(made.keyPrefix.length))).toEqual([
      expect.stringMatching(/^a-[a-z2-9]{8}\.txt$/),
      'a.txt',
    ]);
    expect((await get(`${made.keyPrefix}a.txt`)).text).toBe('old');
    const { fields, action } = await formOf(made);
    expect((await postForm(server, action, fields, { filename: 'a.txt', content: 'form' })).status).toBe(303);
    expect((await get(`${made.keyPrefix}a.txt`)).text).toBe('old');
  });

  test('of a large file neither, though it was begun before', async () => {
    const made = await request({ keyTemplate: '{name}' });
    const guest = newGuest(made);
    const { id } = (await guest.announce('a.bin', 17 * MIB)).json;
    const { parts } = (await guest.call(`files/${id}/send`, { parts: [1, 2] })).json.upload;
    for (const { url, size } of parts) await fetch(url, { method: 'PUT', body: Buffer.alloc(size) });
    await send(server, signed(server, 'PUT', `/box/${made.keyPrefix}a.bin`, { body: 'old' }));
    expect((await guest.call(`files/${id}/finish`)).json.code).toBe('exists');
    expect((await get(`${made.keyPrefix}a.bin`)).text).toBe('old');
    expect((await guest.call(`files/${id}/abort`)).status).toBe(204);
  });

  test('of one name announced at the same time, each gets a key of its own', async () => {
    const made = await request({ keyTemplate: '{name}' });
    const answers = await Promise.all(Array.from({ length: 5 }, () => newGuest(made).deliver('same.txt', 'abc')));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    expect(await keysIn(made)).toHaveLength(5);
  });

  test('where overwriting is asked for, the later one stays', async () => {
    const made = await request({ keyTemplate: '{name}', noOverwrite: false });
    const guest = newGuest(made);
    await guest.deliver('latest.csv', 'one');
    await guest.deliver('latest.csv', 'two');
    expect(await keysIn(made)).toEqual([`${made.keyPrefix}latest.csv`]);
    expect((await get(`${made.keyPrefix}latest.csv`)).text).toBe('two');
  });

  test.each([
    ['../../etc/passwd', 'passwd'],
    ['..\\..\\boot.ini', 'boot.ini'],
    ['..', 'file'],
    ['.', 'file'],
    ['...', 'file'],
    ['/', 'file'],
    ['a\u0000b.txt', 'a_b.txt'],
    ['tab\tline\nend.txt', 'tab_line_end.txt'],
    ['invoice\u202efdp.exe', 'invoicefdp.exe'],
    ['CON.txt', '_CON.txt'],
    ['lpt1', '_lpt1'],
    ['.bashrc', 'bashrc'],
    ['a?b#c%2e%2e%2f&d.txt', 'a_b_c_2e_2e_2f&d.txt'],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: that is what the file is called
    ['${filename}', '__filename_'],
    ['{name}', '_name_'],
    ['Ünïcode 文件.txt', 'Ünïcode 文件.txt'],
    ['half \ud800 letter', 'half _ letter'],
    [`${'ä'.repeat(300)}.jpeg`, `${'ä'.repeat(97)}.jpeg`],
    ['UPPER.TXT', 'UPPER.TXT'],
  ])('the name %j becomes %j, by announcement and by form', async (name, wanted) => {
    const made = await request({ keyTemplate: '{id}/{name}' });
    expect((await newGuest(made).deliver(name, 'abc')).status).toBe(200);
    const last = async () => (await keysIn(made)).map((key) => key.split('/').slice(2).join('/'));
    expect(await last()).toEqual([wanted]);
    // What no header of a form can hold, browsers do not send.
    if (/\p{Surrogate}/u.test(name) || name.includes('\0') || name.includes('\n')) return;
    const { fields, action } = await formOf(made);
    expect((await postForm(server, action, fields, { filename: name.replaceAll('\\', '\\\\'), content: 'abc' })).status).toBe(303);
    expect(await last()).toEqual([wanted, wanted]);
    const text = await (await page(made)).text();
    expect(text).not.toContain('<script>');
  });

  test('an empty name and a form without one have a name all the same', async () => {
    const made = await request({ keyTemplate: '{id}/{name}' });
    expect((await newGuest(made).announce('', 1)).json.code).toBe('invalid');
    const { fields, action } = await formOf(made);
    expect((await postForm(server, action, fields, { content: 'abc' })).status).toBe(303);
    expect((await keysIn(made))[0]).toMatch(/\/file$/);
  });

  test('from elsewhere nothing comes', async () => {
    const made = await request({ sourceIp: ['192.0.2.0/24'] });
    const inside = { 'x-forwarded-for': '192.0.2.7' };
    const announced = (await newGuest(made, inside).announce('a.txt', 3)).json;
    expect((await newGuest(made).announce('a.txt', 3)).json.code).toBe('elsewhere');
    expect((await sendWhole(announced, 'abc')).status).toBe(403);
    expect((await sendWhole(announced, 'abc', inside)).status).toBe(200);
  });

  test('closed is closed for what was announced, too', async () => {
    const made = await request();
    const guest = newGuest(made);
    const small = (await guest.announce('a.txt', 3)).json;
    const large = (await guest.announce('b.bin', 20 * MIB)).json;
    const { fields, action } = await formOf(made);
    await doneByApi(server, 'DELETE', `/requests/${made.id}`);
    expect((await sendWhole(small, 'abc')).status).toBe(403);
    expect((await guest.call(`files/${large.id}/send`, { parts: [1] })).json.code).toBe('closed');
    expect((await postForm(server, action, fields, { filename: 'c.txt', content: 'abc' })).status).toBe(403);
    expect([await keysIn(made), await uploadsIn(made)]).toEqual([[], []]);
    expect((await shown(made.id)).open).toEqual({ files: 0, bytes: 0 });
  });

  test('what is revoked by a rule is refused as if closed', async () => {
    const made = await request({ label: 'leaked' });
    const guest = newGuest(made);
    const announced = (await guest.announce('a.txt', 3)).json;
    await doneByApi(server, 'POST', '/revocations', { json: { by: 'label', label: 'leaked' } });
    expect((await sendWhole(announced, 'abc')).status).toBe(403);
    expect((await guest.announce('b.txt', 3)).json.code).toBe('closed');
  });

  test('neither its credentials nor those of its files sign anything else', async () => {
    const made = await request();
    const credentials = { accessKeyId: made.id, secretAccessKey: 'made up' };
    expect((await send(server, signed(server, 'GET', '/box', { credentials }))).error.Code).toBe('SignatureDoesNotMatch');
  });
});

describe('a form, for browsers without scripts', () => {
  test('delivers a file under a safe name with the type of the file, and leads back to a receipt', async () => {
    const made = await request({ contentTypes: ['image/*'], maxSize: 100 });
    const opened = await page(made);
    const cookie = (opened.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
    const { fields, action } = readForm(await opened.text());
    const posted = await postForm(server, action, fields, { filename: 'cat & <dog>.png', type: 'image/png', content: 'meow' });
    expect(posted.status).toBe(303);
    const back = await fetch(posted.headers.get('location') ?? '', { redirect: 'manual', headers: { cookie } });
    expect([back.status, back.headers.get('location')]).toEqual([303, `${new URL(made.url).pathname}?received`]);
    const receipt = await (await fetch(`${made.url}?received`, { headers: { cookie } })).text();
    expect(receipt).toContain('Thank you. The file has been received.');
    expect(receipt).toContain('cat &#38; &#60;dog&#62;.png');
    expect(await (await page(made)).text()).not.toContain('&#60;dog&#62;');
    const [key = ''] = await keysIn(made);
    expect((await get(key)).headers.get('content-type')).toBe('image/png');
    expect((await deliveries(made.id))[0]).toMatchObject({ by: 'form', size: 4, type: 'image/png' });
  });

  test('refuses other types and sizes, and counts nothing then', async () => {
    const made = await request({ contentTypes: ['image/*'], maxSize: 10, minSize: 2, maxFiles: 1 });
    const { fields, action } = await formOf(made);
    const post = (content: string, type: string) => postForm(server, action, fields, { filename: 'a', type, content });
    expect((await post('hello', 'text/html')).status).toBe(403);
    expect((await post('x'.repeat(11), 'image/png')).status).toBe(400);
    expect((await post('x', 'image/png')).status).toBe(400);
    expect(await shown(made.id)).toMatchObject({ delivered: { files: 0 }, open: { files: 0, bytes: 0 } });
    expect((await post('meow', 'image/png')).status).toBe(303);
  });

  test('that is refused says why on a page to a browser, and in XML to a program', async () => {
    const made = await request({ maxSize: 3 });
    const { fields, action } = await formOf(made);
    const body = new FormData();
    for (const [name, value] of fields) body.append(name, value);
    body.append('file', new Blob(['four']), 'a.txt');
    const post = (accept: string) => fetch(new URL(action, server.s3), { method: 'POST', headers: { accept }, body });
    expect(await (await post('text/html,application/xhtml+xml')).text()).toContain('<h1>The file is too large</h1>');
    expect(await (await post('*/*')).text()).toContain('<Code>EntityTooLarge</Code>');
  });

  test.each([
    ['another key', 'key', 'elsewhere.txt'],
    ['another deliverer', 'x-ignore-latchkey-deliverer', 'f'.repeat(32)],
    ['another way back', 'success_action_redirect', 'https://evil.example/'],
  ])('with %s is refused: the signature covers it', async (_, name, value) => {
    const { fields, action } = await formOf(await request());
    const changed = fields.map((field): Field => (field[0] === name ? [name, value] : field));
    expect((await postForm(server, action, changed, { filename: 'a.txt', content: 'abc' })).status).toBe(403);
  });

  test('is left out where forms are off', async () => {
    await send(server, signed(server, 'PUT', '/noforms'));
    await done(server, 'latchkey', 'PutGuardrails', { Bucket: 'noforms', Guardrails: JSON.stringify({ presignedForms: false }) });
    const made = await newUploadRequest(server, '/noforms/in/');
    expect(await (await page(made)).text()).not.toContain('multipart/form-data');
    expect((await newGuest(made).deliver('a.txt', 'abc')).status).toBe(200);
  });
});

describe('a password', () => {
  test('is asked for by the page and by every call', async () => {
    const made = await request({ password: 'open sesame' });
    expect(made.hasPassword).toBe(true);
    const locked = await (await page(made)).text();
    expect(locked).toContain('protected by a password');
    expect(locked).not.toContain('multipart/form-data');
    expect((await newGuest(made).announce('a.txt', 3)).json.code).toBe('locked');
    expect((await newGuest(made).announce('a.txt', 3, { password: 'wrong' })).json.code).toBe('wrong-password');
    expect((await newGuest(made).announce('a.txt', 3, { password: 'open sesame' })).status).toBe(201);
    const unlocked = await page(made, { method: 'POST', body: new URLSearchParams({ password: 'open sesame' }) });
    expect(unlocked.status).toBe(303);
    const cookie = (unlocked.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
    expect(await (await page(made, { headers: { cookie } })).text()).toContain('multipart/form-data');
    const wrong = await page(made, { method: 'POST', body: new URLSearchParams({ password: 'no' }) });
    expect([wrong.status, await wrong.text()]).toEqual([403, expect.stringContaining('That is not the password.')]);
  });

  test('may be tried ten times', async () => {
    const made = await request({ password: 'open sesame' });
    const guest = newGuest(made, { 'x-forwarded-for': '198.51.100.9' });
    for (let i = 0; i < 10; i++) expect((await guest.announce('a', 1, { password: `${i}` })).status).toBe(403);
    const late = await guest.announce('a', 1, { password: 'open sesame' });
    expect([late.status, late.json.code]).toEqual([429, 'too-many-tries']);
    expect(Number(late.headers.get('retry-after'))).toBeGreaterThan(0);
  });
});

describe('a call', () => {
  test.each([
    [{ 'sec-fetch-site': 'cross-site' }, 403],
    [{ 'sec-fetch-site': 'same-site' }, 403],
    [{ origin: 'https://evil.example' }, 403],
    [{ origin: 'null' }, 403],
    [{ 'sec-fetch-site': 'same-origin' }, 201],
    [{ 'content-type': 'text/plain' }, 415],
  ])('with %j is answered %s', async (headers, status) => {
    const made = await request();
    const answer = await fetch(`${made.url}/files`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ name: 'a', size: 1 }),
    });
    expect(answer.status).toBe(status);
  });

  test.each([
    ['files', { name: 'a' }],
    ['files', { name: 'a', size: -1 }],
    ['files', { name: 'a', size: 1.5 }],
    ['files', { name: 'a', size: '1' }],
    ['files', { name: 7, size: 1 }],
    ['files', { name: 'a', size: 1, key: 'mine' }],
    ['files', []],
    ['mine', { more: 1 }],
    ['mine', { deliverer: 'short' }],
    ['nothing', {}],
    ['files/x/y/z', {}],
  ])('%s of %j is refused', async (path, body) => {
    const answer = await fetch(`${(await request()).url}/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
    expect((await answer.json()).code).toMatch(/^(invalid|unknown-file)$/);
  });

  test('works with cookies, as a browser and curl keep them, and answers in the language of the guest', async () => {
    const made = await request({ maxSize: 3 });
    const post = (path: string, body: Json, headers: Record<string, string> = {}) =>
      fetch(`${made.url}/${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      });
    const first = await post('files', { name: 'a', size: 1 });
    const cookie = (first.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
    expect((await (await post('mine', {}, { cookie })).json()).files).toHaveLength(1);
    const refused = await post('files', { name: 'a', size: 4 }, { 'accept-language': 'de' });
    expect((await refused.json()).message).toBe('Die Datei ist zu groß.');
  });

  test('GET changes nothing', async () => {
    const made = await request();
    expect((await fetch(`${made.url}/files`)).status).toBe(405);
  });
});

test('webhooks are told of each file, in the commit that counts it', async () => {
  const records = openMemoryRecordStore();
  const own = await testServer({ records });
  try {
    await send(own, signed(own, 'PUT', '/box'));
    const hook = { url: 'https://hooks.example.com/x', events: ['upload-request.fulfilled'] };
    await doneByApi(own, 'POST', '/webhooks', { json: hook });
    const made = await newUploadRequest(own, '/box/in/');
    await newGuest(made).deliver('a.txt', 'abc');
    const { records: messages } = await records.list('webhook-message', { limit: 10 });
    const [told, ...others] = messages.map(({ value }) => JSON.parse((value as { body: string }).body) as Json);
    expect(others).toEqual([]);
    const { type, data } = told;
    expect([type, data.link.id, data.file]).toEqual([
      'upload-request.fulfilled',
      made.id,
      expect.objectContaining({ name: 'a.txt', type: 'text/plain', sizeBytes: 3, key: expect.stringMatching(/^in\/.*-a\.txt$/) }),
    ]);
  } finally {
    await own.close(0);
  }
});

test('of two processes that share their records, both count the same', async () => {
  const stores = { records: openMemoryRecordStore(), uses: openMemoryUseStore(), objects: openMemoryObjectStore() };
  const [first, second] = await Promise.all([testServer(stores), testServer(stores)]);
  try {
    await send(first, signed(first, 'PUT', '/box'));
    const made = await newUploadRequest(first, '/box/in/', { maxFiles: 3 });
    const elsewhere = { url: made.url.replace(new URL(first.console).host, new URL(second.console).host) };
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, i) => newGuest(i % 2 === 0 ? made : elsewhere).announce(`${i}.txt`, 1)),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(3);
    expect(new Set(answers.filter(({ status }) => status !== 201).map(({ json }) => json.code))).toEqual(new Set(['full']));
    for (const { json } of answers.filter(({ status }) => status === 201)) expect((await sendWhole(json, 'x')).status).toBe(200);
    expect((await doneByApi(second, 'GET', `/requests/${made.id}`)).delivered).toEqual({ files: 3, bytes: 3 });
  } finally {
    await Promise.all([first.close(), second.close()]);
  }
});

test('a file that was stored by a process which then died is counted as delivered once somebody asks', async () => {
  const uses = openMemoryUseStore();
  const own = await testServer({ uses });
  try {
    await send(own, signed(own, 'PUT', '/box'));
    const made = await newUploadRequest(own, '/box/in/', { maxFiles: 1 });
    const guest = newGuest(made);
    const { id } = (await guest.announce('a.txt', 3)).json;
    const [{ key }] = (await doneByApi(own, 'GET', `/requests/${made.id}/deliveries`)).items;
    await send(own, signed(own, 'PUT', `/box/${key}`, { body: 'abc' }));
    expect((await guest.call(`files/${id}/finish`)).json.code).toBe('incomplete');
    const taken = { subject: id, maxUses: 1, now: Date.now(), forgetAfter: Date.now() + 86_400_000, client: '', version: '' };
    await uses.begin({ ...taken, kind: 'upload', sizeBytes: 0, wantedBytes: 0, isRange: false });
    expect((await guest.call(`files/${id}/finish`)).json.status).toBe('delivered');
    expect((await doneByApi(own, 'GET', `/requests/${made.id}`)).status).toBe('full');
  } finally {
    await own.close();
  }
});

test('no more than two hundred are under way at once', async () => {
  const made = await request();
  const guest = newGuest(made);
  for (let i = 0; i < 200; i += 20) await Promise.all(Array.from({ length: 20 }, (_, j) => guest.announce(`${i + j}`, 1)));
  expect((await guest.announce('more', 1)).json.code).toBe('too-many');
});

test('the log knows neither addresses of pages nor signatures', () => {
  const log = server.logged.join('');
  expect(log).not.toMatch(/\/r\/[\w-]{22}|X-Amz-Signature|sesame/);
});

/** The form of a page that somebody has just opened. */
async function formOf(made: Json): Promise<{ action: string; fields: Field[] }> {
  return readForm(await (await page(made)).text());
}

function readForm(text: string): { action: string; fields: Field[] } {
  const plain = (value: string) => value.replaceAll(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)));
  const action = plain(/<form id="plain"[^>]* action="([^"]+)"/.exec(text)?.[1] ?? '');
  const fields = [...text.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)">/g)];
  return { action: new URL(action).pathname, fields: fields.map(([, name = '', value = '']): Field => [plain(name), plain(value)]) };
}
