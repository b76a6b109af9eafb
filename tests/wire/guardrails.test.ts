/** What an administrator lets pre-signed requests be, whoever signs them. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
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
  test('that is not understood is refused', async () => {
    for (const guardrails of [{ maxAge: 1 }, { sigv2: 'off' }, { maxLifetimeSeconds: { read: 0 } }, { requiredTerms: { write: ['size'] } }])
      expect((await put(guardrails)).error.Code).toBe('InvalidInput');
  });
  test('is not for everybody to set', async () => {
    const user = await newUser(server, 'nobody');
    expect((await call(server, 'latchkey', 'PutGuardrails', { Guardrails: '{}' }, user)).error.Code).toBe('AccessDenied');
  });
});
