import { apiOperations } from '@latchkey/server/api/operations/index';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FakeIssuer, fakeIssuer } from '../support/fake-issuer.ts';
import { api, documentOf, done, type Json, sendApi, unsignedApiRequest } from '../support/json-api.ts';
import { CLIENT_ID, newPeopleRole } from '../support/provider-role.ts';
import { type TestServer, testServer } from '../support/test-server.ts';
import { newGuest } from '../support/upload-requests.ts';
import { send, signed } from '../support/wire-client.ts';

let issuer: FakeIssuer;
let server: TestServer;
let document: Json;
beforeAll(async () => {
  issuer = await fakeIssuer();
  server = await testServer({ identityProvider: { issuer: issuer.url, clientId: CLIENT_ID, role: 'people', name: 'Example' } });
  await newPeopleRole(server, issuer.url);
  await send(server, signed(server, 'PUT', '/photos'));
  document = JSON.parse((await send({ s3: server.console }, unsignedApiRequest(server, 'GET', '/openapi.json'))).text);
});
afterAll(async () => {
  await server.close(0);
  await issuer.close();
});

/** `[method, path, operation]` of each operation in the document. */
const described = (): [string, string, Json][] =>
  Object.entries<Json>(document.paths).flatMap(([path, methods]) =>
    Object.entries<Json>(methods).map(([method, operation]): [string, string, Json] => [method.toUpperCase(), path, operation]),
  );

