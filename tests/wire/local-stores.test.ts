/** The same requests to a server on memory and to one on disk get the same answers: what the wire tests show of one holds for both. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLocalObjectStore } from '@latchkey/objects-local/local-object-store';
import { openLmdbRecordStore } from '@latchkey/records-lmdb/lmdb-record-store';
import { openLocalUseStore } from '@latchkey/records-lmdb/local-use-store';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { md5Base64, md5Hex } from '../support/independent-signer.ts';
import { type TestServer, testServer } from '../support/test-server.ts';
import { type Answer, send, signed, type Wanted, xmlTexts } from '../support/wire-client.ts';

const directory = await mkdtemp(join(tmpdir(), 'latchkey-wire-'));
const [objects, records, uses] = [
  await openLocalObjectStore({ directory: join(directory, 'objects') }),
  await openLmdbRecordStore({ directory: join(directory, 'records') }),
  await openLocalUseStore({ directory: join(directory, 'uses') }),
];
const [memory, disk] = [await testServer(), await testServer({ objects, records, uses })];
let moment = Date.UTC(2026, 0, 31, 12);
for (const server of [memory, disk]) server.clock.now = () => moment;
afterAll(async () => {
  await Promise.all([memory.close(), disk.close()]);
  await Promise.all([objects.close(), records.close()]);
  await rm(directory, { recursive: true, force: true });
});

const LARGE = 'l'.repeat(300_000);
const KEYS = ['a', 'a/', 'a/b', 'a/b/c', 'a.b', 'é', '\u{10000}', '\uffee', '..', '//', 'z'];
const key = fc.constantFrom(...KEYS);
const body = fc.constantFrom('', 'x', 'hello', 'h'.repeat(20_000), LARGE);
const condition = fc.constantFrom({}, {}, {}, { 'if-none-match': '*' }, { 'if-match': `"${md5Hex('hello')}"` }, { 'if-match': '"other"' });
const range = fc.constantFrom(
  {},
  {},
  { range: 'bytes=0-2' },
  { range: 'bytes=-3' },
  { range: 'bytes=2-' },
  { range: 'bytes=9999999-' },
  { range: 'bytes=65530-65545' },
);
const text = fc.constantFrom('', '', 'a', 'a/', 'é', '/', '.', 'b');

type Step = {
  readonly method: string;
  readonly path: (uploads: readonly string[]) => string;
  readonly wanted: (uploads: readonly string[]) => Wanted;
};
const step = (method: string, path: string, wanted: Wanted = {}): Step => ({ method, path: () => path, wanted: () => wanted });
const upload = (method: string, pick: number, query: Record<string, string>, more: Wanted = {}): Step => ({
  method,
  path: (uploads) => `/box/${uploads[pick]?.split(' ')[1] ?? 'a'}`,
  wanted: (uploads) => ({ query: { ...query, uploadId: uploads[pick]?.split(' ')[0] ?? 'none' }, ...more }),
});

const steps: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(key, body, condition).map(([name, content, headers]) =>
    step('PUT', `/box/${name}`, {
      body: content,
      headers: { 'x-amz-meta-k': encodeURIComponent(name), 'content-type': 'text/x', 'x-amz-tagging': 'a=1', ...headers },
    }),
  ),
  fc
    .tuple(fc.constantFrom('GET', 'HEAD'), key, range, condition)
    .map(([method, name, ranged, headers]) =>
      step(method, `/box/${name}`, { headers: { ...ranged, ...headers, 'x-amz-checksum-mode': 'ENABLED' } }),
    ),
  fc.tuple(key, condition).map(([name, headers]) => step('DELETE', `/box/${name}`, { headers })),
  fc
    .tuple(key, key, condition)
    .map(([from, to, headers]) =>
      step('PUT', `/box/${to}`, { headers: { 'x-amz-copy-source': `/box/${encodeURIComponent(from)}`, ...headers } }),
    ),
  fc
    .tuple(text, text, text, fc.integer({ min: 0, max: 4 }))
    .map(([prefix, delimiter, marker, limit]) => step('GET', '/box', { query: { prefix, delimiter, marker, 'max-keys': String(limit) } })),
  fc
    .tuple(text, text, fc.integer({ min: 1, max: 4 }))
    .map(([prefix, delimiter, limit]) => step('GET', '/box', { query: { uploads: '', prefix, delimiter, 'max-uploads': String(limit) } })),
  key.map((name) => step('POST', `/box/${name}`, { query: { uploads: '' }, headers: { 'x-amz-meta-from': 'upload' } })),
  fc
    .tuple(fc.nat(3), fc.constantFrom('1', '2', '7', '0'), body)
    .map(([pick, partNumber, content]) => upload('PUT', pick, { partNumber }, { body: content })),
  fc.nat(3).map((pick) => upload('GET', pick, {})),
  fc.nat(3).map((pick) => upload('DELETE', pick, {})),
  fc.tuple(fc.nat(3), fc.constantFrom('1', '2', '7'), body).map(([pick, number, content]) =>
    upload(
      'POST',
      pick,
      {},
      {
        body: `<CompleteMultipartUpload><Part><PartNumber>${number}</PartNumber><ETag>${md5Hex(content)}</ETag></Part></CompleteMultipartUpload>`,
      },
    ),
  ),
  fc.uniqueArray(fc.constantFrom('a', 'a/b', 'é', 'z', 'none'), { minLength: 1 }).map((names) => {
    const document = `<Delete>${names.map((name) => `<Object><Key>${name}</Key></Object>`).join('')}</Delete>`;
    return step('POST', '/box', { query: { delete: '' }, headers: { 'content-md5': md5Base64(document) }, body: document });
  }),
  key.map((name) => step('GET', `/box/${name}`, { query: { tagging: '' } })),
  fc.constant(step('DELETE', '/box')),
  fc.constant(step('PUT', '/box')),
  fc.constant(step('GET', '/')),
);

/** What of an answer is the same for the same state. Upload ids are each server's own. */
function comparable({ status, headers, text: content }: Answer, uploads: readonly string[]): unknown {
  const shown = [...headers].filter(([name]) => !/^(date|x-amz-request-id|x-amz-id-2|connection|keep-alive)$/.test(name)).sort();
  let body = content.replaceAll(/<(RequestId|HostId|ID|Location)>[^<]*<\/\1>/g, '').replaceAll(/127\.0\.0\.1:\d+/g, 'host');
  for (const [i, id] of uploads.entries()) body = body.replaceAll(id.split(' ')[0] ?? '', `upload ${i}`);
  return {
    status,
    headers: shown.filter(([name]) => name !== 'content-length' || !content.startsWith('<?xml')),
    body: body.replaceAll(/<UploadId>[0-9a-f]{20,}</g, '<UploadId>new<'),
  };
}

