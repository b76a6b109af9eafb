/**
 * The only file by which node:http brings requests in: they become `Incoming`, replies become bytes on a socket.
 *
 * Node's own limits are set on purpose: `requestTimeout` would cut a slow upload of many gigabytes, so it is off and a
 * silent connection is closed instead; heads may be 64 KiB, since session tokens in URLs are long.
 */
import { randomBytes } from 'node:crypto';
import { createServer as createPlainServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import { type AddressInfo, Server as NetServer, type Socket } from 'node:net';
import { S3Error } from '@latchkey/s3/errors';
import { justRead } from '@latchkey/storage/shared-look';
import { realPeer, type TrustedProxies } from './forwarded.ts';
import { headerPairs } from './header-pairs.ts';
import { headerValue } from './headers.ts';
import type { Log } from './log.ts';
import type { Incoming, Peer, Reply, RequestBytes } from './pipeline.ts';
import { inTurn, turnsOf } from './turns.ts';

const MAX_HEAD_BYTES = 64 * 1024;
const HEAD_TIMEOUT_MS = 15_000;
const IDLE_BETWEEN_REQUESTS_MS = 75_000;
const SILENCE_TIMEOUT_MS = 120_000;
/** With so many connections of clients, and as many to other servers, one question to the system tells of all that have sent something. */
const MOST_READ_TOGETHER = 256;
/** After a refusal, what the client goes on sending is thrown away up to here, so that it gets to read the reply. */
const LINGER_BYTES = 4 * 1024 * 1024;
const LINGER_MS = 5_000;

/** Never throws or rejects; without a promise where the reply is there at once. */
export type Handler = (incoming: Incoming) => Reply | Promise<Reply>;

export type Listener = {
  /** `http://ADDRESS:PORT` as bound: port 0 has become a real one. */
  readonly url: string;
  /** Connections from now on are served with this one. */
  renewCertificate(certificate: Certificate): void;
  /**
   * Stops accepting, lets requests in flight finish for up to `graceMs`, then closes what is left. Connections that nobody uses for `quietMs` are
   * closed then; until then whoever has one may still send a request, and learns from the reply that it is the last. Called again, it only
   * makes the time shorter.
   */
  close(graceMs: number, quietMs?: number): Promise<void>;
};

/** Whether this process is about to go: each reply then says that its connection ends with it. */
export type Presence = { isLeaving: boolean };

/** PEM texts. */
export type Certificate = { readonly cert: string; readonly key: string };

export type ListenContext = {
  readonly log: Log;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Sent with every reply as `x-amz-id-2`. */
  readonly hostId: string;
  /** TLS is spoken with it; plain HTTP without. */
  readonly tls?: Certificate | undefined;
  /** Whose word about the client's address and scheme is believed. */
  readonly proxies?: TrustedProxies | undefined;
  readonly presence: Readonly<Presence>;
};

export type ListenAddress = { readonly host: string; readonly port: number };

/** Serves `handle` on an address; resolves when connections are accepted, rejects where the address can not be had. */
export async function listen(address: ListenAddress, handle: Handler, context: ListenContext): Promise<Listener> {
  const options = { maxHeaderSize: MAX_HEAD_BYTES, requireHostHeader: true, keepAlive: true, noDelay: true };
  const { tls } = context;
  const server = tls === undefined ? createPlainServer(options) : createTlsServer({ ...options, ...tls, minVersion: 'TLSv1.2' });
  server.requestTimeout = 0;
  server.headersTimeout = HEAD_TIMEOUT_MS;
  server.keepAliveTimeout = IDLE_BETWEEN_REQUESTS_MS;
  server.timeout = SILENCE_TIMEOUT_MS;
  // As many as fit into the head: Node would drop those above a count without a word.
  server.maxHeadersCount = 0;

  const connections = new Set<Socket>();
  server.on(tls === undefined ? 'connection' : 'secureConnection', (socket: Socket) => {
    connections.add(socket);
    socket.once('close', () => connections.delete(socket));
  });
  const accept = (message: IncomingMessage, response: ServerResponse, expectsContinue: boolean) => {
    // What TLS has decrypted may have waited for a while. And of more than 1024 sockets the system is asked again within a turn of the event loop.
    if (tls === undefined && connections.size <= MOST_READ_TOGETHER) justRead();
    inTurn(message.socket, message, response, () => {
      const failed = (cause: unknown) => {
        context.log.error('reply failed', { cause: cause instanceof Error ? cause.message : String(cause) });
        refuseUnsendable(response);
      };
      try {
        return serve(message, response, expectsContinue, handle, context)?.catch(failed);
      } catch (cause) {
        return failed(cause);
      }
    });
  };
  server.on('request', (message, response) => accept(message, response, false));
  server.on('checkContinue', (message, response) => accept(message, response, true));
  server.on('checkExpectation', (message, response) => accept(message, response, false));
  server.on('clientError', refuseMalformed);

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(address.port, address.host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return {
    url: urlOf(server, tls === undefined ? 'http' : 'https'),
    renewCertificate: (renewed) => 'setSecureContext' in server && server.setSecureContext(renewed),
    close: closeOnce(server, connections),
  };
}

/** With a promise only where the reply, or sending it, takes time. */
function serve(
  message: IncomingMessage,
  response: ServerResponse,
  expectsContinue: boolean,
  handle: Handler,
  context: ListenContext,
): undefined | Promise<void> {
  const headers = headerPairs(message.rawHeaders);
  const body = new MessageBytes(message, response, expectsContinue, headers);
  const requestId = nextRequestId();
  const incoming: Incoming = {
    method: message.method ?? '',
    rawTarget: message.url ?? '',
    headers,
    body,
    peer: peerOf(message.socket, headers, context),
    requestId,
    receivedAt: context.now(),
  };
  const common = ['x-amz-request-id', requestId, 'x-amz-id-2', context.hostId, 'Server', 'Latchkey'];
  const reply = message.httpVersionMajor === 1 ? handle(incoming) : UNKNOWN_VERSION;
  if (reply instanceof Promise) return reply.then((made) => send(made, common, message, response, body, context.presence));
  return send(reply, common, message, response, body, context.presence);
}

function peerOf(socket: Socket, headers: Incoming['headers'], { proxies, tls }: ListenContext): Peer {
  const direct = { address: socket.remoteAddress ?? '', secure: tls !== undefined };
  return proxies === undefined ? direct : realPeer(direct, headers, proxies);
}

const UNKNOWN_VERSION: Reply = { status: 505, headers: ['Connection', 'close'] };

function send(
  reply: Reply,
  common: readonly string[],
  message: IncomingMessage,
  response: ServerResponse,
  body: MessageBytes,
  presence: Readonly<Presence>,
): undefined | Promise<void> {
  const { body: content } = reply;
  const inMemory = content === undefined || content instanceof Uint8Array;
  const length = content instanceof Uint8Array ? content.byteLength : reply.contentLength;
  const sent = reply.ended === undefined ? undefined : watchEnd(reply.ended, reply.status, length ?? 0, response);
  const headers = [...common, ...reply.headers];
  const bodiless = reply.status === 204 || reply.status === 304;
  if (!bodiless) {
    if (length !== undefined) headers.push('Content-Length', String(length));
    else if (content === undefined) headers.push('Content-Length', '0');
  }
  const unread = body.isUnread();
  if (unread) {
    headers.push('Connection', 'close');
    turnsOf(message.socket).isClosing = true;
  }
  if (turnsOf(message.socket).isRefused) return reply.close?.();
  // Requests that came in with this one are answered too: to have sent them was no mistake.
  if (presence.isLeaving && turnsOf(message.socket).waiting.length === 0) {
    response.shouldKeepAlive = false;
    turnsOf(message.socket).isLast = true;
  }
  response.writeHead(reply.status, headers);

  if (!inMemory && message.method !== 'HEAD') return stream(content, length, response, sent);
  const bytes = content instanceof Uint8Array && !bodiless ? content : undefined;
  if (sent !== undefined) sent.bytes = bytes?.byteLength ?? 0;
  const closing = inMemory ? undefined : reply.close?.();
  if (unread && !body.isWithheld()) return Promise.resolve(closing).then(() => endLingering(bytes, message, response));
  return closing === undefined ? end(bytes, response) : closing.then(() => end(bytes, response));
}

function end(bytes: Uint8Array | undefined, response: ServerResponse): undefined {
  if (bytes === undefined || bytes.byteLength === 0 || bytes.byteLength > ONE_WRITE_BYTES) {
    response.end(bytes);
    return;
  }
  response.write(asLatin1(bytes), 'latin1');
  // Out with it now: Node would gather it with the nothing that follows at the end, which costs more than the write.
  response.socket?.uncork();
  response.end();
}

/** The whole reply goes out, but is not ended yet: Node would close at once, and a client in the middle of its body would never read it. */
async function endLingering(bytes: Uint8Array | undefined, message: IncomingMessage, response: ServerResponse): Promise<void> {
  if (bytes === undefined) response.flushHeaders();
  else response.write(bytes);
  await linger(message);
  response.end();
}

/** Small bodies go out as text of one byte a character: Node then sends head and body in one write instead of gathering two. */
const ONE_WRITE_BYTES = 16 * 1024;
function asLatin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

type SentBytes = { bytes: number };

/**
 * Tells once what became of a reply. Of a chunk on its way when the connection goes nobody knows how much has arrived: it counts as handed over,
 * or a client could have each first part of a chunk for nothing.
 */
function watchEnd(ended: NonNullable<Reply['ended']>, status: number, length: number, response: ServerResponse): SentBytes {
  const sent = { bytes: 0 };
  let isTold = false;
  const tell = () => {
    if (isTold) return;
    isTold = true;
    // What could not be sent at all was answered with another status. And a client that has everything may be gone before 'finish'.
    const isComplete = response.headersSent && response.statusCode === status && sent.bytes >= length;
    ended({ isComplete, bytes: sent.bytes });
  };
  response.once('finish', tell);
  response.once('close', tell);
  if (response.destroyed) tell();
  return sent;
}

/** A reply that turned out to be none: what was stored can not be put into a head, or the like. */
function refuseUnsendable(response: ServerResponse): void {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  response.writeHead(500, ['Content-Length', '0', 'Connection', 'close']);
  response.end();
}

/**
 * Sends a body as fast as the client reads it. Chunks may be lent: one that is larger than what a socket holds back, as lent ones are, has left when
 * the next is asked for. A source that fails or falls short cuts the connection: never a clean end.
 */
async function stream(
  content: AsyncIterable<Uint8Array>,
  length: number | undefined,
  response: ServerResponse,
  sent: SentBytes = { bytes: 0 },
): Promise<void> {
  try {
    for await (const chunk of content) {
      if (response.destroyed) return;
      sent.bytes += chunk.byteLength;
      if (!response.write(chunk)) await drained(response);
    }
  } catch {
    // The source has said why to whoever watches it; the client learns from the cut.
    response.destroy();
    return;
  }
  if (length !== undefined && sent.bytes !== length) response.destroy();
  else response.end();
}

function drained(response: ServerResponse): Promise<void> {
  if (response.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      response.off('drain', done);
      response.off('close', done);
      resolve();
    };
    response.on('drain', done);
    response.on('close', done);
  });
}

