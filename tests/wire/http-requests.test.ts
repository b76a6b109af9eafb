/** What is not a proper HTTP request is refused, once, without a second request seen and without anything stored. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openConnection } from '../support/connection.ts';
import { rawExchange } from '../support/raw-http.ts';
import { testServer } from '../support/test-server.ts';
import { answer, bytesOf, presigned, send, signed, withHeader, xmlTexts } from '../support/wire-client.ts';

const server = await testServer();
afterAll(() => server.close());

beforeAll(async () => {
  await send(server, signed(server, 'PUT', '/box'));
});
beforeEach(async () => {
  const listed = await send(server, signed(server, 'GET', '/box'));
  for (const key of xmlTexts(listed.text, 'Key')) await send(server, signed(server, 'DELETE', `/box/${key}`));
});

const keys = async () => xmlTexts((await send(server, signed(server, 'GET', '/box'))).text, 'Key');
/** A pre-signed GET of the bucket and PUT of an object, as targets: good whatever headers come with them. */
const getTarget = () => presigned(server, 'GET', '/box').target;
const putTarget = () => presigned(server, 'PUT', '/box/stored').target;

/** Everything the server sends on a connection until it closes it, or has said something and then stays silent for a while. */
async function everythingAfter(bytes: string | Buffer, quietMs = 120): Promise<{ text: string; statuses: number[]; closed: boolean }> {
  const connection = await openConnection(server.s3);
  let closed = false;
  let text = '';
  let last = Date.now();
  connection.socket.on('data', (chunk) => {
    text += chunk.toString('latin1');
    last = Date.now();
  });
  connection.socket.on('close', () => {
    closed = true;
  });
  connection.write(bytes);
  const start = last;
  while (!closed && (text === '' ? Date.now() - start < 5000 : Date.now() - last < quietMs))
    await new Promise((resolve) => setTimeout(resolve, 20));
  connection.close();
  return { text, statuses: [...text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => Number(status)), closed };
}

