/** ListObjects (version 1) and what both versions share: prefix, delimiter, max-keys, encoding-type. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { md5Hex } from '../support/independent-signer.ts';
import { byBytes, modelPage } from '../support/listing-model.ts';
import { testServer } from '../support/test-server.ts';
import { anonymous, expectError, send, signed, type Wanted, xmlParts, xmlTexts } from '../support/wire-client.ts';

const server = await testServer();
afterAll(() => server.close());

const s3 = (method: string, path: string, wanted?: Wanted) => send(server, signed(server, method, path, wanted));

async function fill(bucket: string, keys: readonly string[]): Promise<void> {
  await s3('PUT', `/${bucket}`);
  for (const key of keys) await s3('PUT', `/${bucket}/${key}`, { body: key });
}

/** Keys, prefixes and the rest of one page. */
async function list(bucket: string, query: Record<string, string> = {}) {
  const reply = await s3('GET', `/${bucket}`, { query });
  expect(reply.status, reply.text).toBe(200);
  const { text } = reply;
  const contents = xmlParts(text, 'Contents');
  return {
    text,
    keys: contents.flatMap((entry) => xmlTexts(entry, 'Key')),
    prefixes: xmlParts(text, 'CommonPrefixes').flatMap((entry) => xmlTexts(entry, 'Prefix')),
    truncated: xmlTexts(text, 'IsTruncated')[0] === 'true',
    next: xmlTexts(text, 'NextMarker')[0],
    one: (element: string) => xmlTexts(text.replaceAll(/<(Contents|CommonPrefixes)>[\s\S]*?<\/\1>/g, ''), element)[0],
  };
}

const FRUIT = ['apple', 'banana', 'fruit/apple', 'fruit/banana', 'fruit/citrus/lemon', 'fruit/citrus/lime', 'fruit.txt', 'zebra'];
beforeAll(async () => {
  await fill('food', FRUIT);
  await s3('PUT', '/empty');
});

describe('a listing', () => {
  test('of an empty bucket', async () => {
    const { text, keys, prefixes, truncated, one } = await list('empty');
    expect([keys, prefixes, truncated, one('Name'), one('Prefix'), one('Marker'), one('MaxKeys')]).toEqual([
      [],
      [],
      false,
      'empty',
      '',
      '',
      '1000',
    ]);
    expect(text).toMatch(/<ListBucketResult xmlns="http:\/\/s3.amazonaws.com\/doc\/2006-03-01\/">/);
    expect([one('Delimiter'), one('NextMarker'), one('EncodingType'), one('KeyCount')]).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });
  test('names every object, in the order of the bytes of its key', async () => {
    expect((await list('food')).keys).toEqual([...FRUIT].sort(byBytes));
  });
  test('orders by bytes of UTF-8, not by UTF-16 units', async () => {
    const keys = ['a', 'A', '!', '~', 'é', '\u{10000}', '\uffff', 'z', '0', 'aa', 'a/', 'a.'];
    await fill('order', keys);
    expect((await list('order')).keys).toEqual([...keys].sort(byBytes));
  });
  test('tells ETag, size, date, owner and class of each', async () => {
    const [entry = ''] = xmlParts((await list('food', { prefix: 'apple' })).text, 'Contents');
    expect([xmlTexts(entry, 'Key'), xmlTexts(entry, 'ETag'), xmlTexts(entry, 'Size'), xmlTexts(entry, 'StorageClass')]).toEqual([
      ['apple'],
      [`"${md5Hex('apple')}"`],
      ['5'],
      ['STANDARD'],
    ]);
    expect(xmlTexts(entry, 'LastModified')[0]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z$/);
    const owner = xmlTexts((await s3('GET', '/')).text, 'ID');
    expect(xmlTexts(xmlParts(entry, 'Owner')[0] ?? '', 'ID')).toEqual(owner);
  });
  test('shows the same moment as HEAD', async () => {
    const [date = ''] = xmlTexts((await list('food', { prefix: 'apple' })).text, 'LastModified');
    const head = await s3('HEAD', '/food/apple');
    expect(Date.parse(date)).toBe(Date.parse(head.headers.get('last-modified') ?? ''));
  });
  test('of no bucket is NoSuchBucket', async () => {
    expectError(await s3('GET', '/not-there'), { status: 404, code: 'NoSuchBucket', fields: { BucketName: 'not-there' } });
  });
  test('by nobody is AccessDenied', async () => {
    expectError(await send(server, anonymous(server, 'GET', '/food')), { status: 403, code: 'AccessDenied' });
  });
});