/** The client is still sending a body that nobody wants: what comes is thrown away, up to a limit, so that it gets to read the reply. */
function linger(message: IncomingMessage): Promise<void> {
  return new Promise((resolve) => {
    let left = LINGER_BYTES;
    const timer = setTimeout(resolve, LINGER_MS);
    const done = () => {
      clearTimeout(timer);
      resolve();
    };
    message.on('data', (chunk: Uint8Array) => {
      left -= chunk.byteLength;
      if (left < 0) done();
    });
    message.on('end', done);
    message.on('close', done);
    message.on('error', done);
    message.resume();
    if (message.readableEnded || message.destroyed) done();
  });
}

class MessageBytes implements RequestBytes {
  readonly #message: IncomingMessage;
  readonly #response: ServerResponse;
  readonly contentLength: number | undefined;
  readonly isPresent: boolean;
  #expectsContinue: boolean;
  #opened = false;
  #abort: AbortController | undefined;

  constructor(message: IncomingMessage, response: ServerResponse, expectsContinue: boolean, headers: Incoming['headers']) {
    this.#message = message;
    this.#response = response;
    this.#expectsContinue = expectsContinue;
    const contentLength = headerValue(headers, 'content-length');
    // Node has refused one that is no number, is repeated, or stands beside a Transfer-Encoding.
    this.contentLength = contentLength === undefined ? undefined : Number(contentLength);
    this.isPresent = contentLength !== undefined || headerValue(headers, 'transfer-encoding') !== undefined;
  }

