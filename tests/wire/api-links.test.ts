import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SigningCredentials } from '../support/independent-signer.ts';
import { api, apiRequest, done, expectProblem, type Json, sendApi } from '../support/json-api.ts';
import { allow, call, deny, newUser, policyOf, putPolicy } from '../support/query-client.ts';
import { type TestServer, testServer } from '../support/test-server.ts';
import { presigned, send, signed, withHeader } from '../support/wire-client.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
  await send(server, signed(server, 'PUT', '/photos'));
  await send(server, signed(server, 'PUT', '/photos/cat.jpg', { body: 'meow' }));
});
afterAll(() => server.close(0));

const cat = { bucket: 'photos', key: 'cat.jpg' };
const newLink = (more: object = {}, credentials?: SigningCredentials): Promise<Json> =>
  done(server, 'POST', '/links', { json: { ...cat, ...more }, ...(credentials && { credentials }) });
const get = async (url: string) => (await fetch(url)).status;

describe('a link', () => {
  it('is made, shown, listed, changed and revoked, and its URL works meanwhile', async () => {
    const made = await newLink({ expiresIn: '10m', maxUses: 3, label: 'offer', note: 'for ana', sourceIp: ['127.0.0.0/8'] });
    expect(made).toEqual({
      id: expect.stringMatching(/^LKLN[A-Z2-7]{16}$/),
      method: 'GET',
      ...cat,
      url: expect.stringContaining(`X-Amz-Credential=${made.id}`),
      headers: {},
      status: 'active',
      expiresAt: expect.any(String),
      maxUses: 3,
      uses: { used: 0, max: 3 },
      sourceIp: ['127.0.0.0/8'],
      label: 'offer',
      note: 'for ana',
      createdAt: expect.any(String),
      createdBy: expect.stringMatching(/^arn:aws:iam::\d{12}:root$/),
      signedAt: expect.any(String),
    });
    expect(Date.parse(made.expiresAt) - Date.now()).toBeGreaterThan(9 * 60_000);
    expect(await (await fetch(made.url)).text()).toBe('meow');

    const { url, headers, ...withoutUrl } = made;
    expect(await done(server, 'GET', `/links/${made.id}`)).toEqual({ ...withoutUrl, uses: { used: 1, max: 3 } });
    expect(await done(server, 'GET', `/links/${made.id}`, { query: { withUrl: 'true' } })).toMatchObject({ url, headers });
    expect(await done(server, 'POST', `/links/${made.id}/url`, { json: {} })).toEqual({
      linkId: made.id,
      ...cat,
      url,
      method: 'GET',
      headers: {},
      expiresAt: made.expiresAt,
    });
    const { items } = await done(server, 'GET', '/links', { query: { label: 'offer' } });
    expect(items.map(({ id, url: shown }: Json) => [id, shown])).toEqual([[made.id, undefined]]);

    expect(await done(server, 'PATCH', `/links/${made.id}`, { json: { status: 'paused' } })).toMatchObject({ status: 'paused' });
    expect(await get(url)).toBe(403);
    const resumed = await done(server, 'PATCH', `/links/${made.id}`, {
      json: { status: 'active', expiresIn: 7200, note: null, maxUses: null },
    });
    expect(resumed).toMatchObject({ status: 'active', label: 'offer' });
    expect([resumed.note, resumed.maxUses, resumed.uses]).toEqual([undefined, undefined, undefined]);
    expect(await get(url)).toBe(200);

    expect(await done(server, 'DELETE', `/links/${made.id}`)).toMatchObject({
      status: 'revoked',
      revokedAt: expect.any(String),
      revokedBy: made.createdBy,
    });
    expect(await get(url)).toBe(403);
  });
  it('for an upload holds it to its terms', async () => {
    const { url } = await newLink({ method: 'PUT', key: 'scan.pdf', maxSize: 5, noOverwrite: true });
    const put = async (body: string) => (await fetch(url, { method: 'PUT', body })).status;
    expect([await put('too long'), await put('short'), await put('again')]).toEqual([400, 200, 412]);
  });
  it('for a prefix gives a URL for each key under it', async () => {
    const made = await newLink({ key: undefined, keyPrefix: 'ca' });
    expect(made.url).toBeUndefined();
    const { url } = await done(server, 'POST', `/links/${made.id}/url`, { json: { key: 'cat.jpg' } });
    expect(await get(url)).toBe(200);
    expectProblem(await api(server, 'POST', `/links/${made.id}/url`, { json: { key: 'dog.jpg' } }), {
      status: 400,
      code: 'InvalidArgument',
    });
    expectProblem(await api(server, 'POST', `/links/${made.id}/url`, { json: {} }), {
      status: 400,
      code: 'ValidationError',
      errors: { '/key': expect.any(String) },
    });
  });
  it('works for an hour where nobody says', async () => {
    const { expiresAt, createdAt } = await newLink();
    expect(Math.round((Date.parse(expiresAt) - Date.parse(createdAt)) / 60_000)).toBe(60);
  });
  it.each([
    [{ uses: 3 }, { '/uses': 'is not known here.' }],
    [{ maxUses: 0 }, { '/maxUses': 'must be 1 or more.' }],
    [{ maxUses: 1.5 }, { '/maxUses': 'must be a whole number.' }],
    [{ maxUses: '3' }, { '/maxUses': 'must be a number.' }],
    [{ expiresIn: '10x' }, { '/expiresIn': expect.stringContaining('15m') }],
    [{ expiresIn: 60, expiresAt: '2099-01-01T00:00:00Z' }, { '/expiresIn': expect.stringContaining('together') }],
    [{ expiresAt: 'tomorrow' }, { '/expiresAt': 'must be a time such as 2026-11-22T03:04:05Z.' }],
    [{ expiresAt: '2026-02-30T99:00:00Z' }, { '/expiresAt': expect.any(String) }],
    [{ method: 'DELETE' }, { '/method': 'must be GET, PUT or POST.' }],
    [{ endpoint: 'not a URL' }, { '/endpoint': 'must be a URL such as https://files.example.com.' }],
    [{ sourceIp: [] }, { '/sourceIp': 'must not be empty.' }],
    [{ bucket: '' }, { '/bucket': 'must not be empty.' }],
    [
      { bucket: null, key: 5 },
      { '/bucket': 'must be a text.', '/key': 'must be a text.' },
    ],
  ])('is not made of %j', async (wrong, errors) => {
    expectProblem(await api(server, 'POST', '/links', { json: { ...cat, ...wrong } }), { status: 400, code: 'ValidationError', errors });
  });
  it.each([
    [{ sourceIp: ['nowhere'] }, '/sourceIp'],
    [{ expiresIn: '30d' }, '/expiresAt'],
    [{ key: undefined }, '/key'],
    [{ contentTypes: ['image'] }, '/contentTypes'],
  ])('is refused by the links themselves, by the name of the member, for %j', async (wrong, pointer) => {
    const reply = await api(server, 'POST', '/links', { json: { ...cat, ...wrong } });
    expectProblem(reply, { status: 400, code: 'InvalidArgument', errors: { [pointer]: expect.any(String) } });
  });
  it('that is not there is not found, whatever its id', async () => {
    for (const id of ['LKLNABCDEFGHIJ234567', 'LKLN', 'x'.repeat(300), '..', '%00', 'LKIAABCDEFGH23456789']) {
      for (const [method, more] of [
        ['GET', {}],
        ['DELETE', {}],
        ['PATCH', { json: {} }],
      ] as const)
        expect((await api(server, method, `/links/${id}`, more)).status).toBe(404);
    }
  });
});

