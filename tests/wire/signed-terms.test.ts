/** A limit that is not enforced is refused wherever it stands, never ignored. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { postForm, signedFields } from '../support/post-form.ts';
import { testServer } from '../support/test-server.ts';
import { expectError, presigned, send, signed } from '../support/wire-client.ts';

const server = await testServer();
afterAll(() => server.close());
beforeAll(async () => {
  await send(server, signed(server, 'PUT', '/box'));
});

test.each(['X-Latchkey-Max-Uses', 'X-Latchkey-Made-Up', 'x-latchkey-max-size'])(
  '%s in a signed URL is refused by name, and nothing is stored',
  async (name) => {
    const reply = await send(server, presigned(server, 'PUT', '/box/key', { query: { [name]: '1' }, body: 'x' }));
    expectError(reply, { status: 400, code: 'InvalidArgument' });
    expect(reply.text).toContain(name);
    expect((await send(server, signed(server, 'HEAD', '/box/key'))).status).toBe(404);
  },
);

test.each([
  [
    'a header that the signature covers',
    () => signed(server, 'PUT', '/box/key', { headers: { 'x-latchkey-no-overwrite': 'true' }, body: 'x' }),
  ],
  [
    'a header that it does not cover',
    () => {
      const request = presigned(server, 'PUT', '/box/key', { body: 'x' });
      return { ...request, headers: [...request.headers, ['X-Latchkey-No-Overwrite', 'true'] as const] };
    },
  ],
])('%s is refused by name, and nothing is stored', async (_, request) => {
  const reply = await send(server, request());
  expectError(reply, { status: 400, code: 'InvalidArgument' });
  expect(reply.text.toLowerCase()).toContain('x-latchkey-no-overwrite');
  expect((await send(server, signed(server, 'HEAD', '/box/key'))).status).toBe(404);
});

test.each(['X-Latchkey-Max-Size', 'x-latchkey-content-types'])(
  '%s as a field of a signed form is refused by name, and nothing is stored',
  async (name) => {
    const conditions = [{ bucket: 'box' }, { key: 'key' }, { [name]: '1' }];
    const reply = await postForm(server, '/box', [['key', 'key'], [name, '1'], ...signedFields({ conditions })]);
    expectError(reply, { status: 400, code: 'InvalidArgument' });
    expect(reply.text.toLowerCase()).toContain(name.toLowerCase());
    expect((await send(server, signed(server, 'HEAD', '/box/key'))).status).toBe(404);
  },
);
