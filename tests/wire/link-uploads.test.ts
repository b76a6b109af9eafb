/** What an upload link takes: so large, of such types, once. Whatever the uploader says of it, and however it comes. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SIGNED, SIGNED_TRAILER, UNSIGNED_TRAILER, unsignedBody } from '../support/chunked-body.ts';
import { openConnection } from '../support/connection.ts';
import { api, done as doneByApi, expectProblem } from '../support/json-api.ts';
import { type MadeLink, newLink, requestOf, upload, uploadForm, use } from '../support/links.ts';
import { testServer } from '../support/test-server.ts';
import { type Answer, bytesOf, expectError, presigned, send, signed, type WireRequest } from '../support/wire-client.ts';

const server = await testServer();
afterAll(() => server.close());
beforeAll(async () => {
  await send(server, signed(server, 'PUT', '/box'));
});

const PNG = Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), Buffer.alloc(100)]);
const PAGE = '<!doctype html><script>alert(document.domain)</script>';
const DENIED = { status: 403, code: 'AccessDenied' } as const;
const head = async (path: string) => (await send(server, signed(server, 'HEAD', path))).status;
const text = async (path: string) => (await send(server, signed(server, 'GET', path))).text;
const inbox = (terms: object, path = '/box/inbox') => newLink(server, path, { method: 'PUT', ...terms });

/** A body without its length, as `Transfer-Encoding: chunked` has it. */
function chunkedTransfer(request: WireRequest, pieces: readonly string[]): WireRequest {
  const body = [...pieces, ''].map((piece) => `${Buffer.byteLength(piece).toString(16)}\r\n${piece}\r\n`).join('');
  return { ...request, headers: [...request.headers, ['Transfer-Encoding', 'chunked']], body: Buffer.from(body) };
}

/** The reply, and whether the connection is good for another request or was closed: never left hanging. */
async function onOneConnection(request: WireRequest): Promise<{ readonly reply: string; readonly isHandled: boolean }> {
  const connection = await openConnection(server.s3);
  connection.write(bytesOf(request));
  const { head: reply } = await connection.reply();
  if (/^connection: close/im.test(reply)) {
    await connection.rest();
    return { reply, isHandled: true };
  }
  connection.write(bytesOf(signed(server, 'HEAD', '/box')));
  const next = await connection.reply({ head: true });
  connection.close();
  return { reply, isHandled: next.status === 200 };
}