describe('the list of links', () => {
  it('comes in pages, newest first, without any twice', async () => {
    const made: string[] = [];
    for (let index = 0; index < 7; index++) made.unshift((await newLink({ label: 'pages' })).id);
    const seen: string[] = [];
    let after: string | undefined;
    do {
      const page = await done(server, 'GET', '/links', { query: { label: 'pages', limit: '3', ...(after && { after }) } });
      expect(page.items.length).toBeLessThanOrEqual(3);
      seen.push(...page.items.map(({ id }: Json) => id));
      after = page.next;
    } while (after !== undefined);
    expect(seen).toEqual(made);
  });
  it.each([
    [{ limit: '0' }, { '/limit': 'must be 1 or more.' }],
    [{ limit: '1001' }, { '/limit': 'must be 1000 or less.' }],
    [{ limit: 'all' }, { '/limit': 'must be a number.' }],
    [{ status: 'gone' }, { '/status': expect.any(String) }],
    [{ page: '2' }, { '/page': 'is not known here.' }],
    [{ withUrl: 'yes' }, { '/withUrl': 'must be true or false.' }],
  ])('refuses %j', async (query, errors) => {
    expectProblem(await api(server, 'GET', '/links', { query }), { status: 400, code: 'ValidationError', errors });
  });
  it('refuses a parameter that is given twice', async () => {
    expectProblem(
      await api(server, 'GET', '/links', {
        query: [
          ['limit', '1'],
          ['limit', '2'],
        ],
      }),
      { status: 400, code: 'ValidationError' },
    );
  });
});

