/** What the holder of a link gets besides the bytes: under which name, shown or saved, how fast. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { done as doneByApi } from '../support/json-api.ts';
import { newLink, requestOf, use } from '../support/links.ts';
import { testServer } from '../support/test-server.ts';
import { expectError, presigned, send, signed, withQuery } from '../support/wire-client.ts';

const server = await testServer();
afterAll(() => server.close());
beforeAll(async () => {
  await send(server, signed(server, 'PUT', '/box'));
  const headers = { 'Content-Type': 'application/pdf', 'Content-Disposition': 'inline; filename="internal-4711.pdf"' };
  await send(server, signed(server, 'PUT', '/box/report', { body: '%PDF-1.7 and so on', headers }));
});

describe('a link', () => {
  test('may say under which name a browser saves what it brings, in any letters', async () => {
    const link = await newLink(server, '/box/report', { downloadName: 'Bericht März "24".pdf' });
    const named = 'attachment; filename="Bericht Marz _24_.pdf"; filename*=UTF-8\'\'Bericht%20M%C3%A4rz%20%2224%22.pdf';
    for (const how of [{}, { method: 'HEAD' }, { headers: { Range: 'bytes=0-3' } }])
      expect((await use(server, link, how)).headers.get('content-disposition')).toBe(named);
  });

  test('may say whether it is shown or saved', async () => {
    const shown = await newLink(server, '/box/report', { disposition: 'inline', downloadName: 'a.pdf' });
    expect((await use(server, shown)).headers.get('content-disposition')).toBe('inline; filename="a.pdf"');
    const saved = await newLink(server, '/box/report', { disposition: 'attachment' });
    expect((await use(server, saved)).headers.get('content-disposition')).toBe('attachment');
  });

  test('may say it later, under the same URL', async () => {
    const link = await newLink(server, '/box/report');
    expect((await use(server, link)).headers.get('content-disposition')).toBe('inline; filename="internal-4711.pdf"');
    await doneByApi(server, 'PATCH', `/links/${link.id}`, { json: { downloadName: 'later.pdf' } });
    expect((await use(server, link)).headers.get('content-disposition')).toBe('attachment; filename="later.pdf"');
  });

  test('lets its holder say nothing of the kind', async () => {
    const link = await newLink(server, '/box/report');
    const changed = withQuery(requestOf(link.url), (query) => [...query, ['response-content-type', 'text/html']]);
    expectError(await send(server, changed), { status: 403, code: 'SignatureDoesNotMatch' });
  });

  test('is not told to the pages that its own page leads to', async () => {
    expect((await use(server, await newLink(server, '/box/report'))).headers.get('referrer-policy')).toBe('no-referrer');
    expect((await send(server, presigned(server, 'GET', '/box/report'))).headers.has('referrer-policy')).toBe(false);
  });

  test('that is only so fast brings every byte all the same', async () => {
    const body = Buffer.from(Array.from({ length: 60_000 }, (_, i) => i % 251));
    await send(server, signed(server, 'PUT', '/box/slow', { body }));
    const link = await newLink(server, '/box/slow', { maxBytesPerSecond: 200_000, maxUses: 1 });
    const reply = await use(server, link);
    expect([reply.status, reply.headers.get('content-length'), reply.body.equals(body)]).toEqual([200, '60000', true]);
    const inbox = await newLink(server, '/box/slow-in', { method: 'PUT', maxBytesPerSecond: 200_000 });
    expect((await use(server, inbox, { method: 'PUT', body })).status).toBe(200);
    expect((await send(server, signed(server, 'GET', '/box/slow-in'))).body.equals(body)).toBe(true);
  });

  test('answers conditions and ranges as the object does', async () => {
    const link = await newLink(server, '/box/report');
    const whole = await use(server, link);
    const etag = whole.headers.get('etag') ?? '';
    expect((await use(server, link, { headers: { 'If-None-Match': etag } })).status).toBe(304);
    expect((await use(server, link, { headers: { Range: 'bytes=1-3' } })).text).toBe('PDF');
    expect((await use(server, link, { headers: { Range: 'bytes=1-3', 'If-Range': '"another"' } })).text).toBe(whole.text);
  });
});
