/** Limits that were signed into a URL: each understood to the letter, or refused; never ignored, and never taken off. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { postForm, signedFields } from '../support/post-form.ts';
import { testServer } from '../support/test-server.ts';
import { expectError, presigned, presignedV2, send, signed, type Wanted, withQuery } from '../support/wire-client.ts';

const server = await testServer();
afterAll(() => server.close());
const INVALID = { status: 400, code: 'InvalidArgument' } as const;
const SIGNATURE = { status: 403, code: 'SignatureDoesNotMatch' } as const;
const get = (query: Wanted['query']) => presigned(server, 'GET', '/box/file', { query: query ?? {} });
const put = (query: Wanted['query']) => presigned(server, 'PUT', '/box/key', { query: query ?? {}, body: 'x' });
const nothingStored = async () => expect((await send(server, signed(server, 'HEAD', '/box/key'))).status).toBe(404);

beforeAll(async () => {
  await send(server, signed(server, 'PUT', '/box'));
  await send(server, signed(server, 'PUT', '/box/file', { body: 'gold' }));
});

describe('a limit in a signed URL', () => {
  test.each([
    ['that nobody knows', { 'X-Latchkey-Made-Up': '1' }],
    ['of a count that is none', { 'X-Latchkey-Max-Uses': '0' }],
    ['of a negative count', { 'X-Latchkey-Max-Uses': '-1' }],
    ['of a count in another notation', { 'X-Latchkey-Max-Uses': '1e3' }],
    ['of a count with a blank', { 'X-Latchkey-Max-Uses': '1 ' }],
    ['of a count with a leading zero', { 'X-Latchkey-Max-Uses': '01' }],
    ['of a count beyond all counting', { 'X-Latchkey-Max-Uses': '1000000001' }],
    ['without a value', { 'X-Latchkey-Max-Size': '' }],
    ['of a size that is no number', { 'X-Latchkey-Max-Size': '5MB' }],
    ['of an address that is none', { 'X-Latchkey-Source-Ip': '203.0.113.300' }],
    ['of a block that is none', { 'X-Latchkey-Source-Ip': '203.0.113.0/33' }],
    ['of an empty item', { 'X-Latchkey-Source-Ip': '203.0.113.1,' }],
    ['of a type that is none', { 'X-Latchkey-Content-Types': 'image' }],
    ['that would widen', { 'X-Latchkey-No-Overwrite': 'false' }],
  ])('%s is refused by its name, and nothing is stored', async (_, query) => {
    const reply = await send(server, put(query));
    expectError(reply, INVALID);
    expect(reply.error.ArgumentName).toBe(Object.keys(query)[0]);
    await nothingStored();
  });

  test('that is given twice is refused, in whatever case, and be it the same', async () => {
    for (const second of ['X-Latchkey-Max-Size', 'x-latchkey-max-size']) {
      const reply = await send(
        server,
        put([
          ['X-Latchkey-Max-Size', '10'],
          [second, '10'],
        ]),
      );
      expect(reply.status).toBe(400);
      expect(reply.error.Message).toContain(second);
    }
    await nothingStored();
  });

  test('of a least size above the greatest is refused', async () => {
    expectError(await send(server, put({ 'X-Latchkey-Min-Size': '2', 'X-Latchkey-Max-Size': '1' })), INVALID);
  });

  test('counts in any case', async () => {
    const reply = await send(server, put({ 'x-latchkey-max-size': '0' }));
    expectError(reply, { status: 400, code: 'EntityTooLarge', fields: { ProposedSize: '1', MaxSizeAllowed: '0' } });
    await nothingStored();
  });

  test('can not be taken off, changed, added or written otherwise by whoever holds the URL', async () => {
    const url = put({ 'X-Latchkey-Max-Size': '0' });
    const changes = [
      withQuery(url, (query) => query.filter(([name]) => name !== 'X-Latchkey-Max-Size')),
      withQuery(url, (query) => query.map(([name, value]) => [name, name === 'X-Latchkey-Max-Size' ? '10' : value])),
      withQuery(url, (query) => query.map(([name, value]) => [name === 'X-Latchkey-Max-Size' ? 'X-Latchkey-max-size' : name, value])),
      withQuery(url, (query) => query.map(([name, value]) => [name === 'X-Latchkey-Max-Size' ? 'X-Latchkey-Min-Size' : name, value])),
      withQuery(url, (query) => [...query, ['X-Latchkey-Max-Uses', '10']]),
    ];
    for (const changed of changes) expectError(await send(server, changed), SIGNATURE);
    expect(
      (
        await send(
          server,
          withQuery(url, (query) => [...query, ['x-latchkey-max-size', '10']]),
        )
      ).status,
    ).toBe(400);
    await nothingStored();
  });

  test('of uses is refused where uses are not counted', async () => {
    const list = presigned(server, 'GET', '/box', { query: { 'list-type': '2', 'X-Latchkey-Max-Uses': '1' } });
    expectError(await send(server, list), INVALID);
    const remove = presigned(server, 'DELETE', '/box/file', { query: { 'X-Latchkey-Max-Uses': '1' } });
    expectError(await send(server, remove), INVALID);
    const copy = presigned(server, 'PUT', '/box/key', {
      query: { 'X-Latchkey-Max-Uses': '1' },
      headers: { 'x-amz-copy-source': '/box/file' },
    });
    expectError(await send(server, copy), INVALID);
    expect((await send(server, signed(server, 'HEAD', '/box/file'))).status).toBe(200);
  });

  test('that has nothing to do with the request is idle', async () => {
    expect((await send(server, get({ 'X-Latchkey-Max-Size': '1', 'X-Latchkey-No-Overwrite': 'true' }))).text).toBe('gold');
  });

  test('is refused beside SigV2, which does not sign it', async () => {
    const reply = await send(server, presignedV2(server, 'GET', '/box/file', { query: { 'X-Latchkey-Max-Uses': '1' } }));
    expect(reply.status).toBe(400);
    expect(reply.text).toContain('X-Latchkey-Max-Uses');
  });
});

describe('a limit elsewhere than in the query of a pre-signed URL', () => {
  test.each([
    ['in the query of a request signed in its headers', () => signed(server, 'PUT', '/box/key', { query: { 'X-Latchkey-Max-Size': '9' } })],
    [
      'in a header that the signature covers',
      () => signed(server, 'PUT', '/box/key', { headers: { 'x-latchkey-no-overwrite': 'true' }, body: 'x' }),
    ],
    [
      'in a header that it does not cover',
      () => {
        const request = presigned(server, 'PUT', '/box/key', { body: 'x' });
        return { ...request, headers: [...request.headers, ['X-Latchkey-No-Overwrite', 'true'] as const] };
      },
    ],
  ])('%s is refused by its name, and nothing is stored', async (_, request) => {
    const reply = await send(server, request());
    expectError(reply, INVALID);
    expect(reply.text.toLowerCase()).toContain('x-latchkey-');
    await nothingStored();
  });

  test.each(['X-Latchkey-Max-Size', 'x-latchkey-content-types'])(
    '%s as a field of a signed form is refused, and nothing is stored',
    async (name) => {
      const conditions = [{ bucket: 'box' }, { key: 'key' }, { [name]: '1' }];
      const reply = await postForm(server, '/box', [['key', 'key'], [name, '1'], ...signedFields({ conditions })]);
      expectError(reply, INVALID);
      expect(reply.text.toLowerCase()).toContain(name.toLowerCase());
      await nothingStored();
    },
  );

  test('in the query of a form’s address is refused: the form does not sign it', async () => {
    const conditions = [{ bucket: 'box' }, { key: 'key' }];
    const reply = await postForm(server, '/box?X-Latchkey-Max-Size=1', [['key', 'key'], ...signedFields({ conditions })]);
    expectError(reply, INVALID);
    await nothingStored();
  });
});