describe('a link of somebody else', () => {
  const onPhotos = (...actions: string[]) => policyOf(allow(['s3:*', ...actions], ['arn:aws:s3:::photos', 'arn:aws:s3:::photos/*']));
  let ana: SigningCredentials;
  let bob: SigningCredentials;
  let ofAna: Json;
  beforeAll(async () => {
    ana = await newUser(server, 'ana', onPhotos('latchkey:CreateLink'));
    bob = await newUser(server, 'bob', onPhotos('latchkey:CreateLink'));
    ofAna = await newLink({ label: 'of ana', maxUses: 100 }, ana);
  });
  const asBob = (method: string, path: string, json?: unknown) =>
    api(server, method, path, { credentials: bob, ...(json !== undefined && { json }) });

  it('is not found by who may not see it, and stays as it is', async () => {
    const { id, url } = ofAna;
    const unknown = await asBob('GET', '/links/LKLNABCDEFGHIJ234567');
    for (const reply of [
      await asBob('GET', `/links/${id}`),
      await asBob('POST', `/links/${id}/url`, {}),
      await asBob('DELETE', `/links/${id}`),
      await asBob('PATCH', `/links/${id}`, { status: 'paused' }),
    ]) {
      expectProblem(reply, { status: 404, code: 'NoSuchEntity' });
      expect(reply.json.detail.replace(id, '')).toBe(unknown.json.detail.replace('LKLNABCDEFGHIJ234567', ''));
    }
    expectProblem(await asBob('POST', '/revocations', { by: 'url', url }), { status: 404, code: 'NoSuchEntity' });
    expect((await asBob('GET', '/links')).json.items).toEqual([]);
    expect(await get(url)).toBe(200);
  });
  it('may be seen and taken back, but not extended, by who made it', async () => {
    const made = await newLink({}, ana);
    expect((await api(server, 'GET', `/links/${made.id}`, { credentials: ana })).status).toBe(200);
    expectProblem(await api(server, 'PATCH', `/links/${made.id}`, { credentials: ana, json: { expiresIn: 7200 } }), {
      status: 403,
      code: 'AccessDenied',
    });
    expect((await api(server, 'DELETE', `/links/${made.id}`, { credentials: ana })).status).toBe(200);
    expect(await get(made.url)).toBe(403);
  });
  it.each([
    ['latchkey:ReadLink', 'GET', '', undefined],
    ['latchkey:ReadLinkUrl', 'POST', '/url', {}],
    ['latchkey:ChangeLink', 'PATCH', '', { label: 'of ana' }],
    ['latchkey:RevokeLink', 'DELETE', '', undefined],
  ] as const)('is open to who has %s on its object, and on no other', async (action, method, path, json) => {
    const { id } = await newLink({}, ana);
    const needed = action === 'latchkey:ReadLinkUrl' ? [action, 'latchkey:ReadLink'] : [action];
    await putPolicy(server, 'bob', policyOf(allow(needed, 'arn:aws:s3:::photos/other.jpg')));
    expectProblem(await asBob(method, `/links/${id}${path}`, json), { status: 404, code: 'NoSuchEntity' });
    await putPolicy(server, 'bob', policyOf(allow(needed, 'arn:aws:s3:::photos/cat.jpg')));
    expect((await asBob(method, `/links/${id}${path}`, json)).status).toBe(200);
    await putPolicy(server, 'bob', policyOf(allow(needed, 'arn:aws:s3:::photos/*'), deny(needed, 'arn:aws:s3:::photos/cat.jpg')));
    expectProblem(await asBob(method, `/links/${id}${path}`, json), { status: 404, code: 'NoSuchEntity' });
  });
  it('is made only by who has latchkey:CreateLink on the object, and the refusal says so', async () => {
    await putPolicy(server, 'bob', policyOf(allow(['s3:*', 'latchkey:CreateLink'], 'arn:aws:s3:::photos/bobs/*')));
    for (const path of ['/links', '/presign']) {
      const reply = await asBob('POST', path, cat);
      expectProblem(reply, { status: 403, code: 'AccessDenied' });
      expect(reply.json.detail).toMatch(
        /^User: arn:aws:iam::\d{12}:user\/bob is not authorized to perform: latchkey:CreateLink on resource: arn:aws:s3:::photos\/cat\.jpg$/,
      );
      expect((await asBob('POST', path, { ...cat, key: 'bobs/cat.jpg' })).status).toBeLessThan(300);
    }
  });
  it('has no more power than its maker has when it is used', async () => {
    const { url } = await newLink({}, ana);
    expect(await get(url)).toBe(200);
    await putPolicy(server, 'ana', policyOf(allow('latchkey:*', '*')));
    expect(await get(url)).toBe(403);
    await call(server, 'iam', 'DeleteUserPolicy', { UserName: 'ana', PolicyName: 'own' });
  });
});