describe('prefix', () => {
  test.each([
    ['fruit', ['fruit.txt', 'fruit/apple', 'fruit/banana', 'fruit/citrus/lemon', 'fruit/citrus/lime']],
    ['fruit/', ['fruit/apple', 'fruit/banana', 'fruit/citrus/lemon', 'fruit/citrus/lime']],
    ['fruit/apple', ['fruit/apple']],
    ['none', []],
    ['/', []],
    ['zebra!', []],
    ['F', []],
  ])('%s names what begins with it', async (prefix, keys) => {
    const listed = await list('food', { prefix });
    expect([listed.keys, listed.one('Prefix')]).toEqual([keys, prefix]);
  });
  test('that is empty is none', async () => {
    expect((await list('food', { prefix: '' })).keys).toHaveLength(FRUIT.length);
  });
  test('holds any character', async () => {
    const keys = ['<&>"\'/1', 'a b/1', 'é/1', '%25/1', '+/1', '\n/1', '\t/1'];
    await fill('odd-prefixes', keys);
    for (const key of keys) expect((await list('odd-prefixes', { prefix: key.slice(0, -1) })).keys).toEqual([key]);
  });
});

describe('delimiter', () => {
  test('rolls up what lies below it', async () => {
    const { keys, prefixes, one } = await list('food', { delimiter: '/' });
    expect([keys, prefixes, one('Delimiter')]).toEqual([['apple', 'banana', 'fruit.txt', 'zebra'], ['fruit/'], '/']);
  });
  test('counts from the end of the prefix', async () => {
    const below = await list('food', { delimiter: '/', prefix: 'fruit/' });
    expect([below.keys, below.prefixes]).toEqual([['fruit/apple', 'fruit/banana'], ['fruit/citrus/']]);
    const partway = await list('food', { delimiter: '/', prefix: 'fru' });
    expect([partway.keys, partway.prefixes]).toEqual([['fruit.txt'], ['fruit/']]);
    const at = await list('food', { delimiter: '/', prefix: 'fruit' });
    expect([at.keys, at.prefixes]).toEqual([['fruit.txt'], ['fruit/']]);
  });
  test.each(['a', 'an', 'ban', '%', ' ', '.', '\n', 'é', 'none', '//', '/a'])('may be any text: %j', async (delimiter) => {
    const keys = ['b/a/r', 'b/a%c', 'a b', 'foo.bar', 'x\ny', 'néz', 'banana', '//a', 'c//d'];
    await fill('delimited', keys);
    const { keys: listed, prefixes } = await list('delimited', { delimiter });
    const model = modelPage(keys, { delimiter, limit: 1000 });
    expect([listed, prefixes]).toEqual([model.keys, model.prefixes]);
  });
  test('that is empty rolls up nothing', async () => {
    const { keys, prefixes, one } = await list('food', { delimiter: '' });
    expect([keys.length, prefixes, one('Delimiter')]).toEqual([FRUIT.length, [], undefined]);
  });
  test('rolls up slashes at the start, slash by slash', async () => {
    await fill('slashes', ['/a', '//b', 'c/']);
    expect((await list('slashes', { delimiter: '/' })).prefixes).toEqual(['/', 'c/']);
    expect((await list('slashes', { delimiter: '/', prefix: '/' })).prefixes).toEqual(['//']);
    expect((await list('slashes', { delimiter: '/', prefix: '/' })).keys).toEqual(['/a']);
  });
});