describe('an upload link with a greatest size', () => {
  const TOO_LARGE = { status: 400, code: 'EntityTooLarge' } as const;

  test('takes what just fits', async () => {
    const link = await inbox({ maxSize: 10 }, '/box/fits');
    expect((await upload(server, link, '0123456789')).status).toBe(200);
    expect(await text('/box/fits')).toBe('0123456789');
  });

  test('refuses a larger file by its Content-Length, before it has come', async () => {
    const link = await inbox({ maxSize: 10 });
    const reply = await upload(server, link, '', { 'Content-Length': String(5 * 1024 ** 3), Expect: '100-continue' });
    expectError(reply, { ...TOO_LARGE, fields: { ProposedSize: String(5 * 1024 ** 3), MaxSizeAllowed: '10' } });
    expect(await head('/box/inbox')).toBe(404);
  });

  test('refuses a larger file that is sent all the same, and handles the connection', async () => {
    const link = await inbox({ maxSize: 10 });
    const { reply, isHandled } = await onOneConnection(requestOf(link.url, { method: 'PUT', body: Buffer.alloc(200_000, 'x') }));
    expect([/^HTTP\/1.1 400/.test(reply), isHandled]).toEqual([true, true]);
    expect(await head('/box/inbox')).toBe(404);
  });

  test('is not got round by a Content-Length that lies', async () => {
    const link = await inbox({ maxSize: 10 });
    const short = requestOf(link.url, { method: 'PUT', headers: { 'Content-Length': '10' }, body: Buffer.alloc(5000, 'x') });
    const connection = await openConnection(server.s3);
    connection.write(bytesOf(short));
    expect((await connection.reply()).status).toBe(200);
    // What is over is no request, and ends the connection.
    expect((await connection.rest()).toString('latin1')).not.toContain('200 OK');
    expect(await text('/box/inbox')).toBe('xxxxxxxxxx');
    await send(server, signed(server, 'DELETE', '/box/inbox'));
  });

  test('is not got round by a body without a length', async () => {
    const link = await inbox({ maxSize: 10 });
    const reply = await send(server, chunkedTransfer(requestOf(link.url, { method: 'PUT' }), ['01234', '56789', 'x']));
    expectError(reply, { status: 411, code: 'MissingContentLength' });
    expect(await head('/box/inbox')).toBe(404);
  });

  test.each([SIGNED, SIGNED_TRAILER, UNSIGNED_TRAILER])('is not got round by %s', async (word) => {
    const framed = (sizeBytes: number) => unsignedBody([Buffer.alloc(sizeBytes, 'x')], 'x-amz-checksum-crc32:AAAAAA==');
    const link = await inbox({ maxSize: 100 });
    const headers = { 'Content-Encoding': 'aws-chunked' };
    expectError(await upload(server, link, framed(200), headers), TOO_LARGE);
    // The word itself, or that it is less when decoded, says a header that nobody signed.
    expect((await upload(server, link, framed(200), { ...headers, 'x-amz-content-sha256': word })).status).toBe(403);
    expectError(await upload(server, link, framed(200), { ...headers, 'x-amz-decoded-content-length': '10' }), DENIED);
    // Signed into a URL the word is compared like a hash, as on S3.
    const byUrl = (body: Buffer, length: number) =>
      presigned(server, 'PUT', '/box/inbox', {
        query: { 'X-Latchkey-Max-Size': '100' },
        headers: { 'content-encoding': 'aws-chunked', 'x-amz-content-sha256': word, 'x-amz-decoded-content-length': String(length) },
        payloadHash: word,
        body,
      });
    expectError(await send(server, byUrl(framed(200), 200)), TOO_LARGE);
    expectError(await send(server, byUrl(framed(200), 10)), TOO_LARGE);
    expectError(await send(server, byUrl(framed(20), 20)), { status: 400, code: 'XAmzContentSHA256Mismatch' });
    expect(await head('/box/inbox')).toBe(404);
  });

  test('leaves nothing of a file that is cut off, and the use is still there', async () => {
    const link = await newLink(server, '/box/', { method: 'POST', keyPrefix: 'forms/', maxSize: 1000, maxUses: 1 });
    const reply = await uploadForm(server, link, { content: Buffer.alloc(300_000, 'x'), filename: 'big' });
    expectError(reply, TOO_LARGE);
    expect(await head('/box/forms/big')).toBe(404);
    expect((await doneByApi(server, 'GET', `/links/${link.id}`)).uses.used).toBe(0);
    expect((await uploadForm(server, link, { content: 'small', filename: 'small' })).status).toBe(204);
    expectError(await uploadForm(server, link, { content: 'small', filename: 'again' }), DENIED);
  });

  test('cuts off the file of a form without a length', async () => {
    const link = await newLink(server, '/box/', { method: 'POST', keyPrefix: 'forms/' });
    await doneByApi(server, 'PATCH', `/links/${link.id}`, { json: { maxSize: 10 } });
    const before = await uploadForm(server, link, { content: 'eleven byte', filename: 'eleven' });
    expectError(before, TOO_LARGE);
    expect(await head('/box/forms/eleven')).toBe(404);
  });

  test('can be widened under its URL, and narrowed', async () => {
    const link = await inbox({ maxSize: 3 }, '/box/widened');
    expectError(await upload(server, link, 'four'), TOO_LARGE);
    await doneByApi(server, 'PATCH', `/links/${link.id}`, { json: { maxSize: 4 } });
    expect((await upload(server, link, 'four')).status).toBe(200);
    await doneByApi(server, 'PATCH', `/links/${link.id}`, { json: { maxSize: 3 } });
    expectError(await upload(server, link, 'five'), TOO_LARGE);
  });
});

test('an upload link with a least size refuses less, and stores nothing', async () => {
  const link = await inbox({ minSize: 4 }, '/box/least');
  const tooSmall = { status: 400, code: 'EntityTooSmall', fields: { ProposedSize: '3', MinSizeAllowed: '4' } } as const;
  expectError(await upload(server, link, 'abc'), tooSmall);
  const form = await newLink(server, '/box/least', { method: 'POST', minSize: 4 });
  expectError(await uploadForm(server, form, { content: 'abc' }), { status: 400, code: 'EntityTooSmall' });
  expect(await head('/box/least')).toBe(404);
  expect((await upload(server, link, 'abcd')).status).toBe(200);
});