describe('presign', () => {
  it('answers with what a client sends: a URL to download, a URL to upload, a form', async () => {
    const download = await done(server, 'POST', '/presign', { json: { ...cat, expiresIn: 60 } });
    expect(download).toEqual({
      linkId: expect.any(String),
      ...cat,
      url: expect.any(String),
      method: 'GET',
      headers: {},
      expiresAt: expect.any(String),
    });
    expect(await get(download.url)).toBe(200);

    const upload = await done(server, 'POST', '/presign', {
      json: { ...cat, key: 'new.txt', method: 'PUT', contentTypes: ['text/plain'] },
    });
    expect((await fetch(upload.url, { method: upload.method, headers: upload.headers, body: 'new' })).status).toBe(200);

    const form = await done(server, 'POST', '/presign', {
      json: { bucket: 'photos', keyPrefix: 'from-ana/', method: 'POST', maxSize: 10 },
    });
    const post = async (text: string) => {
      const body = new FormData();
      for (const [name, value] of Object.entries(form.fields as Record<string, string>)) body.append(name, value);
      body.append('file', new File([text], 'a.txt', { type: 'text/plain' }));
      return (await fetch(form.url, { method: 'POST', body })).status;
    };
    expect([await post('short'), await post('much too long')]).toEqual([204, 400]);
    await done(server, 'DELETE', `/links/${form.linkId}`);
    expect(await post('short')).toBe(403);
  });
  it('answers many at once, each for itself', async () => {
    const requests = [cat, { ...cat, sourceIp: ['nowhere'] }, { ...cat, key: undefined }, { ...cat, key: 'b.jpg', method: 'PUT' }];
    const { items } = await done(server, 'POST', '/presign', { json: { requests } });
    expect(items.map((item: Json) => item.problem?.code ?? item.key)).toEqual(['cat.jpg', 'InvalidArgument', 'ValidationError', 'b.jpg']);
    expect(await get(items[0].url)).toBe(200);
  });
  it('takes a hundred at once, and not one more', async () => {
    const { items } = await done(server, 'POST', '/presign', { json: { requests: Array.from({ length: 100 }, () => cat) } });
    expect(new Set(items.map(({ linkId }: Json) => linkId)).size).toBe(100);
    const reply = await api(server, 'POST', '/presign', { json: { requests: Array.from({ length: 101 }, () => cat) } });
    expectProblem(reply, { status: 400, code: 'ValidationError', errors: { '/requests': 'has at most 100 items.' } });
    expectProblem(await api(server, 'POST', '/presign', { json: { requests: [{ ...cat, maxUse: 1 }] } }), {
      status: 400,
      code: 'ValidationError',
      errors: { '/requests/0/maxUse': 'is not known here.' },
    });
  });
  it('makes links that can be taken back one by one', async () => {
    const { linkId, url } = await done(server, 'POST', '/presign', { json: cat });
    await done(server, 'DELETE', `/links/${linkId}`);
    expect(await get(url)).toBe(403);
  });
});

