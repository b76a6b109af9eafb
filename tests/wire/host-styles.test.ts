/** Which bucket a Host names, and what a proxy may say: virtual-host style, public names, forwarded addresses. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Pairs } from '../support/independent-signer.ts';
import { testServer } from '../support/test-server.ts';
import {
  type Answer,
  expectError,
  presigned,
  presignedV2,
  send,
  signed,
  type Wanted,
  type WireRequest,
  xmlTexts,
} from '../support/wire-client.ts';

const server = await testServer({ domains: ['s3.example.com', 'files.test'] });
const proxied = await testServer({
  publicUrls: ['https://files.example.com', 'https://example.org:8443/store'],
  trustedProxies: ['127.0.0.1/32'],
});
afterAll(() => Promise.all([server.close(), proxied.close()]));
const s3 = (method: string, path: string, wanted?: Wanted) => send(server, signed(server, method, path, wanted));
beforeAll(async () => {
  for (const each of [server, proxied]) {
    await send(each, signed(each, 'PUT', '/photos'));
    await send(each, signed(each, 'PUT', '/photos/cat.jpg', { body: 'meow' }));
    await send(each, signed(each, 'PUT', '/photos/photos/cat.jpg', { body: 'inner' }));
  }
});
const hosted = (method: string, host: string, path: string, wanted: Wanted = {}): Promise<Answer> =>
  send(server, signed(server, method, path, { ...wanted, host }));

describe('virtual-host style', () => {
  test.each([
    'photos.s3.example.com',
    'photos.files.test',
    'photos.localhost',
    'photos.s3.example.com:9000',
    'PHOTOS.S3.EXAMPLE.COM',
    'photos.localhost:9000',
  ])('Host %s names the bucket photos', async (host) => {
    expect((await hosted('GET', host, '/cat.jpg')).text).toBe('meow');
    expect((await send(server, presigned(server, 'GET', '/cat.jpg', { host }))).text).toBe('meow');
    expect(xmlTexts((await hosted('GET', host, '/')).text, 'Name')[0]).toBe('photos');
  });
  test('the first segment of the path is part of the key', async () => {
    expect((await hosted('GET', 'photos.localhost', '/photos/cat.jpg')).text).toBe('inner');
  });
  test.each(['s3.example.com', 'localhost', 'localhost:9000', 'other.example.com', '127.0.0.1:9000', '[::1]:9000', 'evils3.example.com'])(
    'Host %s names no bucket',
    async (host) => {
      expect((await hosted('GET', host, '/photos/cat.jpg')).text).toBe('meow');
    },
  );
  test('a bucket whose name has dots', async () => {
    await s3('PUT', '/my.photos');
    await s3('PUT', '/my.photos/dog.jpg', { body: 'woof' });
    expect((await hosted('GET', 'my.photos.s3.example.com', '/dog.jpg')).text).toBe('woof');
  });
  test('a name that cannot be a bucket is InvalidBucketName', async () => {
    for (const host of ['-.localhost', 'a_b.localhost', '..localhost', 'x.localhost']) {
      const reply = await hosted('GET', host, '/cat.jpg');
      expectError(reply, { status: 400, code: 'InvalidBucketName' });
    }
  });
  test('SigV2 signs the bucket that the host names', async () => {
    const v2 = presignedV2(server, 'GET', '/photos/cat.jpg', { host: 'photos.localhost' });
    expect((await send(server, { ...v2, target: v2.target.replace('/photos/cat.jpg', '/cat.jpg') })).text).toBe('meow');
  });
  test('a URL signed for one bucket’s host serves no other bucket', async () => {
    const request = presigned(server, 'GET', '/cat.jpg', { host: 'photos.localhost' });
    const other = { ...request, headers: [['Host', 'other.localhost']] as Pairs };
    expectError(await send(server, other), { status: 403, code: 'SignatureDoesNotMatch' });
    expectError(await send(server, { ...request, headers: [['Host', server.host]] as Pairs }), {
      status: 403,
      code: 'SignatureDoesNotMatch',
    });
  });
  test('a copy source still names its bucket', async () => {
    const reply = await hosted('PUT', 'photos.localhost', '/copy.jpg', { headers: { 'x-amz-copy-source': '/photos/cat.jpg' } });
    expect(reply.status).toBe(200);
    expect((await s3('GET', '/photos/copy.jpg')).text).toBe('meow');
  });
  test('creates and deletes buckets', async () => {
    expect((await hosted('PUT', 'fresh.localhost', '/')).status).toBe(200);
    expect((await s3('HEAD', '/fresh')).status).toBe(200);
    expect((await hosted('DELETE', 'fresh.localhost', '/')).status).toBe(204);
  });
  test('/-/ is a key there, not ours', async () => {
    const reply = await hosted('PUT', 'photos.localhost', '/-/health/live', { body: 'mine' });
    expect(reply.status).toBe(200);
    expect((await hosted('GET', 'photos.localhost', '/-/health/live')).text).toBe('mine');
  });
  test('a multipart upload tells the place under its host', async () => {
    const uploadId = xmlTexts((await hosted('POST', 'photos.localhost', '/big', { query: { uploads: '' } })).text, 'UploadId')[0] ?? '';
    const etag = (await hosted('PUT', 'photos.localhost', '/big', { query: { partNumber: '1', uploadId }, body: 'x' })).headers.get('etag');
    const done = await hosted('POST', 'photos.localhost', '/big', {
      query: { uploadId },
      body: `<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>${etag}</ETag></Part></CompleteMultipartUpload>`,
    });
    expect(xmlTexts(done.text, 'Location')).toEqual(['http://photos.localhost/big']);
  });
});

describe('behind a proxy that rewrites Host', () => {
  /** What arrives when a URL made for the public name passes a proxy that sends its own Host. */
  const through = (host: string, publicPath: string, innerPath: string, headers: Pairs = []): WireRequest => {
    const request = presigned(proxied, 'GET', publicPath, { host });
    return { ...request, target: request.target.replace(publicPath, innerPath), headers: [['Host', proxied.host], ...headers] };
  };
  test('a URL signed for a public name is served', async () => {
    expect((await send(proxied, through('files.example.com', '/photos/cat.jpg', '/photos/cat.jpg'))).text).toBe('meow');
  });
  test('a URL signed for a public name with a base path is served once the proxy has taken the path away', async () => {
    expect((await send(proxied, through('example.org:8443', '/store/photos/cat.jpg', '/photos/cat.jpg'))).text).toBe('meow');
  });
  test('a URL signed for another name is not', async () => {
    for (const host of ['evil.example.com', 'files.example.com:8443', 'files.example.com.evil.example']) {
      expectError(await send(proxied, through(host, '/photos/cat.jpg', '/photos/cat.jpg', [['X-Forwarded-Host', host]])), {
        status: 403,
        code: 'SignatureDoesNotMatch',
      });
    }
  });
  test('the public name sent as Host itself is served', async () => {
    expect((await send(proxied, presigned(proxied, 'GET', '/photos/cat.jpg', { host: 'files.example.com' }))).text).toBe('meow');
  });
  test('a URL for another path, bucket or method is not served under any name', async () => {
    const request = through('files.example.com', '/photos/cat.jpg', '/photos/photos/cat.jpg');
    expectError(await send(proxied, request), { status: 403, code: 'SignatureDoesNotMatch' });
    expectError(await send(proxied, { ...through('files.example.com', '/photos/cat.jpg', '/photos/cat.jpg'), method: 'DELETE' }), {
      status: 403,
      code: 'SignatureDoesNotMatch',
    });
  });
  test('an unsigned header is refused there too', async () => {
    const request = through('files.example.com', '/photos/cat.jpg', '/photos/cat.jpg', [['x-amz-checksum-mode', 'ENABLED']]);
    expectError(await send(proxied, request), { status: 403, code: 'AccessDenied', fields: { HeadersNotSigned: 'x-amz-checksum-mode' } });
  });
  test('the refusal shows what was received, and never the expected signature', async () => {
    const request = through('files.example.com', '/photos/cat.jpg', '/photos/cat.jpg');
    const right = /X-Amz-Signature=([0-9a-f]{64})/.exec(request.target)?.[1] ?? 'none';
    const reply = await send(proxied, { ...request, target: request.target.replace(right, '0'.repeat(64)) });
    expect(reply.text).not.toContain(right);
    expect(reply.error.CanonicalRequest).toContain(`host:${proxied.host}`);
  });
  test('below a public name is virtual-host style', async () => {
    expect((await send(proxied, presigned(proxied, 'GET', '/cat.jpg', { host: 'photos.files.example.com' }))).text).toBe('meow');
  });
});
