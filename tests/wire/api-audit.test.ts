import { S3Error } from '@latchkey/s3/errors';
import { openMemoryTrailStore } from '@latchkey/storage/memory-trail-store';
import type { TrailStore } from '@latchkey/storage/trail-store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sha256Hex } from '../support/independent-signer.ts';
import { api, apiRequest, done, expectProblem, type Json, sendApi, unsignedApiRequest } from '../support/json-api.ts';
import { allow, newUser, policyOf, putPolicy } from '../support/query-client.ts';
import { ROOT, type TestServer, testServer } from '../support/test-server.ts';
import { presigned, send, signed } from '../support/wire-client.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
  await send(server, signed(server, 'PUT', '/photos'));
  await send(server, signed(server, 'PUT', '/photos/cat.jpg', { body: 'meow' }));
});
afterAll(() => server.close(0));

const cat = { bucket: 'photos', key: 'cat.jpg' };
type Query = Readonly<Record<string, string>>;

/** Reads are recorded within a second: asks until there are as many as there must be. */
async function events(query: Query, atLeast = 1): Promise<readonly Json[]> {
  for (let asked = 0; ; asked++) {
    const { items } = await done(server, 'GET', '/audit', { query: { limit: '1000', ...query } });
    if (items.length >= atLeast || asked === 100) return items;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

describe('the audit trail', () => {
  it('tells who used a link, from where and with what result, and why one was refused', async () => {
    const { id, url } = await done(server, 'POST', '/links', { json: { ...cat, maxUses: 1 } });
    await (await fetch(url)).text();
    await (await fetch(url)).text();
    await done(server, 'DELETE', `/links/${id}`);
    await (await fetch(url)).text();
    const found = await events({ link: id }, 5);
    expect(found.map(({ eventName, errorCode, additionalEventData: { latchkey } }) => [eventName, errorCode, latchkey.status])).toEqual([
      ['CreateLink', undefined, 201],
      ['GetObject', undefined, 200],
      ['GetObject', 'AccessDenied', 403],
      ['RevokeLink', undefined, 200],
      ['GetObject', 'AccessDenied', 403],
    ]);
    expect(found[1]).toMatchObject({
      sourceIPAddress: '127.0.0.1',
      requestParameters: { bucketName: 'photos', key: 'cat.jpg' },
      additionalEventData: { bytesTransferredOut: 4, latchkey: { linkId: id, uses: { before: 0, max: 1 } } },
    });
    expect([found[2], found[4]].map(({ additionalEventData: { latchkey } }) => latchkey.decision.check)).toEqual(['uses', 'revocation']);
    const text = JSON.stringify(found);
    expect(text).not.toContain(new URL(url).searchParams.get('X-Amz-Signature'));
    expect(text).not.toContain(ROOT.secretAccessKey);
  });
  it('has every request of the API, also those that were refused before anybody was known', async () => {
    const json = { ...cat, label: 'audited', sourceIp: ['127.0.0.1', '::1'] };
    await done(server, 'POST', '/links', { json });
    await api(server, 'POST', '/links', { json: { ...json, maxUses: 0 } });
    await sendApi(server, unsignedApiRequest(server, 'POST', '/links', { json }));
    await api(server, 'GET', '/nothing');
    const created = await events({ operation: 'CreateLink', result: 'ok' });
    expect(created.at(-1)).toMatchObject({
      eventSource: 'latchkey',
      readOnly: false,
      userIdentity: { type: 'Root' },
      requestParameters: { bucketName: 'photos', key: 'cat.jpg', label: 'audited', sourceIp: '127.0.0.1,::1' },
    });
    const refused = (await events({ result: 'refused', address: '127.0.0.1', since: created.at(-1).eventTime }, 3)).slice(-3);
    expect(refused.map(({ eventSource, eventName, errorCode }) => [eventSource, eventName, errorCode])).toEqual([
      ['latchkey', 'CreateLink', 'ValidationError'],
      ['latchkey', 'CreateLink', 'MissingAuthenticationToken'],
      ['latchkey', 'Unknown', 'NoSuchResource'],
    ]);
  });
  it('has an event for each link of many that are made at once', async () => {
    const { items } = await done(server, 'POST', '/presign', {
      json: { requests: [cat, { ...cat, key: 'b' }, { ...cat, sourceIp: ['x'] }] },
    });
    for (const { linkId, key } of items.slice(0, 2)) {
      const [made] = await events({ link: linkId });
      expect(made).toMatchObject({ eventName: 'CreateLink', requestParameters: { bucketName: 'photos', key } });
    }
  });
  it('has the URL that was revoked by its hash, and not by its signature', async () => {
    const one = presigned(server, 'GET', '/photos/cat.jpg', { expires: 1234 });
    const signature = /X-Amz-Signature=(\w+)/.exec(one.target)?.[1] ?? '';
    await done(server, 'POST', '/revocations', { json: { by: 'url', url: server.s3 + one.target } });
    await send(server, one);
    const [revoked] = (await events({ operation: 'CreateRevocation', result: 'ok' })).slice(-1);
    expect(revoked.requestParameters.url).toBe(`${server.s3}/photos/cat.jpg`);
    const [refused] = await events({ signature: revoked.responseElements.signatureHash });
    expect(refused).toMatchObject({ eventName: 'GetObject', errorCode: 'AccessDenied' });
    expect(JSON.stringify([revoked, refused])).not.toContain(signature);
  });
  it('is found by object, bucket, address, operation, user and result, and by all of them together', async () => {
    await send(server, signed(server, 'PUT', '/photos/found.txt', { body: 'x' }));
    await send(server, signed(server, 'GET', '/photos/found.txt'));
    const object = { bucket: 'photos', key: 'found.txt' };
    expect((await events(object, 2)).map(({ eventName }) => eventName)).toEqual(['PutObject', 'GetObject']);
    const all = { ...object, operation: 'PutObject', user: 'root', address: '127.0.0.1', result: 'ok', since: '5m' };
    expect(await events(all)).toHaveLength(1);
    for (const other of [
      { operation: 'DeleteObject' },
      { user: 'nobody' },
      { address: '192.0.2.1' },
      { result: 'failed' },
      { until: '2020-01-01T00:00:00Z' },
    ])
      expect((await done(server, 'GET', '/audit', { query: { ...all, ...other } })).items).toEqual([]);
  });
  it('comes in pages, in the order in which things happened or the other way, without any event twice', async () => {
    for (let index = 0; index < 7; index++) await send(server, signed(server, 'PUT', '/photos/paged.txt', { body: String(index) }));
    const about = { bucket: 'photos', key: 'paged.txt' };
    const ids = async (order: string) => {
      const seen: string[] = [];
      let after: string | undefined;
      do {
        const page = await done(server, 'GET', '/audit', { query: { ...about, order, limit: '3', ...(after && { after }) } });
        seen.push(...page.items.map(({ eventID }: Json) => eventID));
        after = page.next;
      } while (after !== undefined);
      return seen;
    };
    const [forward, backward] = [await ids('oldest'), await ids('newest')];
    expect(new Set(forward).size).toBe(7);
    expect(backward).toEqual([...forward].reverse());
  });
  it('can be followed: what happens later is found behind the cursor, once', async () => {
    const query = { bucket: 'photos', operation: 'PutObject', since: '0s' };
    const { items, latest } = await done(server, 'GET', '/audit', { query });
    expect([items, typeof latest]).toEqual([[], 'string']);
    await send(server, signed(server, 'PUT', '/photos/later.txt', { body: 'x' }));
    const next = await done(server, 'GET', '/audit', { query: { ...query, after: latest } });
    expect(next.items.map(({ requestParameters }: Json) => requestParameters.key)).toEqual(['later.txt']);
    const end = await done(server, 'GET', '/audit', { query: { ...query, after: next.latest } });
    expect(end.items).toEqual([]);
  });
  it('can be waited for, and whoever waits does not wait for himself', async () => {
    const { latest } = await done(server, 'GET', '/audit', { query: { since: '0s', wait: '0' } });
    const waiting = done(server, 'GET', '/audit', { query: { after: latest, wait: '10' } });
    await send(server, signed(server, 'PUT', '/photos/awaited.txt', { body: 'x' }));
    const { items } = await waiting;
    expect(items.map(({ eventName }: Json) => eventName)).toEqual(['PutObject']);
    const end = await done(server, 'GET', '/audit', { query: { since: '0s', wait: '0' } });
    expect((await done(server, 'GET', '/audit', { query: { after: end.latest, wait: '2' } })).items).toEqual([]);
  });
  it.each([
    [{ key: 'a' }, { '/key': 'goes with bucket.' }],
    [{ since: 'yesterday' }, { '/since': 'must be a time such as 2026-11-22T03:04:05Z, or how long ago: 15m, 12h, 7d.' }],
    [{ order: 'random' }, { '/order': 'must be oldest or newest.' }],
    [{ signature: 'abc' }, { '/signature': 'must be the SHA-256 of a signature, in lower-case hex.' }],
    [{ format: 'xml' }, { '/format': 'must be json, cloudtrail, access-log or csv.' }],
    [{ limit: '5000' }, { '/limit': 'must be 1000 or less.' }],
  ])('is not asked with %j', async (query, errors) => {
    expectProblem(await api(server, 'GET', '/audit', { query }), { status: 400, code: 'ValidationError', errors });
  });
  it('is not asked with a cursor that no page gave', async () => {
    const reply = await api(server, 'GET', '/audit', { query: { after: 'made up' } });
    expect(reply.status).toBe(400);
  });
  it('is checked as a whole, also against what an earlier check said', async () => {
    const { head, ...verdict } = await done(server, 'POST', '/audit/verify', { json: {} });
    expect(verdict).toMatchObject({ isWhole: true, findings: [] });
    expect(verdict.lines).toBeGreaterThan(0);
    expect(await done(server, 'POST', '/audit/verify', { json: { expectedHead: head } })).toMatchObject({ isWhole: true });
  });
});

describe('an export', () => {
  const ask = (format: string, query: Query = {}) => api(server, 'GET', '/audit', { query: { bucket: 'photos', format, ...query } });
  beforeAll(async () => {
    for (let index = 0; index < 1100; index += 100)
      await Promise.all(Array.from({ length: 100 }, () => send(server, signed(server, 'PUT', '/photos/exported.txt', { body: 'x' }))));
  });

  it.each([
    ['cloudtrail', 'application/json', (text: string) => JSON.parse(text).Records.length],
    ['access-log', 'text/plain; charset=utf-8', (text: string) => text.trimEnd().split('\n').length],
    ['csv', 'text/csv; charset=utf-8', (text: string) => text.trimEnd().split('\n').length - 1],
  ] as const)('as %s holds all that match, however many pages that is, or as many as are wanted', async (format, type, count) => {
    const about = { key: 'exported.txt', operation: 'PutObject' };
    const reply = await ask(format, about);
    expect([reply.status, reply.headers.get('content-type'), count(reply.text)]).toEqual([200, type, 1100]);
    expect(count((await ask(format, { ...about, limit: '700' })).text)).toBe(700);
    expect(count((await ask(format, { ...about, limit: '1', order: 'newest' })).text)).toBe(1);
  });
  it('needs the same permission as to ask, and is recorded with what it brought', async () => {
    const credentials = await newUser(server, 'exporter', policyOf(allow('s3:*', '*')));
    for (const format of ['cloudtrail', 'access-log', 'csv'])
      expectProblem(await api(server, 'GET', '/audit', { credentials, query: { format } }), { status: 403, code: 'AccessDenied' });
    const { text, headers } = await ask('csv', { limit: '10' });
    const requestId = headers.get('x-amz-request-id');
    let recorded: Json;
    for (let asked = 0; recorded === undefined && asked < 100; asked++)
      recorded = (await events({ operation: 'QueryAudit', order: 'newest' })).find(({ requestID }) => requestID === requestId);
    expect(recorded.additionalEventData.bytesTransferredOut).toBe(Buffer.byteLength(text));
  });
});

describe('to read the trail', () => {
  it('needs latchkey:ReadAudit, on the object or bucket that is asked about, or on everything', async () => {
    const credentials = await newUser(server, 'auditor', policyOf(allow('s3:*', '*')));
    const ask = (query: Query) => api(server, 'GET', '/audit', { credentials, query });
    const denied = { status: 403, code: 'AccessDenied' };
    for (const query of [{}, { bucket: 'photos' }, cat]) expectProblem(await ask(query), denied);

    await putPolicy(server, 'auditor', policyOf(allow('latchkey:ReadAudit', 'arn:aws:s3:::photos/cat.jpg')));
    expect((await ask(cat)).status).toBe(200);
    for (const query of [{}, { bucket: 'photos' }, { ...cat, key: 'dog.jpg' }, { link: 'LKLNABCDEFGHIJ234567' }])
      expectProblem(await ask(query), denied);

    await putPolicy(server, 'auditor', policyOf(allow('latchkey:ReadAudit', 'arn:aws:s3:::photos')));
    expect((await ask({ bucket: 'photos' })).status).toBe(200);
    for (const query of [{}, cat, { bucket: 'other' }]) expectProblem(await ask(query), denied);
    expectProblem(await api(server, 'POST', '/audit/verify', { credentials, json: {} }), denied);

    await putPolicy(server, 'auditor', policyOf(allow('latchkey:ReadAudit', '*')));
    for (const query of [{}, cat, { bucket: 'other' }]) expect((await ask(query)).status).toBe(200);
    expect((await api(server, 'POST', '/audit/verify', { credentials, json: {} })).status).toBe(200);
  });
  it('is an event itself', async () => {
    const { latest } = await done(server, 'GET', '/audit', { query: { since: '0s' } });
    await done(server, 'GET', '/audit', { query: { address: '198.51.100.7' } });
    const [found] = await events({ operation: 'QueryAudit', after: latest, wait: '10' });
    expect(found).toMatchObject({
      readOnly: true,
      userIdentity: { type: 'Root' },
      requestParameters: expect.not.objectContaining({ bucketName: 'photos' }),
    });
  });
});

it('a request is recorded with the hash of no secret', async () => {
  const request = apiRequest(server, 'GET', '/links');
  const authorization = request.headers.find(([name]) => name === 'Authorization')?.[1] ?? '';
  await sendApi(server, request);
  const text = JSON.stringify(await events({ operation: 'ListLinks' }));
  const signature = /Signature=(\w+)/.exec(authorization)?.[1] ?? '';
  expect(text).not.toContain(signature);
  expect(text).not.toContain(sha256Hex(signature));
});

it('nothing is changed while the trail can not be written, and the refusal is a problem like any other', async () => {
  const trail = openMemoryTrailStore();
  let isFull = false;
  const append: TrailStore['append'] = (batch) => (isFull ? Promise.reject(new S3Error('ServiceUnavailable')) : trail.append(batch));
  const full = await testServer({ trail: { ...trail, append } });
  try {
    await send(full, signed(full, 'PUT', '/photos'));
    const { id } = await done(full, 'POST', '/links', { json: cat });
    isFull = true;
    // The first finds out; from then on nothing is begun.
    await api(full, 'POST', '/links', { json: { ...cat, label: 'first' } });
    for (const [method, path, json] of [
      ['POST', '/links', cat],
      ['PATCH', `/links/${id}`, { status: 'paused' }],
      ['DELETE', `/links/${id}`, undefined],
    ] as const)
      expectProblem(await api(full, method, path, json === undefined ? {} : { json }), { status: 503, code: 'ServiceUnavailable' });
    expect((await done(full, 'GET', `/links/${id}`)).status).toBe('active');
    isFull = false;
    for (let asked = 0; asked < 100; asked++) {
      const { status } = await api(full, 'PATCH', `/links/${id}`, { json: { status: 'paused' } });
      if (status === 200) break;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect((await done(full, 'GET', `/links/${id}`)).status).toBe('paused');
  } finally {
    isFull = false;
    await full.close(0);
  }
});
