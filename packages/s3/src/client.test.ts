import { parseTarget } from '@latchkey/sigv4/target';
import { verify } from '@latchkey/sigv4/verify';
import { expect, test } from 'vitest';
import { s3Client } from './client.ts';
import { createBucket, deleteObject, getObject, headObject, listBuckets, putObject } from './client-operations.ts';

const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' };
const now = new Date('2026-01-01T00:00:00Z');
const object = { bucket: 'photos', key: 'a b/é+.txt' };

type Seen = { readonly method: string; readonly url: string; readonly headers: Headers; readonly body: string };

/** A service that answers what it is told to, and writes down what it was asked. */
function service(...answers: readonly (() => Response)[]) {
  const seen: Seen[] = [];
  const answering = [...answers];
  const fetch = async (url: unknown, init: RequestInit = {}): Promise<Response> => {
    const body = init.body === undefined || init.body === null ? '' : await new Response(init.body).text();
    seen.push({ method: init.method ?? 'GET', url: String(url), headers: new Headers(init.headers), body });
    return (answering.shift() ?? (() => new Response()))();
  };
  const options = { endpoint: 'http://localhost:9000', region: 'eu-west-1', credentials, now: () => now, pause: () => 0 };
  return { seen, client: s3Client({ ...options, fetch }) };
}

const xmlError =
  (status: number, code: string, more = '') =>
  () =>
    new Response(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>Because.</Message>${more}<RequestId>R</RequestId></Error>`, {
      status,
    });

test('what the client sends verifies: path, query, headers', async () => {
  const { client, seen } = service();
  await client({
    method: 'PUT',
    ...object,
    query: { partNumber: 1, uploadId: 'a/b+c' },
    headers: { 'x-amz-meta-a': 'b' },
    body: new Uint8Array(3),
  });
  const [request] = seen;
  const url = request?.url ?? '';
  expect(url).toBe('http://localhost:9000/photos/a%20b/%C3%A9%2B.txt?partNumber=1&uploadId=a%2Fb%2Bc');
  const target = parseTarget(url.slice('http://localhost:9000'.length));
  if ('problem' in target) throw new Error(target.problem);
  const headers = [['host', 'localhost:9000'] as const, ...[...(request?.headers ?? [])].map(([name, value]) => [name, value] as const)];
  const verdict = await verify(
    { method: 'PUT', target, headers },
    { now, region: 'eu-west-1', service: 's3', sigv2: false },
    () => credentials,
  );
  expect(verdict.kind).toBe('verified');
});

test('putObject sends the bytes with their CRC32, type and metadata', async () => {
  const { client, seen } = service(() => new Response('', { headers: { etag: '"e"' } }));
  const options = { contentType: 'text/plain', metadata: { author: 'me' }, headers: { 'if-none-match': '*' } };
  expect(await putObject(client, object, new Blob(['123456789']), options)).toEqual({ etag: 'e' });
  expect(seen[0]?.body).toBe('123456789');
  expect(Object.fromEntries(seen[0]?.headers ?? [])).toMatchObject({
    'content-type': 'text/plain',
    'x-amz-meta-author': 'me',
    'if-none-match': '*',
    'x-amz-checksum-crc32': 'y/Q5Jg==',
    'x-amz-content-sha256': 'UNSIGNED-PAYLOAD',
  });
});

test('headObject and getObject tell what the headers say', async () => {
  const headers = {
    'content-length': '3',
    etag: '"e"',
    'content-type': 'text/plain',
    'last-modified': 'Thu, 01 Jan 2026 00:00:00 GMT',
    'x-amz-meta-a': 'b',
  };
  const { client, seen } = service(
    () => new Response(null, { headers }),
    () => new Response('abc', { headers }),
  );
  const head = { sizeBytes: 3, etag: 'e', contentType: 'text/plain', lastModified: now.getTime(), metadata: { a: 'b' } };
  expect(await headObject(client, object)).toEqual(head);
  const got = await getObject(client, object, { range: 'bytes=0-2' });
  expect(got.head).toEqual(head);
  expect(await new Response(got.body).text()).toBe('abc');
  expect(seen.map(({ method }) => method)).toEqual(['HEAD', 'GET']);
  expect(seen[1]?.headers.get('range')).toBe('bytes=0-2');
});

test('createBucket names the region, unless it is us-east-1', async () => {
  const { client, seen } = service();
  await createBucket(client, 'photos', 'eu-west-1');
  await createBucket(client, 'photos', 'us-east-1');
  expect(seen[0]?.url).toBe('http://localhost:9000/photos');
  expect(seen.map(({ body }) => body.includes('<LocationConstraint>eu-west-1</LocationConstraint>'))).toEqual([true, false]);
  expect(seen[1]?.body).toBe('');
});

test('listBuckets reads names and dates', async () => {
  const bucket = '<Bucket><Name>photos</Name><CreationDate>2026-01-01T00:00:00.000Z</CreationDate></Bucket>';
  const { client } = service(() => new Response(`<ListAllMyBucketsResult><Buckets>${bucket}</Buckets></ListAllMyBucketsResult>`));
  expect(await listBuckets(client)).toEqual([{ name: 'photos', createdAt: now.getTime() }]);
});

test('a refusal is an S3Error with the code, message and fields of the answer', async () => {
  const { client } = service(xmlError(404, 'NoSuchKey', '<Key>a</Key>'));
  await expect(headObject(client, object)).rejects.toMatchObject({
    code: 'NoSuchKey',
    status: 404,
    message: 'Because.',
    fields: { Key: 'a', RequestId: 'R' },
  });
});

test('a code that S3 does not have keeps its status, message and name', async () => {
  const { client } = service(xmlError(403, 'QuotaExceeded'));
  await expect(deleteObject(client, object)).rejects.toMatchObject({
    code: 'AccessDenied',
    status: 403,
    message: 'Because.',
    fields: { Code: 'QuotaExceeded' },
  });
});

test.each([
  [404, object, 'NoSuchKey'],
  [404, { bucket: 'photos' }, 'NoSuchBucket'],
  [403, object, 'AccessDenied'],
  [412, object, 'PreconditionFailed'],
  [418, object, 'InvalidRequest'],
])('an answer of %d to HEAD, which has no body, is an S3Error all the same', async (status, address, code) => {
  const { client } = service(() => new Response(null, { status }));
  await expect(client({ method: 'HEAD', ...address })).rejects.toMatchObject({ code, status });
});

test('a page that is not S3’s is told by its status', async () => {
  const { client } = service(() => new Response('<html>', { status: 407, statusText: 'Proxy Authentication Required' }));
  await expect(deleteObject(client, object)).rejects.toMatchObject({ message: 'The server answered 407 Proxy Authentication Required' });
});

test('what fails for the moment is tried again, twice', async () => {
  const broken = () => {
    throw new TypeError('fetch failed');
  };
  const { client, seen } = service(broken, xmlError(503, 'SlowDown'), () => new Response());
  await deleteObject(client, object);
  expect(seen.length).toBe(3);
  const { client: unlucky, seen: tried } = service(broken, broken, xmlError(503, 'SlowDown'));
  await expect(deleteObject(unlucky, object)).rejects.toMatchObject({ code: 'SlowDown' });
  expect(tried.length).toBe(3);
});

test('what is refused for good is not tried again', async () => {
  const { client, seen } = service(xmlError(403, 'AccessDenied'));
  await expect(deleteObject(client, object)).rejects.toMatchObject({ code: 'AccessDenied' });
  expect(seen.length).toBe(1);
});
