/** ListObjectsV2: continuation tokens, start-after, fetch-owner, KeyCount. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { byBytes, modelPage } from '../support/listing-model.ts';
import { testServer } from '../support/test-server.ts';
import { expectError, presigned, send, signed, type Wanted, xmlParts, xmlTexts } from '../support/wire-client.ts';

const server = await testServer();
afterAll(() => server.close());

const s3 = (method: string, path: string, wanted?: Wanted) => send(server, signed(server, method, path, wanted));

async function fill(bucket: string, keys: readonly string[]): Promise<void> {
  await s3('PUT', `/${bucket}`);
  for (const key of keys) await s3('PUT', `/${bucket}/${key}`, { body: key });
}

async function list(bucket: string, query: Record<string, string> = {}) {
  const reply = await s3('GET', `/${bucket}`, { query: { 'list-type': '2', ...query } });
  expect(reply.status, reply.text).toBe(200);
  const { text } = reply;
  return {
    text,
    keys: xmlParts(text, 'Contents').flatMap((entry) => xmlTexts(entry, 'Key')),
    prefixes: xmlParts(text, 'CommonPrefixes').flatMap((entry) => xmlTexts(entry, 'Prefix')),
    truncated: xmlTexts(text, 'IsTruncated')[0] === 'true',
    token: xmlTexts(text, 'NextContinuationToken')[0],
    one: (element: string) => xmlTexts(text.replaceAll(/<(Contents|CommonPrefixes)>[\s\S]*?<\/\1>/g, ''), element)[0],
  };
}

const KEYS = ['a', 'b/1', 'b/2', 'b/3', 'c', 'd/1', 'e'];
beforeAll(() => fill('box', KEYS));

test('of everything has a KeyCount and no marker', async () => {
  const { keys, truncated, token, one } = await list('box');
  expect([keys, truncated, token]).toEqual([KEYS, false, undefined]);
  expect([one('Name'), one('Prefix'), one('KeyCount'), one('MaxKeys'), one('Marker'), one('StartAfter'), one('ContinuationToken')]).toEqual(
    ['box', '', '7', '1000', undefined, undefined, undefined],
  );
});

test('KeyCount counts prefixes too', async () => {
  const { keys, prefixes, one } = await list('box', { delimiter: '/' });
  expect([keys, prefixes, one('KeyCount')]).toEqual([['a', 'c', 'e'], ['b/', 'd/'], '5']);
});

describe('continuation-token', () => {
  test('goes on where the page ended, with or without a delimiter', async () => {
    for (const query of [{}, { delimiter: '/' }, { prefix: 'b' }] as Record<string, string>[]) {
      const whole = await list('box', query);
      const found = { keys: [] as string[], prefixes: [] as string[] };
      let token: string | undefined;
      do {
        const page = await list('box', { ...query, 'max-keys': '2', ...(token === undefined ? {} : { 'continuation-token': token }) });
        expect(page.one('ContinuationToken')).toBe(token);
        found.keys.push(...page.keys);
        found.prefixes.push(...page.prefixes);
        expect(page.truncated).toBe(page.token !== undefined);
        token = page.token;
      } while (token !== undefined);
      expect(found).toEqual({ keys: whole.keys, prefixes: whole.prefixes });
    }
  });
  test('says nothing of the key in plain sight, and survives any key', async () => {
    const keys = ['é/日本語', 'a b+c&d', '\u{10000}', '\u0001', '<x>'];
    await fill('odd', keys);
    const sorted = [...keys].sort(byBytes);
    let token: string | undefined;
    for (const key of sorted) {
      const page = await list('odd', { 'max-keys': '1', ...(token === undefined ? {} : { 'continuation-token': token }) });
      expect(page.keys).toEqual([key]);
      token = page.token;
    }
    expect(token).toBeUndefined();
  });
  test('outranks start-after', async () => {
    const { token = '' } = await list('box', { 'max-keys': '2' });
    expect((await list('box', { 'continuation-token': token, 'start-after': 'd' })).keys).toEqual(['b/2', 'b/3', 'c', 'd/1', 'e']);
  });
  test('stays good when its key is deleted', async () => {
    await fill('deleted', ['1', '2', '3']);
    const { token = '' } = await list('deleted', { 'max-keys': '2' });
    await s3('DELETE', '/deleted/2');
    expect((await list('deleted', { 'continuation-token': token })).keys).toEqual(['3']);
  });
  test.each(['', 'nonsense', '====', 'a'.repeat(3000), '../../etc', 'AAAA'])('%j is refused', async (token) => {
    const reply = await s3('GET', '/box', { query: { 'list-type': '2', 'continuation-token': token } });
    expectError(reply, { status: 400, code: 'InvalidArgument', message: 'The continuation token provided is incorrect' });
  });
  test('of a page of nothing is none', async () => {
    const { keys, truncated, token, one } = await list('box', { 'max-keys': '0' });
    expect([keys, truncated, token, one('KeyCount')]).toEqual([[], false, undefined, '0']);
  });
});

describe('start-after', () => {
  test.each([
    ['a', ['b/1', 'b/2', 'b/3', 'c', 'd/1', 'e']],
    ['b', ['b/1', 'b/2', 'b/3', 'c', 'd/1', 'e']],
    ['b/2', ['b/3', 'c', 'd/1', 'e']],
    ['e', []],
    ['zzz', []],
    ['', KEYS],
    ['\n', KEYS],
  ])('%j begins behind it, there or not', async (startAfter, keys) => {
    expect((await list('box', { 'start-after': startAfter })).keys).toEqual(keys);
  });
  test('is repeated', async () => {
    expect((await list('box', { 'start-after': 'b/2' })).one('StartAfter')).toBe('b/2');
  });
  test('is repeated on later pages, too, where the token says where to go on', async () => {
    const first = await list('box', { 'start-after': 'b/2', 'max-keys': '1' });
    const token = first.one('NextContinuationToken') ?? '';
    const second = await list('box', { 'start-after': 'b/2', 'max-keys': '1', 'continuation-token': token });
    expect([first.keys, second.keys, second.one('StartAfter')]).toEqual([['b/3'], ['c'], 'b/2']);
  });
  test('with a delimiter shows the prefix it lies in, as S3 does, or goes on behind it', async () => {
    const { keys, prefixes } = await list('box', { 'start-after': 'b/2', delimiter: '/' });
    expect(keys).toEqual(['c', 'e']);
    expect([['b/', 'd/'], ['d/']]).toContainEqual(prefixes);
  });
});

describe('fetch-owner', () => {
  test('true tells the owner of each', async () => {
    const { text } = await list('box', { 'fetch-owner': 'true' });
    expect(xmlParts(text, 'Owner')).toHaveLength(KEYS.length);
    expect(new Set(xmlTexts(text, 'ID'))).toEqual(new Set(xmlTexts((await s3('GET', '/')).text, 'ID')));
  });
  test.each(['false', '', undefined])('%s tells none', async (value) => {
    expect((await list('box', value === undefined ? {} : { 'fetch-owner': value })).text).not.toContain('<Owner>');
  });
});

describe('parameters of the other version', () => {
  test('marker is refused', async () => {
    expectError(await s3('GET', '/box', { query: { 'list-type': '2', marker: 'a' } }), { status: 400, code: 'InvalidArgument' });
  });
  test.each(['continuation-token', 'start-after'])('%s without list-type=2 is refused', async (name) => {
    expectError(await s3('GET', '/box', { query: { [name]: 'a' } }), { status: 400, code: 'InvalidArgument' });
  });
  test.each(['1', '3', 'x'])('list-type %s is version 1 or refused', async (value) => {
    const reply = await s3('GET', '/box', { query: { 'list-type': value } });
    expect([200, 400]).toContain(reply.status);
    if (reply.status === 200) expect(reply.text).toContain('<Marker');
  });
});

test('encoding-type=url encodes keys, prefixes, delimiter and start-after', async () => {
  await fill('encoded', ['a b/c d', 'a+b']);
  const { keys, prefixes, one } = await list('encoded', { 'encoding-type': 'url', delimiter: ' ', 'start-after': ' ' });
  expect([keys, prefixes, one('Delimiter'), one('StartAfter'), one('EncodingType')]).toEqual([['a%2Bb'], ['a+'], '+', '+', 'url']);
});

test('is served to a pre-signed URL, whose parameters cannot be changed', async () => {
  const request = presigned(server, 'GET', '/box', { query: { 'list-type': '2', prefix: 'b/' } });
  const reply = await send(server, request);
  expect(xmlTexts(reply.text, 'Key')).toEqual(['b/1', 'b/2', 'b/3']);
  expectError(await send(server, { ...request, target: request.target.replace('prefix=b%2F', 'prefix=') }), {
    status: 403,
    code: 'SignatureDoesNotMatch',
  });
});

test('pages of a listing during writes show every key that was there throughout, once', async () => {
  const keys = Array.from({ length: 30 }, (_, i) => `k${String(i).padStart(2, '0')}`);
  await fill('moving', keys);
  const seen: string[] = [];
  let token: string | undefined;
  let i = 0;
  do {
    const page = await list('moving', { 'max-keys': '4', ...(token === undefined ? {} : { 'continuation-token': token }) });
    seen.push(...page.keys.filter((key) => keys.includes(key)));
    await s3('PUT', `/moving/k${String(i).padStart(2, '0')}x`, { body: '' });
    await s3('DELETE', `/moving/k${String(i++).padStart(2, '0')}x`);
    token = page.token;
  } while (token !== undefined);
  expect(seen).toEqual(keys);
});

test('any keys, prefix, delimiter and page size walked by tokens give what the model gives at once', async () => {
  const letters = ['a', 'b', '/', 'é', '\u{10000}', '\uffee', ' '];
  const key = fc.array(fc.constantFrom(...letters), { minLength: 1, maxLength: 6 }).map((parts) => parts.join(''));
  const maybe = fc.oneof(
    fc.constant(''),
    fc.array(fc.constantFrom(...letters), { maxLength: 2 }).map((parts) => parts.join('')),
  );
  let round = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(key, { maxLength: 12 }),
      maybe,
      maybe,
      fc.integer({ min: 1, max: 5 }),
      async (keys, prefix, delimiter, limit) => {
        const bucket = `model-${round++}`;
        await fill(bucket, keys);
        const found = { keys: [] as string[], prefixes: [] as string[] };
        let token: string | undefined;
        do {
          const page = await list(bucket, {
            prefix,
            delimiter,
            'max-keys': String(limit),
            ...(token === undefined ? {} : { 'continuation-token': token }),
          });
          found.keys.push(...page.keys);
          found.prefixes.push(...page.prefixes);
          token = page.token;
        } while (token !== undefined);
        const model = modelPage(keys, { prefix, delimiter, limit: 1000 });
        expect(found, JSON.stringify({ keys, prefix, delimiter, limit })).toEqual({ keys: model.keys, prefixes: model.prefixes });
      },
    ),
    { numRuns: 15, endOnFailure: true },
  );
});