describe('the OpenAPI document', () => {
  it('has exactly the operations that the server has', () => {
    const table = apiOperations.map(({ name, method, path }) => `${method} /api/v1${path} ${name[0]?.toLowerCase()}${name.slice(1)}`);
    expect(
      described()
        .map(([method, path, { operationId }]) => `${method} ${path} ${operationId}`)
        .sort(),
    ).toEqual([...table].sort());
    expect(new Set(table.map((row) => row.split(' ')[2])).size).toBe(table.length);
  });
  it('describes every part of a path, and refers to nothing that it does not hold', () => {
    for (const [, path, { parameters }] of described()) {
      const inPath = parameters.filter(({ in: place }: Json) => place === 'path').map(({ name }: Json) => `{${name}}`);
      expect(inPath).toEqual(path.match(/\{\w+\}/g) ?? []);
    }
    const references = JSON.stringify(document).match(/#\/components\/schemas\/\w+/g) ?? [];
    expect(references.filter((reference) => !((reference.split('/').at(-1) as string) in document.components.schemas))).toEqual([]);
  });
  it('holds schemas that a validator understands, every one of them', () => {
    const ajv = new Ajv2020({ strict: true, strictTypes: false, keywords: ['components'], formats: { 'date-time': true } });
    ajv.addSchema({ $id: 'api', components: document.components }, 'api', true, false);
    for (const name of Object.keys(document.components.schemas))
      expect(() => ajv.compile({ $ref: `api#/components/schemas/${name}` }), name).not.toThrow();
  });
  it('says of a request body what the server says of it', async () => {
    const ajv = new Ajv2020({ strict: false, formats: { 'date-time': /^\d{4}-\d\d-\d\dT/ } });
    ajv.addSchema({ $id: 'api', components: document.components }, 'api', true, false);
    const bodies: readonly unknown[] = [
      { bucket: 'photos', key: 'a' },
      { bucket: 'photos', key: 'a', maxUses: 1.5 },
      { bucket: 'photos', key: 'a', maxUses: 1, expiresIn: '15m' },
      { bucket: 'photos', key: 'a', expiresIn: 'soon' },
      { bucket: 'photos', key: 'a', more: 1 },
      { key: 'a' },
      { bucket: 'photos', key: 'a', method: 'PATCH' },
      { bucket: 'photos', key: 'a', contentTypes: [] },
      { bucket: 'photos', key: 'a', endpoint: 'ftp://x' },
      [],
      'text',
    ];
    const judge = ajv.compile({ $ref: 'api#/components/schemas/NewLink' });
    for (const json of bodies) {
      const { status } = await api(server, 'POST', '/links', { json });
      expect([json, status < 300]).toEqual([json, judge(json)]);
    }
  });
  it('is kept by the replies of every operation', async () => {
    const { id, url } = await done(server, 'POST', '/links', {
      json: { bucket: 'photos', key: 'a', maxUses: 1, notBefore: '2020-01-01T00:00:00Z', downloadName: 'ä.txt' },
    });
    await done(server, 'POST', '/presign', { json: { requests: [{ bucket: 'photos', key: 'a' }, { bucket: 'photos' }] } });
    await done(server, 'GET', '/links', { query: { withUrl: 'true' } });
    await done(server, 'GET', `/links/${id}`);
    await done(server, 'POST', `/links/${id}/url`, { json: {} });
    await done(server, 'PATCH', `/links/${id}`, { json: { newUrl: true } });
    await done(server, 'DELETE', `/links/${id}`, { query: { cut: 'true' } });
    await done(server, 'POST', '/revocations', { json: { by: 'url', url } });
    const { revocation } = await done(server, 'POST', '/revocations', { json: { by: 'prefix', bucket: 'photos', prefix: 'old/' } });
    await done(server, 'GET', '/revocations');
    await done(server, 'DELETE', `/revocations/${revocation.id}`);
    const request = await done(server, 'POST', '/requests', { json: { bucket: 'photos', keyPrefix: 'in/', maxFiles: 2, note: 'Thanks' } });
    await done(server, 'GET', '/requests', { query: { withUrl: 'true' } });
    await done(server, 'GET', `/requests/${request.id}`);
    await done(server, 'PATCH', `/requests/${request.id}`, { json: { maxFiles: null, maxTotalBytes: 10 } });
    await newGuest(request).deliver('a.txt', 'a');
    await done(server, 'GET', `/requests/${request.id}/deliveries`);
    await done(server, 'DELETE', `/requests/${request.id}`);
    const hook = await done(server, 'POST', '/webhooks', { json: { url: 'https://webhooks.invalid/', events: ['link.*'], note: 'ours' } });
    await done(server, 'GET', '/webhooks');
    await done(server, 'PATCH', `/webhooks/${hook.id}`, { json: { status: 'paused', prefix: 'a' } });
    await done(server, 'GET', `/webhooks/${hook.id}`);
    await done(server, 'POST', `/webhooks/${hook.id}/test`);
    await done(server, 'GET', `/webhooks/${hook.id}/dead-letters`);
    await done(server, 'POST', `/webhooks/${hook.id}/dead-letters/replay`, { json: {} });
    await done(server, 'DELETE', `/webhooks/${hook.id}`);
    await done(server, 'PUT', '/buckets/photos/redirect', { json: { downloads: 'none' } });
    await done(server, 'GET', '/buckets/photos/redirect');
    await done(server, 'GET', '/audit');
    await done(server, 'POST', '/audit/verify', { json: {} });
    const begun = await api(server, 'POST', '/sessions', { json: {} });
    await done(server, 'GET', '/sessions', { query: { all: 'true' } });
    await done(server, 'DELETE', '/sessions/none');
    const fromPage = {
      cookie: begun.headers.get('set-cookie')?.split(';')[0] ?? '',
      origin: server.console,
      'console-session': begun.json.sessionId,
      'csrf-token': begun.json.csrfToken,
    };
    await sendApi(server, unsignedApiRequest(server, 'POST', '/session/renew', { headers: fromPage }));
    await sendApi(server, unsignedApiRequest(server, 'POST', '/session/end', { headers: fromPage }));
    const fromConsole = { origin: server.console };
    const leaving = await sendApi(server, unsignedApiRequest(server, 'POST', '/session/provider/url', { headers: fromConsole }));
    const json = await issuer.visit(leaving.json.url);
    const headers = { ...fromConsole, cookie: leaving.headers.get('set-cookie')?.split(';')[0] ?? '' };
    await sendApi(server, unsignedApiRequest(server, 'POST', '/session/provider/sign-in', { headers, json }));
    await done(server, 'GET', '/link-limits', { query: { bucket: 'photos', key: 'a' } });
    await done(server, 'GET', '/server');
    await done(server, 'GET', '/nodes');
    const { confirmed } = await documentOf(server);
    expect([...confirmed].sort()).toEqual(
      described()
        .map(([, , { operationId }]) => operationId)
        .sort(),
    );
  });
});
