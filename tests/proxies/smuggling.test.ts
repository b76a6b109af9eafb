/**
 * Request smuggling lives on two parsers that disagree where a request ends. Whatever a client sends, the server never sees more
 * requests than the proxy has passed on, the request hidden in a body is never done behind the proxy's back, and nobody else's
 * request is disturbed.
 */
import { beforeAll, describe, expect } from 'vitest';
import { openConnection } from '../support/connection.ts';
import { needs } from '../support/programs.ts';
import { type Proxied, proxied } from '../support/proxied.ts';
import { PROXIES } from '../support/proxy-programs.ts';
import { bytesOf, presigned, send, signed } from '../support/wire-client.ts';

/** A head without Host, Content-Length or anything else that is not written here; its lines end as they are written. */
type Attack = (parts: { readonly target: string; readonly getTarget: string; readonly host: string; readonly hidden: string }) => string;

const put =
  (headers: string, body: (hidden: string) => string): Attack =>
  ({ target, host, hidden }) =>
    `PUT ${target} HTTP/1.1\r\nHost: ${host}\r\n${headers}\r\n\r\n${body(hidden)}`;
const get =
  (headers: string, body: (hidden: string) => string = (hidden) => hidden): Attack =>
  ({ getTarget, host, hidden }) =>
    `GET ${getTarget} HTTP/1.1\r\nHost: ${host}\r\n${headers}\r\n\r\n${body(hidden)}`;

const afterLastChunk = (hidden: string) => `0\r\n\r\n${hidden}`;
const inOneChunk = (hidden: string) => `${hidden.length.toString(16)}\r\n${hidden}\r\n0\r\n\r\n`;
const LONG = 'Content-Length: 900';