describe('a revocation', () => {
  const urlOf = (credentials?: SigningCredentials) => presigned(server, 'GET', '/photos/cat.jpg', credentials && { credentials });

  it('ends one URL that an SDK has signed, and no other', async () => {
    const [one, other] = [urlOf(), presigned(server, 'GET', '/photos/cat.jpg', { expires: 3000 })];
    const revoked = await done(server, 'POST', '/revocations', { json: { by: 'url', url: server.s3 + one.target } });
    expect(revoked).toEqual({ kind: 'signature', hash: expect.stringMatching(/^[0-9a-f]{64}$/), forgetAfter: expect.any(String) });
    expect([(await send(server, one)).status, (await send(server, other)).status]).toEqual([403, 200]);
    await done(server, 'POST', '/revocations', { json: { by: 'signature', hash: revoked.hash } });
  });
  it('of a link’s URL revokes the link', async () => {
    const { id, url } = await newLink();
    const revoked = await done(server, 'POST', '/revocations', { json: { by: 'url', url } });
    expect(revoked).toMatchObject({ kind: 'link', link: { id, status: 'revoked' } });
    expect(await get(url)).toBe(403);
  });
  it('by a rule ends everything that was signed before, until the rule is taken away', async () => {
    const dan = await newUser(server, 'dan', policyOf(allow('s3:*', '*')));
    const before = urlOf(dan);
    expect((await send(server, before)).status).toBe(200);
    const { kind, revocation } = await done(server, 'POST', '/revocations', { json: { by: 'user', user: 'dan' } });
    expect([kind, revocation]).toEqual([
      'rule',
      {
        id: expect.any(String),
        by: 'user',
        user: 'dan',
        signedBefore: expect.any(String),
        createdAt: expect.any(String),
        createdBy: expect.any(String),
        cut: false,
      },
    ]);
    expect((await send(server, before)).status).toBe(403);
    expect((await done(server, 'GET', '/revocations')).items).toContainEqual(revocation);
    expect((await api(server, 'DELETE', `/revocations/${revocation.id}`)).status).toBe(204);
    expect((await send(server, before)).status).toBe(200);
    expectProblem(await api(server, 'DELETE', `/revocations/${revocation.id}`), { status: 404, code: 'NoSuchEntity' });
  });
  it.each([
    [{ by: 'user' }, { '/user': 'must be given.' }],
    [{ by: 'moon', phase: 'full' }, { '/by': expect.any(String) }],
    [{ by: 'all', user: 'dan' }, { '/user': 'is not known here.' }],
    [{}, { '/by': expect.any(String) }],
  ])('is not made of %j', async (json, errors) => {
    expectProblem(await api(server, 'POST', '/revocations', { json }), { status: 400, code: 'ValidationError', errors });
  });
  it('is refused to who has no latchkey:RevokeUrl', async () => {
    const eve = await newUser(server, 'eve', policyOf(allow('s3:*', '*')));
    const one = presigned(server, 'GET', '/photos/cat.jpg', { expires: 2000 });
    for (const json of [
      { by: 'url', url: server.s3 + one.target },
      { by: 'all' },
      { by: 'bucket', bucket: 'photos' },
      { by: 'signature', hash: 'a'.repeat(64) },
    ])
      expectProblem(await api(server, 'POST', '/revocations', { json, credentials: eve }), { status: 403, code: 'AccessDenied' });
    expectProblem(await api(server, 'GET', '/revocations', { credentials: eve }), { status: 403, code: 'AccessDenied' });
    expectProblem(await api(server, 'DELETE', '/revocations/x', { credentials: eve }), { status: 403, code: 'AccessDenied' });
    expect((await send(server, one)).status).toBe(200);
  });
});

