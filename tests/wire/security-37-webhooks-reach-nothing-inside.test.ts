/** Security test 37: whoever registers a webhook gets this server to reach no address inside, however that is written, resolved or redirected to. */
import { once } from 'node:events';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it, test } from 'vitest';
import { selfSigned } from '../support/certificate.ts';
import { api, done } from '../support/json-api.ts';
import { type TestServer, testServer } from '../support/test-server.ts';

/** In place of the Internet: the one address that may be reached. */
const OUTSIDE = '127.0.0.5';
const certificate = selfSigned(['outside.example', OUTSIDE]);
const others = selfSigned(['elsewhere.example']);

let server: TestServer;
/** A service of this machine that nobody outside has any business with: it counts who connects. */
let inside: Server;
let insideConnections = 0;
let outside: ReturnType<typeof createTlsServer>;
/** How the outside answers; and what it got. */
let answer: (response: import('node:http').ServerResponse) => void;
let delivered = 0;
const names = new Map<string, () => readonly string[]>();
const portOf = (listening: Server | ReturnType<typeof createTlsServer>) => (listening.address() as AddressInfo).port;

beforeAll(async () => {
  inside = createServer((socket) => {
    insideConnections++;
    socket.destroy();
  }).listen(0, '127.0.0.1');
  await once(inside, 'listening');
  outside = createTlsServer({ cert: certificate.cert, key: certificate.key }, (request, response) => {
    request.resume().on('end', () => {
      delivered++;
      answer(response);
    });
  }).listen(0, OUTSIDE);
  await once(outside, 'listening');
  server = await testServer({
    webhooks: {
      allowedNetworks: [OUTSIDE],
      timeoutMs: 2000,
      ca: certificate.cert,
      resolve(name, _options, callback) {
        const addresses = names.get(name)?.();
        if (addresses === undefined) return callback(Object.assign(new Error('not found'), { code: 'ENOTFOUND' }), []);
        callback(
          null,
          addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
        );
      },
    },
  });
});
afterEach(() => {
  expect(insideConnections, 'connections to the inside').toBe(0);
  names.clear();
  delivered = 0;
});
afterAll(async () => {
  outside.closeAllConnections();
  outside.close();
  inside.close();
  await server.close(0);
  for (const one of [certificate, others]) one.remove();
});

const ok = (response: import('node:http').ServerResponse) => response.writeHead(200).end();
/** What comes of a message to a webhook that is registered for this URL. */
async function tried(url: string) {
  const { id } = await done(server, 'POST', '/webhooks', { json: { url } });
  const tested = await done(server, 'POST', `/webhooks/${id}/test`);
  await done(server, 'DELETE', `/webhooks/${id}`);
  return tested;
}
const NOT_HERE = { delivered: false, reason: 'Its address is not one that webhooks may have here.' };

