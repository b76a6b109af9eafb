/**
 * Valid uploads of every kind with one byte changed, taken out or put in: none fails the server, none is stored as
 * something that nobody signed, and none leaves anything half-written behind.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chunkedPut, SIGNED, SIGNED_TRAILER, UNSIGNED_TRAILER } from '../support/chunked-body.ts';
import { openConnection } from '../support/connection.ts';
import { md5Base64 } from '../support/independent-signer.ts';
import { formBody, formRequest, signedFields, signedFieldsV2 } from '../support/post-form.ts';
import { testServer } from '../support/test-server.ts';
import { bytesOf, presigned, presignedV2, send, signed, type Wanted, type WireRequest, xmlTexts } from '../support/wire-client.ts';

const server = await testServer();
afterAll(() => server.close());
const s3 = (method: string, path: string, wanted?: Wanted) => send(server, signed(server, method, path, wanted));
beforeAll(async () => {
  await s3('PUT', '/box');
});

/** LATCHKEY_PROPERTY_FACTOR=200 makes a long hunt of it. */
const factor = Number(process.env.LATCHKEY_PROPERTY_FACTOR ?? 1);
const AFTER = 'what was signed to be stored';
const CONDITIONS = [{ bucket: 'box' }, { key: 'key' }, ['content-length-range', 0, 100]];

type Kind = {
  readonly make: () => WireRequest /** Whether the signature, or a digest under it, covers the bytes of the body. */;
  readonly coversBody: boolean;
};
const kinds: Readonly<Record<string, Kind>> = {
  'a pre-signed PUT': { make: () => presigned(server, 'PUT', '/box/key', { body: AFTER }), coversBody: false },
  'a pre-signed PUT of a signed hash': {
    make: () => presigned(server, 'PUT', '/box/key', { body: AFTER, headers: { 'content-md5': md5Base64(AFTER), 'x-amz-meta-a': 'b' } }),
    coversBody: true,
  },
  'a SigV2 PUT': { make: () => presignedV2(server, 'PUT', '/box/key', { body: AFTER }), coversBody: false },
  'a signed PUT': { make: () => signed(server, 'PUT', '/box/key', { body: AFTER }), coversBody: true },
  'a signed copy': { make: () => signed(server, 'PUT', '/box/key', { headers: { 'x-amz-copy-source': '/box/source' } }), coversBody: true },
  'signed chunks': { make: () => chunkedPut(server, SIGNED, [AFTER]), coversBody: true },
  'signed chunks with a trailer': { make: () => chunkedPut(server, SIGNED_TRAILER, [AFTER]), coversBody: true },
  'unsigned chunks with a trailer': { make: () => chunkedPut(server, UNSIGNED_TRAILER, [AFTER]), coversBody: false },
  'a form': {
    make: () =>
      formRequest(
        server,
        '/box',
        formBody([['key', 'key'], ...signedFields({ conditions: CONDITIONS })], { content: AFTER, filename: 'f' }),
      ),
    coversBody: false,
  },
  'a SigV2 form': {
    make: () =>
      formRequest(
        server,
        '/box',
        formBody([['key', 'key'], ...signedFieldsV2({ conditions: CONDITIONS })], { content: AFTER, filename: 'f' }),
      ),
    coversBody: false,
  },
  'a signed DeleteObjects': {
    make: () => {
      const body = '<Delete><Object><Key>other</Key></Object></Delete>';
      return signed(server, 'POST', '/box', { query: { delete: '' }, headers: { 'content-md5': md5Base64(body) }, body });
    },
    coversBody: true,
  },
};

describe.each(Object.entries(kinds))('%s', (_, { make, coversBody }) => {
  test(
    'with one byte changed, taken out or put in',
    async () => {
      const bytes = bytesOf(make());
      const position = fc.integer({ min: 0, max: bytes.length - 1 });
      const change = fc.record({
        how: fc.constantFrom('change', 'remove', 'insert'),
        value: fc.oneof(fc.integer({ min: 0, max: 255 }), fc.constantFrom(10, 13, 32, 37, 38, 44, 47, 58, 59, 61)),
      });
      await fc.assert(
        fc.asyncProperty(position, change, async (at, { how, value }) => {
          fc.pre(how !== 'change' || value !== bytes[at]);
          await s3('PUT', '/box/key', { body: 'before' });
          await s3('PUT', '/box/source', { body: AFTER });
          const status = await statusOf(mutate(bytes, at, how, value));
          // 501 and 505 name what HTTP or S3 has and we have not; anything else above 500 would be our failure.
          if (status !== undefined && status !== 501 && status !== 505) expect(status).toBeLessThan(500);
          const now = await s3('GET', '/box/key');
          expect([200, 404]).toContain(now.status);
          if (coversBody) expect(['before', AFTER]).toContain(now.text);
          if (status === undefined || status >= 300) expect(now.text).toBe('before');
          expect(xmlTexts((await s3('GET', '/box')).text, 'Key')).toEqual(['key', 'source']);
        }),
        { numRuns: 25 * factor, endOnFailure: true },
      );
      expect(server.logged.filter((line) => line.includes('"error"'))).toEqual([]);
    },
    30_000 * factor,
  );
});

function mutate(bytes: Buffer, at: number, how: string, value: number): Buffer {
  const [before, behind] = [bytes.subarray(0, at), bytes.subarray(how === 'insert' ? at : at + 1)];
  return Buffer.concat([before, how === 'remove' ? Buffer.alloc(0) : Buffer.from([value]), behind]);
}

/** The status of the reply, if there is one: a sender that has said everything and ended. */
async function statusOf(bytes: Buffer): Promise<number | undefined> {
  const connection = await openConnection(server.s3);
  connection.socket.end(bytes);
  const rest = await connection.rest();
  const status = /^HTTP\/1\.1 (\d{3})/.exec(rest.toString('latin1'))?.[1];
  return status === undefined ? undefined : Number(status);
}
