/** A limit that is signed into a URL and not enforced is refused, never ignored. */
import { afterAll, beforeAll, expect, test } from 'vitest';
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