const ATTACKS: Readonly<Record<string, Attack>> = {
  // Both lengths
  'Content-Length, then Transfer-Encoding': put(`${LONG}\r\nTransfer-Encoding: chunked`, afterLastChunk),
  'Transfer-Encoding, then Content-Length': put(`Transfer-Encoding: chunked\r\n${LONG}`, afterLastChunk),
  'a short Content-Length and one chunk': put('Content-Length: 4\r\nTransfer-Encoding: chunked', inOneChunk),
  'Content-Length: 0 and one chunk': put('Content-Length: 0\r\nTransfer-Encoding: chunked', inOneChunk),
  // Transfer-Encoding that only one of two understands
  ...Object.fromEntries(
    [
      'Transfer-Encoding: xchunked',
      'Transfer-Encoding: chunked, identity',
      'Transfer-Encoding: identity, chunked',
      'Transfer-Encoding: gzip, chunked',
      'Transfer-Encoding: chunked, chunked',
      'Transfer-Encoding: chunked;q=1',
      'Transfer-Encoding: "chunked"',
      'Transfer-Encoding: chunked ',
      'Transfer-Encoding:\tchunked',
      'Transfer-Encoding:\x0bchunked',
      'Transfer-Encoding: chunked\x00',
      'Transfer-Encoding : chunked',
      'Transfer-Encoding\t: chunked',
      ' Transfer-Encoding: chunked',
      'Transfer-Encoding:\r\n chunked',
      'Transfer-Encoding\r\n : chunked',
      'X: x\r\n Transfer-Encoding: chunked',
      'X: x\nTransfer-Encoding: chunked',
      'X: x\rTransfer-Encoding: chunked',
      'X: x\r\r\nTransfer-Encoding: chunked',
      'tRANSFER-eNCODING: cHUNKED',
      'Transfer_Encoding: chunked',
      'Transfer.Encoding: chunked',
      'Transfer-Encoding: chunked\r\nTransfer-Encoding: identity',
      'Transfer-Encoding: identity\r\nTransfer-Encoding: chunked',
      'Transfer-Encoding:\r\nTransfer-Encoding: chunked',
      'Connection: Transfer-Encoding\r\nTransfer-Encoding: chunked',
    ].flatMap((line) => [
      [`${JSON.stringify(line)} beside Content-Length`, put(`${line}\r\n${LONG}`, afterLastChunk)],
      [`${JSON.stringify(line)} alone`, put(line, afterLastChunk)],
    ]),
  ),
  // Content-Length that can be read in two ways
  ...Object.fromEntries(
    [
      'Content-Length: 0\r\nContent-Length: 900',
      'Content-Length: 900\r\nContent-Length: 0',
      'Content-Length: 5\r\nContent-Length: 5',
      'Content-Length: 0, 900',
      'Content-Length: 0,0',
      'Content-Length: +5',
      'Content-Length: -1',
      'Content-Length: 0x10',
      'Content-Length: 1e1',
      'Content-Length: 5 5',
      'Content-Length: 5\x00',
      'Content-Length:',
      'Content-Length: 18446744073709551616',
      'Content-Length : 900',
      'Content-Length:\r\n 900',
      'X: x\r\n Content-Length: 900',
      'Content_Length: 900',
      'Connection: Content-Length\r\nContent-Length: 5',
      'Connection: close, Content-Length\r\nContent-Length: 5',
    ].map((line) => [JSON.stringify(line), put(line, (hidden) => hidden)]),
  ),
  // Chunks that end differently for two readers
  ...Object.fromEntries(
    [
      ['a chunk size in 0x form', (hidden: string) => `0x5\r\nhello\r\n0\r\n\r\n${hidden}`],
      ['a chunk size with spaces', (hidden: string) => `5 \r\nhello\r\n0\r\n\r\n${hidden}`],
      ['a chunk size beyond 64 bits', (hidden: string) => `10000000000000005\r\nhello\r\n0\r\n\r\n${hidden}`],
      ['a negative chunk size', (hidden: string) => `-5\r\nhello\r\n0\r\n\r\n${hidden}`],
      ['a chunk size that ends in LF', (hidden: string) => `5\nhello\r\n0\r\n\r\n${hidden}`],
      ['a chunk extension with LF', (hidden: string) => `5;a="\n0\r\n\r\n${hidden}"\r\nhello\r\n0\r\n\r\n`],
      ['a chunk extension with CR', (hidden: string) => `5;a=\r0\r\n\r\nhello\r\n0\r\n\r\n${hidden}`],
      ['a chunk without its line end', (hidden: string) => `5\r\nhello0\r\n\r\n${hidden}`],
      ['a longer line end after a chunk', (hidden: string) => `5\r\nhello\r\n\r\n0\r\n\r\n${hidden}`],
      ['a last chunk without the empty line', (hidden: string) => `5\r\nhello\r\n0\r\n${hidden}`],
      ['a trailer that sets Content-Length', (hidden: string) => `0\r\nContent-Length: 900\r\n\r\n${hidden}`],
      ['a trailer that sets Host', (hidden: string) => `0\r\nHost: victim.localhost\r\nX-Amz-Copy-Source: /box/canary\r\n\r\n${hidden}`],
      ['a trailer that is no header', (hidden: string) => `0\r\n${hidden}`],
    ].map(([name, body]) => [name, put('Transfer-Encoding: chunked', body as (hidden: string) => string)]),
  ),
  // Host and target
  'two Hosts': ({ getTarget, host, hidden }) => `GET ${getTarget} HTTP/1.1\r\nHost: ${host}\r\nHost: victim.localhost\r\n\r\n${hidden}`,
  'two Hosts, the other way round': ({ getTarget, host }) => `GET ${getTarget} HTTP/1.1\r\nHost: victim.localhost\r\nHost: ${host}\r\n\r\n`,
  'the same Host twice': ({ getTarget, host }) => `GET ${getTarget} HTTP/1.1\r\nHost: ${host}\r\nHost: ${host}\r\n\r\n`,
  'no Host': ({ getTarget }) => `GET ${getTarget} HTTP/1.1\r\n\r\n`,
  'an empty Host': ({ getTarget }) => `GET ${getTarget} HTTP/1.1\r\nHost:\r\n\r\n`,
  'a folded Host': ({ getTarget, host }) => `GET ${getTarget} HTTP/1.1\r\nHost:\r\n ${host}\r\n\r\n`,
  'a Host with a second line in it': ({ getTarget, host, hidden }) => `GET ${getTarget} HTTP/1.1\r\nHost: ${host}\n\n${hidden}\r\n\r\n`,
  'a target with another host in it': ({ getTarget, host, hidden }) =>
    `GET http://victim.localhost${getTarget} HTTP/1.1\r\nHost: ${host}\r\n\r\n${hidden}`,
  'a target with a line end': ({ getTarget, host, hidden }) => `GET ${getTarget}\nX: x HTTP/1.1\r\nHost: ${host}\r\n\r\n${hidden}`,
  'a target with an escaped request in it': ({ getTarget, host, hidden }) =>
    `GET ${getTarget}&x=%20HTTP/1.1%0d%0a%0d%0a${encodeURIComponent(hidden)} HTTP/1.1\r\nHost: ${host}\r\n\r\n`,
  // Bodies where none is expected
  'a GET with a body': get(LONG),
  'a GET with chunks': get('Transfer-Encoding: chunked', inOneChunk),
  'a GET with a body and Expect': get(`${LONG}\r\nExpect: 100-continue`),
  'a HEAD with a body': ({ getTarget, host, hidden }) => `HEAD ${getTarget} HTTP/1.1\r\nHost: ${host}\r\n${LONG}\r\n\r\n${hidden}`,
  'an upload refused before its body': put(`${LONG}\r\nx-amz-copy-source: /box/canary`, (hidden) => hidden),
  'HTTP/1.0 with chunks': ({ target, host, hidden }) =>
    `PUT ${target} HTTP/1.0\r\nHost: ${host}\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${hidden}`,
  'HTTP/1.0 without a length': ({ target, host, hidden }) =>
    `PUT ${target} HTTP/1.0\r\nHost: ${host}\r\nConnection: keep-alive\r\n\r\n${hidden}`,
  // Changes of protocol
  'an upgrade to h2c': get('Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA'),
  'an upgrade to a web socket': get(
    'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: x3JJHMbDL1EzLkh9GBhXDw==',
  ),
  CONNECT: ({ host, hidden }) => `CONNECT ${host} HTTP/1.1\r\nHost: ${host}\r\n\r\n${hidden}`,
  'OPTIONS *': ({ host, hidden }) => `OPTIONS * HTTP/1.1\r\nHost: ${host}\r\n${LONG}\r\n\r\n${hidden}`,
};

