/** Security test 8: a use is one delivery of an object to one client: however many ranges it takes, and no more than there may be. */
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLocalObjectStore } from '@latchkey/objects-local/local-object-store';
import { openMemoryRecordStore } from '@latchkey/storage/memory-record-store';
import { openMemoryUseStore } from '@latchkey/storage/memory-use-store';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openConnection } from '../support/connection.ts';
import { done as doneByApi, type Json } from '../support/json-api.ts';
import { type MadeLink, newLink, requestOf, type Use, use } from '../support/links.ts';
import { testServer } from '../support/test-server.ts';
import { type Answer, bytesOf, expectError, presigned, send, signed } from '../support/wire-client.ts';

const directory = await mkdtemp(join(tmpdir(), 'latchkey-wire-'));
// On disk: a store in memory has nothing to stream.
const objects = await openLocalObjectStore({ directory });
const stores = { objects, records: openMemoryRecordStore(), uses: openMemoryUseStore() };
const server = await testServer({ ...stores, trustedProxies: ['127.0.0.0/8'] });
const other = await testServer({ ...stores, trustedProxies: ['127.0.0.0/8'] });
afterAll(async () => {
  await Promise.all([server.close(), other.close()]);
  await rm(directory, { recursive: true, force: true });
});

const SIZE = 100_000;
const BYTES = Buffer.alloc(SIZE, 'film');
/** Larger than what the system takes off our hands at once, so that an abort shows. */
const LARGE = Buffer.alloc(24 * 1024 * 1024, 'film');
const USED_UP = { status: 403, code: 'AccessDenied', message: 'The link has been used as often as it may be.' } as const;

beforeAll(async () => {
  await send(server, signed(server, 'PUT', '/box'));
  await send(server, signed(server, 'PUT', '/box/film', { body: BYTES }));
  await send(server, signed(server, 'PUT', '/box/large', { body: LARGE }));
  await send(server, signed(server, 'PUT', '/box/small', { body: 'gold' }));
  await send(server, signed(server, 'PUT', '/box/empty', { body: '' }));
});

const counted = (path: string, maxUses = 1) => newLink(server, path, { maxUses });
const range = (text: string): Use => ({ headers: { Range: `bytes=${text}` } });
const from = (client: string, how: Use = {}): Use => ({ ...how, headers: { ...how.headers, 'X-Forwarded-For': client } });
const usedOf = async ({ id }: MadeLink): Promise<number> => (await doneByApi(server, 'GET', `/links/${id}`)).uses.used;

/** Asks again until it is so: the server learns of an end only after its client. */
async function until<Value>(ask: () => Promise<Value>, wanted: Value): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    if ((await ask()) === wanted) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  expect(await ask()).toBe(wanted);
}

/** A download that the client gives up after so many bytes. */
async function abortedAfter(link: MadeLink, bytes: number, how: Use = {}): Promise<void> {
  const connection = await openConnection(server.s3);
  await new Promise<void>((resolve, reject) => {
    let received = 0;
    connection.socket.on('data', (chunk) => {
      received += chunk.byteLength;
      if (/^HTTP\/1.1 40/.test(chunk.toString('latin1'))) reject(new Error(`refused: ${chunk.toString('latin1')}`));
      if (received >= bytes) resolve();
    });
    connection.write(bytesOf(requestOf(link.url, how)));
  });
  connection.close();
}