describe('an upload link for some types', () => {
  const put = (link: MadeLink, type: string | undefined, body: string | Buffer = 'x') =>
    upload(server, link, body, type === undefined ? {} : { 'Content-Type': type });

  test('takes those, with parameters and in any case', async () => {
    const link = await inbox({ contentTypes: ['image/*', 'text/plain'] }, '/box/typed');
    for (const type of ['image/png', 'image/webp', 'text/plain; charset=utf-8', 'Text/Plain'])
      expect((await put(link, type)).status).toBe(200);
  });

  test.each([undefined, '', 'text/html', 'image', 'image/', 'image/*', 'imagex/png', 'text/plain, text/html', 'image/svg+xml/x'])(
    'refuses the type %j',
    async (type) => {
      const link = await inbox({ contentTypes: ['image/*', 'text/plain'] }, '/box/untyped');
      expectError(await put(link, type), DENIED);
      expect(await head('/box/untyped')).toBe(404);
    },
  );

  test('that is a form refuses others too', async () => {
    const link = await newLink(server, '/box/', { method: 'POST', keyPrefix: 'typed/', contentTypes: ['image/png', 'application/pdf'] });
    const file = { content: 'x', filename: 'a' };
    expectError(await uploadForm(server, link, file, { 'Content-Type': 'text/html' }), DENIED);
    expectError(await uploadForm(server, link, file), DENIED);
    expect((await uploadForm(server, link, file, { 'Content-Type': 'application/pdf' })).status).toBe(204);
    expect((await send(server, signed(server, 'HEAD', '/box/typed/a'))).headers.get('content-type')).toBe('application/pdf');
  });

  test('may look at the first bytes: a page is no picture, whatever it says', async () => {
    const link = await inbox({ contentTypes: ['image/png', 'text/plain'], checksContent: true }, '/box/checked');
    expectError(await put(link, 'image/png', PAGE), DENIED);
    expectError(await put(link, 'image/png', PAGE + ' '.repeat(100_000)), DENIED);
    expectError(await put(link, 'image/png', ''), DENIED);
    expectError(await put(link, 'text/plain', PNG), DENIED);
    expect(await head('/box/checked')).toBe(404);
    expect((await put(link, 'image/png', Buffer.concat([PNG, Buffer.alloc(300_000, 7)]))).status).toBe(200);
    expect((await put(link, 'image/png', PNG)).status).toBe(200);
    expect((await put(link, 'text/plain', 'grüße')).status).toBe(200);
  });

  test('can look only at what it knows', async () => {
    const input = { bucket: 'box', key: 'k', method: 'PUT', checksContent: true };
    for (const contentTypes of [undefined, ['application/x-unheard-of'], ['model/*']])
      expectProblem(await api(server, 'POST', '/links', { json: { ...input, contentTypes } }), { status: 400, code: 'InvalidArgument' });
  });
});

describe('an upload link that overwrites nothing', () => {
  const TAKEN = { status: 412, code: 'PreconditionFailed' } as const;

  test('stores where nothing is, and leaves what is there', async () => {
    const link = await inbox({ noOverwrite: true }, '/box/fresh');
    expect((await upload(server, link, 'first')).status).toBe(200);
    expectError(await upload(server, link, 'second'), TAKEN);
    expectError(await upload(server, link, 'third', { 'If-Match': '"x"' }), TAKEN);
    expect(await text('/box/fresh')).toBe('first');
  });

  test('that is a form does so too', async () => {
    const link = await newLink(server, '/box/fresh-form', { method: 'POST', noOverwrite: true });
    expect((await uploadForm(server, link, { content: 'first' })).status).toBe(204);
    expectError(await uploadForm(server, link, { content: 'second' }), TAKEN);
    expect(await text('/box/fresh-form')).toBe('first');
  });

  test('lets one of many through that come at once', async () => {
    const link = await inbox({ noOverwrite: true }, '/box/raced');
    const replies = await Promise.all(Array.from({ length: 20 }, (_, i) => upload(server, link, `writer ${i}`)));
    const winners = replies.flatMap(({ status }, i) => (status === 200 ? [i] : []));
    expect(winners).toHaveLength(1);
    expect(await text('/box/raced')).toBe(`writer ${winners[0]}`);
  });
});

