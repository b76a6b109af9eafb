/** A person who opens a dead pre-signed URL reads why, in words; programs get S3's XML, and nobody learns more from the one than from the other. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { done as doneByApi } from '../support/json-api.ts';
import { newLink, requestOf, use } from '../support/links.ts';
import { testServer } from '../support/test-server.ts';
import { expectError, presigned, send, signed, type WireRequest } from '../support/wire-client.ts';

const server = await testServer();
afterAll(() => server.close());
afterEach(() => {
  server.clock.now = undefined;
});

beforeAll(async () => {
  await send(server, signed(server, 'PUT', '/box'));
  await send(server, signed(server, 'PUT', '/box/file', { body: 'gold' }));
});

const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8';
const withAccept = (request: WireRequest, accept: string): WireRequest => ({
  ...request,
  headers: [...request.headers, ['Accept', accept]],
});
const opened = (request: WireRequest, accept = BROWSER) => send(server, withAccept(request, accept));

function expectPage(answer: Awaited<ReturnType<typeof send>>, status: number, title: string): void {
  expect([answer.status, answer.headers.get('content-type')]).toEqual([status, 'text/html; charset=utf-8']);
  expect(answer.text).toContain(`<h1>${title}</h1>`);
  expect(answer.text).toContain(answer.headers.get('x-amz-request-id'));
  expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
  expect(answer.headers.get('cache-control')).toBe('no-store');
}

describe('a browser that opens', () => {
  test('an expired URL reads that it has expired', async () => {
    const url = presigned(server, 'GET', '/box/file', { expires: 60 });
    server.clock.now = () => Date.now() + 61_000;
    expectPage(await opened(url), 403, 'This link has expired');
    expectError(await send(server, url), { status: 403, code: 'AccessDenied', message: 'Request has expired' });
  });

  test('a URL that was changed on its way reads that it does not work, and no more', async () => {
    const url = presigned(server, 'GET', '/box/file');
    const answer = await opened({ ...url, target: url.target.replace('/box/file', '/box/pile') });
    expectPage(answer, 403, 'This link does not work');
    for (const part of ['pile', 'AWS4', 'LKROOT', 'StringToSign']) expect(answer.text).not.toContain(part);
  });

  test('the URL of an object that is gone reads that it is gone', async () => {
    expectPage(await opened(presigned(server, 'GET', '/box/nothing')), 404, 'The file is no longer there');
  });

  test('a link that was revoked, paused, used up, is too early or for others reads which', async () => {
    const revoked = await newLink(server, '/box/file');
    await doneByApi(server, 'DELETE', `/links/${revoked.id}`);
    expectPage(await opened(requestOf(revoked.url)), 403, 'This link was withdrawn');
    const paused = await newLink(server, '/box/file');
    await doneByApi(server, 'PATCH', `/links/${paused.id}`, { json: { status: 'paused' } });
    expectPage(await opened(requestOf(paused.url)), 403, 'This link is paused');
    const once = await newLink(server, '/box/file', { maxUses: 1 });
    expect((await use(server, once)).text).toBe('gold');
    expectPage(await opened(requestOf(once.url)), 403, 'This link has been used up');
    const early = await newLink(server, '/box/file', { notBefore: new Date(Date.now() + 60_000).toISOString() });
    expectPage(await opened(requestOf(early.url)), 403, 'This link does not work yet');
    const bound = await newLink(server, '/box/file', { sourceIp: ['192.0.2.0/24'] });
    expectPage(await opened(requestOf(bound.url)), 403, 'This link does not work from here');
  });
});

describe('S3 answers XML', () => {
  const gone = () => presigned(server, 'GET', '/box/nothing');
  const NO_KEY = { status: 404, code: 'NoSuchKey' } as const;

  test.each(['*/*', 'application/xml', 'text/htmlx', 'image/*', ''])('to who accepts %j', async (accept) => {
    expectError(await opened(gone(), accept), NO_KEY);
  });

  test('to requests that are not opened by an address: signed in their headers, anonymous, uploads', async () => {
    expectError(await send(server, signed(server, 'GET', '/box/nothing', { headers: { accept: BROWSER } })), NO_KEY);
    expectError(await opened({ method: 'GET', target: '/box/nothing', headers: [['Host', server.host]] }), {
      status: 403,
      code: 'AccessDenied',
    });
    const put = presigned(server, 'PUT', '/nowhere/file');
    expect((await opened(put)).headers.get('content-type')).toBe('application/xml');
  });

  test('also of what is no matter of the address, such as a range that is not there', async () => {
    const url = presigned(server, 'GET', '/box/file');
    const answer = await opened({ ...url, headers: [...url.headers, ['Range', 'bytes=9-']] });
    expectError(answer, { status: 416, code: 'InvalidRange' });
  });
});
