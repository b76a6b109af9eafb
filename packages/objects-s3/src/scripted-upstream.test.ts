/** Against a server that does what a test says, and breaks off where it says so. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { S3Error } from '@latchkey/s3/errors';
import { bucketName, objectKey } from '@latchkey/s3/names';
import type { IncomingBody, ObjectStore } from '@latchkey/storage/object-store';
import { afterEach, describe, expect, test } from 'vitest';
import { fixedNames } from './bucket-names.ts';
import { openS3ObjectStore } from './s3-object-store.ts';

const bucket = bucketName('photos');
const key = objectKey('cat.jpg');
const NOTHING = { headers: {}, metadata: {} };
const LARGE = Buffer.alloc(1_000_000, 'abcdefg');
const ETAG = '"0123456789abcdef0123456789abcdef"';

type Seen = { readonly request: IncomingMessage; readonly bytes: number; readonly isWhole: boolean };
type Scripted = { readonly store: ObjectStore; readonly seen: Seen[]; readonly server: Server };
type Answer = (request: IncomingMessage, response: ServerResponse, turn: number) => void;

const opened: Scripted[] = [];

afterEach(async () => {
  for (const { store, server } of opened.splice(0)) {
    await store.close();
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  }
});

/** `answer` is called when the head is there; what becomes of the body is in `seen`. */
async function scripted(answer: Answer, { continues = true, idleMs = 60_000 } = {}): Promise<Scripted> {
  const seen: Seen[] = [];
  let turn = 0;
  const serve = (request: IncomingMessage, response: ServerResponse) => {
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
    });
    request.on('close', () => seen.push({ request, bytes, isWhole: request.complete }));
    answer(request, response, ++turn);
  };
  const server = createServer(serve);
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    if (continues) response.writeContinue();
    serve(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const store = openS3ObjectStore({
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'UPSTREAMACCESSKEY', secretAccessKey: 'upstream-secret' },
    names: fixedNames(new Map([[bucket, 'the-upstream-bucket']])),
    abilities: { checksums: false, conditions: true },
    pauseMs: () => 0,
    idleMs,
  });
  const one = { store, seen, server };
  opened.push(one);
  return one;
}

function bodyOf(content: Uint8Array, more: Partial<IncomingBody> = {}): IncomingBody {
  return {
    sizeBytes: content.length,
    bytes: (async function* () {
      for (let at = 0; at < content.length; at += 50_000) yield content.subarray(at, at + 50_000);
    })(),
    ...more,
  };
}

const put = (store: ObjectStore, body: IncomingBody) => store.putObject(bucket, key, body, NOTHING, { now: 0 });
const stored: Answer = (request, response) => request.on('end', () => response.writeHead(200, { etag: ETAG }).end());
const refusing =
  (status: number, xml: string): Answer =>
  (request, response) => {
    request.resume();
    response.writeHead(status, { 'content-type': 'application/xml' }).end(xml);
  };

async function errorOf(promise: Promise<unknown> | unknown): Promise<S3Error> {
  const error = await Promise.resolve(promise).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof S3Error)) throw new Error(`expected an S3Error, not ${String(error)}`);
  return error;
}

async function collect(bytes: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of bytes) chunks.push(chunk);
  return Buffer.concat(chunks);
}

