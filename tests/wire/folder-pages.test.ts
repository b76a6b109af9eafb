/** The page of a folder's link: lists what is in it and nothing else, and delivers it as one archive. */
import { openMemoryObjectStore } from '@latchkey/storage/memory-object-store';
import type { ListedObject, ObjectStore } from '@latchkey/storage/object-store';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { api, done as doneByApi, expectProblem, type Json } from '../support/json-api.ts';
import { newLink } from '../support/links.ts';
import { allow, deny, newUser, policyOf, putPolicy } from '../support/query-client.ts';
import { readZip } from '../support/read-zip.ts';
import { testServer } from '../support/test-server.ts';
import { expectError, presigned, send, signed } from '../support/wire-client.ts';

const server = await testServer();
afterAll(() => server.close());

const FILES: Readonly<Record<string, string>> = {
  'trip/beach.jpg': 'sand',
  'trip/day 2/hut & lake.jpg': 'wood',
  'trip/day 2/größe.txt': 'tall',
  'trip/../../etc/passwd': 'evil',
  'trip/empty': '',
};

beforeAll(async () => {
  await send(server, signed(server, 'PUT', '/box'));
  for (const [key, body] of Object.entries({ ...FILES, 'trip.txt': 'beside', 'tripping/off': 'beside', other: 'secret' })) {
    expect((await send(server, signed(server, 'PUT', `/box/${key}`, { body }))).status).toBe(200);
  }
});

const folder = (keyPrefix: string, terms: Json = {}) =>
  doneByApi(server, 'POST', '/links', { json: { bucket: 'box', keyPrefix, landing: true, ...terms } });
const open = (link: Json, query = '', init: RequestInit = {}) => fetch(`${link.landingUrl}${query}`, { redirect: 'manual', ...init });
const post = (link: Json, fields: Record<string, string>) => open(link, '', { method: 'POST', body: new URLSearchParams(fields) });
const used = async (link: Json) => (await doneByApi(server, 'GET', `/links/${link.id}`)).uses?.used;
const archive = async (url: string) => {
  const answer = await fetch(url);
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/zip']);
  return readZip(Buffer.from(await answer.arrayBuffer())).members.map(({ name, content }) => [name, content.toString()]);
};

const SAFE = [
  ['beach.jpg', 'sand'],
  ['day 2/größe.txt', 'tall'],
  ['day 2/hut & lake.jpg', 'wood'],
  ['empty', ''],
  ['etc/passwd', 'evil'],
];