describe('a link for one use', () => {
  test('delivers once, from small objects and large ones, and says then that it is used up', async () => {
    for (const [path, bytes] of [
      ['/box/small', Buffer.from('gold')],
      ['/box/film', BYTES],
      ['/box/large', LARGE],
    ] as const) {
      const link = await counted(path);
      expect((await use(server, link)).body.equals(bytes)).toBe(true);
      expectError(await use(server, link), USED_UP);
      expectError(await use(server, link, from('203.0.113.9')), USED_UP);
      expectError(await send(other, requestOf(link.url)), USED_UP);
      expect((await doneByApi(server, 'GET', `/links/${link.id}`)).status).toBe('used-up');
    }
  });

  test('leaves in the trail who got it, and who came too late and why', async () => {
    const link = await counted('/box/small');
    await use(server, link, from('203.0.113.1'));
    await use(server, link, from('203.0.113.1'));
    await use(server, link, from('203.0.113.2'));
    const events = async () => {
      const { items } = await doneByApi(server, 'GET', '/audit', { query: { limit: '10', link: link.id, operation: 'GetObject' } });
      return items.map(({ sourceIPAddress, errorCode, additionalEventData }: Json) => [
        sourceIPAddress,
        errorCode,
        additionalEventData.latchkey.uses ?? additionalEventData.latchkey.decision.check,
      ]);
    };
    await until(async () => (await events()).length, 3);
    expect(await events()).toEqual([
      ['203.0.113.1', undefined, { before: 0, max: 1 }],
      ['203.0.113.1', 'AccessDenied', 'uses'],
      ['203.0.113.2', 'AccessDenied', 'uses'],
    ]);
  });

  test('may be got in ranges, one after the other', async () => {
    const link = await counted('/box/film');
    const pieces: Buffer[] = [];
    for (let start = 0; start < SIZE; start += 30_000) {
      const piece = await use(server, link, range(`${start}-${Math.min(SIZE, start + 30_000) - 1}`));
      expect(piece.status).toBe(206);
      pieces.push(piece.body);
    }
    expect(Buffer.concat(pieces).equals(BYTES)).toBe(true);
    expect(await usedOf(link)).toBe(1);
    expectError(await use(server, link), USED_UP);
  });

  test('may be got in ranges at once', async () => {
    const link = await counted('/box/film');
    const ranges = ['0-24999', '25000-49999', '50000-74999', '75000-99999'];
    const pieces = await Promise.all(ranges.map((text) => use(server, link, range(text))));
    expect(pieces.map(({ status }) => status)).toEqual([206, 206, 206, 206]);
    expect(Buffer.concat(pieces.map(({ body }) => body)).equals(BYTES)).toBe(true);
    expect(await usedOf(link)).toBe(1);
  });

  test('is not the use of another client that asks for a range of it', async () => {
    const link = await counted('/box/film');
    expect((await use(server, link, from('203.0.113.1', range('0-999')))).status).toBe(206);
    expectError(await use(server, link, from('203.0.113.2', range('1000-1999'))), USED_UP);
    expect((await use(server, link, from('203.0.113.1', range('1000-1999')))).status).toBe(206);
    expect((await use(server, link, from('::ffff:203.0.113.1', range('2000-2999')))).status).toBe(206);
  });

  test('lets a film be sought through: the whole is asked for, given up, and asked for from elsewhere', async () => {
    const link = await counted('/box/large');
    await abortedAfter(link, 100_000, range('0-'));
    // The last part of a film file, where its index is.
    expect((await use(server, link, range(`${LARGE.length - 50_000}-`))).status).toBe(206);
    await abortedAfter(link, 100_000, range('8000000-'));
    expect((await use(server, link, range('12000000-12099999'))).status).toBe(206);
    expect(await usedOf(link)).toBe(1);
  });

  test('lets a broken download be gone on with, from another process too', async () => {
    const link = await counted('/box/large');
    await abortedAfter(link, 1_000_000);
    const rest = await send(other, requestOf(link.url, range(`${LARGE.length - 2_000_000}-`)));
    expect(rest.status).toBe(206);
    expect(await usedOf(link)).toBe(1);
    await until(async () => (await use(server, link)).status, 403);
  });

  test('is not lost when the client goes before it got anything worth the name', async () => {
    const link = await counted('/box/large');
    const connection = await openConnection(server.s3);
    connection.socket.pause();
    connection.write(bytesOf(requestOf(link.url)));
    await until(() => usedOf(link), 1);
    connection.close();
    // What the system had taken to send counts as delivered: far from all of it.
    await until(async () => (await use(server, link, range('0-15000000'))).status, 206);
    expect(await usedOf(link)).toBe(1);
  });

  test('can not be read for ever in ranges', async () => {
    const link = await counted('/box/film');
    let delivered = 0;
    let last: Answer | undefined;
    for (let round = 0; round < 40; round++) {
      last = await use(server, link, range('0-9999'));
      if (last.status !== 206) break;
      delivered += last.body.byteLength;
    }
    expect(last?.status).toBe(403);
    expect(delivered).toBe(110_000);
  });

  test('can not be read for ever in ranges that are given up', async () => {
    const link = await counted('/box/large');
    let delivered = 0;
    let refusal: unknown;
    for (let start = 0; delivered < 6 * LARGE.length && refusal === undefined; start += 500_000) {
      const text = `${start % 20_000_000}-${(start % 20_000_000) + 1_999_999}`;
      refusal = await abortedAfter(link, 500_000, range(text)).catch((error: unknown) => error);
      if (refusal === undefined) delivered += 500_000;
    }
    expect(String(refusal)).toContain('403');
    expect(delivered).toBeGreaterThan(5_000_000);
    expect(delivered).toBeLessThanOrEqual(LARGE.length * 4.1);
  });

  test('waits a moment where the client’s own last range has not ended yet', async () => {
    const link = await counted('/box/large');
    const open = await Promise.all([1, 2, 3, 4].map(() => openConnection(server.s3)));
    for (const connection of open) {
      connection.socket.pause();
      connection.write(bytesOf(requestOf(link.url, range('0-'))));
    }
    // As much as one client may have is on its way four times over.
    await until(async () => (await use(server, link, range('0-0'))).status, 206);
    const next = use(server, link, range('1000000-8999999'));
    setTimeout(() => {
      for (const connection of open) connection.close();
    }, 50);
    expect((await next).status).toBe(206);
    expect(await usedOf(link)).toBe(1);
  });
});

