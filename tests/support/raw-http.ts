/** HTTP by hand: what a client library would refuse to send, and every byte of what comes back. */
import { connect } from 'node:net';

export type RawReply = {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
  /** The body as text. */
  readonly text: string;
};

/** Sends the bytes and reads one reply, or to the end of the connection. Rejects where nothing comes back for `timeoutMs`. */
export function rawExchange(
  endpoint: string,
  bytes: string | Buffer,
  options: { readonly head?: boolean; readonly timeoutMs?: number; readonly halfClose?: boolean } = {},
): Promise<RawReply> {
  const { hostname, port } = new URL(endpoint);
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) });
    let received = Buffer.alloc(0);
    const timer = setTimeout(() => {
      socket.destroy();
      reject(
        new Error(
          `no whole reply within ${options.timeoutMs ?? 10_000} ms; got ${JSON.stringify(received.toString('latin1').slice(0, 200))}`,
        ),
      );
    }, options.timeoutMs ?? 10_000);
    const finish = (ended: boolean) => {
      const reply = readReply(received, options.head === true, ended);
      if (reply === undefined) {
        if (!ended) return;
        clearTimeout(timer);
        reject(new Error(`the connection ended early; got ${JSON.stringify(received.toString('latin1').slice(0, 200))}`));
        return;
      }
      clearTimeout(timer);
      socket.destroy();
      resolve(reply);
    };
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      finish(false);
    });
    socket.on('close', () => finish(true));
    socket.on('error', (error) => {
      if (received.length > 0) return;
      clearTimeout(timer);
      reject(error);
    });
    socket.write(bytes);
    if (options.halfClose === true) socket.end();
  });
}

function readReply(received: Buffer, isHead: boolean, ended: boolean): RawReply | undefined {
  const end = received.indexOf('\r\n\r\n');
  if (end === -1) return undefined;
  const [statusLine, ...lines] = received.subarray(0, end).toString('latin1').split('\r\n');
  const status = Number(statusLine?.split(' ')[1]);
  if (status === 100) return readReply(received.subarray(end + 4), isHead, ended);
  const headers = new Map(lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]));
  const rest = received.subarray(end + 4);
  if (isHead || status === 204 || status === 304) return reply(status, headers, Buffer.alloc(0));
  const length = headers.get('content-length');
  if (length !== undefined) return rest.length < Number(length) ? undefined : reply(status, headers, rest.subarray(0, Number(length)));
  if (headers.get('transfer-encoding') === 'chunked')
    return ended || rest.includes('0\r\n\r\n') ? reply(status, headers, dechunk(rest)) : undefined;
  return ended ? reply(status, headers, rest) : undefined;
}

function reply(status: number, headers: ReadonlyMap<string, string>, body: Buffer): RawReply {
  return { status, headers, body, text: body.toString('utf8') };
}

function dechunk(bytes: Buffer): Buffer {
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const line = bytes.indexOf('\r\n', at);
    const size = Number.parseInt(bytes.subarray(at, line).toString('latin1'), 16);
    if (!(size > 0)) break;
    pieces.push(bytes.subarray(line + 2, line + 2 + size));
    at = line + 2 + size + 2;
  }
  return Buffer.concat(pieces);
}

/** The text of an element of an XML body: `xmlText('<a><b>1</b></a>', 'b')`. */
export function xmlText(xml: string, element: string): string | undefined {
  const match = new RegExp(`<${element}>([^<]*)</${element}>`).exec(xml);
  return match?.[1]?.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&');
}