  /** Stopping early leaves the socket alone, since the refusal still has to be sent over it. */
  async *stream(): AsyncGenerator<Uint8Array> {
    this.#opened = true;
    if (this.#expectsContinue) this.#response.writeContinue();
    this.#expectsContinue = false;
    try {
      yield* this.#message.iterator({ destroyOnReturn: false });
    } catch (cause) {
      throw new S3Error('IncompleteBody', { cause });
    }
  }

  get signal(): AbortSignal {
    if (this.#abort === undefined) {
      const abort = new AbortController();
      this.#abort = abort;
      if (this.#response.destroyed) abort.abort();
      else this.#response.once('close', () => this.#response.writableFinished || abort.abort());
    }
    return this.#abort.signal;
  }

  /** Whether the client waits for `100 Continue`, which it never got: then nothing is on its way. */
  isWithheld(): boolean {
    return this.#expectsContinue;
  }

  /** Whether the client may still be sending a body that nobody has read to its end. */
  isUnread(): boolean {
    if (!this.isPresent || this.contentLength === 0) return false;
    return !(this.#opened && this.#message.readableEnded);
  }
}

const PROCESS_ID_PART = randomBytes(5).toString('hex').toUpperCase().slice(0, 9);
let requestNumber = 0;

/** 16 upper-case hex digits, never the same twice in a process, as S3's look. */
function nextRequestId(): string {
  requestNumber = (requestNumber + 1) % 0x10000000;
  return PROCESS_ID_PART + requestNumber.toString(16).toUpperCase().padStart(7, '0');
}

/** What is not HTTP gets a short refusal and a closed connection; so does a request whose body turns out not to be. */
function refuseMalformed(error: NodeJS.ErrnoException, socket: Socket): void {
  const turns = turnsOf(socket);
  if (turns.isClosing && socket.writable && error.code !== 'ECONNRESET') {
    // The last reply is written already; what the client goes on sending is nothing that could be read to its end.
    socket.destroySoon();
    return;
  }
  if (error.code === 'ECONNRESET' || !socket.writable || turns.current?.reply.headersSent === true) {
    socket.destroy();
    return;
  }
  if (turns.current?.request.complete === true) {
    // A whole request, and rubbish behind it: the request gets its reply, and the connection then ends.
    turns.isClosing = true;
    return;
  }
  turns.isClosing = true;
  turns.isRefused = true;
  const tooLarge = error.code === 'HPE_HEADER_OVERFLOW';
  const timeout = error.code === 'ERR_HTTP_REQUEST_TIMEOUT';
  const [status, code, text] = tooLarge
    ? [
        '431 Request Header Fields Too Large',
        'RequestHeaderSectionTooLarge',
        'Your request header and metadata exceeds the maximum allowed size.',
      ]
    : timeout
      ? [
          '408 Request Timeout',
          'RequestTimeout',
          'Your socket connection to the server was not read from or written to within the timeout period.',
        ]
      : ['400 Bad Request', 'BadRequest', 'An error occurred when parsing the HTTP request.'];
  const xml = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${text}</Message></Error>`;
  socket.end(`HTTP/1.1 ${status}\r\nContent-Type: application/xml\r\nContent-Length: ${xml.length}\r\nConnection: close\r\n\r\n${xml}`);
}

function urlOf(server: Server | TlsServer, scheme: string): string {
  const { address, family, port } = server.address() as AddressInfo;
  return `${scheme}://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}

function closeOnce(server: Server | TlsServer, connections: ReadonlySet<Socket>): Listener['close'] {
  let closed: Promise<void> | undefined;
  return (graceMs, quietMs = 0) => {
    const cut = setTimeout(() => server.closeAllConnections(), graceMs);
    closed ??= closeServer(server, connections, quietMs);
    return closed.finally(() => clearTimeout(cut));
  };
}

/** Connections without a request in flight are closed after `quietMs`, also those that have never sent anything, as browsers open them. */
async function closeServer(server: Server | TlsServer, connections: ReadonlySet<Socket>, quietMs: number): Promise<void> {
  // Its own `close` would also close what is idle, at once.
  const closed = new Promise<void>((resolve) => NetServer.prototype.close.call(server, () => resolve()));
  const sweep = () => {
    for (const socket of connections) if (!turnsOf(socket).isBusy) socket.destroySoon();
  };
  let again: NodeJS.Timeout | undefined;
  const quiet = setTimeout(() => {
    sweep();
    again = setInterval(sweep, 50);
  }, quietMs);
  if (quietMs === 0) sweep();
  await closed;
  clearTimeout(quiet);
  clearInterval(again);
  // By now it has nothing to close but the clock that it looks after connections with.
  server.close();
}