describe('terms that were signed into a URL', () => {
  const put = (query: Record<string, string>, wanted: { body?: string; headers?: Record<string, string> } = {}): Promise<Answer> =>
    send(server, presigned(server, 'PUT', '/box/by-url', { query, body: 'x', ...wanted }));

  test('hold for an upload as those of a link', async () => {
    expectError(await put({ 'X-Latchkey-Max-Size': '2' }, { body: 'abc' }), { status: 400, code: 'EntityTooLarge' });
    expectError(await put({ 'X-Latchkey-Min-Size': '2' }), { status: 400, code: 'EntityTooSmall' });
    const types = { 'X-Latchkey-Content-Types': 'image/*,application/pdf' };
    expectError(await put(types, { headers: { 'content-type': 'text/html' } }), DENIED);
    expectError(await put(types), DENIED);
    expect(await head('/box/by-url')).toBe(404);
    expect((await put({ ...types, 'X-Latchkey-No-Overwrite': 'true' }, { headers: { 'content-type': 'image/png' } })).status).toBe(200);
    expectError(await put({ 'X-Latchkey-No-Overwrite': 'true' }), { status: 412, code: 'PreconditionFailed' });
  });

  test('hold for each part, and for what the parts make', async () => {
    const path = '/box/in-parts';
    const [, uploadId = ''] =
      /<UploadId>(.*)<\/UploadId>/.exec((await send(server, signed(server, 'POST', path, { query: { uploads: '' } }))).text) ?? [];
    const part = (query: Record<string, string>, body: string) =>
      send(server, presigned(server, 'PUT', path, { query: { uploadId, partNumber: '1', ...query }, body }));
    expectError(await part({ 'X-Latchkey-Max-Size': '3' }, 'four'), { status: 400, code: 'EntityTooLarge' });
    const etag = (await part({ 'X-Latchkey-Max-Size': '4' }, 'four')).headers.get('etag');
    const body = `<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>${etag}</ETag></Part></CompleteMultipartUpload>`;
    const complete = (query: Record<string, string>) =>
      send(server, presigned(server, 'POST', path, { query: { uploadId, ...query }, body }));
    expectError(await complete({ 'X-Latchkey-Max-Size': '3' }), { status: 400, code: 'EntityTooLarge' });
    expectError(await complete({ 'X-Latchkey-Min-Size': '5' }), { status: 400, code: 'EntityTooSmall' });
    expect((await complete({ 'X-Latchkey-Max-Size': '4', 'X-Latchkey-No-Overwrite': 'true' })).status).toBe(200);
    expect(await text(path)).toBe('four');
  });

  test('hold for a copy', async () => {
    await send(server, signed(server, 'PUT', '/box/source', { body: 'four', headers: { 'Content-Type': 'text/html' } }));
    const copy = (query: Record<string, string>) =>
      send(server, presigned(server, 'PUT', '/box/copy', { query, headers: { 'x-amz-copy-source': '/box/source' } }));
    expectError(await copy({ 'X-Latchkey-Max-Size': '3' }), { status: 400, code: 'EntityTooLarge' });
    expectError(await copy({ 'X-Latchkey-Content-Types': 'image/*' }), DENIED);
    expect(await head('/box/copy')).toBe(404);
    expect((await copy({ 'X-Latchkey-Content-Types': 'text/*', 'X-Latchkey-No-Overwrite': 'true' })).status).toBe(200);
    expectError(await copy({ 'X-Latchkey-No-Overwrite': 'true' }), { status: 412, code: 'PreconditionFailed' });
  });
});

test('an upload link says which Content-Type to send where there is but one', async () => {
  const link = await inbox({ contentTypes: ['application/pdf'] }, '/box/told');
  expect(link.shown.headers).toEqual({ 'Content-Type': 'application/pdf' });
  expect((await use(server, link, { method: 'PUT', body: '%PDF-1.7', headers: link.shown.headers })).status).toBe(200);
});
