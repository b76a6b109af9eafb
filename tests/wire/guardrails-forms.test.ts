/** Guardrails for forms, and for calls of IAM that somebody made a URL of. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { sha256Hex } from '../support/independent-signer.ts';
import { type Field, type PolicyOptions, postForm, signedFields, signedFieldsV2 } from '../support/post-form.ts';
import { done } from '../support/query-client.ts';
import { testServer } from '../support/test-server.ts';
import { type Answer, expectError, presigned, send, signed, xmlTexts } from '../support/wire-client.ts';

const server = await testServer();
afterAll(() => server.close());
const DENIED = { status: 403, code: 'AccessDenied', message: 'Access Denied' } as const;
const CONDITIONS = [{ bucket: 'inbox' }, { key: 'letter' }];
const put = (guardrails: unknown, bucket?: string) =>
  done(server, 'latchkey', 'PutGuardrails', { Guardrails: JSON.stringify(guardrails), ...(bucket && { Bucket: bucket }) });
const keys = async () => xmlTexts((await send(server, signed(server, 'GET', '/inbox'))).text, 'Key');

function form(make: (options: PolicyOptions) => readonly Field[], options: Partial<PolicyOptions> = {}): Promise<Answer> {
  const conditions = [...CONDITIONS, ...(options.conditions ?? [])];
  return postForm(server, '/inbox', [['key', 'letter'], ...make({ ...options, conditions })]);
}

beforeAll(async () => {
  await send(server, signed(server, 'PUT', '/inbox'));
});
afterEach(async () => {
  await done(server, 'latchkey', 'DeleteGuardrails', {});
  await done(server, 'latchkey', 'DeleteGuardrails', { Bucket: 'inbox' });
  await send(server, signed(server, 'DELETE', '/inbox/letter'));
});

describe('a guardrail', () => {
  test.each([undefined, 'inbox'])('turns forms off and leaves URLs on (of the bucket %s)', async (bucket) => {
    await put({ presignedForms: false }, bucket);
    for (const make of [signedFields, signedFieldsV2]) expectError(await form(make), DENIED);
    expect(await keys()).toEqual([]);
    expect((await send(server, presigned(server, 'PUT', '/inbox/letter', { body: 'x' }))).status).toBe(200);
  });
  test('turns URLs off and leaves forms on', async () => {
    await put({ presignedUrls: false });
    expectError(await send(server, presigned(server, 'PUT', '/inbox/letter', { body: 'x' })), DENIED);
    expect((await form(signedFields)).status).toBe(204);
  });
  test('turns SigV2 off for forms too', async () => {
    await put({ sigv2: false });
    expectError(await form(signedFieldsV2), DENIED);
    expect((await form(signedFields)).status).toBe(204);
  });
  test('ends a form some time after its signature, and takes none that does not say when that was', async () => {
    await put({ maxLifetimeSeconds: { form: 60 } });
    expect((await form(signedFields, { now: new Date(Date.now() - 30_000) })).status).toBe(204);
    expectError(await form(signedFields, { now: new Date(Date.now() - 90_000) }), DENIED);
    expectError(await form(signedFieldsV2), DENIED);
    const old = { date: new Date(Date.now() - 90_000), body: 'x' };
    expect((await send(server, presigned(server, 'PUT', '/inbox/letter', old))).status).toBe(200);
  });
  test('asks a form for a greatest size, which is S3’s own condition', async () => {
    await put({ requiredTerms: { form: ['max-size'] } });
    for (const make of [signedFields, signedFieldsV2]) {
      expectError(await form(make), DENIED);
      expect((await form(make, { conditions: [['content-length-range', 0, 100]] })).status).toBe(204);
    }
    await put({ requiredTerms: { form: ['max-uses'] } });
    expectError(await form(signedFields, { conditions: [['content-length-range', 0, 100]] }), DENIED);
  });
  test('says nothing about a form that nobody signed: the bucket’s policy decides about it', async () => {
    await put({ presignedForms: false });
    expectError(await postForm(server, '/inbox', [['key', 'letter']]), DENIED);
  });
  test('counts a call of IAM as a write, though it be a URL for GET', async () => {
    const old = { service: 'iam', payloadHash: sha256Hex(''), date: new Date(Date.now() - 90_000), query: { Action: 'ListUsers' } };
    await put({ maxLifetimeSeconds: { read: 60 } });
    expect((await send(server, presigned(server, 'GET', '/', old))).status).toBe(200);
    await put({ maxLifetimeSeconds: { write: 60 } });
    expect((await send(server, presigned(server, 'GET', '/', old))).error.Code).toBe('AccessDenied');
  });
});