describe('the request line', () => {
  test.each([
    ['no version', 'GET /box\r\n\r\n'],
    ['HTTP/0.9', 'GET /box HTTP/0.9\r\n\r\n'],
    ['HTTP/3.0', 'GET /box HTTP/3.0\r\nHost: x\r\n\r\n'],
    ['a raw space in the target', 'GET /box/a b HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['a method in lower case', 'get /box HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['an unknown method', 'STEAL /box HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['nothing but noise', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
    ['an empty line and noise', '\r\n\r\n\0\0\0\0\r\n\r\n'],
  ])('with %s is refused, and the connection closed', async (_, bytes) => {
    const { statuses, closed, text } = await everythingAfter(Buffer.from(bytes, 'latin1'));
    expect(statuses.length, text).toBe(1);
    expect([400, 405, 505]).toContain(statuses[0]);
    expect(closed).toBe(true);
  });
  test.each(['PATCH', 'TRACE', 'PROPFIND', 'LINK', 'PURGE', 'QUERY', 'SEARCH', 'COPY', 'MOVE', 'LOCK'])(
    '%s is a method that S3 has not',
    async (method) => {
      for (const path of ['/', '/box', '/box/key']) {
        const { statuses, text } = await everythingAfter(
          `${method} ${path} HTTP/1.1\r\nHost: ${server.host}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`,
          1000,
        );
        expect(statuses, text).toEqual([405]);
        expect(text).toContain('<Code>MethodNotAllowed</Code>');
      }
    },
  );
  test.each(['*', '/', '/box', '/none-such/key', '/%zz'])(
    'OPTIONS %s is refused or answered as a preflight, and fails nothing',
    async (target) => {
      for (const origin of ['', 'Origin: https://example.com\r\nAccess-Control-Request-Method: PUT\r\n']) {
        const { statuses, text } = await everythingAfter(
          `OPTIONS ${target} HTTP/1.1\r\nHost: ${server.host}\r\n${origin}Connection: close\r\n\r\n`,
          1000,
        );
        expect(statuses.length, text).toBe(1);
        expect([400, 403], text).toContain(statuses[0]);
        expect(text.toLowerCase()).not.toContain('access-control-allow');
      }
    },
  );
  test('CONNECT is refused', async () => {
    const { statuses, text } = await everythingAfter(`CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n`);
    expect(
      statuses.every((status) => status >= 400 && status < 500),
      text,
    ).toBe(true);
    expect(text).not.toContain('200');
  });
  test('HTTP/1.0 without Host is answered, refused or served, with a closed connection', async () => {
    const { statuses, closed, text } = await everythingAfter('GET /box HTTP/1.0\r\n\r\n');
    expect(statuses.length, text).toBe(1);
    expect([400, 403]).toContain(statuses[0]);
    expect(closed).toBe(true);
  });
});

describe('the target', () => {
  const get = async (target: string | Buffer) => {
    const head = Buffer.concat([
      Buffer.from('GET '),
      Buffer.from(target as string, 'latin1'),
      Buffer.from(` HTTP/1.1\r\nHost: ${server.host}\r\n\r\n`),
    ]);
    return answer(await rawExchange(server.s3, head));
  };
  test.each(['/box/%', '/box/%4', '/box/%zz', '/box/%%41', '/box/a%', '/box?prefix=%', '/box?prefix=%g0', '/box?%=1', '/%zz/key'])(
    '%s holds a bad escape',
    async (target) => {
      const reply = await get(target);
      expect([reply.status, reply.error.Code], reply.text).toEqual([400, 'InvalidURI']);
      expect(reply.error.Message).toBe("Couldn't parse the specified URI.");
    },
  );
  test.each([
    '/box/%ff',
    '/box/%C3',
    '/box/%C3%28',
    '/box/%ED%A0%80',
    '/box/%F8%88%80%80%80',
    '/box/%C0%AF',
    '/box/%E0%80%AF',
    '/box?prefix=%ff',
    '/box/%F4%90%80%80',
  ])('%s is not UTF-8', async (target) => {
    const reply = await get(target);
    expect([reply.status, reply.error.Code], reply.text).toEqual([400, 'InvalidURI']);
  });
  test.each(['/box/a\\b', '/box#fragment', '/box/a#b', '/box/\x7f'])(
    '%j holds a character that must be encoded, and is never turned into something else',
    async (target) => {
      const reply = await get(target);
      expect(reply.status, reply.text).toBe(400);
    },
  );
  test('a raw byte that is not UTF-8 is refused', async () => {
    expect((await get('/box/\xff')).status).toBe(400);
  });
  test('raw UTF-8 is what it says', async () => {
    await send(server, signed(server, 'PUT', '/box/é', { body: 'accent' }));
    const request = presigned(server, 'GET', '/box/é');
    const reply = await get(request.target.replace('%C3%A9', Buffer.from('é').toString('latin1')));
    expect([200, 400]).toContain(reply.status);
    if (reply.status === 200) expect(reply.text).toBe('accent');
  });
  test.each(['*', 'box', 'box/key', '//box', '?prefix=x', ''])('%j is not the path of a bucket', async (target) => {
    if (target === '') return;
    const reply = await get(target);
    expect([400, 403], reply.text).toContain(reply.status);
  });
  test('in absolute form is refused, or served where its host agrees with Host', async () => {
    const target = getTarget();
    const own = await everythingAfter(`GET ${server.s3}${target} HTTP/1.1\r\nHost: ${server.host}\r\n\r\n`);
    expect([200, 400], own.text).toContain(own.statuses[0]);
    const foreign = await everythingAfter(`GET http://evil.example${target} HTTP/1.1\r\nHost: ${server.host}\r\n\r\n`);
    expect([400, 403], foreign.text).toContain(foreign.statuses[0]);
    const swapped = await everythingAfter(`GET ${server.s3}${target} HTTP/1.1\r\nHost: evil.example\r\n\r\n`);
    expect([400, 403], swapped.text).toContain(swapped.statuses[0]);
  });
});

describe('Host', () => {
  test('is required', async () => {
    const { statuses, closed } = await everythingAfter(`GET ${getTarget()} HTTP/1.1\r\n\r\n`);
    expect(statuses).toEqual([400]);
    expect(closed).toBe(true);
  });
  test.each([
    ['the same', (host: string) => [host, host]],
    ['another first', (host: string) => ['evil.example', host]],
    ['another second', (host: string) => [host, 'evil.example']],
  ])('twice, %s, is refused', async (_, hosts) => {
    const lines = hosts(server.host).map((host) => `Host: ${host}\r\n`);
    const { statuses } = await everythingAfter(`GET ${getTarget()} HTTP/1.1\r\n${lines.join('')}\r\n`);
    expect(statuses).toEqual([400]);
  });
  test.each(['', 'a b', 'a,b', '127.0.0.1:9000, evil.example'])('%j is no good one', async (host) => {
    const { statuses } = await everythingAfter(`GET ${getTarget()} HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
    expect([400, 403]).toContain(statuses[0]);
  });
});

describe('a header that must stand once', () => {
  test.each([
    ['Content-Length', '1', '1'],
    ['Content-Length', '1', '2'],
    ['Content-Type', 'text/plain', 'text/html'],
    ['Content-MD5', '1B2M2Y8AsgTpgAmY7PhCfg==', '1B2M2Y8AsgTpgAmY7PhCfg=='],
    ['Transfer-Encoding', 'chunked', 'chunked'],
    ['Range', 'bytes=0-0', 'bytes=1-1'],
    ['Expect', '100-continue', '100-continue'],
    ['x-amz-date', '20260131T120000Z', '20260131T120000Z'],
    ['x-amz-content-sha256', 'UNSIGNED-PAYLOAD', 'UNSIGNED-PAYLOAD'],
    ['x-amz-meta-a', '1', '2'],
    ['Authorization', 'AWS4-HMAC-SHA256 x', 'AWS4-HMAC-SHA256 x'],
  ])('%s: %s and %s is refused, and nothing is stored', async (name, first, second) => {
    const own = name === 'Content-Length' || name === 'Transfer-Encoding' ? '' : 'Content-Length: 1\r\n';
    const bytes = `PUT ${putTarget()} HTTP/1.1\r\nHost: ${server.host}\r\n${own}${name}: ${first}\r\n${name}: ${second}\r\n\r\nx`;
    const { statuses, text } = await everythingAfter(bytes);
    expect(statuses[0], text).toBeGreaterThanOrEqual(400);
    expect(statuses[0], text).toBeLessThan(502);
    expect(statuses.length).toBe(1);
    expect(await keys()).toEqual([]);
  });
});

describe('requests that two parsers read differently', () => {
  /** A whole second request hidden where a body or header should be. */
  const hidden = () =>
    `PUT ${presigned(server, 'PUT', '/box/smuggled').target} HTTP/1.1\r\nHost: ${server.host}\r\nContent-Length: 0\r\n\r\n`;
  const head = () => `PUT ${putTarget()} HTTP/1.1\r\nHost: ${server.host}\r\n`;

  test.each([
    ['Content-Length and Transfer-Encoding', () => `${head()}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${hidden()}`],
    [
      'Transfer-Encoding and Content-Length',
      () => `${head()}Transfer-Encoding: chunked\r\nContent-Length: 500\r\n\r\n0\r\n\r\n${hidden()}`,
    ],
    [
      'Transfer-Encoding with a space before the colon',
      () => `${head()}Transfer-Encoding : chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n${hidden()}`,
    ],
    [
      'Transfer-Encoding on a folded line',
      () => `${head()}Transfer-Encoding:\r\n chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n${hidden()}`,
    ],
    ['Transfer-Encoding: xchunked', () => `${head()}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${hidden()}`],
    ['Transfer-Encoding: chunked, identity', () => `${head()}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n${hidden()}`],
    ['Transfer-Encoding: identity, chunked', () => `${head()}Transfer-Encoding: identity, chunked\r\n\r\n0\r\n\r\n${hidden()}`],
    ['Transfer-Encoding: chunked, chunked', () => `${head()}Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n${hidden()}`],
    ['two Transfer-Encodings', () => `${head()}Transfer-Encoding: chunked\r\nTransfer-Encoding: cow\r\n\r\n0\r\n\r\n${hidden()}`],
    ['Transfer-Encoding: "chunked"', () => `${head()}Transfer-Encoding: "chunked"\r\n\r\n0\r\n\r\n${hidden()}`],
    [
      'Transfer-Encoding with a vertical tab',
      () => `${head()}Transfer-Encoding: \x0bchunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n${hidden()}`,
    ],
    ['Transfer-Encoding: gzip, chunked', () => `${head()}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n${hidden()}`],
    ['a folded header', () => `${head()}X-A: b\r\n c\r\nContent-Length: 0\r\n\r\n${hidden()}`],
    ['a folded first header', () => `PUT ${putTarget()} HTTP/1.1\r\n Host: ${server.host}\r\nContent-Length: 0\r\n\r\n${hidden()}`],
    ['bare line feeds', () => `${head().replaceAll('\r\n', '\n')}Content-Length: 0\n\n${hidden()}`],
    ['a bare line feed inside a header', () => `${head()}X-A: b\nContent-Length: 0\r\n\r\n${hidden()}`],
    ['a bare carriage return inside a header', () => `${head()}X-A: b\rContent-Length: 0\r\n\r\n${hidden()}`],
    ['a NUL inside a header', () => `${head()}X-A: b\0c\r\nContent-Length: 0\r\n\r\n${hidden()}`],
    ['Content-Length: +0', () => `${head()}Content-Length: +0\r\n\r\n${hidden()}`],
    ['Content-Length: -1', () => `${head()}Content-Length: -1\r\n\r\n${hidden()}`],
    ['Content-Length: 0x0', () => `${head()}Content-Length: 0x0\r\n\r\n${hidden()}`],
    ['Content-Length: 0, 0', () => `${head()}Content-Length: 0, 0\r\n\r\n${hidden()}`],
    ['Content-Length: 0 0', () => `${head()}Content-Length: 0 0\r\n\r\n${hidden()}`],
    ['an empty Content-Length', () => `${head()}Content-Length: \r\n\r\n${hidden()}`],
    ['Content-Length beyond all numbers', () => `${head()}Content-Length: 99999999999999999999999\r\n\r\n${hidden()}`],
    ['a header without a colon', () => `${head()}nonsense\r\nContent-Length: 0\r\n\r\n${hidden()}`],
    ['a header without a name', () => `${head()}: nonsense\r\nContent-Length: 0\r\n\r\n${hidden()}`],
    ['a space in a header name', () => `${head()}x amz: nonsense\r\nContent-Length: 0\r\n\r\n${hidden()}`],
    ['a chunk size that is not hexadecimal', () => `${head()}Transfer-Encoding: chunked\r\n\r\nzz\r\n\r\n${hidden()}`],
    ['a chunk size with 0x', () => `${head()}Transfer-Encoding: chunked\r\n\r\n0x0\r\n\r\n${hidden()}`],
    ['a negative chunk size', () => `${head()}Transfer-Encoding: chunked\r\n\r\n-1\r\n\r\n${hidden()}`],
    ['a chunk size beyond all numbers', () => `${head()}Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n\r\n${hidden()}`],
    ['chunk data longer than its size', () => `${head()}Transfer-Encoding: chunked\r\n\r\n1\r\nxx\r\n0\r\n\r\n${hidden()}`],
  ])('%s: refused, closed, no second request seen, nothing stored', async (_, bytes) => {
    const { statuses, text, closed } = await everythingAfter(bytes());
    expect(statuses.length, text).toBe(1);
    expect(statuses[0], text).toBeGreaterThanOrEqual(400);
    expect(statuses[0], text).toBeLessThan(502);
    expect(closed).toBe(true);
    expect(await keys()).toEqual([]);
  });

  test('a GET with a body is one request, and its body is not the next one', async () => {
    const body = hidden();
    const { statuses } = await everythingAfter(
      `GET ${getTarget()} HTTP/1.1\r\nHost: ${server.host}\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
    expect(statuses.length).toBe(1);
    expect(await keys()).toEqual([]);
  });
  test('a refused PUT whose body looks like a request is one request', async () => {
    const body = hidden();
    const { statuses } = await everythingAfter(
      `PUT /box/stored HTTP/1.1\r\nHost: ${server.host}\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
    expect(statuses).toEqual([403]);
    expect(await keys()).toEqual([]);
  });
  test('a refused PUT followed by a request closes the connection rather than guess where the body ends', async () => {
    const { statuses } = await everythingAfter(
      `PUT /box/stored HTTP/1.1\r\nHost: ${server.host}\r\nContent-Length: 10\r\n\r\n0123456789${hidden()}`,
    );
    expect(statuses[0]).toBe(403);
    // Either the reply said close and nothing after it counts, or the next request was answered like any other.
    expect(await keys()).toEqual(statuses.length > 1 ? ['smuggled'] : []);
  });
});

describe('the size of the head', () => {
  test('a header of 40 KiB, such as a long session token, is read', async () => {
    const reply = await send(server, withHeader(presigned(server, 'GET', '/box'), 'X-Long', 'a'.repeat(40 * 1024)));
    expect(reply.status).toBe(200);
  });
  test('a URL of 20 KiB is read', async () => {
    const reply = await send(server, presigned(server, 'GET', '/box', { query: { long: 'a'.repeat(20 * 1024) } }));
    expect(reply.status).toBe(200);
  });
  test.each([
    ['a header of 100 KiB', () => `GET ${getTarget()} HTTP/1.1\r\nHost: ${server.host}\r\nX-Long: ${'a'.repeat(100 * 1024)}\r\n\r\n`],
    ['a URL of 100 KiB', () => `GET /box?x=${'a'.repeat(100 * 1024)} HTTP/1.1\r\nHost: ${server.host}\r\n\r\n`],
    [
      '5000 headers',
      () =>
        `GET ${getTarget()} HTTP/1.1\r\nHost: ${server.host}\r\n${Array.from({ length: 5000 }, (_, i) => `X-Many-${i}: some value\r\n`).join('')}\r\n`,
    ],
  ])('%s is refused', async (_, bytes) => {
    const { statuses, closed } = await everythingAfter(bytes());
    expect(statuses.length).toBe(1);
    expect([400, 413, 414, 431]).toContain(statuses[0]);
    expect(closed).toBe(true);
  });
  test('headers beyond what Node keeps are never silently dropped, so that none escapes the signature check', async () => {
    const many = Array.from({ length: 400 }, (_, i) => `X-${i}: v\r\n`).join('');
    const bytes = `PUT ${putTarget()} HTTP/1.1\r\nHost: ${server.host}\r\nContent-Length: 1\r\n${many}x-amz-copy-source: /box/other\r\n\r\nx`;
    const { statuses, text } = await everythingAfter(bytes);
    expect(statuses[0], text).toBeGreaterThanOrEqual(400);
    expect(statuses[0], text).toBeLessThan(500);
    expect(await keys()).toEqual([]);
  });
  test('30,000 query parameters are refused', async () => {
    const query = Array.from({ length: 30_000 }, () => 'a').join('&');
    const { statuses } = await everythingAfter(`GET /box?${query} HTTP/1.1\r\nHost: ${server.host}\r\n\r\n`);
    expect(statuses[0]).toBeGreaterThanOrEqual(400);
    expect(statuses[0]).toBeLessThan(500);
  });
});

describe('one connection', () => {
  test('serves pipelined requests in order', async () => {
    await send(server, signed(server, 'PUT', '/box/1', { body: 'one' }));
    await send(server, signed(server, 'PUT', '/box/2', { body: 'two' }));
    const connection = await openConnection(server.s3);
    const requests = ['1', '2', 'none', '1', '2'].map((key) => bytesOf(presigned(server, 'GET', `/box/${key}`)));
    connection.write(Buffer.concat(requests));
    const replies = [];
    for (const _ of requests) replies.push(await connection.reply());
    connection.close();
    expect(replies.map(({ status, body }) => (status === 200 ? body.toString() : status))).toEqual(['one', 'two', 404, 'one', 'two']);
  });
  test('takes pipelined writes and reads in turn, so that each sees what came before it', async () => {
    const connection = await openConnection(server.s3);
    const requests = Array.from({ length: 10 }, (_, i) => [
      bytesOf(presigned(server, 'PUT', '/box/turn', { body: `${i}`.repeat(30_000) })),
      bytesOf(presigned(server, 'GET', '/box/turn')),
      bytesOf(presigned(server, 'DELETE', '/box/turn')),
      bytesOf(presigned(server, 'GET', '/box/turn')),
    ]).flat();
    connection.write(Buffer.concat(requests));
    const replies = [];
    for (const _ of requests) replies.push(await connection.reply());
    connection.close();
    expect(replies.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => [200, 200, 204, 404]).flat());
    expect(replies.filter((_, i) => i % 4 === 1).map(({ body }) => body.subarray(0, 1).toString())).toEqual([...'0123456789']);
  });
  test('that is pipelined without end and never read is held back, not kept in memory', async () => {
    await send(server, signed(server, 'PUT', '/box/big', { body: Buffer.alloc(1024 * 1024, 'b') }));
    const request = bytesOf(presigned(server, 'GET', '/box/big'));
    const connection = await openConnection(server.s3);
    connection.socket.pause();
    globalThis.gc?.();
    const before = process.memoryUsage().rss;
    for (let i = 0; i < 500; i++) connection.write(request);
    await new Promise((resolve) => setTimeout(resolve, 300));
    // 500 MiB were asked for.
    expect(process.memoryUsage().rss - before).toBeLessThan(150 * 1024 * 1024);
    connection.close();
    expect((await send(server, presigned(server, 'HEAD', '/box/big'))).status).toBe(200);
  });
  test('goes on after a refusal that needed no body', async () => {
    const connection = await openConnection(server.s3);
    connection.write(`GET /box HTTP/1.1\r\nHost: ${server.host}\r\n\r\n`);
    expect((await connection.reply()).status).toBe(403);
    connection.write(bytesOf(presigned(server, 'GET', '/box')));
    expect((await connection.reply()).status).toBe(200);
    connection.close();
  });
  test('goes on after a HEAD, whose reply has no body even where it is an error', async () => {
    const connection = await openConnection(server.s3);
    for (const path of ['/box/none', '/none-such', '/box', '/X']) {
      connection.write(bytesOf(presigned(server, 'HEAD', path)));
      const reply = await connection.reply({ head: true });
      expect(reply.status, path).toBe({ '/box': 200, '/X': 400 }[path] ?? 404);
      connection.write(bytesOf(presigned(server, 'GET', '/box')));
      expect((await connection.reply()).status, `GET after HEAD ${path}`).toBe(200);
    }
    connection.close();
  });
  test('closes when asked', async () => {
    const { closed, statuses } = await everythingAfter(bytesOf(withHeader(presigned(server, 'GET', '/box'), 'Connection', 'close')), 1000);
    expect([statuses, closed]).toEqual([[200], true]);
  });
  test('speaks no other protocol when asked to upgrade, and the request is served or refused, not dropped', async () => {
    const request = withHeader(withHeader(presigned(server, 'GET', '/box'), 'Connection', 'Upgrade'), 'Upgrade', 'websocket');
    const { statuses, text } = await everythingAfter(bytesOf(request));
    expect(statuses, text).toHaveLength(1);
    expect(statuses[0]).not.toBe(101);
  });
  test('h2c upgrades are not taken', async () => {
    let request = presigned(server, 'GET', '/box');
    for (const [name, value] of [
      ['Connection', 'Upgrade, HTTP2-Settings'],
      ['Upgrade', 'h2c'],
      ['HTTP2-Settings', 'AAMAAABkAAQAAP__'],
    ] as const)
      request = withHeader(request, name, value);
    const { statuses, text } = await everythingAfter(bytesOf(request));
    expect(statuses, text).toEqual([200]);
  });
});