describe('an upload', () => {
  const wrong = new S3Error('BadDigest');
  const failures: readonly (readonly [string, IncomingBody])[] = [
    [
      'whose bytes are found wrong after the last of them',
      bodyOf(LARGE, {
        bytes: (async function* () {
          yield* bodyOf(LARGE).bytes;
          throw wrong;
        })(),
      }),
    ],
    [
      'whose seal throws',
      bodyOf(LARGE, {
        seal: () => {
          throw wrong;
        },
      }),
    ],
  ];
  for (const [what, body] of failures) {
    test(`${what} never is whole at the upstream`, async () => {
      const { store, seen } = await scripted(stored);
      await expect(put(store, body)).rejects.toBe(wrong);
      await expect.poll(() => seen).toMatchObject([{ isWhole: false }]);
      expect(seen[0]!.bytes).toBeGreaterThan(500_000);
      expect(seen[0]!.bytes).toBeLessThan(Number(seen[0]!.request.headers['content-length']));
    });
  }

  test('is asked for nothing where the upstream refuses its head', async () => {
    const { store } = await scripted(refusing(404, '<Error><Code>NoSuchBucket</Code></Error>'), { continues: false });
    let isAsked = false;
    const bytes = (async function* () {
      isAsked = true;
      yield LARGE;
    })();
    expect(await errorOf(put(store, bodyOf(LARGE, { bytes })))).toMatchObject({ code: 'NoSuchBucket', fields: { BucketName: 'photos' } });
    expect(isAsked).toBe(false);
  });

  test('is not sent again once its body has begun', async () => {
    const { store, seen } = await scripted((request) => request.once('data', () => request.destroy()));
    expect(await errorOf(put(store, bodyOf(LARGE)))).toMatchObject({ code: 'ServiceUnavailable' });
    expect(seen).toHaveLength(1);
  });

  test('is sent again where the connection broke before its body', async () => {
    const { store, seen } = await scripted(
      (request, response, turn) => (turn === 1 ? request.destroy() : stored(request, response, turn)),
      {
        continues: false,
      },
    );
    expect(await put(store, bodyOf(LARGE))).toMatchObject({ etag: ETAG.slice(1, -1), sizeBytes: LARGE.length });
    expect(seen).toHaveLength(2);
  });

  test('that is small and has no condition is sent again where the upstream is busy; one with a condition is not', async () => {
    const { store, seen } = await scripted((request, response, turn) =>
      (turn % 2 === 1 ? refusing(503, '<Error><Code>SlowDown</Code></Error>') : stored)(request, response, turn),
    );
    const small = bodyOf(Buffer.from('meow'));
    expect(await put(store, small)).toMatchObject({ sizeBytes: 4 });
    expect(seen).toHaveLength(2);
    const once = store.putObject(bucket, key, bodyOf(Buffer.from('meow')), NOTHING, { now: 0, condition: { ifNoneMatch: '*' } });
    expect(await errorOf(once)).toMatchObject({ code: 'SlowDown' });
    expect(seen).toHaveLength(3);
  });

  test('ends with what the upstream says, though it says so in the middle of the body', async () => {
    const { store } = await scripted((request, response) =>
      request.once('data', () =>
        response.writeHead(400).end('<Error><Code>EntityTooLarge</Code><MaxSizeAllowed>7</MaxSizeAllowed></Error>'),
      ),
    );
    expect(await errorOf(put(store, bodyOf(Buffer.alloc(20_000_000))))).toMatchObject({
      code: 'EntityTooLarge',
      fields: { MaxSizeAllowed: '7' },
    });
  });
});

test('a body goes without a content-encoding of its own where no checksum is behind it: some upstreams would keep that', async () => {
  const { store, seen } = await scripted(stored);
  await store.putObject(bucket, key, bodyOf(LARGE), { headers: { 'content-encoding': 'gzip' }, metadata: {} }, { now: 0 });
  expect(seen[0]!.request.headers).toMatchObject({
    'content-encoding': 'gzip',
    'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
    'x-amz-decoded-content-length': String(LARGE.length),
  });
});

test('a completion may take longer than a connection may be silent', async () => {
  const parts = '<Part><PartNumber>1</PartNumber><ETag>a</ETag><Size>1</Size></Part>';
  const { store, seen } = await scripted(
    (request, response) => {
      request.resume();
      if (request.method === 'GET') response.end(`<ListPartsResult>${parts}</ListPartsResult>`);
      else if (request.method === 'HEAD') response.writeHead(200, { etag: '"a-1"' }).end();
      else setTimeout(() => response.end('<CompleteMultipartUploadResult><ETag>a-1</ETag></CompleteMultipartUploadResult>'), 300);
    },
    { idleMs: 100 },
  );
  expect(await store.completeUpload(bucket, key, 'id', [{ partNumber: 1, etag: 'a' }], { now: 0 })).toMatchObject({ etag: 'a-1' });
  expect(seen.filter(({ request }) => request.method === 'POST')).toHaveLength(1);
});