describe('what is no delivery is no use:', () => {
  test('a HEAD', async () => {
    const link = await counted('/box/film');
    for (let round = 0; round < 3; round++) expect((await use(server, link, { method: 'HEAD' })).status).toBe(200);
    expect(await usedOf(link)).toBe(0);
    expect((await use(server, link)).status).toBe(200);
    expect((await use(server, link, from('203.0.113.1', { method: 'HEAD' }))).status).toBe(403);
  });

  test('a HEAD in the midst of one’s own download, which is answered', async () => {
    const link = await counted('/box/film');
    await use(server, link, range('0-999'));
    expect((await use(server, link, { method: 'HEAD' })).status).toBe(200);
    expect((await use(server, link, from('203.0.113.1', { method: 'HEAD' }))).status).toBe(403);
    expect((await use(server, link, range('1000-99999'))).status).toBe(206);
    expect(await usedOf(link)).toBe(1);
  });

  test('a prefetch, which is refused', async () => {
    const link = await counted('/box/small');
    for (const headers of [
      { 'Sec-Purpose': 'prefetch' },
      { 'Sec-Purpose': 'prefetch;prerender' },
      { Purpose: 'prefetch' },
      { 'X-Moz': 'prefetch' },
    ]) {
      expectError(await use(server, link, { headers }), { status: 403, code: 'AccessDenied' });
    }
    expect(await usedOf(link)).toBe(0);
    expect((await use(server, await newLink(server, '/box/small'), { headers: { Purpose: 'prefetch' } })).text).toBe('gold');
  });

  test('304, 412, 416 and 404', async () => {
    const link = await counted('/box/small');
    const etag = (await use(server, link, { method: 'HEAD' })).headers.get('etag') ?? '';
    expect((await use(server, link, { headers: { 'If-None-Match': etag } })).status).toBe(304);
    expect((await use(server, link, { headers: { 'If-Match': '"another"' } })).status).toBe(412);
    expect((await use(server, link, range('100-200'))).status).toBe(416);
    const missing = await counted('/box/missing');
    expect((await use(server, missing)).status).toBe(404);
    expect([await usedOf(link), await usedOf(missing)]).toEqual([0, 0]);
    expect((await use(server, link)).text).toBe('gold');
  });

  test('a preflight of a browser', async () => {
    const link = await counted('/box/small');
    await use(server, link, { method: 'OPTIONS', headers: { Origin: 'https://page.example', 'Access-Control-Request-Method': 'GET' } });
    expect(await usedOf(link)).toBe(0);
  });
});

describe('a use', () => {
  test('is counted of an object without a byte as of any other', async () => {
    const link = await counted('/box/empty');
    expect((await use(server, link)).status).toBe(200);
    expect((await use(server, link)).status).toBe(403);
  });

  test('is of one version: of an object that was replaced meanwhile it takes another', async () => {
    const link = await newLink(server, '/box/replaced', { maxUses: 2 });
    await send(server, signed(server, 'PUT', '/box/replaced', { body: BYTES }));
    expect((await use(server, link, range('0-999'))).status).toBe(206);
    await send(server, signed(server, 'PUT', '/box/replaced', { body: Buffer.from(BYTES.map((byte) => byte ^ 1)) }));
    expect((await use(server, link, range('1000-1999'))).status).toBe(206);
    expect(await usedOf(link)).toBe(2);
  });

  test('that is left over is there for the link when more are allowed, and none when fewer are', async () => {
    const link = await counted('/box/small');
    await use(server, link);
    await doneByApi(server, 'PATCH', `/links/${link.id}`, { json: { maxUses: 2 } });
    expect((await use(server, link)).text).toBe('gold');
    expectError(await use(server, link), USED_UP);
    await doneByApi(server, 'PATCH', `/links/${link.id}`, { json: { maxUses: null } });
    expect((await use(server, link)).text).toBe('gold');
  });

  test('is kept from caches, which would deliver without counting', async () => {
    await send(server, signed(server, 'PUT', '/box/cached', { body: 'x', headers: { 'Cache-Control': 'public, max-age=600' } }));
    expect((await use(server, await counted('/box/cached'))).headers.get('cache-control')).toBe('private, no-store');
    expect((await use(server, await newLink(server, '/box/cached'))).headers.get('cache-control')).toBe('public, max-age=600');
  });
});

