/** Redirects to a real RGW: that it delivers what was promised, and nothing else. */
import { openS3ObjectStore } from '@latchkey/objects-s3/s3-object-store';
import { openMemoryRecordStore } from '@latchkey/storage/memory-record-store';
import { recordOutbox } from '@latchkey/storage/record-outbox';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { CEPH_PROGRAMS, type Ceph, startCeph } from '../support/ceph.ts';
import { done } from '../support/json-api.ts';
import { newLink, use } from '../support/links.ts';
import { pathOf } from '../support/path-of.ts';
import { needs } from '../support/programs.ts';
import { digestOf, MIB, sampleBytes } from '../support/sample-bytes.ts';
import { type TestServer, testServer } from '../support/test-server.ts';
import { presigned, send, signed, type Wanted, type WireRequest } from '../support/wire-client.ts';

const FILM = sampleBytes(20 * MIB, 7);

describe('downloads that Ceph delivers', () => {
  const test = needs(...CEPH_PROGRAMS);
  let ceph: Ceph;
  let server: TestServer;
  if (CEPH_PROGRAMS.every((program) => pathOf(program) !== undefined)) {
    beforeAll(async () => {
      ceph = await startCeph();
      const { endpoint, region, credentials } = ceph;
      const outbox = recordOutbox(openMemoryRecordStore());
      const direct = { endpoint, credentials };
      server = await testServer({
        objects: openS3ObjectStore({ endpoint, region, credentials, outbox, direct, shownRegion: 'us-east-1' }),
      });
      await send(server, signed(server, 'PUT', '/films'));
      expect((await put('/films/film')).status).toBe(200);
      await redirect(300);
    }, 180_000);
    afterAll(async () => {
      await server?.close(0);
      await ceph?.stop();
    }, 60_000);
  }
  const put = (path: string) => send(server, signed(server, 'PUT', path, { body: FILM, headers: { 'Content-Type': 'video/mp4' } }));
  const redirect = (lifetimeSeconds: number) =>
    done(server, 'PUT', '/buckets/films/redirect', { json: { downloads: 'unlimited', lifetimeSeconds } });
  const get = (wanted?: Wanted, path = '/films/film') => presigned(server, 'GET', path, wanted);
  async function sentTo(request: WireRequest): Promise<URL> {
    const reply = await send(server, request);
    expect([reply.status, reply.body.length], reply.text.slice(0, 500)).toEqual([307, 0]);
    const url = new URL(reply.headers.get('location') ?? '');
    expect(url.origin).toBe(ceph.endpoint);
    return url;
  }
  const digest = async (url: URL, headers = {}) => digestOf(Buffer.from(await (await fetch(url, { headers })).arrayBuffer()));

  test('are whole, or the range that the client repeats', async () => {
    const url = await sentTo(get());
    expect(await digest(url)).toBe(await digestOf(FILM));
    expect(await digest(url, { Range: 'bytes=1000000-' })).toBe(await digestOf(FILM.subarray(1_000_000)));
    for (const key of ['ä b+c%2Fd', '?x=1&y#z', "it's (1)*!~", '日本']) {
      expect((await put(`/films/${key}`)).status).toBe(200);
      expect(await digest(await sentTo(get({}, `/films/${key}`))), key).toBe(await digestOf(FILM));
    }
  });

  test('have the type and name that URL or link ask for', async () => {
    const query = { 'response-content-type': 'text/plain', 'response-cache-control': 'private' };
    const plain = await fetch(await sentTo(get({ query })));
    expect([plain.headers.get('content-type'), plain.headers.get('cache-control')]).toEqual(['text/plain', 'private']);
    await plain.body?.cancel();
    const link = await newLink(server, '/films/film', { downloadName: 'Ä film.mp4' });
    const named = await fetch((await use(server, link)).headers.get('location') ?? '');
    expect(named.headers.get('content-disposition')).toBe(`attachment; filename="A film.mp4"; filename*=UTF-8''%C3%84%20film.mp4`);
    await named.body?.cancel();
  });

  test('are of one object, for some seconds, by a URL that can not be changed', async () => {
    await put('/films/other');
    const url = await sentTo(get());
    const changed = (change: (copy: URL) => unknown) => {
      const copy = new URL(url);
      change(copy);
      return copy;
    };
    for (const attempt of [
      changed((copy) => copy.searchParams.set('X-Amz-Expires', '3600')),
      changed((copy) => copy.searchParams.append('response-content-type', 'text/html')),
      changed((copy) => copy.searchParams.append('versionId', 'null')),
      new URL(url.href.replace('/film?', '/other?')),
      new URL(url.href.replace('/film?', '?')),
    ])
      expect((await fetch(attempt)).status, attempt.href).toBe(403);
    for (const method of ['PUT', 'DELETE', 'HEAD']) expect((await fetch(url, { method })).status, method).toBe(403);
    await redirect(5);
    const brief = await sentTo(get());
    const over = async () => {
      const reply = await fetch(brief);
      await reply.body?.cancel();
      return reply.status;
    };
    await expect.poll(over, { timeout: 30_000, interval: 500 }).toBe(403);
    expect(await digest(url)).toBe(await digestOf(FILM));
  });
});
