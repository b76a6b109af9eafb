/** A webhook: it takes messages, checks their signature, and answers as a test wants. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export type Received = {
  readonly id: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into messages by name
  readonly json: any;
};

export type Receiver = {
  /** `http://127.0.0.1:PORT/hook` */
  readonly url: string;
  readonly port: number;
  /** Those that were answered with 2xx, in the order they came. */
  readonly received: Received[];
  /** All that came. */
  readonly attempts: Received[];
  /** What it answers; 200 until set. Whatever does not end the answer lets it hang. */
  answer: (message: Received, response: ServerResponse) => number | 'hangs';
  /** Resolves once so many are there, or those that fit; rejects after a while. */
  until(isEnough: (received: readonly Received[]) => boolean, what: string, withinMs?: number): Promise<readonly Received[]>;
  close(): Promise<void>;
};

export async function webhookReceiver(path = '/hook'): Promise<Receiver> {
  const received: Received[] = [];
  const attempts: Received[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString();
    const message = { id: String(request.headers['webhook-id']), headers: request.headers, body, json: JSON.parse(body) };
    attempts.push(message);
    const answer = receiver.answer(message, response);
    if (answer === 'hangs') return;
    if (answer >= 200 && answer < 300) received.push(message);
    response.writeHead(answer).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const receiver: Receiver = {
    url: `http://127.0.0.1:${port}${path}`,
    port,
    received,
    attempts,
    answer: () => 200,
    async until(isEnough, what, withinMs = 20_000) {
      for (const end = Date.now() + withinMs; !isEnough(received); ) {
        if (Date.now() > end) throw new Error(`${what} did not come; ${received.length} messages did: ${shown(received)}`);
        await sleep(20);
      }
      return received;
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return receiver;
}

function shown(received: readonly Received[]): string {
  return received
    .slice(-20)
    .map(({ body }) => body.slice(0, 300))
    .join('\n');
}

/** Whether one of the signatures of a message is that of this secret; written from the specification. */
export function isSigned({ headers, body }: Received, secret: string): boolean {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const expected = createHmac('sha256', key).update(`${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`).digest();
  return String(headers['webhook-signature'])
    .split(' ')
    .some((signature) => {
      const given = Buffer.from(signature.replace(/^v1,/, ''), 'base64');
      return given.length === expected.length && timingSafeEqual(given, expected);
    });
}