describe('an Idempotency-Key', () => {
  const withKey = (key: string, json: unknown, path = '/links', credentials?: SigningCredentials) =>
    api(server, 'POST', path, { json, headers: { 'Idempotency-Key': key }, ...(credentials && { credentials }) });

  it('makes one link of a request that is sent twice, and repeats the answer', async () => {
    const [first, second] = [await withKey('one', cat), await withKey('one', cat)];
    expect([first.status, second.status]).toEqual([201, 201]);
    expect(second.json).toEqual(first.json);
    expect([first.headers.get('idempotent-replayed'), second.headers.get('idempotent-replayed')]).toEqual([undefined, 'true']);
  });
  it('is refused with another body', async () => {
    await withKey('two', cat);
    expectProblem(await withKey('two', { ...cat, maxUses: 1 }), { status: 409, code: 'IdempotentParameterMismatch' });
  });
  it('is its principal’s own', async () => {
    const fay = await newUser(server, 'fay', policyOf(allow(['latchkey:*', 's3:*'], '*')));
    const mine = await withKey('three', cat);
    const hers = await withKey('three', cat, '/links', fay);
    expect(hers.json.id).not.toBe(mine.json.id);
  });
  it('gives nobody an answer who may not ask for it any more', async () => {
    const gil = await newUser(server, 'gil', policyOf(allow(['latchkey:*', 's3:*'], '*')));
    expect((await withKey('four', cat, '/links', gil)).status).toBe(201);
    await call(server, 'iam', 'DeleteUserPolicy', { UserName: 'gil', PolicyName: 'own' });
    expectProblem(await withKey('four', cat, '/links', gil), { status: 403, code: 'AccessDenied' });
  });
  it('has to be signed: who resends a captured request does not get another link by it', async () => {
    const request = apiRequest(server, 'POST', '/links', { json: cat });
    expectProblem(await sendApi(server, withHeader(request, 'Idempotency-Key', 'six')), { status: 400, code: 'InvalidRequest' });
  });
  it('is free again after a refusal', async () => {
    expect((await withKey('five', { ...cat, sourceIp: ['nowhere'] })).status).toBe(400);
    expect((await withKey('five', cat)).status).toBe(201);
  });
});

describe('the list of links, asked for last uses', () => {
  it('says when and from where each was last used, and nothing of those that never were', async () => {
    const [used, unused] = [await newLink({ label: 'last uses' }), await newLink({ label: 'last uses' })];
    expect(await get(used.url)).toBe(200);
    const list = (query: object) => done(server, 'GET', '/links', { query: { label: 'last uses', ...query } });
    await expect
      .poll(async () => Object.fromEntries((await list({ withLastUse: 'true' })).items.map(({ id, lastUse }: Json) => [id, lastUse])))
      .toEqual({ [used.id]: { at: expect.any(String), address: '127.0.0.1', operation: 'GetObject' }, [unused.id]: undefined });
    expect((await list({})).items.every((item: Json) => item.lastUse === undefined)).toBe(true);
  });
});