describe('max-keys', () => {
  test('gives a page, and the marker of the next goes on behind it', async () => {
    const found: string[] = [];
    let marker = '';
    for (let page = 0; page < 10; page++) {
      const { keys, truncated } = await list('food', { 'max-keys': '3', marker });
      found.push(...keys);
      marker = keys.at(-1) ?? '';
      if (!truncated) break;
    }
    expect(found).toEqual([...FRUIT].sort(byBytes));
  });
  test('of as many as there are is not truncated', async () => {
    expect([(await list('food', { 'max-keys': '8' })).truncated, (await list('food', { 'max-keys': '7' })).truncated]).toEqual([
      false,
      true,
    ]);
  });
  test('of none is empty and not truncated', async () => {
    const { keys, truncated, one } = await list('food', { 'max-keys': '0' });
    expect([keys, truncated, one('MaxKeys')]).toEqual([[], false, '0']);
  });
  test('counts a rolled-up prefix as one', async () => {
    const { keys, prefixes, truncated, next } = await list('food', { 'max-keys': '4', delimiter: '/' });
    expect([keys, prefixes, truncated, next]).toEqual([['apple', 'banana', 'fruit.txt'], ['fruit/'], true, 'fruit/']);
    const rest = await list('food', { 'max-keys': '4', delimiter: '/', marker: next ?? '' });
    expect([rest.keys, rest.prefixes, rest.truncated]).toEqual([['zebra'], [], false]);
  });
  test('NextMarker is told with a delimiter only', async () => {
    expect((await list('food', { 'max-keys': '2' })).next).toBeUndefined();
    expect((await list('food', { 'max-keys': '2', delimiter: '/' })).next).toBe('banana');
    expect((await list('food', { 'max-keys': '2', delimiter: '?' })).next).toBe('banana');
  });
  test('above 1000 is 1000', async () => {
    await fill('many', []);
    await Promise.all(
      Array.from({ length: 4 }, async (_, lane) => {
        for (let i = lane; i < 1002; i += 4) await s3('PUT', `/many/k${String(i).padStart(4, '0')}`, { body: '' });
      }),
    );
    for (const query of [{}, { 'max-keys': '1001' }, { 'max-keys': '2147483647' }] as Record<string, string>[]) {
      const { keys, truncated, one } = await list('many', query);
      expect([keys.length, truncated, one('MaxKeys')]).toEqual([1000, true, '1000']);
    }
    expect((await list('many', { marker: 'k0999' })).keys).toEqual(['k1000', 'k1001']);
  }, 60_000);
  test.each(['-1', 'ten', '1.5', '2147483648', ' 5', '0x5'])('%j is InvalidArgument', async (value) => {
    const reply = await s3('GET', '/food', { query: { 'max-keys': value } });
    expectError(reply, { status: 400, code: 'InvalidArgument' });
    expect(reply.error.ArgumentName).toMatch(/^max-?[kK]eys$/);
    expect(reply.error.ArgumentValue).toBe(value);
  });
  test('that is empty is 1000', async () => {
    const reply = await s3('GET', '/food', { query: { 'max-keys': '' } });
    expect([200, 400]).toContain(reply.status);
  });
});

describe('marker', () => {
  test.each([
    ['banana', ['fruit.txt', 'fruit/apple', 'fruit/banana', 'fruit/citrus/lemon', 'fruit/citrus/lime', 'zebra']],
    ['bananaa', ['fruit.txt', 'fruit/apple', 'fruit/banana', 'fruit/citrus/lemon', 'fruit/citrus/lime', 'zebra']],
    ['', [...FRUIT].sort(byBytes)],
    ['zebra', []],
    ['zzz', []],
    ['\n', [...FRUIT].sort(byBytes)],
  ])('%j begins behind it, there or not', async (marker, keys) => {
    const listed = await list('food', { marker });
    expect([listed.keys, listed.one('Marker')]).toEqual([keys, marker]);
  });
  test('inside a rolled-up prefix goes on behind that prefix', async () => {
    const { keys, prefixes } = await list('food', { marker: 'fruit/apple', delimiter: '/' });
    const model = modelPage(FRUIT, { after: 'fruit/apple', delimiter: '/', limit: 1000 });
    // S3 itself shows a prefix again if keys behind the marker lie in it.
    expect(keys).toEqual(model.keys);
    expect([[], ['fruit/']]).toContainEqual(prefixes);
  });
  test('before the prefix begins at the prefix, behind it is empty', async () => {
    expect((await list('food', { marker: 'a', prefix: 'fruit/' })).keys).toHaveLength(4);
    expect((await list('food', { marker: 'g', prefix: 'fruit/' })).keys).toEqual([]);
  });
});

