/** One TCP connection, byte by byte: several requests on it, interim replies seen, the end noticed. */
import { connect, type Socket } from 'node:net';

export type HeadAndBody = { readonly status: number; readonly head: string; readonly body: Buffer };

export type Connection = {
  readonly socket: Socket;
  write(bytes: string | Buffer): void;
  /** The next reply, `100 Continue` being one too. Rejects where none comes in time. */
  reply(options?: { readonly head?: boolean; readonly timeoutMs?: number }): Promise<HeadAndBody>;
  /** What is left once the server has closed the connection. Rejects where it does not in time. */
  rest(timeoutMs?: number): Promise<Buffer>;
  /** Whether anything comes within that time. */
  staysSilent(ms: number): Promise<boolean>;
  close(): void;
};

export async function openConnection(endpoint: string): Promise<Connection> {
  const { hostname, port } = new URL(endpoint);
  const socket = connect({ host: hostname, port: Number(port) });
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  let received = Buffer.alloc(0);
  let closed = false;
  const waiting = new Set<() => void>();
  const wake = () => {
    for (const look of [...waiting]) look();
  };
  socket.on('data', (chunk) => {
    received = Buffer.concat([received, chunk]);
    wake();
  });
  socket.on('error', () => {});
  socket.on('close', () => {
    closed = true;
    wake();
  });

  function until<Result>(look: () => Result | undefined, what: string, timeoutMs: number): Promise<Result> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        waiting.delete(attempt);
        reject(new Error(`${what} within ${timeoutMs} ms; got ${JSON.stringify(received.toString('latin1').slice(0, 300))}`));
      }, timeoutMs);
      const attempt = () => {
        const result = look();
        if (result === undefined) return;
        clearTimeout(timer);
        waiting.delete(attempt);
        resolve(result);
      };
      waiting.add(attempt);
      attempt();
    });
  }

  return {
    socket,
    write: (bytes) => void socket.write(bytes),
    reply: ({ head = false, timeoutMs = 5000 } = {}) =>
      until(
        () => {
          const reply = readHeadAndBody(received, head);
          if (reply === undefined) return undefined;
          received = received.subarray(reply.consumed);
          return reply;
        },
        'no whole reply',
        timeoutMs,
      ),
    rest: (timeoutMs = 8000) => until(() => (closed ? received : undefined), 'the connection did not end', timeoutMs),
    async staysSilent(ms) {
      await new Promise((resolve) => setTimeout(resolve, ms));
      return received.length === 0;
    },
    close: () => socket.destroy(),
  };
}

function readHeadAndBody(received: Buffer, isHead: boolean): (HeadAndBody & { consumed: number }) | undefined {
  const end = received.indexOf('\r\n\r\n');
  if (end === -1) return undefined;
  const head = received.subarray(0, end).toString('latin1');
  const status = Number(head.split(' ')[1]);
  const start = end + 4;
  if (isHead || status < 200 || status === 204 || status === 304) return { status, head, body: Buffer.alloc(0), consumed: start };
  const length = Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0);
  if (received.length < start + length) return undefined;
  return { status, head, body: received.subarray(start, start + length), consumed: start + length };
}
