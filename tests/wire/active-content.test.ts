/** What a browser would run as a page is sandboxed where the operator asks for it; a limit that is not enforced is never ignored. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testServer } from '../support/test-server.ts';
import { expectError, presigned, presignedV2, send, signed, xmlTexts } from '../support/wire-client.ts';

const careful = await testServer({ sandboxesActiveContent: true });
const plain = await testServer();
afterAll(() => Promise.all([careful.close(), plain.close()]));
beforeAll(async () => {
  for (const server of [careful, plain]) await send(server, signed(server, 'PUT', '/box'));
});

const served = async (server: typeof careful, type: string | undefined, query: Record<string, string> = {}) => {
  await send(
    server,
    signed(server, 'PUT', '/box/page', { headers: type === undefined ? {} : { 'content-type': type }, body: '<script>1</script>' }),
  );
  const [got, head] = [
    await send(server, presigned(server, 'GET', '/box/page', { query })),
    await send(server, presigned(server, 'HEAD', '/box/page', { query })),
  ];
  expect([got.status, head.status]).toEqual([200, 200]);
  expect(head.headers.get('content-security-policy')).toBe(got.headers.get('content-security-policy'));
  return got.headers;
};

const ACTIVE = [
  'text/html',
  'TEXT/HTML',
  'text/html; charset=utf-8',
  'text/html;x',
  ' text/html',
  'text/html ',
  'application/xhtml+xml',
  'image/svg+xml',
  'image/SVG+xml; a=b',
  'text/xml',
  'application/xml',
  'application/rss+xml',
  'application/mathml+xml',
  'text/xsl',
  'multipart/x-mixed-replace; boundary=x',
  'application/xslt+xml',
  'text/html, text/plain',
];
const PASSIVE = ['text/plain', 'image/png', 'video/mp4', 'application/octet-stream', 'application/json', 'audio/mpeg', 'font/woff2'];

describe('where active content is to be sandboxed', () => {
  test.each(ACTIVE)('%j is', async (type) => {
    const headers = await served(careful, type);
    expect(headers.get('content-security-policy')).toMatch(/^sandbox;.*default-src 'none'/);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  });
  test.each(PASSIVE)('%j is only not to be guessed at', async (type) => {
    const headers = await served(careful, type);
    expect([headers.has('content-security-policy'), headers.get('x-content-type-options')]).toEqual([false, 'nosniff']);
  });
  test('an object without a type, or with one that is none, is never run', async () => {
    for (const type of [undefined, 'nonsense', '*/*', '/', 'text'])
      expect((await served(careful, type)).get('x-content-type-options')).toBe('nosniff');
  });
  test('a type that the URL overrides is judged by what is sent', async () => {
    expect((await served(careful, 'text/plain', { 'response-content-type': 'text/html' })).get('content-security-policy')).toMatch(
      /^sandbox/,
    );
    expect((await served(careful, 'text/html', { 'response-content-type': 'text/plain' })).has('content-security-policy')).toBe(false);
  });
  test('a part of a page is judged like the whole', async () => {
    await served(careful, 'text/html');
    const request = presigned(careful, 'GET', '/box/page', { headers: { range: 'bytes=0-3' } });
    const reply = await send(careful, request);
    expect([reply.status, reply.headers.get('content-security-policy')?.startsWith('sandbox')]).toEqual([206, true]);
  });
});

test.each(ACTIVE.slice(0, 3))('elsewhere %j comes as it is on S3', async (type) => {
  const headers = await served(plain, type);
  expect([headers.has('content-security-policy'), headers.has('x-content-type-options')]).toEqual([false, false]);
});

describe('a limit that this server does not know', () => {
  const LIMITS = ['X-Latchkey-Unknown', 'x-latchkey-unknown', 'X-LATCHKEY-UNKNOWN', 'X-Latchkey-Max-Usess', 'X-Latchkey-'];
  test.each(LIMITS.slice(0, 4))('%s in a signed URL is refused by its name', async (name) => {
    for (const method of ['GET', 'PUT', 'DELETE']) {
      const request = presigned(plain, method, '/box/limited', { query: [[name, '1']], ...(method === 'PUT' ? { body: 'x' } : {}) });
      const reply = await send(plain, request);
      expectError(reply, { status: 400, code: 'InvalidArgument' });
      expect(reply.error.ArgumentName).toBe(name);
    }
    expect(xmlTexts((await send(plain, signed(plain, 'GET', '/box'))).text, 'Key')).not.toContain('limited');
  });
  test('is refused in SigV2 too, which does not sign it', async () => {
    for (const name of LIMITS) {
      const reply = await send(plain, presignedV2(plain, 'GET', '/box/page', { query: [[name, '1']] }));
      expect([400, 403], name).toContain(reply.status);
    }
  });
  test('given twice is refused', async () => {
    const reply = await send(
      plain,
      presigned(plain, 'GET', '/box/page', {
        query: [
          ['X-Latchkey-Max-Uses', '1'],
          ['X-Latchkey-Max-Uses', '100'],
        ],
      }),
    );
    expect([400, 403]).toContain(reply.status);
    const cased = await send(
      plain,
      presigned(plain, 'GET', '/box/page', {
        query: [
          ['X-Latchkey-Max-Uses', '1'],
          ['x-latchkey-max-uses', '100'],
        ],
      }),
    );
    expect([400, 403]).toContain(cased.status);
  });
  test('cannot be taken out of a URL', async () => {
    const request = presigned(plain, 'GET', '/box/page', { query: [['X-Latchkey-Max-Uses', '1']] });
    expectError(await send(plain, { ...request, target: request.target.replace('X-Latchkey-Max-Uses=1&', '') }), {
      status: 403,
      code: 'SignatureDoesNotMatch',
    });
  });
});