describe('an address inside', () => {
  test.each([
    '127.0.0.1',
    '2130706433',
    '0x7f000001',
    '0177.0.0.1',
    '127.1',
    '127.0.0.1.',
    '[::1]',
    '[::ffff:127.0.0.1]',
    '[0:0:0:0:0:ffff:7f00:1]',
    '[64:ff9b::7f00:1]',
    '[2002:7f00:1::]',
    '0.0.0.0',
    '[::]',
    '169.254.169.254',
    '[fd00:ec2::254]',
    '10.0.0.1',
    '１２７.０.０.１',
  ])('written as %s is refused where it is registered', async (host) => {
    for (const scheme of ['https', 'http']) {
      const reply = await api(server, 'POST', '/webhooks', { json: { url: `${scheme}://${host}:${portOf(inside)}/` } });
      expect([reply.status, reply.json.code]).toEqual([400, 'InvalidArgument']);
    }
  });

  test.each([
    '127.0.0.1',
    '::1',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '64:ff9b::7f00:1',
    '10.0.0.1',
    '169.254.169.254',
    'fd00:ec2::254',
    '0.0.0.0',
  ])('that a name stands for, %s, is not connected to', async (address) => {
    names.set('inside.example', () => [address]);
    for (const scheme of ['https', 'http']) expect(await tried(`${scheme}://inside.example:${portOf(inside)}/`)).toEqual(NOT_HERE);
  });

  it('is not connected to where the name stands for others, too', async () => {
    answer = ok;
    names.set('outside.example', () => ['127.0.0.1', OUTSIDE, '::1']);
    expect(await tried(`https://outside.example:${portOf(outside)}/`)).toEqual({ delivered: true, status: 200 });
  });

  it('is not connected to where the name stands for something else each time it is asked for', async () => {
    answer = (response) => response.writeHead(200, { connection: 'close' }).end();
    let asked = 0;
    // The port is that of the inside on 127.0.0.1, and of nothing on the outside.
    names.set('rebinding.example', () => [asked++ % 2 === 0 ? OUTSIDE : '127.0.0.1']);
    const { id } = await done(server, 'POST', '/webhooks', { json: { url: `http://rebinding.example:${portOf(inside)}/` } });
    const reasons = new Set<string>();
    for (let i = 0; i < 10; i++) reasons.add((await done(server, 'POST', `/webhooks/${id}/test`)).reason);
    expect(asked).toBeGreaterThanOrEqual(10);
    expect([...reasons].sort()).toEqual(['It can not be connected to, or it closed the connection.', NOT_HERE.reason]);
    await done(server, 'DELETE', `/webhooks/${id}`);
  });

  test.each([301, 302, 303, 307, 308])('is not gone to from a redirect (%s)', async (status) => {
    names.set('outside.example', () => [OUTSIDE]);
    answer = (response) => response.writeHead(status, { location: `http://127.0.0.1:${portOf(inside)}/` }).end();
    expect(await tried(`https://outside.example:${portOf(outside)}/`)).toEqual({
      delivered: false,
      status,
      reason: `It answered with a redirect, which is not followed (status ${status}).`,
    });
    expect(delivered).toBe(1);
  });

  it('is not gone to by way of a proxy that the environment names', async () => {
    answer = ok;
    names.set('outside.example', () => [OUTSIDE]);
    const variables = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'https_proxy'];
    for (const name of variables) process.env[name] = `http://127.0.0.1:${portOf(inside)}`;
    process.env.NODE_USE_ENV_PROXY = '1';
    try {
      expect(await tried(`https://outside.example:${portOf(outside)}/`)).toEqual({ delivered: true, status: 200 });
    } finally {
      for (const name of [...variables, 'NODE_USE_ENV_PROXY']) delete process.env[name];
    }
  });
});

describe('an address outside', () => {
  it('is only trusted with a certificate for its name', async () => {
    const impostor = createTlsServer({ cert: others.cert, key: others.key }, (_, response) => void response.end()).listen(0, OUTSIDE);
    await once(impostor, 'listening');
    names.set('outside.example', () => [OUTSIDE]);
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
    try {
      expect(await tried(`https://outside.example:${portOf(impostor)}/`)).toEqual({
        delivered: false,
        reason: 'Its certificate is not good, or it speaks no TLS.',
      });
    } finally {
      delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
      impostor.closeAllConnections();
      impostor.close();
    }
  });

  it('is spoken to in the clear only in a network that the operator has named', async () => {
    names.set('public.example', () => ['93.184.215.14']);
    expect(await tried('http://public.example/')).toEqual(NOT_HERE);
    const strict = await testServer();
    try {
      const reply = await api(strict, 'POST', '/webhooks', { json: { url: 'http://public.example/' } });
      expect([reply.status, reply.json.detail]).toEqual([400, expect.stringMatching(/only sent encrypted/)]);
    } finally {
      await strict.close(0);
    }
  });

  it('has nothing of its answer read back to whoever asks, nor more than a little read at all', async () => {
    names.set('outside.example', () => [OUTSIDE]);
    let written = 0;
    let cut = Promise.resolve<unknown>(undefined);
    answer = (response) => {
      cut = once(response, 'close');
      response.writeHead(200, { 'content-type': 'text/plain' });
      const more = () => {
        while (!response.destroyed && response.write(Buffer.alloc(64 * 1024, 'secret '))) written += 64 * 1024;
      };
      response.on('drain', more);
      more();
    };
    const tested = await tried(`https://outside.example:${portOf(outside)}/`);
    await cut;
    expect(tested).toEqual({ delivered: true, status: 200 });
    expect(written).toBeLessThan(16 * 1024 * 1024);
  });
});