describe('the page of a folder', () => {
  test('lists what is in it with sizes, and nothing beside it', async () => {
    const page = await open(await folder('trip/'));
    const text = await page.text();
    expect(page.status).toBe(200);
    expect(text).toContain('<h1>trip</h1>');
    for (const name of ['beach.jpg', 'day 2/hut &#38; lake.jpg', 'day 2/größe.txt', 'empty']) expect(text).toContain(`>${name}</a>`);
    expect(text).toContain('<td>../../etc/passwd</td>');
    for (const name of ['beside', 'tripping', 'trip.txt', 'X-Amz', 'LKLN']) expect(text).not.toContain(name);
  });

  test('leads to each file, and to no other', async () => {
    const link = await folder('trip/');
    const file = await fetch(`${link.landingUrl}?file=${encodeURIComponent('trip/day 2/hut & lake.jpg')}`);
    expect([await file.text(), file.headers.get('content-disposition')]).toEqual(['wood', 'attachment; filename="hut & lake.jpg"']);
    const unsignable = ['trip/../other', 'trip/../../etc/passwd', `trip/${'a'.repeat(2000)}`];
    for (const key of ['other', 'trip.txt', '', 'trip', 'trip/nothing', '../other', ...unsignable])
      expect((await open(link, `?file=${encodeURIComponent(key)}`)).status).toBe(404);
  });

  test('is shown a hundred files at a time', async () => {
    await Promise.all(
      Array.from({ length: 205 }, (_, i) => send(server, signed(server, 'PUT', `/box/many/${String(i).padStart(3, '0')}`, { body: 'x' }))),
    );
    const link = await folder('many/');
    const seen: string[] = [];
    let query: string | undefined = '';
    for (let pages = 0; query !== undefined; pages++) {
      expect(pages).toBeLessThan(3);
      const text = await (await open(link, query)).text();
      seen.push(...[...text.matchAll(/>(\d{3})<\/a>/g)].map(([, name]) => name ?? ''));
      query = /href="[^"]*(\?after=[^"]+)" rel="next"/.exec(text)?.[1];
    }
    expect(seen).toEqual(Array.from({ length: 205 }, (_, i) => String(i).padStart(3, '0')));
    // A guest can not ask for what lies before or behind the folder.
    expect(await (await open(link, '?after=')).text()).toContain('>000</a>');
    expect((await open(link, '?after=zzz')).status).toBe(404);
  });

  test('that has nothing in it says that it is gone; one for uploads is refused', async () => {
    const page = await open(await folder('nothing/'));
    expect([page.status, await page.text()]).toEqual([404, expect.stringContaining('no longer there')]);
    const json = { bucket: 'box', keyPrefix: 'in/', method: 'POST', landing: true };
    expectProblem(await api(server, 'POST', '/links', { json }), { status: 400, code: 'InvalidArgument' });
  });
});

describe('the archive', () => {
  test('has all of the folder, under names that are safe to extract', async () => {
    const link = await folder('trip/');
    expect((await archive(`${link.landingUrl}?download`)).sort()).toEqual(SAFE);
    const { headers } = await fetch(`${link.landingUrl}?download`);
    expect(headers.get('content-disposition')).toBe('attachment; filename="trip.zip"');
  });

  test('is one use of a counted link, whose files can not be had one by one', async () => {
    const link = await folder('trip/', { maxUses: 1 });
    const text = await (await open(link)).text();
    expect(text).toContain('beach.jpg');
    expect(text).not.toContain('?file=');
    for (const query of ['?download', `?file=${encodeURIComponent('trip/beach.jpg')}`]) expect((await open(link, query)).status).toBe(405);
    expect(await used(link)).toBe(0);
    const url = (await post(link, { action: 'download' })).headers.get('location') ?? '';
    expect(await archive(url)).toHaveLength(5);
    expect(await used(link)).toBe(1);
    expect((await open(link)).status).toBe(410);
    expect((await fetch(url)).status).toBe(403);
  });

  test('that is given up before anything of it arrived is no use', async () => {
    const link = await folder('trip/', { maxUses: 1 });
    const url = (await post(link, { action: 'download' })).headers.get('location') ?? '';
    expect((await fetch(url, { method: 'HEAD' })).status).not.toBe(200);
    expect(await used(link)).toBe(0);
  });

  test('leaves out what its maker may not read, at that moment', async () => {
    const BOX = ['arn:aws:s3:::box', 'arn:aws:s3:::box/*'];
    const reads = allow(['s3:GetObject', 's3:ListBucket', 'latchkey:CreateLink'], BOX);
    const credentials = await newUser(server, 'ann', policyOf(reads));
    const json = { bucket: 'box', keyPrefix: 'trip/', landing: true };
    const link = await doneByApi(server, 'POST', '/links', { json, credentials });
    await putPolicy(server, 'ann', policyOf(reads, deny('s3:GetObject', 'arn:aws:s3:::box/trip/day 2/*')));
    expect((await archive(`${link.landingUrl}?download`)).map(([name]) => name).sort()).toEqual(['beach.jpg', 'empty', 'etc/passwd']);
    await putPolicy(server, 'ann', policyOf(allow(['s3:GetObject', 'latchkey:CreateLink'], BOX)));
    for (const query of ['', '?download']) expect((await open(link, query)).status).toBe(403);
  });

  test('may be signed for by anybody who may list and read', async () => {
    const url = presigned(server, 'GET', '/box', {
      query: [
        ['latchkey-zip', ''],
        ['prefix', 'trip/day'],
      ],
    });
    const answer = await send(server, url);
    expect(
      readZip(answer.body)
        .members.map(({ name }) => name)
        .sort(),
    ).toEqual(['day 2/größe.txt', 'day 2/hut & lake.jpg']);
    expectError(
      await send(
        server,
        presigned(server, 'GET', '/box', {
          query: [
            ['latchkey-zip', ''],
            ['prefix', 'nothing/'],
          ],
        }),
      ),
      {
        status: 404,
        code: 'NoSuchKey',
      },
    );
  });
});

describe('several objects that were chosen', () => {
  const KEYS = ['trip/day 2/größe.txt', 'other', 'trip/beach.jpg', 'trip/nothing there'];
  const chosen = (terms: Json = {}, keys: readonly string[] = KEYS) =>
    doneByApi(server, 'POST', '/links', { json: { bucket: 'box', keys, landing: true, ...terms } });

  test('have one page, which shows those that are there, in the order they were named in', async () => {
    const link = await chosen({ label: 'three' });
    expect(link.keys).toEqual(KEYS);
    const text = await (await open(link)).text();
    expect([...text.matchAll(/>([^<>]+)<\/a><\/td>/g)].map(([, name]) => name)).toEqual([
      'trip/day 2/größe.txt',
      'other',
      'trip/beach.jpg',
    ]);
    expect(text).not.toContain('beside');
    const answer = await fetch(`${link.landingUrl}?file=${encodeURIComponent('other')}`);
    expect([answer.status, await answer.text()]).toEqual([200, 'secret']);
    for (const file of ['trip.txt', 'trip/empty', '', 'trip/', 'trip/nothing there'])
      expect((await open(link, `?file=${encodeURIComponent(file)}`)).status).toBe(404);
    const { items } = await doneByApi(server, 'GET', '/links', { query: { bucket: 'box', prefix: 'othe', label: 'three' } });
    expect(items.map(({ id }: Json) => id)).toEqual([link.id]);
  });

  test('are one archive, of names that begin where all of them differ, and one use', async () => {
    const link = await chosen({ maxUses: 1 }, ['trip/day 2/größe.txt', 'trip/beach.jpg']);
    expect(await (await open(link)).text()).not.toContain('?file=');
    const url = (await post(link, { action: 'download' })).headers.get('location') ?? '';
    expect(url).not.toContain('prefix');
    expect(await archive(url)).toEqual([
      ['day 2/größe.txt', 'tall'],
      ['beach.jpg', 'sand'],
    ]);
    expect(await used(link)).toBe(1);
    expect((await open(link)).status).toBe(410);
  });

  test('are a hundred to a page', async () => {
    const keys = Array.from({ length: 300 }, (_, index) => (index % 2 === 0 ? `none/${index}` : 'trip/beach.jpg'));
    const link = await chosen({}, [...new Set([...keys, 'other'])]);
    expect((await (await open(link)).text()).match(/<tr><td>/g)).toHaveLength(2);
    expect(link.keys).toHaveLength(152);
  });

  test('are what the link is for, and nothing else is', async () => {
    const link = await chosen();
    const zip = (await open(link, '?download')).headers.get('location') ?? '';
    for (const changed of [`${zip}&prefix=`, `${zip}&prefix=trip/`, zip.replace('latchkey-zip', 'list-type')])
      expect((await fetch(changed)).status).toBe(403);
    expect((await fetch(zip)).status).toBe(200);
  });

  test('leave out what may not be read any more, or was revoked since', async () => {
    const reads = allow(
      ['s3:GetObject', 'latchkey:CreateLink'],
      KEYS.map((key) => `arn:aws:s3:::box/${key}`),
    );
    const credentials = await newUser(server, 'ben', policyOf(reads));
    const json = { bucket: 'box', keys: KEYS.slice(0, 3), landing: true };
    const link = await doneByApi(server, 'POST', '/links', { json, credentials });
    await putPolicy(server, 'ben', policyOf(reads, deny('s3:GetObject', 'arn:aws:s3:::box/other')));
    expect((await archive(`${link.landingUrl}?download`)).map(([name]) => name)).toEqual(['trip/day 2/größe.txt', 'trip/beach.jpg']);
    const zip = (await open(link, '?download')).headers.get('location') ?? '';
    const rule = await doneByApi(server, 'POST', '/revocations', { json: { by: 'prefix', bucket: 'box', prefix: 'trip/day' } });
    expect((await archive(zip)).map(([name]) => name)).toEqual(['trip/beach.jpg']);
    expect(await (await open(link)).text()).not.toContain('größe');
    await doneByApi(server, 'DELETE', `/revocations/${rule.revocation.id}`);
  });

  test('need the leave of whoever makes the link for each of them, a page, and a reasonable number', async () => {
    const credentials = await newUser(server, 'cid', policyOf(allow('latchkey:CreateLink', 'arn:aws:s3:::box/trip/*')));
    const asked = (json: Json, by?: typeof credentials) =>
      api(server, 'POST', '/links', { json: { bucket: 'box', ...json }, ...(by && { credentials: by }) });
    expect((await asked({ keys: KEYS, landing: true }, credentials)).status).toBe(403);
    expect((await asked({ keys: ['trip/beach.jpg', 'trip/empty'], landing: true }, credentials)).status).toBe(201);
    for (const json of [
      { keys: KEYS },
      { keys: KEYS, landing: true, method: 'PUT' },
      { keys: [], landing: true },
      { keys: KEYS, key: 'other', landing: true },
      { keys: Array.from({ length: 1001 }, (_, index) => `k${index}`), landing: true },
      { keys: Array.from({ length: 100 }, (_, index) => `${index}${'x'.repeat(1000)}`), landing: true },
      { keys: ['x'.repeat(1024), `${'ä'.repeat(1000)}`], landing: true },
    ])
      expect([json, (await asked(json)).status]).toEqual([json, 400]);
  });
});

describe('a link to a prefix', () => {
  test('without a page lists nothing and makes no archive, and one with a page does neither elsewhere', async () => {
    const plain = await newLink(server, '/box/', { keyPrefix: 'trip/' });
    expect(plain.shown.landingUrl).toBeUndefined();
    const link = await folder('trip/');
    const zip = (await open(link, '?download')).headers.get('location') ?? '';
    expect((await fetch(zip)).status).toBe(200);
    for (const changed of [
      zip.replace('prefix=trip%2F', 'prefix='),
      zip.replace('prefix=trip%2F', 'prefix=other'),
      zip.replace('latchkey-zip=&', ''),
    ])
      expect([(await fetch(changed)).status, changed === zip]).toEqual([403, false]);
  });
});

describe('what an archive may cost', async () => {
  const objects = openMemoryObjectStore();
  /** Twelve thousand objects with long names that nobody has to store. */
  const listObjects: ObjectStore['listObjects'] = async (_, { after, limit }) => {
    const start = after === undefined ? 0 : Number(after.slice(-5)) + 1;
    const end = Math.min(start + limit, 12_000);
    const entries = Array.from({ length: end - start }, (_unused, i) => ({ kind: 'object' as const, record: listed(start + i) }));
    const last = entries.at(-1)?.record.key;
    return end < 12_000 && last !== undefined ? { entries, next: last } : { entries };
  };
  const name = 'n'.repeat(250);
  const listed = (i: number) =>
    ({
      key: `${[name, name, name].join('/')}/${String(i).padStart(5, '0')}`,
      sizeBytes: 1,
      etag: '',
      lastModified: 0,
    }) as unknown as ListedObject;
  const large = await testServer({ objects: { ...objects, listObjects } });
  afterAll(() => large.close());
  const zip = () =>
    send(
      large,
      presigned(large, 'GET', '/box', {
        query: [
          ['latchkey-zip', ''],
          ['prefix', ''],
        ],
      }),
    );

  test('is so many bytes of names, and no more: it is refused before the first byte', async () => {
    expectError(await zip(), { status: 400, code: 'InvalidArgument' });
  });

  test('is asked for four at a time; one more is told to come back', async () => {
    const statuses = (await Promise.all(Array.from({ length: 8 }, zip))).map(({ status }) => status);
    expect(statuses.filter((status) => status === 400).length).toBeGreaterThanOrEqual(4);
    expect(statuses.filter((status) => status === 503).length).toBeGreaterThanOrEqual(1);
  });
});
