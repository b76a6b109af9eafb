/**
 * Valid uploads of every kind with one byte changed, taken out or put in: none fails the server, none is stored as
 * something that nobody signed, and none leaves anything half-written behind.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chunkedPut, SIGNED, SIGNED_TRAILER, UNSIGNED_TRAILER } from '../support/chunked-body.ts';
import { md5Base64 } from '../support/independent-signer.ts';
import { mutantSender } from '../support/mutant-sender.ts';
import { formBody, formRequest, signedFields, signedFieldsV2 } from '../support/post-form.ts';
import { formMeaning, requestMeaning } from '../support/request-meaning.ts';
import { testServer } from '../support/test-server.ts';
import { bytesOf, presigned, presignedV2, send, signed, type Wanted, type WireRequest, xmlTexts } from '../support/wire-client.ts';

const server = await testServer();
const sender = mutantSender(server.s3);
/** Puts things back, on a connection that no mutant has touched. */
const arranger = mutantSender(server.s3, 20_000);
afterAll(async () => {
  sender.close();
  arranger.close();
  await server.close();
});
const s3 = (method: string, path: string, wanted?: Wanted) => send(server, signed(server, method, path, wanted));
beforeAll(async () => {
  await s3('PUT', '/box');
  await s3('PUT', '/box/source', { body: AFTER });
});

/** LATCHKEY_PROPERTY_FACTOR=1000 makes 100,000 of each kind, in a minute or two. */
const RUNS = 100 * Number(process.env.LATCHKEY_PROPERTY_FACTOR ?? 1);
/** So many are sent between two looks at everything that is stored; what was accepted is looked at at once. */
const BATCH = 500;
const AFTER = 'what was signed to be stored';
const CONDITIONS = [{ bucket: 'box' }, { key: 'key' }, ['content-length-range', 0, 100]];

type Kind = {
  readonly make: () => WireRequest;
  /** Whether the signature, or a digest under it, covers the bytes of the body. */
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

describe.each(Object.entries(kinds))('%s', (name, kind) => {
  test(
    'with one byte changed, taken out or put in',
    async () => {
      const seed = Number(process.env.LATCHKEY_SEED ?? Date.now() % 2 ** 31);
      const random = generator(seed);
      const counts = new Map<number | undefined, number>();
      try {
        for (let done = 0; done < RUNS; done += BATCH) await batch(kind, Math.min(BATCH, RUNS - done), random, counts);
      } catch (error) {
        throw new Error(`with LATCHKEY_SEED=${seed}: ${(error as Error).message}`, { cause: error });
      }
      expect(server.logged.filter((line) => line.includes('"error"'))).toEqual([]);
      // One that is right still is: it is not that nothing gets through.
      expect(await sender.status(bytesOf(kind.make()))).toBeLessThan(300);
      if (RUNS > 10_000) console.log(name, JSON.stringify([...counts].sort(([a = 0], [b = 0]) => a - b)));
    },
    30_000 + RUNS * 20,
  );
});

async function batch(
  { make, coversBody }: Kind,
  size: number,
  random: () => number,
  counts: Map<number | undefined, number>,
): Promise<void> {
  await putBack();
  const request = make();
  const bytes = bytesOf(request);
  // For the one who has to find out which of a whole batch it was.
  const sent: string[] = [];
  for (let i = 0; i < size; i++) {
    const mutant = mutate(bytes, random);
    const status = await sender.status(mutant);
    counts.set(status, (counts.get(status) ?? 0) + 1);
    sent.push(mutant.toString('latin1'));
    // 501 and 505 name what HTTP or S3 has and we have not; anything else above 500 would be our failure.
    if (status !== undefined && status >= 500 && status !== 501 && status !== 505) throw new Error(`${status} for ${sent.at(-1)}`);
    if (status === undefined || status < 300) {
      if (status !== undefined) requireSameMeaning(request, bytes, mutant);
      if (coversBody) await lookAtContent(['before', AFTER], sent.slice(-1));
      await putBack();
    }
  }
  await lookAtContent(['before'], sent);
  const keys = xmlTexts((await s3('GET', '/box')).text, 'Key');
  if (keys.join() !== 'key,source') throw new Error(`there are the keys ${keys} after ${oneOf(sent)}`);
}

async function putBack(): Promise<void> {
  const status = await arranger.status(bytesOf(signed(server, 'PUT', '/box/key', { body: 'before' })));
  if (status !== 200) throw new Error(`what was there could not be put back: ${status}`);
}

/** What is accepted says what was signed, though it may say it in other words, and whatever it says besides. */
function requireSameMeaning(request: WireRequest, bytes: Buffer, mutant: Buffer): void {
  const isForm = request.headers.some(([, value]) => value.startsWith('multipart/form-data'));
  const fieldCount = bytes.toString('latin1').split('form-data; name=').length - 2;
  const [meant, said] = [bytes, mutant].map((text) => (isForm ? formMeaning(text, fieldCount) : requestMeaning(text, request)));
  if (meant !== said) throw new Error(`accepted, though it says ${said} and not ${meant}: ${mutant.toString('latin1')}`);
}

/** Nothing is stored but what was there and what was signed, and all of it whole. */
async function lookAtContent(contents: readonly string[], sent: readonly string[]): Promise<void> {
  const now = await s3('GET', '/box/key');
  if (now.status !== 200) throw new Error(`the object is gone (${now.status}) after ${oneOf(sent)}`);
  if (!contents.includes(now.text)) throw new Error(`${JSON.stringify(now.text)} was stored by ${oneOf(sent)}`);
}

const oneOf = (sent: readonly string[]) => `one of ${sent.length}: ${sent.slice(0, 3).join('\n---\n')}`;

const TELLING = [10, 13, 32, 37, 38, 44, 47, 58, 59, 61];

function mutate(bytes: Buffer, random: () => number): Buffer {
  const at = random() % bytes.length;
  const how = random() % 3;
  const value = random() % 2 === 0 ? random() % 256 : (TELLING[random() % TELLING.length] as number);
  if (how === 0 && value === bytes[at]) return mutate(bytes, random);
  const [before, behind] = [bytes.subarray(0, at), bytes.subarray(how === 2 ? at : at + 1)];
  return Buffer.concat([before, how === 1 ? Buffer.alloc(0) : Buffer.from([value]), behind]);
}

/** Whole numbers up to 2^31 that a seed decides. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) >>> 1;
  };
}