describe('encoding-type', () => {
  const ODD = [
    'a b',
    'a+b',
    'a&b',
    'a/b',
    'é',
    '\n',
    '%',
    '*',
    "'",
    '(',
    '~',
    '_',
    '-',
    '.',
    '😀',
    '\u0001',
    '\u{ffff}'.replace('\uffff', '\ufffd'),
  ];
  beforeAll(() => fill('odd', ODD));
  test('url shows keys encoded as S3 does: a space as +, a slash and * and . and - and _ as they are', async () => {
    const { text, keys } = await list('odd', { 'encoding-type': 'url' });
    expect(xmlTexts(text, 'EncodingType')).toEqual(['url']);
    const encoded = [...ODD]
      .sort(byBytes)
      .map((key) =>
        encodeURIComponent(key)
          .replaceAll('%20', '+')
          .replaceAll('%2F', '/')
          .replaceAll("'", '%27')
          .replaceAll('(', '%28')
          .replaceAll(')', '%29')
          .replaceAll('!', '%21')
          .replaceAll('~', '%7E'),
      );
    expect(keys.map((key) => key.replaceAll('~', '%7E'))).toEqual(encoded);
  });
  test('url encodes prefix, delimiter and markers too', async () => {
    const { one, prefixes } = await list('odd', { 'encoding-type': 'url', prefix: 'a', delimiter: ' ', marker: '%', 'max-keys': '1' });
    expect([one('Prefix'), one('Delimiter'), one('Marker'), prefixes]).toEqual(['a', '+', '%25', ['a+']]);
    expect(one('NextMarker')).toBe('a+');
  });
  test('is not needed: every key is in the XML, control characters as character references', async () => {
    const { keys, text } = await list('odd');
    expect(keys).toEqual([...ODD].sort(byBytes));
    expect(text).toContain('&#x1;');
  });
  test.each(['base64', 'URL ', ''])('%j is InvalidArgument', async (value) => {
    expectError(await s3('GET', '/odd', { query: { 'encoding-type': value } }), {
      status: 400,
      code: 'InvalidArgument',
      message: 'Invalid Encoding Method specified in Request',
      fields: { ArgumentName: 'encoding-type', ArgumentValue: value },
    });
  });
});

test('any keys, prefix, delimiter, page size and marker give the page of the slow and obvious model', async () => {
  const letters = ['a', 'b', '/', '.', 'é', '\u{10000}', '\uffee'];
  const key = fc.array(fc.constantFrom(...letters), { minLength: 1, maxLength: 6 }).map((parts) => parts.join(''));
  const maybe = fc.oneof(
    fc.constant(''),
    fc.array(fc.constantFrom(...letters), { maxLength: 2 }).map((parts) => parts.join('')),
  );
  let round = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(key, { maxLength: 12 }),
      fc.array(fc.record({ prefix: maybe, delimiter: maybe, limit: fc.integer({ min: 1, max: 5 }) }), { minLength: 1, maxLength: 4 }),
      async (keys, queries) => {
        const bucket = `model-${round++}`;
        await fill(bucket, keys);
        for (const { prefix, delimiter, limit } of queries) {
          let after = '';
          for (let page = 0; page < 20; page++) {
            const model = modelPage(keys, { prefix, delimiter, after, limit });
            const got = await list(bucket, { prefix, delimiter, marker: after, 'max-keys': String(limit) });
            expect(
              { keys: got.keys, prefixes: got.prefixes, truncated: got.truncated },
              JSON.stringify({ keys, prefix, delimiter, after, limit }),
            ).toEqual({ keys: model.keys, prefixes: model.prefixes, truncated: model.truncated });
            if (!model.truncated) break;
            after = model.last ?? '';
          }
        }
      },
    ),
    { numRuns: 15, endOnFailure: true },
  );
});
