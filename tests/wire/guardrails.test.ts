/** What an administrator lets pre-signed requests be, whoever signs them. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { api, expectProblem } from '../support/json-api.ts';
import { newLink, uploadForm, use } from '../support/links.ts';
import { call, done, newUser } from '../support/query-client.ts';
import { testServer } from '../support/test-server.ts';
import { expectError, presigned, presignedV2, send, signed, xmlTexts } from '../support/wire-client.ts';

const server = await testServer();
afterAll(() => server.close());
const DENIED = { status: 403, code: 'AccessDenied', message: 'Access Denied' } as const;
const put = (guardrails: unknown, bucket?: string) =>
  call(server, 'latchkey', 'PutGuardrails', { Guardrails: JSON.stringify(guardrails), ...(bucket && { Bucket: bucket }) });
const get = (make = presigned, wanted = {}) => send(server, make(server, 'GET', '/vault/file', wanted));
const agoSeconds = (seconds: number) => ({ date: new Date(Date.now() - seconds * 1000) });

beforeAll(async () => {
  await send(server, signed(server, 'PUT', '/vault'));
  await send(server, signed(server, 'PUT', '/vault/file', { body: 'gold' }));
});
afterEach(async () => {
  await done(server, 'latchkey', 'DeleteGuardrails', {});
  await done(server, 'latchkey', 'DeleteGuardrails', { Bucket: 'vault' });
});

describe('a guardrail', () => {
  test('ends a URL some time after its signature, whatever its expiry says', async () => {
    expect((await put({ maxLifetimeSeconds: { read: 60 } })).status).toBe(200);
    expect((await get(presigned, agoSeconds(30))).status).toBe(200);
    expectError(await get(presigned, agoSeconds(90)), DENIED);
    expectError(await get(presignedV2), DENIED);
    expect((await get(signed, agoSeconds(90))).status).toBe(200);
    const upload = presigned(server, 'PUT', '/vault/new', { ...agoSeconds(90), body: 'x' });
    expect((await send(server, upload)).status).toBe(200);
  });
  test('turns SigV2, URLs or forms off', async () => {
    await put({ sigv2: false });
    expectError(await get(presignedV2), DENIED);
    expect((await get()).status).toBe(200);
    await put({ presignedUrls: false });
    expectError(await get(), DENIED);
    expect((await get(signed)).status).toBe(200);
  });
  test('of a bucket holds there beside those of all', async () => {
    await put({ presignedUrls: false }, 'vault');
    expectError(await get(), DENIED);
    expect((await send(server, presigned(server, 'GET', '/'))).status).toBe(200);
    expect(
      JSON.parse(xmlTexts((await done(server, 'latchkey', 'GetGuardrails', { Bucket: 'vault' })).text, 'Guardrails')[0] ?? ''),
    ).toEqual({
      presignedUrls: false,
    });
  });
  test('asks for terms', async () => {
    await put({ requiredTerms: { write: ['max-size'] } });
    expectError(await send(server, presigned(server, 'PUT', '/vault/sized', { body: 'x' })), DENIED);
    expect((await get()).status).toBe(200);
  });
  test('that asks for terms is kept by a link that has them, and by a URL that was signed with them', async () => {
    await put({ requiredTerms: { read: ['max-uses', 'source-ip'], write: ['no-overwrite'], form: ['max-size'] } });
    const terms = { 'X-Latchkey-Max-Uses': '1', 'X-Latchkey-Source-Ip': '127.0.0.0/8' };
    expect((await get(presigned, { query: terms })).status).toBe(200);
    expectError(await get(presigned, { query: { 'X-Latchkey-Max-Uses': '1' } }), DENIED);
    const link = await newLink(server, '/vault/file', { maxUses: 1, sourceIp: ['127.0.0.1'] });
    expect((await use(server, link)).text).toBe('gold');
    const inbox = await newLink(server, '/vault/in', { method: 'PUT', noOverwrite: true });
    expect((await use(server, inbox, { method: 'PUT', body: 'x' })).status).toBe(200);
    const form = await newLink(server, '/vault/', { method: 'POST', keyPrefix: 'form/', maxSize: 10 });
    expect((await uploadForm(server, form, { content: 'x', filename: 'a' })).status).toBe(204);
  });
  test('is said when a link is made that it would refuse, or changed to be one', async () => {
    await put({ requiredTerms: { write: ['max-size'] }, presignedForms: false });
    await put({ maxLifetimeSeconds: { read: 600 } }, 'vault');
    const make = (json: object) => api(server, 'POST', '/links', { json: { bucket: 'vault', key: 'file', ...json } });
    const refused = { status: 400, code: 'InvalidArgument' } as const;
    expectProblem(await make({ expiresIn: '11m' }), refused);
    expectProblem(await make({ method: 'PUT' }), refused);
    expectProblem(await make({ method: 'POST' }), refused);
    const { id } = await newLink(server, '/vault/file', { expiresIn: '10m' });
    expectProblem(await api(server, 'PATCH', `/links/${id}`, { json: { expiresIn: '1h' } }), refused);
    expect((await api(server, 'PATCH', `/links/${id}`, { json: { status: 'paused' } })).status).toBe(200);
  });
  test('holds for links that were made before it, counted from when they were signed', async () => {
    const link = await newLink(server, '/vault/file', { expiresIn: '1d' });
    await put({ maxLifetimeSeconds: { read: 60 } });
    expect((await use(server, link)).status).toBe(200);
    server.clock.now = () => Date.now() + 90_000;
    try {
      expectError(await use(server, link), DENIED);
    } finally {
      server.clock.now = undefined;
    }
  });
  test('that is not understood is refused', async () => {
    for (const guardrails of [{ maxAge: 1 }, { sigv2: 'off' }, { maxLifetimeSeconds: { read: 0 } }, { requiredTerms: { write: ['size'] } }])
      expect((await put(guardrails)).error.Code).toBe('InvalidInput');
  });
  test('is not for everybody to set', async () => {
    const user = await newUser(server, 'nobody');
    expect((await call(server, 'latchkey', 'PutGuardrails', { Guardrails: '{}' }, user)).error.Code).toBe('AccessDenied');
  });
});
