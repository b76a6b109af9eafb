import { hostname } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { api, done, expectProblem, type Json } from '../support/json-api.ts';
import { call, newUser } from '../support/query-client.ts';
import { type TestServer, testServer } from '../support/test-server.ts';
import { send, signed } from '../support/wire-client.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer({
    publicUrls: ['https://files.example.com/storage'],
    publicConsoleUrl: 'https://share.example.com',
    disk: async () => ({ totalBytes: 1000, freeBytes: 250 }),
  });
  await send(server, signed(server, 'PUT', '/photos'));
});
afterAll(() => server.close(0));

const limits = (query: Readonly<Record<string, string>> = { bucket: 'photos', key: 'a' }, more = {}): Promise<Json> =>
  done(server, 'GET', '/link-limits', { query, ...more });

describe('GET /link-limits', () => {
  it('says what links begin with, and which address terms would see', async () => {
    expect(await limits()).toMatchObject({
      address: '127.0.0.1',
      isBehindUnknownProxy: false,
      endpoint: 'https://files.example.com/storage',
      consoleUrl: 'https://share.example.com',
      read: { isOff: false, longestSeconds: 604_800, isGuardrail: false, requiredTerms: [] },
    });
  });
  it('notices a proxy that nobody has named', async () => {
    const headers = { 'X-Forwarded-For': '203.0.113.9' };
    expect(await limits(undefined, { headers })).toMatchObject({ address: '127.0.0.1', isBehindUnknownProxy: true });
  });
  it('says of each kind how long it may work: so long is accepted, and a second more is not', async () => {
    const guardrails = JSON.stringify({ maxLifetimeSeconds: { read: 600, write: 60, form: 30 }, pageLifetimeSeconds: 1_000_000 });
    expect((await call(server, 'latchkey', 'PutGuardrails', { Bucket: 'photos', Guardrails: guardrails })).status).toBe(200);
    const found = await limits();
    const kinds: readonly [string, Json][] = [
      ['read', { method: 'GET' }],
      ['write', { method: 'PUT' }],
      ['form', { method: 'POST' }],
      ['page', { method: 'GET', landing: true }],
    ];
    for (const [kind, asked] of kinds) {
      const { longestSeconds, isGuardrail } = found[kind];
      expect([kind, isGuardrail]).toEqual([kind, true]);
      const make = (expiresIn: number) => api(server, 'POST', '/links', { json: { bucket: 'photos', key: 'a', ...asked, expiresIn } });
      expect([kind, (await make(longestSeconds)).status]).toEqual([kind, 201]);
      expect([kind, (await make(longestSeconds + 2)).status]).toEqual([kind, 400]);
    }
    await call(server, 'latchkey', 'DeleteGuardrails', { Bucket: 'photos' });
  });
  it('is for whoever may make a link there, and for nobody else', async () => {
    const statement = { Effect: 'Allow', Action: 'latchkey:CreateLink', Resource: 'arn:aws:s3:::photos/open/*' };
    const ann = await newUser(server, 'ann', { Version: '2012-10-17', Statement: statement });
    const ask = (query: Readonly<Record<string, string>>) => api(server, 'GET', '/link-limits', { query, credentials: ann });
    expect((await ask({ bucket: 'photos', key: 'open/a' })).status).toBe(200);
    expect((await ask({ bucket: 'photos', keyPrefix: 'open/' })).status).toBe(200);
    expectProblem(await ask({ bucket: 'photos', key: 'closed/a' }), { status: 403, code: 'AccessDenied' });
    expectProblem(await ask({ bucket: 'photos' }), { status: 403, code: 'AccessDenied' });
  });
  it('of an upload request is for whoever may make one there, who need not be allowed a link, and the other way round', async () => {
    const may = (name: string, action: string) =>
      newUser(server, name, {
        Version: '2012-10-17',
        Statement: { Effect: 'Allow', Action: action, Resource: 'arn:aws:s3:::photos/in/*' },
      });
    const [asks, shares] = [await may('cleo', 'latchkey:CreateUploadRequest'), await may('dan', 'latchkey:CreateLink')];
    const ask = (who: typeof asks, query: Readonly<Record<string, string>>) =>
      api(server, 'GET', '/link-limits', { query: { bucket: 'photos', ...query }, credentials: who });
    const request = { keyPrefix: 'in/', for: 'request' };
    expect((await ask(asks, request)).json).toMatchObject({ request: { isOff: false, longestSeconds: 604_800 }, address: '127.0.0.1' });
    expect((await ask(shares, { keyPrefix: 'in/' })).status).toBe(200);
    const denied = { status: 403, code: 'AccessDenied' };
    expectProblem(await ask(asks, { keyPrefix: 'in/' }), denied);
    expectProblem(await ask(asks, { keyPrefix: 'in/', for: 'link' }), denied);
    expectProblem(await ask(shares, request), denied);
    // Not of more than they may ask for, however it is written.
    for (const keyPrefix of ['i', 'in', 'inner/', '*', 'IN/']) expectProblem(await ask(asks, { keyPrefix, for: 'request' }), denied);
    expectProblem(await ask(asks, { for: 'request' }), denied);
    expectProblem(await ask(asks, { key: 'in/a', for: 'request' }), {
      status: 400,
      code: 'ValidationError',
      errors: { '/key': expect.any(String) },
    });
    expectProblem(await ask(asks, { keyPrefix: 'in/', for: 'page' }), {
      status: 400,
      code: 'ValidationError',
      errors: { '/for': 'must be link or request.' },
    });
    // What they were told holds.
    const make = { json: { bucket: 'photos', keyPrefix: 'in/', expiresIn: 604_800 }, credentials: asks };
    expect((await api(server, 'POST', '/requests', make)).status).toBe(201);
  });
});

describe('GET /server', () => {
  it('says how the server is, to whoever may know it', async () => {
    const shown = await done(server, 'GET', '/server');
    expect(shown).toMatchObject({
      version: '0.0.0-test',
      publicUrls: ['https://files.example.com/storage'],
      trustsProxies: false,
      stores: { objects: { isReady: true }, records: { isReady: true }, trail: { isReady: true } },
      disk: { totalBytes: 1000, freeBytes: 250 },
    });
    expect(shown.memoryBytes).toBeGreaterThan(1_000_000);
    const bob = await newUser(server, 'bob');
    expectProblem(await api(server, 'GET', '/server', { credentials: bob }), { status: 403, code: 'AccessDenied' });
  });
});

describe('GET /nodes', () => {
  it('lists the processes that serve, to whoever may know it', async () => {
    await expect.poll(async () => (await done(server, 'GET', '/nodes')).items).toHaveLength(1);
    const [node] = (await done(server, 'GET', '/nodes')).items;
    expect(node).toMatchObject({
      host: hostname(),
      pid: process.pid,
      version: '0.0.0-test',
      s3: server.s3.replace(/\/$/, ''),
      isSilent: false,
      isHere: true,
    });
    expect(Math.abs(node.clockAheadMs)).toBeLessThan(60_000);
    const carl = await newUser(server, 'carl');
    expectProblem(await api(server, 'GET', '/nodes', { credentials: carl }), { status: 403, code: 'AccessDenied' });
  });
});