describe.each(PROXIES)('%s as documented', (program) => {
  const at = proxied({ program, place: 'host' });
  const test = needs(program);
  let before = { seen: 0, passedOn: 0 };
  beforeAll(async () => {
    await send(at().server, signed(at().server, 'PUT', '/box'));
    await send(at().server, signed(at().server, 'PUT', '/box/canary', { body: 'sings' }));
    before = await counts(at());
  });

  for (const [name, attack] of Object.entries(ATTACKS)) {
    test(`${name}: no request is seen that the proxy has not passed on`, async () => {
      const { seen, passedOn, isHiddenDone } = await attacked(attack);
      expect(seen).toBeLessThanOrEqual(passedOn);
      if (isHiddenDone) expect(passedOn).toBe(2);
    });
  }

  test('two requests at once, as HTTP has it, are seen by both as two', async () => {
    const pipelined: Attack = ({ getTarget, host, hidden }) => `GET ${getTarget} HTTP/1.1\r\nHost: ${host}\r\n\r\n${hidden}`;
    expect(await attacked(pipelined)).toEqual({ seen: 2, passedOn: 2, isHiddenDone: true });
  });

  async function attacked(attack: Attack): Promise<{ seen: number; passedOn: number; isHiddenDone: boolean }> {
    const { server, host, port } = at();
    const hidden = bytesOf(presigned(server, 'PUT', '/box/hidden', { host, body: 'h' })).toString('latin1');
    const targetOf = (method: string, path: string) => presigned(server, method, path, { host }).target;
    await sendAndListen(port, attack({ target: targetOf('PUT', '/box/outer'), getTarget: targetOf('GET', '/box'), host, hidden }));

    // Whatever is left over on the proxy's own connections would stand before somebody else's request.
    for (let i = 0; i < 2; i++) {
      const canary = await at().send(presigned(server, 'GET', '/box/canary', { host }));
      expect([canary.status, canary.text]).toEqual([200, 'sings']);
    }
    const after = await counts(at());
    const isHiddenDone = (await send(server, signed(server, 'HEAD', '/box/hidden'))).status === 200;
    await send(server, signed(server, 'DELETE', '/box/hidden'));
    const [seen, passedOn] = [after.seen - before.seen - 2, after.passedOn - before.passedOn - 2];
    before = { seen: after.seen + 2, passedOn: after.passedOn };
    return { seen, passedOn, isHiddenDone };
  }
});

/** Requests that the server has answered, and that the proxy says it has passed on. */
async function counts({ server, proxy }: Proxied): Promise<{ readonly seen: number; readonly passedOn: number }> {
  const passedOn = await proxy.passedOn();
  const metrics = await (await fetch(`${server.console}/-/metrics`)).text();
  const seen = [...metrics.matchAll(/^latchkey_http_requests_total\{[^}]*\} (\d+)$/gm)].reduce((sum, [, count]) => sum + Number(count), 0);
  return { seen, passedOn };
}

/** Until the connection ends or stays silent for a while. */
async function sendAndListen(port: number, bytes: string): Promise<void> {
  const connection = await openConnection(`http://127.0.0.1:${port}`);
  let [last, isClosed] = [Date.now(), false];
  connection.socket.on('data', () => (last = Date.now())).on('close', () => (isClosed = true));
  connection.write(Buffer.from(bytes, 'latin1'));
  while (!isClosed && Date.now() - last < 80) await new Promise((resolve) => setTimeout(resolve, 10));
  connection.close();
}
