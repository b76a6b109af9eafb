/** A server that knows its public URLs takes signatures made for them, and for exactly the resource that was signed. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testServer } from '../support/test-server.ts';
import { expectError, presigned, presignedV2, send, signed, type WireRequest } from '../support/wire-client.ts';

const server = await testServer({ publicUrls: ['https://example.com/storage', 'https://files.example.com'], domains: ['s3.internal'] });
afterAll(() => server.close());

beforeAll(async () => {
  for (const bucket of ['inbox', 'victim', 'storage', 'photos']) await send(server, signed(server, 'PUT', `/${bucket}`));
  await send(server, signed(server, 'PUT', '/inbox/a.txt', { body: 'from the inbox' }));
  await send(server, signed(server, 'PUT', '/victim/inbox/a.txt', { body: 'of the victim' }));
  await send(server, signed(server, 'PUT', '/storage/photos', { body: 'an object' }));
});

/** The request as something in between sends it on. */
const arrivingAt = (request: WireRequest, host: string, target = request.target): WireRequest => ({
  ...request,
  target,
  headers: [['Host', host]],
});
const withoutPrefix = ({ target }: WireRequest): string => target.replace(/^\/storage/, '');

describe('a pre-signed URL for a public name', () => {
  const forName = () => presigned(server, 'GET', '/inbox/a.txt', { host: 'files.example.com' });
  const forPath = () => presigned(server, 'GET', '/storage/inbox/a.txt', { host: 'example.com' });

  test.each([
    ['arrives as it was signed', () => forName()],
    ['arrives with another Host', () => arrivingAt(forName(), 'latchkey:9000')],
    ['arrives with the Host of the server itself', () => arrivingAt(forName(), server.host)],
    ['arrives with prefix and Host as they were signed', () => forPath()],
    ['arrives without its prefix', () => arrivingAt(forPath(), 'example.com', withoutPrefix(forPath()))],
    ['arrives without its prefix and with another Host', () => arrivingAt(forPath(), 'latchkey:9000', withoutPrefix(forPath()))],
  ])('works where it %s', async (_, request) => {
    const reply = await send(server, request());
    expect([reply.status, reply.text]).toEqual([200, 'from the inbox']);
  });

  test.each(['victim.localhost', 'victim.s3.internal', 'victim.files.example.com', 'victim.example.com'])(
    'is never taken for the key inbox/a.txt in the bucket that the Host %s names',
    async (host) => {
      expectError(await send(server, arrivingAt(forName(), host)), { status: 403, code: 'SignatureDoesNotMatch' });
      expectError(await send(server, arrivingAt(forPath(), host, withoutPrefix(forPath()))), {
        status: 403,
        code: 'SignatureDoesNotMatch',
      });
    },
  );

  test('for an object is never taken for one for a bucket, whose name is what stands behind the prefix', async () => {
    const url = presigned(server, 'GET', '/storage/storage/photos', { host: 'example.com' });
    const bareUrl = presigned(server, 'GET', '/storage/photos', { host: 'files.example.com' });
    for (const request of [arrivingAt(url, 'example.com', withoutPrefix(url)), arrivingAt(bareUrl, 'example.com')]) {
      const reply = await send(server, request);
      expect([reply.status, reply.text]).toEqual([200, 'an object']);
    }
  });

  test('is refused under a public name that it was not signed for', async () => {
    const request = presigned(server, 'GET', '/inbox/a.txt', { host: 'files.example.org' });
    for (const host of ['files.example.com', 'latchkey:9000']) {
      expectError(await send(server, arrivingAt(request, host)), { status: 403, code: 'SignatureDoesNotMatch' });
    }
  });
});

test('a public name is never BUCKET.DOMAIN, though another public name is its domain', async () => {
  const reply = await send(server, presigned(server, 'GET', '/inbox/a.txt', { host: 'files.example.com' }));
  expect([reply.status, reply.text]).toEqual([200, 'from the inbox']);
});

test('virtual-host style works below a public name', async () => {
  for (const host of ['inbox.files.example.com', 'inbox.example.com', 'inbox.s3.internal', 'inbox.localhost:9000']) {
    const reply = await send(server, presigned(server, 'GET', '/a.txt', { host }));
    expect([host, reply.status, reply.text]).toEqual([host, 200, 'from the inbox']);
  }
});

test('SigV2 URLs with the prefix on or off: what is signed is the bucket and the key', async () => {
  const request = presignedV2(server, 'GET', '/inbox/a.txt', { host: 'example.com' });
  for (const target of [request.target, `/storage${request.target}`]) {
    const reply = await send(server, arrivingAt(request, 'example.com', target));
    expect([target.split('?')[0], reply.status, reply.text]).toEqual([target.split('?')[0], 200, 'from the inbox']);
  }
});

test('a SigV2 URL for an object is never taken for one for a bucket, though the bucket of the object is called like the prefix', async () => {
  const request = presignedV2(server, 'GET', '/storage/photos', { host: server.host });
  expect((await send(server, request)).text).toBe('an object');
  for (const [host, target] of [
    [server.host, withoutPrefix(request)],
    ['example.com', request.target],
    ['example.com', withoutPrefix(request)],
  ] as const) {
    const reply = await send(server, arrivingAt(request, host, target));
    expect([host, target.split('?')[0], reply.text]).not.toEqual([host, target.split('?')[0], expect.stringContaining('ListBucketResult')]);
  }
});
