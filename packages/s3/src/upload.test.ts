import { expect, test } from 'vitest';
import type { S3Client, S3Request } from './client.ts';
import { S3Error } from './errors.ts';
import { partSizeFor, type UploadSource, upload } from './upload.ts';
import { childrenOf, childText, parseXml } from './xml.ts';

const object = { bucket: 'b', key: 'k' };
const MIB = 1024 * 1024;

/** A bucket for one object. `before` may throw. */
function bucket(before: (request: S3Request) => void = () => undefined) {
  const parts = new Map<number, Uint8Array>();
  const state = { stored: undefined as Uint8Array | undefined, isAborted: false, requests: [] as string[] };
  const client: S3Client = async (request) => {
    state.requests.push(`${request.method} ${Object.keys(request.query ?? {}).join('&')}`.trim());
    before(request);
    const body = new Uint8Array(await new Response(request.body ?? null).arrayBuffer());
    if (request.method === 'DELETE') state.isAborted = true;
    else if (request.query?.uploads !== undefined) {
      return new Response('<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>');
    } else if (request.query?.partNumber !== undefined) {
      parts.set(Number(request.query.partNumber), body);
      return new Response('', { headers: { etag: `"e${request.query.partNumber}"` } });
    } else if (request.method === 'POST') {
      const listed = childrenOf(parseXml(body), 'Part').map(
        (part) => [Number(childText(part, 'PartNumber')), childText(part, 'ETag')] as const,
      );
      expect(listed).toEqual([...parts.keys()].sort((a, b) => a - b).map((number) => [number, `"e${number}"`]));
      state.stored = Buffer.concat(listed.map(([number]) => parts.get(number) ?? new Uint8Array(0)));
      return new Response('<CompleteMultipartUploadResult><ETag>"whole-2"</ETag></CompleteMultipartUploadResult>');
    } else state.stored = body;
    return new Response('', { headers: { etag: '"whole"' } });
  };
  return { client, state };
}

const bytes = (length: number) => Uint8Array.from({ length }, (_, index) => index % 251);

async function* streamOf(content: Uint8Array, pieceSize: number): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < content.length; start += pieceSize) yield content.subarray(start, start + pieceSize);
}

const sources: readonly (readonly [string, (content: Uint8Array<ArrayBuffer>) => UploadSource])[] = [
  ['bytes', (content) => content],
  ['a file', (content) => new Blob([content])],
  ['a stream', (content) => streamOf(content, 7)],
];

test.each(sources)('%s that fit into one part are sent in one request', async (_, source) => {
  for (const length of [0, 1, 100]) {
    const { client, state } = bucket();
    expect(await upload(client, object, source(bytes(length)), { partSizeBytes: 100 })).toEqual({ etag: 'whole' });
    expect(state.requests).toEqual(['PUT']);
    expect(state.stored).toEqual(bytes(length));
  }
});

test.each(sources)('%s larger than a part are sent in parts and put together in order', async (_, source) => {
  for (const length of [101, 200, 1234]) {
    const { client, state } = bucket();
    const sent: number[] = [];
    const onProgress = ({ sentBytes }: { readonly sentBytes: number }) => void sent.push(sentBytes);
    expect(await upload(client, object, source(bytes(length)), { partSizeBytes: 100, onProgress })).toEqual({ etag: 'whole-2' });
    expect([...(state.stored ?? [])]).toEqual([...bytes(length)]);
    expect(sent.at(-1)).toBe(length);
  }
});

test('an upload that fails is aborted, and the failure is the one that came first', async () => {
  const { client, state } = bucket((request) => {
    if (request.query?.partNumber === 3) throw new S3Error('AccessDenied');
  });
  await expect(upload(client, object, bytes(1000), { partSizeBytes: 100 })).rejects.toMatchObject({ code: 'AccessDenied' });
  expect(state).toMatchObject({ isAborted: true, stored: undefined });
});

test('a source that fails leaves nothing behind', async () => {
  async function* failing(): AsyncGenerator<Uint8Array> {
    yield bytes(250);
    throw new Error('disk');
  }
  const { client, state } = bucket();
  await expect(upload(client, object, failing(), { partSizeBytes: 100 })).rejects.toThrow('disk');
  expect(state).toMatchObject({ isAborted: true, stored: undefined });
});

test('an upload that is called off is aborted, and lets go of its source', async () => {
  let isClosed = false;
  async function* endless(): AsyncGenerator<Uint8Array> {
    try {
      for (;;) yield bytes(50);
    } finally {
      isClosed = true;
    }
  }
  const calledOff = new AbortController();
  const { client, state } = bucket((request) => {
    if (request.query?.partNumber === 5) calledOff.abort(new Error('enough'));
  });
  await expect(upload(client, object, endless(), { partSizeBytes: 100, signal: calledOff.signal })).rejects.toThrow('enough');
  expect(state).toMatchObject({ isAborted: true, stored: undefined });
  expect(isClosed).toBe(true);
});

test('completing may answer 200 and still be an error', async () => {
  const { client, state } = bucket();
  const unlucky: S3Client = async (request) => {
    const answer = await client(request);
    const isComplete = request.method === 'POST' && request.query?.uploadId !== undefined;
    return isComplete ? new Response('<?xml version="1.0"?>\n<Error><Code>InternalError</Code><Message>Again.</Message></Error>') : answer;
  };
  await expect(upload(unlucky, object, bytes(300), { partSizeBytes: 100 })).rejects.toMatchObject({ code: 'InternalError', status: 500 });
  expect(state.isAborted).toBe(true);
});

test.each([
  [undefined, 16 * MIB],
  [0, 16 * MIB],
  [160_000 * MIB, 16 * MIB],
  [160_000 * MIB + 1, 17 * MIB],
  [5 * 1024 ** 4, 525 * MIB],
])('partSizeFor %s bytes keeps to 10,000 parts', (totalBytes, expected) => {
  const partSize = partSizeFor(totalBytes);
  expect(partSize).toBe(expected);
  expect(Math.ceil((totalBytes ?? 0) / partSize)).toBeLessThanOrEqual(10_000);
});