describe('a URL with X-Latchkey-Max-Uses', () => {
  test('delivers so many times, and another URL so many times again', async () => {
    const query = { 'X-Latchkey-Max-Uses': '2' };
    const first = presigned(server, 'GET', '/box/small', { query });
    expect([(await send(server, first)).status, (await send(other, first)).status]).toEqual([200, 200]);
    expectError(await send(server, first), USED_UP);
    expect((await send(server, presigned(server, 'GET', '/box/small', { query, expires: 3599 }))).status).toBe(200);
  });

  test('is counted by its signature, not by how it is written', async () => {
    const url = presigned(server, 'GET', '/box/small', { query: { 'X-Latchkey-Max-Uses': '1' } });
    expect((await send(server, url)).status).toBe(200);
    const [path, query = ''] = url.target.split('?');
    const shuffled = { ...url, target: `${path}?${query.split('&').reverse().join('&')}` };
    expectError(await send(server, shuffled), USED_UP);
    expectError(await send(server, { ...url, target: url.target.replace('/box/small', '/box/%73mall') }), USED_UP);
  });

  test('takes so many uploads, and as many parts', async () => {
    const url = presigned(server, 'PUT', '/box/once', { query: { 'X-Latchkey-Max-Uses': '1' }, body: 'first' });
    expect((await send(server, url)).status).toBe(200);
    expectError(await send(server, { ...url, body: Buffer.from('later') }), USED_UP);
    expect((await send(server, signed(server, 'GET', '/box/once'))).text).toBe('first');
  });
});

describe('an upload link for one use', () => {
  const stored = async (path: string) => (await send(server, signed(server, 'GET', path))).text;

  test('stores once', async () => {
    const link = await newLink(server, '/box/single', { method: 'PUT', maxUses: 1 });
    expect((await use(server, link, { method: 'PUT', body: 'first' })).status).toBe(200);
    expectError(await use(server, link, { method: 'PUT', body: 'second' }), USED_UP);
    expect(await stored('/box/single')).toBe('first');
  });

  test('does not lose its use to an upload that failed or was given up', async () => {
    const link = await newLink(server, '/box/second-try', { method: 'PUT', maxUses: 1 });
    const wrong = { 'Content-MD5': createHash('md5').update('other').digest('base64') };
    expectError(await use(server, link, { method: 'PUT', body: 'first', headers: wrong }), { status: 400, code: 'BadDigest' });
    const connection = await openConnection(server.s3);
    connection.write(bytesOf(requestOf(link.url, { method: 'PUT', headers: { 'Content-Length': '100000' }, body: 'half' })));
    await until(() => usedOf(link), 1);
    connection.close();
    await until(() => usedOf(link), 0);
    expect((await use(server, link, { method: 'PUT', body: 'second' })).status).toBe(200);
    expect(await stored('/box/second-try')).toBe('second');
  });

  test('takes one of many that come at once', async () => {
    const link = await newLink(server, '/box/race', { method: 'PUT', maxUses: 1 });
    const replies = await Promise.all(Array.from({ length: 20 }, (_, i) => use(server, link, { method: 'PUT', body: `writer ${i}` })));
    const winners = replies.flatMap(({ status }, i) => (status === 200 ? [i] : []));
    expect(winners).toHaveLength(1);
    expect(await stored('/box/race')).toBe(`writer ${winners[0]}`);
  });
});

describe('many clients at once', () => {
  test.each([1, 7, 150])('get exactly %i uses of 200 requests, from two processes', async (maxUses) => {
    const link = await counted('/box/small', maxUses);
    const replies = await Promise.all(
      Array.from({ length: 200 }, (_, i) =>
        send(i % 2 === 0 ? server : other, requestOf(link.url, from(i % 3 === 0 ? '203.0.113.5' : `203.0.113.${i}`))),
      ),
    );
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(maxUses);
    expect(replies.filter(({ text }) => text === 'gold')).toHaveLength(maxUses);
    expect(await usedOf(link)).toBe(maxUses);
  });
});