test('a completion that is refused after it was answered with 200 is refused', async () => {
  const { store } = await scripted((request, response) => {
    request.resume();
    if (request.method === 'GET') response.end('<ListPartsResult><Part><PartNumber>1</PartNumber><ETag>a</ETag></Part></ListPartsResult>');
    else response.end('   <?xml version="1.0"?><Error><Code>InvalidPart</Code><Message>Not that one.</Message></Error>');
  });
  const completing = store.completeUpload(bucket, key, 'id', [{ partNumber: 1, etag: 'a' }], { now: 0 });
  expect(await errorOf(completing)).toMatchObject({ code: 'InvalidPart', message: 'Not that one.' });
});

describe('a download', () => {
  const head = { etag: ETAG, 'last-modified': 'Thu, 01 Jan 2026 00:00:00 GMT' };
  const whole = { ...head, 'content-length': LARGE.length };
  const cutAfter = (response: ServerResponse, bytes: number) =>
    response.writeHead(200, whole).write(LARGE.subarray(0, bytes), () => response.destroy());

  test('is asked for again where the connection broke before the answer', async () => {
    const { store } = await scripted((request, response, turn) =>
      turn < 3 ? request.destroy() : response.writeHead(200, whole).end(LARGE),
    );
    const open = await store.openObject(bucket, key);
    expect((await collect(open!.read())).equals(LARGE)).toBe(true);
  });

  test('that breaks off is gone on with from the next byte of the same object', async () => {
    const { store, seen } = await scripted((request, response) => {
      const start = Number(/^bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
      if (start === 0) return cutAfter(response, 600_000);
      expect(request.headers['if-match']).toBe(ETAG);
      const range = `bytes ${start}-${LARGE.length - 1}/${LARGE.length}`;
      return response.writeHead(206, { ...head, 'content-range': range }).end(LARGE.subarray(start));
    });
    const open = await store.openObject(bucket, key);
    expect((await collect(open!.read())).equals(LARGE)).toBe(true);
    expect(seen).toHaveLength(2);
  });

  test('that breaks off ends with an error, never with the bytes of another object', async () => {
    const { store } = await scripted((request, response, turn) =>
      turn === 1 ? cutAfter(response, 600_000) : refusing(412, '<Error><Code>PreconditionFailed</Code></Error>')(request, response, turn),
    );
    const open = await store.openObject(bucket, key);
    expect(await errorOf(collect(open!.read()))).toMatchObject({ code: 'InternalError' });
  });

  test('of a range that was foreseen is one request', async () => {
    const { store, seen } = await scripted((request, response) => {
      expect(request.headers.range).toBe('bytes=10-19');
      response.writeHead(206, { ...head, 'content-range': `bytes 10-19/${LARGE.length}` }).end(LARGE.subarray(10, 20));
    });
    const open = await store.openObject(bucket, key, { range: 'bytes=10-19' });
    expect(open!.record.sizeBytes).toBe(LARGE.length);
    expect((await collect(open!.read({ start: 10, end: 19 }))).equals(LARGE.subarray(10, 20))).toBe(true);
    await expect.poll(() => seen).toHaveLength(1);
  });
});

describe('a refusal of the upstream', () => {
  const inside = '<HostId>host-of-the-upstream</HostId><RequestId>THEIRREQUEST</RequestId><BucketName>the-upstream-bucket</BucketName>';

  for (const code of [
    'AccessDenied',
    'SignatureDoesNotMatch',
    'InvalidAccessKeyId',
    'RequestTimeTooSkewed',
    'AuthorizationHeaderMalformed',
  ]) {
    test(`that is about our credentials (${code}) is 503 for the guest, and tells the operator why`, async () => {
      const { store } = await scripted(
        refusing(403, `<Error><Code>${code}</Code><Message>Not you, UPSTREAMACCESSKEY.</Message>${inside}</Error>`),
      );
      const error = await errorOf(store.openObject(bucket, key));
      expect(error).toMatchObject({ code: 'ServiceUnavailable', status: 503, fields: {} });
      expect(error.message).not.toContain('UPSTREAM');
      expect(String(error.cause)).toContain(`${code}: Not you`);
    });
  }

  test('to HEAD, which has no words, is 503 too', async () => {
    const { store } = await scripted((_request, response) => response.writeHead(403).end());
    expect(await errorOf(store.headObject(bucket, key))).toMatchObject({ code: 'ServiceUnavailable' });
  });

  test('that sends elsewhere is 503: the upstream is set up wrongly', async () => {
    const { store } = await scripted((_request, response) => response.writeHead(301, { location: 'http://elsewhere/' }).end());
    expect(await errorOf(store.headObject(bucket, key))).toMatchObject({ code: 'ServiceUnavailable' });
  });

  test('that is S3’s own passes in its words, without request ids, host and bucket of the upstream', async () => {
    const xml = `<Error><Code>InvalidObjectState</Code><Message>It is in the archive.</Message><StorageClass>GLACIER</StorageClass>${inside}</Error>`;
    const { store } = await scripted(refusing(403, xml));
    const error = await errorOf(store.openObject(bucket, key));
    expect(error).toMatchObject({
      code: 'InvalidObjectState',
      status: 403,
      message: 'It is in the archive.',
      fields: { BucketName: 'photos' },
    });
    expect(JSON.stringify(error.fields)).not.toMatch(/THEIRREQUEST|host-of|the-upstream/);
  });

  test('whose message names the upstream’s bucket passes in our words', async () => {
    const { store } = await scripted(
      refusing(400, '<Error><Code>InvalidRequest</Code><Message>Not in the-upstream-bucket.</Message></Error>'),
    );
    expect((await errorOf(store.openObject(bucket, key))).message).toBe('Invalid Request');
  });

  test('that nobody knows is what its status says', async () => {
    const { store } = await scripted(refusing(507, '<Error><Code>QuotaOfCephExceeded</Code></Error>'));
    expect(await errorOf(store.deleteObject(bucket, key))).toMatchObject({ code: 'ServiceUnavailable' });
  });
});

test('an upstream that is not there is 503, and so is its health', async () => {
  const { store, server } = await scripted(stored);
  server.close();
  await once(server, 'close');
  for (const call of [() => store.headObject(bucket, key), () => put(store, bodyOf(LARGE)), () => store.checkHealth()]) {
    const error = await errorOf(call());
    expect(error).toMatchObject({ code: 'ServiceUnavailable', message: 'Service is unable to handle request.' });
    expect(String(error.cause)).toContain('cannot be reached');
  }
});

describe('the parts of an object', () => {
  const of = (etag: string) => ({ etag: `"${etag}"`, 'last-modified': 'Thu, 01 Jan 2026 00:00:00 GMT', 'content-length': LARGE.length });
  const composite = { 'x-amz-checksum-crc32': 'AAAAAA==-2', 'x-amz-checksum-type': 'COMPOSITE' };
  const attributes = (etag: string) =>
    `<GetObjectAttributesResponse><ETag>${etag}</ETag><ObjectParts><PartsCount>2</PartsCount><IsTruncated>true</IsTruncated>` +
    '<Part><PartNumber>3</PartNumber><Size>9</Size><ChecksumCRC32>BBBBBB==</ChecksumCRC32></Part></ObjectParts></GetObjectAttributesResponse>';
  const parts = (store: ObjectStore) => store.headParts(bucket, key, { after: 2, limit: 1 });

  test('are asked for as a page of them', async () => {
    const { store, seen } = await scripted((request, response) =>
      request.method === 'HEAD' ? response.writeHead(200, { ...of('a-2'), ...composite }).end() : response.end(attributes('a-2')),
    );
    expect(await parts(store)).toMatchObject({
      record: { etag: 'a-2', partCount: 2 },
      page: { parts: [{ partNumber: 3, sizeBytes: 9, checksums: { CRC32: 'BBBBBB==' } }], next: 3 },
    });
    expect(seen[1]?.request.headers).toMatchObject({
      'x-amz-object-attributes': 'ETag,ObjectParts',
      'x-amz-max-parts': '1',
      'x-amz-part-number-marker': '2',
    });
  });

  test('are those of the object that is told, also where it is replaced in between', async () => {
    const { store } = await scripted((request, response, turn) =>
      request.method === 'HEAD'
        ? response.writeHead(200, { ...of(turn === 1 ? 'a-2' : 'b-2'), ...composite }).end()
        : response.end(attributes('b-2')),
    );
    expect(await parts(store)).toMatchObject({ record: { etag: 'b-2' }, page: { next: 3 } });
  });

  test('are not told where every answer is of another object', async () => {
    const { store, seen } = await scripted((request, response) =>
      request.method === 'HEAD' ? response.writeHead(200, { ...of('a-2'), ...composite }).end() : response.end(attributes('b-2')),
    );
    expect(await parts(store)).toEqual({ record: expect.objectContaining({ etag: 'a-2' }) });
    expect(seen).toHaveLength(6);
  });

  test.each([
    ['does not know the question', refusing(501, '<Error><Code>NotImplemented</Code></Error>')],
    ['does not answer it to us', refusing(403, '<Error><Code>AccessDenied</Code></Error>')],
    // Never ended: who waited for all of it would wait for ever.
    ['answers with the object instead', (_request, response) => void response.writeHead(200, of('a-2')).write(LARGE.subarray(0, 10))],
    ['lists none', (_request, response) => void response.end(attributes('a-2').replace(/<IsTruncated>.*<\/Part>/, ''))],
  ] as const satisfies readonly (readonly [string, Answer])[])('are not told where the upstream %s', async (_name, answer) => {
    const { store } = await scripted((request, response, turn) =>
      request.method === 'HEAD' ? response.writeHead(200, { ...of('a-2'), ...composite }).end() : answer(request, response, turn),
    );
    expect((await parts(store))?.page).toBeUndefined();
    expect((await parts(store))?.record.partCount).toBe(2);
  });

  test('are not asked for where the checksum is of the whole, or where there is none', async () => {
    const { store, seen } = await scripted((_request, response, turn) =>
      response
        .writeHead(200, { ...of('a-2'), ...(turn === 1 && { 'x-amz-checksum-crc32': 'AAAAAA==', 'x-amz-checksum-type': 'FULL_OBJECT' }) })
        .end(),
    );
    for (const checksums of [{ type: 'FULL_OBJECT', values: { CRC32: 'AAAAAA==' } }, undefined])
      expect(await parts(store)).toEqual({ record: expect.objectContaining({ checksums }) });
    expect(seen.map(({ request }) => request.method)).toEqual(['HEAD', 'HEAD']);
  });

  test('have no checksum where the upstream repeats that of the object', async () => {
    for (const [told, checksums] of [
      ['BBBBBB==', { CRC32: 'BBBBBB==' }],
      ['AAAAAA==-2', undefined],
    ] as const) {
      const { store } = await scripted((request, response) => {
        const head = { ...of('a-2'), ...composite };
        if (request.method === 'GET') return response.writeHead(200, head).write(LARGE.subarray(0, 10));
        expect(request.headers['x-amz-checksum-mode']).toBe('ENABLED');
        return response
          .writeHead(206, { ...head, 'content-length': 10, 'content-range': `bytes 0-9/${LARGE.length}`, 'x-amz-checksum-crc32': told })
          .end();
      });
      const open = await store.openObject(bucket, key);
      expect(await open?.part(1)).toEqual({ range: { start: 0, end: 9 }, partCount: 2, checksums });
      await open?.close();
    }
  });
});