async function perform(server: TestServer, { method, path, wanted }: Step, uploads: string[]): Promise<Answer> {
  const place = path(uploads);
  const reply = await send(server, signed(server, method, place, wanted(uploads)));
  const [begun] = method === 'POST' && reply.text.includes('InitiateMultipartUploadResult') ? xmlTexts(reply.text, 'UploadId') : [];
  if (begun !== undefined) uploads.push(`${begun} ${place.slice('/box/'.length)}`);
  return reply;
}

async function reset(server: TestServer, uploads: readonly string[]): Promise<void> {
  const s3 = (method: string, path: string, wanted?: Wanted) => send(server, signed(server, method, path, wanted));
  for (const id of uploads) await s3('DELETE', `/box/${id.slice(id.indexOf(' ') + 1)}`, { query: { uploadId: id.split(' ')[0] ?? '' } });
  for (const name of KEYS) await s3('DELETE', `/box/${name}`);
  await s3('PUT', '/box');
}

test(
  'any requests in any order are answered alike',
  async () => {
    const factor = Number(process.env.LATCHKEY_PROPERTY_FACTOR ?? 1);
    await fc.assert(
      fc.asyncProperty(fc.array(steps, { minLength: 5, maxLength: 40 }), async (sequence) => {
        const uploads: readonly [string[], string[]] = [[], []];
        await Promise.all([reset(memory, []), reset(disk, [])]);
        for (const [i, each] of sequence.entries()) {
          moment += 1000;
          const [one, other] = [await perform(memory, each, uploads[0]), await perform(disk, each, uploads[1])];
          expect(one.status, one.text).toBeLessThan(500);
          const said = `step ${i}: ${each.method} ${each.path(uploads[0])} ${JSON.stringify(each.wanted(uploads[0])).slice(0, 300)}`;
          expect(comparable(other, uploads[1]), said).toEqual(comparable(one, uploads[0]));
        }
        await Promise.all([reset(memory, uploads[0]), reset(disk, uploads[1])]);
      }),
      { numRuns: 15 * factor, endOnFailure: true },
    );
  },
  60_000 * Number(process.env.LATCHKEY_PROPERTY_FACTOR ?? 1),
);
