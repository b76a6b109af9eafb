/** What has to work through every proxy that is configured well, whatever it does to Host and path. */
import { createHash, randomUUID } from 'node:crypto';
import { presignPost } from '@latchkey/sigv4';
import { expect } from 'vitest';
import { md5Hex } from '../support/independent-signer.ts';
import type { needs } from '../support/programs.ts';
import type { Proxied } from '../support/proxied.ts';
import { MIB, sampleBytes } from '../support/sample-bytes.ts';
import { REGION, ROOT } from '../support/test-server.ts';
import { presigned, presignedV2, signed, type Wanted, type WireRequest, xmlTexts } from '../support/wire-client.ts';

/** Everything that a proxy, a router or a URL parser likes to change in a path. */
const KEYS = [
  'plain.txt',
  'two words+a plus.txt',
  '100%.txt',
  'a%2Fb', // the four characters of an escape, in the key itself
  'größe/日本語/🗝.txt',
  'double//slash',
  '/leading',
  'trailing/',
  'dots/./and/../segments',
  'what?and#hash',
  'semi;colon,comma=equals&and:colon@at$',
  'quotes\'"(round)[square]{curly}<angle>|bar^caret`tick',
  'back\\slash',
  'tab\tand\x7f',
  '~tilde!*',
];

export function itPassesEverythingOn(at: () => Proxied, test: ReturnType<typeof needs>, { butForms = false } = {}): void {
  const client = () => clientOf(at());

  test('any key is uploaded and fetched with pre-signed URLs, its path byte for byte as it was signed', async () => {
    const { send, url, inBucket } = await client();
    for (const key of KEYS) {
      const put = await send(url('PUT', inBucket(key), { body: `the content of ${key}` }));
      expect([key, put.status, put.text]).toEqual([key, 200, '']);
      const got = await send(url('GET', inBucket(key)));
      expect([key, got.status, got.text]).toEqual([key, 200, `the content of ${key}`]);
    }
    const listed = await send(signedHere(at(), 'GET', inBucket(''), { query: { 'list-type': '2', 'encoding-type': 'url' } }));
    expect(xmlTexts(listed.text, 'Key').map((key) => decodeURIComponent(key.replaceAll('+', ' ')))).toEqual([...KEYS].sort(byBytes));
  });

  test('a path that is escaped in another way than the signer would is the same path', async () => {
    const { send, url, inBucket } = await client();
    await send(url('PUT', inBucket('a folder/é(1).txt'), { body: 'found' }));
    const request = url('GET', inBucket('a folder/é(1).txt'));
    for (const [written, otherwise] of [
      ['a%20folder/', 'a%20folder%2F'],
      ['%C3%A9', '%c3%a9'],
      ['%281%29', '(1)'],
    ] as const) {
      const target = request.target.replace(written, otherwise);
      expect(target).not.toBe(request.target);
      expect([target.split('?')[0], (await send({ ...request, target })).text]).toEqual([target.split('?')[0], 'found']);
    }
  });

  test('requests signed in their header, metadata with unusual names, conditions, and answers that nobody compresses', async () => {
    const { send, inBucket } = await client();
    const headers = { 'x-amz-meta-some_name': 'underscore', 'x-amz-meta-some.name': 'full stop', 'content-type': 'text/html' };
    expect((await send(signedHere(at(), 'PUT', inBucket('page.html'), { headers, body: '<p>hello</p>' }))).status).toBe(200);
    const head = await send(signedHere(at(), 'HEAD', inBucket('page.html'), { headers: { 'accept-encoding': 'gzip' } }));
    expect([head.status, head.headers.get('content-length'), head.headers.get('content-type')]).toEqual([200, '12', 'text/html']);
    expect(head.headers.get('x-amz-meta-some_name')).toBe('underscore');
    expect(head.headers.get('x-amz-meta-some.name')).toBe('full stop');
    const got = await send(signedHere(at(), 'GET', inBucket('page.html'), { headers: { 'accept-encoding': 'gzip' } }));
    expect([got.text, got.headers.get('etag'), got.headers.get('content-encoding')]).toEqual([
      '<p>hello</p>',
      `"${md5Hex('<p>hello</p>')}"`,
      undefined,
    ]);
    const unchanged = await send(
      signedHere(at(), 'GET', inBucket('page.html'), { headers: { 'if-none-match': `"${md5Hex('<p>hello</p>')}"` } }),
    );
    expect([unchanged.status, unchanged.text]).toEqual([304, '']);
  });

  test('ranges, HEAD and errors keep their status, headers and XML', async () => {
    const { send, url, inBucket } = await client();
    await send(url('PUT', inBucket('digits'), { body: '0123456789' }));
    const part = await send(url('GET', inBucket('digits'), { headers: { range: 'bytes=2-5' } }));
    expect([part.status, part.text, part.headers.get('content-range')]).toEqual([206, '2345', 'bytes 2-5/10']);
    const head = await send(url('HEAD', inBucket('digits')));
    expect([head.status, head.headers.get('content-length'), head.text]).toEqual([200, '10', '']);
    const beyond = await send(url('GET', inBucket('digits'), { headers: { range: 'bytes=10-' } }));
    expect([beyond.status, beyond.error.Code]).toEqual([416, 'InvalidRange']);
    const missing = await send(url('GET', inBucket('missing')));
    expect([missing.status, missing.error.Code, missing.error.Key]).toEqual([404, 'NoSuchKey', 'missing']);
    const other = await send({
      ...url('GET', inBucket('digits')),
      target: url('GET', inBucket('digit')).target.replace('/digit?', '/digits?'),
    });
    expect([other.status, other.error.Code]).toEqual([403, 'SignatureDoesNotMatch']);
  });

  test('SigV2 URLs, as unconfigured boto3 makes them', async () => {
    const { send, inBucket, url } = await client();
    await send(url('PUT', inBucket('old.txt'), { body: 'old' }));
    const { host, prefix, server } = at();
    // SigV2 signs bucket and key alone; the base path of an endpoint is no part of it.
    const request = presignedV2(server, 'GET', inBucket('old.txt'), { host });
    const got = await send({ ...request, target: prefix + request.target });
    expect([got.status, got.text]).toEqual([200, 'old']);
  });

  test('a large upload and its download', async () => {
    const { send, url, inBucket } = await client();
    const body = sampleBytes(24 * MIB, 7);
    expect((await send(url('PUT', inBucket('large'), { body }))).status).toBe(200);
    const got = await send(url('GET', inBucket('large')));
    expect(createHash('sha256').update(got.body).digest('hex')).toBe(createHash('sha256').update(body).digest('hex'));
  });

  test('chunked uploads: aws-chunked with a trailing checksum, as current SDKs send them, and plain Transfer-Encoding', async () => {
    const { send, inBucket } = await client();
    const framed = 'b\r\nhello world\r\n0\r\nx-amz-checksum-crc32:DUoRhQ==\r\n\r\n';
    const headers = { 'content-encoding': 'aws-chunked', 'x-amz-decoded-content-length': '11', 'x-amz-trailer': 'x-amz-checksum-crc32' };
    const wanted = { headers, body: framed, payloadHash: 'STREAMING-UNSIGNED-PAYLOAD-TRAILER' };
    const put = await send(signedHere(at(), 'PUT', inBucket('streamed'), wanted));
    expect([put.status, put.text]).toEqual([200, '']);
    expect((await send(signedHere(at(), 'GET', inBucket('streamed')))).text).toBe('hello world');
    const request = signedHere(at(), 'PUT', inBucket('in-pieces'), wanted);
    const inPieces = { ...request, headers: [...request.headers, ['Transfer-Encoding', 'chunked'] as const] };
    expect((await send(inPieces)).status).toBe(200);
    expect((await send(signedHere(at(), 'GET', inBucket('in-pieces')))).text).toBe('hello world');
  });

  if (!butForms)
    test('a pre-signed form uploads, and its answer says where clients find the object', async () => {
      const { publicUrl, host, send: post } = at();
      const { bucket, send, url, inBucket } = await client();
      const options = {
        bucket,
        keyPrefix: 'form/',
        maxSize: 1000,
        region: REGION,
        credentials: ROOT,
        endpoint: publicUrl,
        expiresIn: '1h',
      } as const;
      const { toFormData, url: action } = presignPost({ ...options, fields: { success_action_status: '201' } });
      expect(action).toBe(`${publicUrl}/${bucket}`);
      const form = new Response(toFormData(new File(['from a form'], 'größe.txt')));
      const body = Buffer.from(await form.arrayBuffer());
      const headers = [
        ['Host', host],
        ['Content-Type', form.headers.get('content-type') ?? ''],
      ] as const;
      const answer = await post({ method: 'POST', target: new URL(action).pathname, headers, body });
      expect([answer.status, answer.headers.get('location')]).toEqual([201, `${publicUrl}/${bucket}/form%2Fgr%C3%B6%C3%9Fe.txt`]);
      expect((await send(url('GET', inBucket('form/größe.txt')))).text).toBe('from a form');
    });

  test('an object in parts', async () => {
    const { send, url, inBucket } = await client();
    const begun = await send(signedHere(at(), 'POST', inBucket('parts'), { query: { uploads: '' } }));
    const [uploadId = ''] = xmlTexts(begun.text, 'UploadId');
    const body = sampleBytes(5 * MIB, 3);
    const etags: string[] = [];
    for (const partNumber of ['1', '2']) {
      const put = await send(url('PUT', inBucket('parts'), { query: { partNumber, uploadId }, body }));
      etags.push(put.headers.get('etag') ?? '');
    }
    const parts = etags.map((etag, i) => `<Part><PartNumber>${i + 1}</PartNumber><ETag>${etag}</ETag></Part>`).join('');
    const document = `<CompleteMultipartUpload>${parts}</CompleteMultipartUpload>`;
    const done = await send(signedHere(at(), 'POST', inBucket('parts'), { query: { uploadId }, body: document }));
    expect([done.status, xmlTexts(done.text, 'Location')]).toEqual([200, [`${at().publicUrl}${inBucket('parts')}`]]);
    expect((await send(url('HEAD', inBucket('parts')))).headers.get('content-length')).toBe(String(10 * MIB));
  });
}

/** Signs as a client does that knows the public URL, and has made a bucket of its own. */
async function clientOf(at: Proxied) {
  const bucket = `through-${randomUUID().slice(0, 8)}`;
  const { send } = at;
  const made = await send(signedHere(at, 'PUT', `/${bucket}`));
  if (made.status !== 200) throw new Error(`no bucket: ${made.status} ${made.text}`);
  return {
    bucket,
    send,
    inBucket: (key: string) => (key === '' ? `/${bucket}` : `/${bucket}/${key}`),
    url: (method: string, path: string, wanted: Wanted = {}) =>
      presigned(at.server, method, at.prefix + path, { host: at.host, ...wanted }),
  };
}

const signedHere = (at: Proxied, method: string, path: string, wanted: Wanted = {}): WireRequest =>
  signed(at.server, method, at.prefix + path, { host: at.host, ...wanted });

const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));
